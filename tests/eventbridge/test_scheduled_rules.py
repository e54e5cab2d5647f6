"""Rules with a schedule fire in virtual time."""

import datetime

from events_learner import open_queue, rule
from inbox import received
from learner import hops


def fired(lab):
    """Seconds since the start at which a rule fired."""
    start = datetime.datetime(2026, 1, 5, 9, 0, tzinfo=datetime.UTC).timestamp()
    return [round(hop.time / 1e6 - start) for hop in hops(lab, "fire")]


def test_a_scheduled_event_is_as_aws_sends_it(lab, events, sqs):
    url, arn = open_queue(sqs)
    watched = rule(events, arn, ScheduleExpression="rate(5 minutes)")
    lab.advance(minutes=6)
    (event,) = received(sqs, url)
    assert event == {
        "version": "0",
        "id": event["id"],
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": "2026-01-05T09:05:00Z",
        "region": "us-east-1",
        "resources": [watched],
        "detail": {},
    }


def test_a_rate_fires_again_and_again(lab, events):
    rule(events, ScheduleExpression="rate(1 hour)")
    lab.advance(hours=3.5)
    assert fired(lab) == [3600, 7200, 10_800]


def test_a_cron_expression_is_in_utc(lab, events):
    rule(events, ScheduleExpression="cron(30 10 * * ? *)")
    lab.advance(days=2)
    assert fired(lab) == [5400, 5400 + 86_400]


def test_a_disabled_rule_does_not_fire_and_a_rate_counts_from_its_enabling(lab, events):
    rule(events, ScheduleExpression="rate(1 hour)")
    lab.advance(minutes=30)
    events.disable_rule(Name="watch")
    lab.advance(minutes=60)
    events.enable_rule(Name="watch")
    lab.advance(minutes=61)
    assert fired(lab) == [9000]


def test_a_changed_schedule_takes_the_place_of_the_old_one(lab, events):
    rule(events, ScheduleExpression="rate(1 hour)")
    rule(events, ScheduleExpression="rate(40 minutes)")
    lab.advance(hours=1.5)
    assert fired(lab) == [2400, 4800]


def test_a_deleted_rule_does_not_fire(lab, events):
    rule(events, ScheduleExpression="rate(1 hour)")
    events.delete_rule(Name="watch")
    lab.advance(hours=2)
    assert fired(lab) == []


def test_endless_schedules_keep_no_lab_busy(lab, events):
    rule(events, ScheduleExpression="rate(1 minute)")
    before = lab.now
    lab.run_until_idle()
    assert lab.now == before


def test_other_rules_do_not_see_a_scheduled_event(lab, events, sqs):
    url, arn = open_queue(sqs)
    rule(events, ScheduleExpression="rate(1 hour)")
    rule(events, arn, name="all", pattern={"source": [{"prefix": "aws"}]})
    lab.advance(hours=2)
    assert received(sqs, url) == []


def test_a_firing_is_caused_by_nothing(lab, events):
    rule(events, ScheduleExpression="rate(1 minute)")
    lab.advance(minutes=2.5)
    assert [hop.causes for hop in hops(lab, "fire")] == [(), ()]


def test_a_day_of_minutes_is_1440_messages(lab, events, sqs):
    url, arn = open_queue(sqs)
    rule(events, arn, ScheduleExpression="rate(1 minute)")
    lab.advance(hours=24, seconds=1)
    assert len(received(sqs, url)) == 1440
