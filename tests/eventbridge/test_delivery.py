"""What becomes of an event whose target does not take it: retries, dead letters, and silence."""

import itertools
import json

import pytest
from access import close, make_role
from events_learner import ACCOUNT, allow, open_queue, put, rule
from inbox import bodies, messages, received
from learner import hops

from workbook.aws.delivery.outages import begin_outage, end_outage
from workbook.engine.clock import SECOND
from workbook.engine.world import current_world

HOUR = 3600


@pytest.fixture
def inbox(sqs):
    return open_queue(sqs)


@pytest.fixture
def dead(sqs):
    return open_queue(sqs, "dead")


def outage(lab, arn, seconds):
    world = current_world()
    begin_outage(world, arn, world.clock.now + int(seconds * SECOND))


def attributes(message):
    return {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}


def test_an_outage_is_outlived_by_retries(lab, events, sqs, inbox):
    url, arn = inbox
    rule(events, arn)
    outage(lab, arn, HOUR)
    identifier = put(events)
    lab.advance(hours=1.5)
    assert [event["id"] for event in received(sqs, url)] == [identifier]
    tries = hops(lab, "deliver")
    assert [hop.outcome for hop in tries[:-1]] == ["UNAVAILABLE"] * (len(tries) - 1)
    assert tries[-1].outcome == "ok"
    pauses = [(later.time - earlier.time) / SECOND for earlier, later in itertools.pairwise(tries)]
    assert all(pause <= limit for pause, limit in zip(pauses, [1, 2, 4, 8, 16, 32], strict=False))
    assert max(pauses) <= 600


def test_after_24_hours_or_185_retries_the_event_is_dropped(lab, events, inbox):
    _url, arn = inbox
    rule(events, arn)
    outage(lab, arn, 48 * HOUR)
    put(events)
    lab.advance(hours=48)
    tries = hops(lab, "deliver")
    assert len(tries) == 186 or tries[-1].time - tries[0].time > 23.8 * HOUR * SECOND
    assert len(tries) <= 186
    (dropped,) = hops(lab, "drop")
    assert dropped.facts["reason"] == "the target failed, and there is no dead-letter queue"


def test_the_number_of_retries_is_the_target_s(lab, events, sqs, inbox, dead):
    _url, arn = inbox
    dead_url, dead_arn = dead
    watched = rule(
        events,
        {"Arn": arn, "RetryPolicy": {"MaximumRetryAttempts": 2}, "DeadLetterConfig": {"Arn": dead_arn}},
    )
    outage(lab, arn, HOUR)
    put(events, {"n": 1})
    lab.run_until_idle()
    assert len(hops(lab, "deliver")) == 3
    (letter,) = messages(sqs, dead_url)
    assert json.loads(letter["Body"])["detail"] == {"n": 1}
    assert attributes(letter) == {
        "RULE_ARN": watched,
        "TARGET_ARN": arn,
        "ERROR_CODE": "ERROR_FROM_TARGET",
        "ERROR_MESSAGE": "Service Unavailable",
        "EXHAUSTED_RETRY_CONDITION": "MaximumRetryAttempts",
        "RETRY_ATTEMPTS": "2",
    }


def test_the_age_of_an_event_ends_its_retries_too(lab, events, sqs, inbox, dead):
    _url, arn = inbox
    dead_url, dead_arn = dead
    policy = {"MaximumEventAgeInSeconds": 60}
    rule(events, {"Arn": arn, "RetryPolicy": policy, "DeadLetterConfig": {"Arn": dead_arn}})
    outage(lab, arn, HOUR)
    put(events)
    lab.run_until_idle()
    (letter,) = messages(sqs, dead_url)
    assert attributes(letter)["EXHAUSTED_RETRY_CONDITION"] == "MaximumEventAgeInSeconds"
    tries = hops(lab, "deliver")
    assert tries[-1].time - tries[0].time <= 60 * SECOND


def test_a_missing_policy_is_not_tried_again(lab, events, sqs, inbox, dead):
    url, arn = inbox
    dead_url, dead_arn = dead
    rule(events, {"Arn": arn, "DeadLetterConfig": {"Arn": dead_arn}})
    close(sqs, url)
    put(events)
    lab.run_until_idle()
    assert len(hops(lab, "deliver")) == 1
    (letter,) = messages(sqs, dead_url)
    found = attributes(letter)
    assert found["ERROR_CODE"] == "NO_PERMISSIONS"
    assert "because no resource-based policy allows the sqs:sendmessage action" in found["ERROR_MESSAGE"]
    assert found["RETRY_ATTEMPTS"] == "0"
    assert "EXHAUSTED_RETRY_CONDITION" not in found


def test_a_policy_s_conditions_are_held_against_the_rule(lab, events, sqs, inbox):
    url, arn = inbox
    watched = rule(events, arn)
    allow(sqs, url, arn, ArnEquals={"aws:SourceArn": watched})
    put(events, {"n": 1})
    allow(sqs, url, arn, ArnEquals={"aws:SourceArn": f"{watched}-other"})
    put(events, {"n": 2})
    assert [event["detail"]["n"] for event in received(sqs, url)] == [1]


def test_a_deleted_queue_is_no_resource(lab, events, sqs, inbox, dead):
    url, arn = inbox
    dead_url, dead_arn = dead
    rule(events, {"Arn": arn, "DeadLetterConfig": {"Arn": dead_arn}})
    sqs.delete_queue(QueueUrl=url)
    put(events)
    lab.run_until_idle()
    assert attributes(messages(sqs, dead_url)[0])["ERROR_CODE"] == "NO_RESOURCE"


def test_a_role_that_trusts_somebody_else_is_of_no_use(lab, events, sqs, inbox, dead):
    url, arn = inbox
    dead_url, dead_arn = dead
    other = make_role(lab, "courier", "lambda.amazonaws.com", "*")
    rule(events, {"Arn": arn, "RoleArn": other, "DeadLetterConfig": {"Arn": dead_arn}})
    put(events)
    lab.run_until_idle()
    assert bodies(sqs, url) == []
    assert attributes(messages(sqs, dead_url)[0])["ERROR_CODE"] == "FAILED_TO_ASSUME_ROLE"


def test_a_dead_letter_queue_without_policy_loses_the_event(lab, events, sqs, inbox, dead):
    url, arn = inbox
    dead_url, dead_arn = dead
    rule(events, {"Arn": arn, "DeadLetterConfig": {"Arn": dead_arn}})
    close(sqs, url)
    close(sqs, dead_url)
    put(events)
    lab.run_until_idle()
    assert messages(sqs, dead_url) == []
    (dropped,) = hops(lab, "drop")
    assert dropped.facts["reason"].startswith(
        "the dead-letter queue did not take it: User: events.amazonaws.com"
    )


def test_a_template_that_makes_no_json_fails_at_once(lab, events, sqs, inbox, dead):
    url, arn = inbox
    dead_url, dead_arn = dead
    transformer = {"InputPathsMap": {"d": "$.detail"}, "InputTemplate": '{"quoted": "<d>"}'}
    rule(
        events,
        {"Arn": arn, "InputTransformer": transformer, "DeadLetterConfig": {"Arn": dead_arn}},
        arn,
    )
    put(events, {"n": 1})
    put(events, {"n": 2})
    lab.run_until_idle()
    assert [event["detail"]["n"] for event in received(sqs, url)] == [1, 2]
    letters = messages(sqs, dead_url)
    assert [json.loads(letter["Body"])["detail"]["n"] for letter in letters] == [1, 2]
    assert attributes(letters[0])["ERROR_CODE"] == "INVALID_JSON"
    assert [hop.outcome for hop in hops(lab, "give-up")] == ["REJECTED", "REJECTED"]


def test_one_target_s_failure_is_no_other_s(lab, events, sqs, inbox):
    url, arn = inbox
    gone = f"arn:aws:sqs:us-east-1:{ACCOUNT}:gone"
    rule(events, gone, arn, gone)
    put(events)
    assert len(received(sqs, url)) == 1
    assert len(hops(lab, "drop")) == 2


def test_a_rule_deleted_meanwhile_still_delivers_what_it_has_matched(lab, events, sqs, inbox):
    url, arn = inbox
    rule(events, arn)
    outage(lab, arn, HOUR)
    put(events)
    events.remove_targets(Rule="watch", Ids=["1"])
    events.delete_rule(Name="watch")
    end_outage(current_world(), arn)
    lab.run_until_idle()
    assert len(received(sqs, url)) == 1


def test_a_message_s_story_leads_from_the_producer_to_the_queue(lab, events, sqs, inbox):
    _url, arn = inbox
    rule(events, arn)
    rule(events, arn, name="other", pattern={"source": ["other"]})
    identifier = put(events)
    lab.advance(seconds=1)
    story = [hop.kind for hop in lab.trace.of(identifier)]
    assert story == ["api-call", "put-event", "match", "filter", "deliver", "send"]
    (unmatched,) = hops(lab, "filter")
    assert unmatched.facts["reason"] == "the pattern does not match"
