"""EventBridge: rules, targets, retries, dead letters, buses, archives; a test for each row of the ledger."""

import datetime
import itertools
import json

import pytest
from access import close
from events_learner import ACCOUNT, SHOP, bus_arn, entry, open_queue, put, role, rule
from inbox import messages, received
from learner import DAY, OTHER_ACCOUNT, hops, refused

from workbook.aws.delivery.outages import begin_outage
from workbook.aws.eventbridge import loops
from workbook.engine.clock import SECOND
from workbook.engine.world import current_world

QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:inbox"


@pytest.fixture
def shop(events):
    return events.create_event_bus(Name=SHOP)["EventBusArn"]


def outage(arn, seconds):
    world = current_world()
    begin_outage(world, arn, world.clock.now + seconds * SECOND)


def attribute(message, name):
    return message["MessageAttributes"][name]["StringValue"]


def test_eb_02_a_sixth_target_on_a_rule_is_refused(events):
    rule(events, *[QUEUE] * 5)
    with refused("LimitExceededException", "The requested resource exceeds the maximum number allowed."):
        events.put_targets(Rule="watch", Targets=[{"Id": "6", "Arn": QUEUE}])


def test_eb_03_put_events_takes_10_entries_under_1_mb_and_bad_entries_fail_alone(events, sqs):
    url, arn = open_queue(sqs)
    rule(events, arn)
    with refused("ValidationException", "Member must have length less than or equal to 10"):
        events.put_events(Entries=[entry()] * 11)
    with refused("ValidationException", "Total size of the entries in the request is over the limit."):
        events.put_events(Entries=[entry({"a": "x" * 524_288})] * 2)
    answer = events.put_events(Entries=[entry({"n": 1}), entry(Detail="no json"), entry({"n": 2})])
    assert answer["FailedEntryCount"] == 1
    assert answer["Entries"][1]["ErrorCode"] == "MalformedDetail"
    assert [event["detail"]["n"] for event in received(sqs, url)] == [1, 2]


def test_eb_04_a_failing_target_is_tried_for_24_hours_or_185_retries_and_then_the_event_is_gone(
    lab, events, sqs
):
    _, arn = open_queue(sqs)
    rule(events, arn)
    outage(arn, 2 * DAY)
    put(events)
    lab.advance(days=2)
    tries = hops(lab, "deliver")
    pauses = [later.time - earlier.time for earlier, later in itertools.pairwise(tries)]
    assert len(tries) <= 1 + 185
    assert len(tries) == 1 + 185 or tries[-1].time + max(pauses) > tries[0].time + DAY * SECOND
    assert pauses[0] < pauses[4] < pauses[8]  # backoff
    assert len(set(pauses)) == len(pauses)  # jitter
    assert len(hops(lab, "drop")) == 1


def test_eb_05_a_retry_policy_is_a_target_s_own_and_a_dead_letter_queue_keeps_what_failed(lab, events, sqs):
    _, arn = open_queue(sqs)
    dead_url, dead = open_queue(sqs, "dead")
    watched = rule(
        events,
        {
            "Arn": arn,
            "RetryPolicy": {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 3600},
            "DeadLetterConfig": {"Arn": dead},
        },
    )
    outage(arn, DAY)
    put(events, {"n": 1})
    lab.run_until_idle()
    (letter,) = messages(sqs, dead_url)
    assert json.loads(letter["Body"])["detail"] == {"n": 1}
    assert attribute(letter, "RULE_ARN") == watched
    assert attribute(letter, "TARGET_ARN") == arn
    assert attribute(letter, "ERROR_CODE") == "ERROR_FROM_TARGET"
    assert attribute(letter, "EXHAUSTED_RETRY_CONDITION") == "MaximumRetryAttempts"
    assert attribute(letter, "RETRY_ATTEMPTS") == "3"
    with refused("ValidationException"):
        events.put_targets(
            Rule="watch", Targets=[{"Id": "1", "Arn": arn, "DeadLetterConfig": {"Arn": f"{dead}.fifo"}}]
        )


def test_eb_06_a_dead_letter_queue_without_a_policy_keeps_nothing(lab, events, sqs):
    url, arn = open_queue(sqs)
    dead_url, dead = open_queue(sqs, "dead")
    rule(events, {"Arn": arn, "DeadLetterConfig": {"Arn": dead}})
    close(sqs, url)
    close(sqs, dead_url)
    put(events)
    lab.run_until_idle()
    assert messages(sqs, dead_url) == []
    assert hops(lab, "drop")[0].facts["reason"].startswith("the dead-letter queue did not take it")


def test_eb_07_aws_s_own_events_are_on_the_default_bus_only(lab, events, sqs, shop):
    from auto_scaling_learner import create_group  # noqa: PLC0415 - only this row needs a group

    url, arn = open_queue(sqs)
    shop_url, shop_queue = open_queue(sqs, "shop")
    pattern = {"source": ["aws.ec2"], "detail": {"state": ["running"]}}
    rule(events, arn, pattern=pattern)
    rule(events, shop_queue, pattern=pattern, EventBusName=SHOP)
    create_group(lab, 2, 2)
    lab.advance(minutes=10)
    assert len(received(sqs, url)) == 2
    assert received(sqs, shop_url) == []


def test_eb_08_input_input_path_and_input_transformer_exclude_each_other(lab, events, sqs):
    url, arn = open_queue(sqs)
    both = {"Id": "1", "Arn": arn, "Input": "{}", "InputPath": "$.detail"}
    rule(events)
    with refused(
        "ValidationException",
        "Only one of Input, InputPath, or InputTransformer must be provided for target 1.",
    ):
        events.put_targets(Rule="watch", Targets=[both])
    transformer = {"InputPathsMap": {"n": "$.detail.n"}, "InputTemplate": '"number <n>"'}
    targets = [{"Arn": arn}, {"Arn": arn, "Input": '"constant"'}, {"Arn": arn, "InputPath": "$.detail"}]
    rule(events, *targets, {"Arn": arn, "InputTransformer": transformer})
    identifier = put(events, {"n": 1})
    whole, constant, part, made = received(sqs, url)
    assert (whole["id"], constant, part, made) == (identifier, "constant", {"n": 1}, "number 1")


def test_eb_09_a_replay_sends_minute_after_minute_and_is_not_archived_again(lab, events, sqs, shop):
    url, arn = open_queue(sqs)
    rule(events, arn, EventBusName=SHOP)
    archive = events.create_archive(ArchiveName="all", EventSourceArn=shop)["ArchiveArn"]
    start = lab.now.replace(microsecond=0)
    for number in range(30):
        put(events, {"n": number}, Time=start + datetime.timedelta(seconds=6 * number), EventBusName=SHOP)
    messages(sqs, url)
    events.start_replay(
        ReplayName="again",
        EventSourceArn=archive,
        EventStartTime=start,
        EventEndTime=start + datetime.timedelta(hours=1),
        Destination={"Arn": shop},
    )
    lab.run_until_idle()
    again = [event["detail"]["n"] for event in received(sqs, url)]
    assert sorted(again) == list(range(30))
    assert [number // 10 for number in again] == sorted(number // 10 for number in again)
    assert again != sorted(again)
    assert events.describe_archive(ArchiveName="all")["EventCount"] == 30


def test_eb_10_another_account_puts_events_once_the_bus_s_policy_lets_it(lab, events, shop):
    other = lab.client("events", account=OTHER_ACCOUNT)
    with refused("AccessDeniedException", "events:PutEvents"):
        put(other, EventBusName=shop)
    events.put_permission(
        EventBusName=SHOP, Action="events:PutEvents", Principal=OTHER_ACCOUNT, StatementId="friend"
    )
    put(other, EventBusName=shop)
    assert json.loads(hops(lab, "put-event")[0].facts["body"])["account"] == OTHER_ACCOUNT
    rule(other)
    with refused("ValidationException"):
        other.put_targets(Rule="watch", Targets=[{"Id": "1", "Arn": shop, "InputPath": "$.detail"}])


def echo(event, context):
    import boto3  # noqa: PLC0415 - what a function's own code would say

    entry = {"Source": event["source"], "DetailType": "Echo", "Detail": "{}"}
    boto3.client("events").put_events(Entries=[entry])


def test_eb_11_a_rule_whose_target_puts_the_event_that_it_matches_goes_round_and_round(
    lab, events, monkeypatch
):
    monkeypatch.setattr(loops, "MOST_ROUNDS", 20)
    lab.function("echo", echo)
    function = lab.client("lambda").get_function(FunctionName="echo")["Configuration"]["FunctionArn"]
    lab.client("lambda").add_permission(
        FunctionName="echo",
        StatementId="events",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
    )
    rule(events, function)
    put(events)
    with pytest.raises(loops.EndlessLoop, match="the rule 'watch' has caused 20 times in a row"):
        lab.run_until_idle()
    assert len(hops(lab, "match")) == 21
    with pytest.raises(loops.EndlessLoop, match="40 times"):
        lab.run_until_idle()
    events.disable_rule(Name="watch")
    lab.run_until_idle()


def test_eb_12_a_rule_s_targets_get_an_event_at_least_once_and_in_no_order_that_counts(lab, events, sqs):
    url, arn = open_queue(sqs)
    rule(events, arn)
    outage(arn, 1)
    first = put(events, {"n": 1})
    lab.advance(seconds=1)
    second = put(events, {"n": 2})
    lab.run_until_idle()
    arrived = [event["id"] for event in received(sqs, url)]
    assert sorted(arrived) == sorted([first, second])
    assert arrived == [second, first]


def test_eb_13_an_event_for_a_bus_that_does_not_exist_is_accepted_and_lost(lab, events):
    answer = events.put_events(Entries=[entry(EventBusName="nowhere")])
    assert answer["FailedEntryCount"] == 0
    assert answer["Entries"][0]["EventId"]
    assert len(hops(lab, "drop")) == 1


def test_eb_14_sources_that_begin_with_aws_are_refused(events):
    answer = events.put_events(Entries=[entry(Source="aws.s3")])
    assert answer["Entries"] == [
        {"ErrorCode": "NotAuthorizedForSourceException", "ErrorMessage": "Not authorized for the source."}
    ]


def test_eb_15_schedules_are_for_the_default_bus_and_fire_to_the_rule_s_own_targets(lab, events, sqs, shop):
    url, arn = open_queue(sqs)
    with refused("ValidationException", "ScheduleExpression is supported only on the default event bus."):
        rule(events, ScheduleExpression="rate(1 minute)", EventBusName=SHOP)
    rule(events, arn, ScheduleExpression="rate(1 minute)")
    lab.advance(minutes=5.5)
    assert [event["detail-type"] for event in received(sqs, url)] == ["Scheduled Event"] * 5


def test_eb_16_from_a_second_bus_an_event_goes_to_no_third(lab, events, shop):
    courier = role(lab)
    third = events.create_event_bus(Name="third")["EventBusArn"]
    rule(events, {"Arn": shop, "RoleArn": courier})
    rule(events, {"Arn": third, "RoleArn": courier}, EventBusName=SHOP)
    put(events)
    lab.run_until_idle()
    assert [hop.resource for hop in hops(lab, "put-event")] == [bus_arn("default"), shop]


def test_eb_17_a_missing_policy_of_the_target_is_not_tried_again(lab, events, sqs):
    url, arn = open_queue(sqs)
    rule(events, arn)
    close(sqs, url)
    put(events)
    lab.run_until_idle()
    (tried,) = hops(lab, "deliver")
    assert tried.outcome == "NO_PERMISSION"
    assert len(hops(lab, "drop")) == 1


def test_eb_18_a_rule_is_deleted_only_without_targets(events):
    rule(events, QUEUE)
    with refused("ValidationException", "Rule can't be deleted since it has targets."):
        events.delete_rule(Name="watch")
    events.remove_targets(Rule="watch", Ids=["1"])
    events.delete_rule(Name="watch")


def test_eb_19_a_transformer_quotes_strings_outside_quotes_and_escapes_nothing_inside(lab, events, sqs):
    url, arn = open_queue(sqs)
    paths = {"s": "$.detail.s", "o": "$.detail.o", "x": "$.detail.missing"}
    good = '{"plain": <s>, "inside": "a <s> b", "object": <o>, "missing": <x>}'
    text = '"text with <o> and <x>"'
    broken = '{"object": "<o>"}'
    rule(
        events,
        *[
            {"Arn": arn, "InputTransformer": {"InputPathsMap": paths, "InputTemplate": template}}
            for template in (good, text, broken)
        ],
    )
    put(events, {"s": "cake", "o": {"k": "v"}})
    first, second = received(sqs, url)
    assert {"plain": "cake", "inside": "a cake b", "object": {"k": "v"}, "missing": ""} in (first, second)
    assert "text with {k:v} and " in (first, second)
    assert hops(lab, "drop")[0].facts["target_id"] == "3"


def test_eb_40_a_call_that_manages_something_is_an_event_also_where_it_failed(events, sqs):
    url, arn = open_queue(sqs)
    rule(events, arn, pattern={"detail-type": ["AWS API Call via CloudTrail"], "source": ["aws.sqs"]})
    made = sqs.create_queue(QueueName="cakes")["QueueUrl"]
    sqs.send_message(QueueUrl=made, MessageBody="a cake")
    with refused("QueueAlreadyExists"):
        sqs.create_queue(QueueName="cakes", Attributes={"DelaySeconds": "5"})
    done, failed = (event["detail"] for event in received(sqs, url))
    assert (done["eventName"], done["responseElements"]) == ("CreateQueue", {"queueUrl": made})
    assert "errorCode" not in done
    assert (failed["errorCode"], failed["responseElements"]) == ("QueueAlreadyExists", None)
    assert failed["errorMessage"]
    assert failed["requestParameters"] == {"queueName": "cakes", "attributes": {"delaySeconds": "5"}}


def test_eb_41_calls_that_only_read_are_for_rules_that_ask_for_all_management_events(events, sqs):
    pattern = {"detail-type": ["AWS API Call via CloudTrail"], "source": ["aws.sqs"]}
    every, every_arn = open_queue(sqs, "every")
    changes, changes_arn = open_queue(sqs, "changes")
    state = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
    rule(events, every_arn, name="every", pattern=pattern, State=state)
    rule(events, changes_arn, name="changes", pattern=pattern)
    sqs.list_queues()
    assert [event["detail"]["eventName"] for event in received(sqs, every)] == ["ListQueues"]
    assert received(sqs, changes) == []


def test_eb_42_times_in_answers_are_whole_seconds(lab, events):
    lab.advance(seconds=0.25)
    events.create_event_bus(Name="shop")
    made = events.create_archive(ArchiveName="kept", EventSourceArn=bus_arn())["CreationTime"]
    assert made.microsecond == 0
    assert made == lab.now.replace(microsecond=0)
    assert events.describe_event_bus(Name="shop")["CreationTime"].microsecond == 0


def test_eb_43_a_detail_type_has_at_most_128_characters(events, sqs):
    url, arn = open_queue(sqs)
    rule(events, arn)
    answer = events.put_events(Entries=[entry(DetailType="x" * 129), entry(DetailType="y" * 128)])
    assert answer["FailedEntryCount"] == 1
    assert answer["Entries"][0]["ErrorCode"] == "InvalidArgument"
    assert [event["detail-type"] for event in received(sqs, url)] == ["y" * 128]
