"""Rules and targets: their settings, their limits, and what is refused in which words."""

import json

import pytest
from events_learner import ACCOUNT, ORDERS, SHOP, bus_arn, entries, open_queue, put, role, rule
from inbox import received
from learner import hops, refused

QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:inbox"
MACHINE = f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:bake"
CLUSTER = f"arn:aws:ecs:us-east-1:{ACCOUNT}:cluster/bakery"
JOB_QUEUE = f"arn:aws:batch:us-east-1:{ACCOUNT}:job-queue/nightly"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/caller"


def put_target(events, **target):
    return events.put_targets(Rule="watch", Targets=[{"Id": "1", "Arn": QUEUE, **target}])


def plain(answer):
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def test_a_rule_is_described_and_listed_as_aws_shows_it(events):
    events.create_event_bus(Name=SHOP)
    arn = rule(events, EventBusName=SHOP, Description="orders")
    shown = {
        "Name": "watch",
        "Arn": f"arn:aws:events:us-east-1:{ACCOUNT}:rule/shop/watch",
        "EventPattern": json.dumps(ORDERS),
        "Description": "orders",
        "State": "ENABLED",
        "EventBusName": SHOP,
    }
    assert arn == shown["Arn"]
    assert plain(events.describe_rule(Name="watch", EventBusName=SHOP)) == {**shown, "CreatedBy": ACCOUNT}
    assert plain(events.list_rules(EventBusName=SHOP)) == {"Rules": [shown]}
    assert rule(events, name="other") == f"arn:aws:events:us-east-1:{ACCOUNT}:rule/other"


def test_putting_a_rule_again_replaces_it_and_keeps_its_targets_and_tags(events):
    arn = rule(events, QUEUE, Description="first", Tags=[{"Key": "team", "Value": "cakes"}])
    rule(events, pattern={"source": ["other"]}, Tags=[{"Key": "team", "Value": "ignored"}])
    shown = events.describe_rule(Name="watch")
    assert "Description" not in shown
    assert json.loads(shown["EventPattern"]) == {"source": ["other"]}
    assert events.list_targets_by_rule(Rule="watch")["Targets"] == [{"Id": "1", "Arn": QUEUE}]
    assert events.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "team", "Value": "cakes"}]


@pytest.mark.parametrize(
    ("parameters", "code", "text"),
    [
        ({}, "ValidationException", "Parameter(s) EventPattern or ScheduleExpression must be specified."),
        (
            {"ScheduleExpression": "rate(5 minute)"},
            "ValidationException",
            "Parameter ScheduleExpression is not valid.",
        ),
        (
            {"ScheduleExpression": "cron(0 12 * * * *)"},
            "ValidationException",
            "Parameter ScheduleExpression is not",
        ),
        (
            {"EventPattern": '{"a": 1}'},
            "InvalidEventPatternException",
            "Event pattern is not valid. Reason: ",
        ),
        ({"EventPattern": "{"}, "InvalidEventPatternException", "Event pattern is not valid. Reason: "),
        (
            {"Name": "no blanks", "EventPattern": '{"source":["a"]}', "State": "ON"},
            "ValidationException",
            (
                r"2 validation errors detected: Value 'no blanks' at 'name' failed to satisfy constraint: "
                r"Member must satisfy regular expression pattern: [\.\-_A-Za-z0-9]+; Value 'ON' at 'state' "
                "failed to satisfy constraint: Member must satisfy enum value set: [ENABLED, DISABLED, "
                "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS]"
            ),
        ),
        (
            {"EventPattern": '{"source":["a"]}', "EventBusName": "nowhere"},
            "ResourceNotFoundException",
            "Event bus nowhere does not exist.",
        ),
    ],
)
def test_a_rule_that_is_refused(events, parameters, code, text):
    with refused(code, text):
        events.put_rule(**{"Name": "watch", **parameters})
    assert events.list_rules()["Rules"] == []


def test_schedules_live_on_the_default_bus_only(events):
    events.create_event_bus(Name=SHOP)
    with refused("ValidationException", "ScheduleExpression is supported only on the default event bus."):
        rule(events, ScheduleExpression="rate(1 minute)", EventBusName=SHOP)


def test_a_bus_has_at_most_300_rules(events):
    for number in range(300):
        rule(events, name=f"rule-{number:03}")
    with refused("LimitExceededException", "The requested resource exceeds the maximum number allowed."):
        rule(events, name="one-more")
    rule(events, name="rule-007", Description="changed")
    page = events.list_rules(NamePrefix="rule-", Limit=100)
    names = [one["Name"] for one in page["Rules"]]
    assert (names[0], names[-1]) == ("rule-000", "rule-099")
    following = events.list_rules(NamePrefix="rule-", Limit=100, NextToken=page["NextToken"])
    assert following["Rules"][0]["Name"] == "rule-100"


def test_a_rule_with_targets_is_not_deleted(events):
    rule(events, QUEUE)
    with refused("ValidationException", "Rule can't be deleted since it has targets."):
        events.delete_rule(Name="watch")
    events.remove_targets(Rule="watch", Ids=["1"])
    events.delete_rule(Name="watch")
    events.delete_rule(Name="watch")
    with refused("ResourceNotFoundException", "Rule watch does not exist on EventBus default."):
        events.describe_rule(Name="watch")


def test_a_disabled_rule_matches_nothing_until_it_is_enabled(events, sqs):
    url, arn = open_queue(sqs)
    rule(events, arn, State="DISABLED")
    put(events, {"n": 1})
    events.enable_rule(Name="watch")
    put(events, {"n": 2})
    events.disable_rule(Name="watch")
    assert events.describe_rule(Name="watch")["State"] == "DISABLED"
    put(events, {"n": 3})
    assert [event["detail"]["n"] for event in received(sqs, url)] == [2]


def test_targets_are_found_by_rule_and_rules_by_target(events):
    rule(events, QUEUE, name="b")
    rule(events, QUEUE, name="a")
    rule(events, QUEUE.replace("inbox", "other"), name="c")
    assert events.list_rule_names_by_target(TargetArn=QUEUE)["RuleNames"] == ["a", "b"]
    page = events.list_rule_names_by_target(TargetArn=QUEUE, Limit=1)
    assert page["RuleNames"] == ["a"]
    assert events.list_rule_names_by_target(TargetArn=QUEUE, Limit=1, NextToken=page["NextToken"])[
        "RuleNames"
    ] == ["b"]


def test_a_sixth_target_is_refused_and_none_of_the_request_is_added(events):
    rule(events, *[QUEUE] * 4)
    more = [{"Id": "5", "Arn": QUEUE}, {"Id": "6", "Arn": QUEUE}]
    with refused("LimitExceededException", "The requested resource exceeds the maximum number allowed."):
        events.put_targets(Rule="watch", Targets=more)
    assert len(events.list_targets_by_rule(Rule="watch")["Targets"]) == 4
    assert plain(events.put_targets(Rule="watch", Targets=more[:1])) == {
        "FailedEntryCount": 0,
        "FailedEntries": [],
    }
    events.put_targets(Rule="watch", Targets=[{"Id": "5", "Arn": QUEUE, "Input": "{}"}])
    assert events.list_targets_by_rule(Rule="watch", Limit=1)["Targets"] == [{"Id": "1", "Arn": QUEUE}]


def test_removing_an_unknown_target_fails_and_the_others_go(events):
    rule(events, QUEUE)
    answer = events.remove_targets(Rule="watch", Ids=["nobody", "1"])
    assert answer["FailedEntryCount"] == 1
    assert answer["FailedEntries"][0]["TargetId"] == "nobody"
    assert events.list_targets_by_rule(Rule="watch")["Targets"] == []


def test_two_targets_of_one_request_cannot_have_the_same_id(events):
    rule(events)
    twice = [{"Id": "1", "Arn": QUEUE}, {"Id": "1", "Arn": f"{QUEUE}-2"}]
    text = "Parameter targets is not valid. Reason: More than one target with Id '1' is provided."
    with refused("ValidationException", text):
        events.put_targets(Rule="watch", Targets=twice)
    assert events.list_targets_by_rule(Rule="watch")["Targets"] == []


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ({"Arn": "inbox"}, "Parameter inbox is not valid. Reason: Provided Arn is not in correct format."),
        ({"Arn": MACHINE}, f"RoleArn is required for target {MACHINE}."),
        ({"Arn": f"{QUEUE}.fifo"}, "Parameter(s) SqsParameters must be specified for target: 1."),
        (
            {"Input": "{}", "InputPath": "$.detail"},
            "Only one of Input, InputPath, or InputTransformer must be provided for target 1.",
        ),
        ({"Input": "text"}, "JSON syntax error in input for target 1."),
        (
            {"InputTransformer": {"InputTemplate": '"<who>"'}},
            "InputTemplate for target 1 contains invalid placeholder who.",
        ),
        ({"InputTransformer": {"InputTemplate": "no quotes"}}, "Invalid InputTemplate for target 1"),
        ({"InputTransformer": {"InputTemplate": '"open'}}, "Invalid InputTemplate for target 1"),
        (
            {"InputTransformer": {"InputTemplate": '{"a": <a>', "InputPathsMap": {"a": "$.id"}}},
            "Invalid InputTemplate for target 1",
        ),
        (
            {"Id": "!@#$@!#$"},
            (
                r"1 validation error detected: Value '!@#$@!#$' at 'targets.1.member.id' failed to satisfy "
                r"constraint: Member must satisfy regular expression pattern: [\.\-_A-Za-z0-9]+"
            ),
        ),
        (
            {"Id": "x" * 65},
            (
                "at 'targets.1.member.id' failed to satisfy constraint: Member must have length less than or "
                "equal to 64"
            ),
        ),
        (
            {"RetryPolicy": {"MaximumRetryAttempts": 186}},
            (
                "Value '186' at 'targets.1.member.retryPolicy.maximumRetryAttempts' failed to satisfy "
                "constraint: Member must have value less than or equal to 185"
            ),
        ),
        (
            {"RetryPolicy": {"MaximumEventAgeInSeconds": 86_401}},
            "Member must have value less than or equal to 86400",
        ),
        ({"DeadLetterConfig": {"Arn": f"{QUEUE}.fifo"}}, "SQS FIFO is not supported by Dead Letter Queues"),
        (
            {"DeadLetterConfig": {"Arn": f"arn:aws:sns:us-east-1:{ACCOUNT}:alerts"}},
            "sns is not supported as a dead letter resource",
        ),
        (
            {"DeadLetterConfig": {"Arn": QUEUE.replace("us-east-1", "eu-west-1")}},
            "is not in us-east-1, where the rule is.",
        ),
        ({"InputPath": "detail.id"}, "InputPath for target 1 is invalid."),
        ({"InputPath": "$.detail['id']"}, "InputPath for target 1 is invalid."),
        (
            {"InputTransformer": {"InputTemplate": '"<a>"', "InputPathsMap": {"a": "id"}}},
            "InputPath for target 1 is invalid.",
        ),
        (
            {"InputTransformer": {"InputTemplate": "[<aws.events.event.json>]"}},
            (
                "InputTemplate for target 1 contains placeholder aws.events.event.json "
                "valid only for JSON template."
            ),
        ),
        (
            {"KinesisParameters": {"PartitionKeyPath": "$.id"}},
            "Parameter(s) KinesisParameters not supported for target: 1.",
        ),
        ({"Arn": CLUSTER, "RoleArn": ROLE}, "Parameter(s) EcsParameters must be specified for target: 1."),
        (
            {"Arn": JOB_QUEUE, "RoleArn": ROLE},
            "Parameter(s) BatchParameters must be specified for target: 1.",
        ),
        (
            {
                "Arn": CLUSTER,
                "RoleArn": ROLE,
                "EcsParameters": {"TaskDefinitionArn": "t", "LaunchType": "FARGATE"},
            },
            "Parameter NetworkConfiguration must be specified for target 1 when launch type is FARGATE.",
        ),
        (
            {"Arn": CLUSTER, "RoleArn": ROLE, "EcsParameters": {"TaskDefinitionArn": "t", "TaskCount": 11}},
            "Parameter(s) TaskCount not valid for target: 1.",
        ),
        (
            {
                "Arn": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/x:*",
                "RoleArn": "arn:aws:iam::123456789012:role/r",
            },
            "RoleArn is not supported for target arn:aws:logs",
        ),
        ({"Arn": QUEUE.replace("us-east-1", "eu-west-1")}, "The target must be in us-east-1"),
        ({"Arn": bus_arn()}, f"RoleArn is required for target {bus_arn()}."),
        (
            {
                "InputTransformer": {
                    "InputTemplate": "1",
                    "InputPathsMap": {f"v{n}": "$.id" for n in range(101)},
                }
            },
            "Member must have length less than or equal to 100",
        ),
    ],
)
def test_a_target_that_is_refused(events, target, text):
    rule(events)
    with refused("ValidationException", text):
        put_target(events, **target)
    assert events.list_targets_by_rule(Rule="watch")["Targets"] == []


def test_what_the_workbook_cannot_invoke_is_refused_by_name(events):
    rule(events)
    api = f"arn:aws:appsync:us-east-1:{ACCOUNT}:endpoints/graphql-api/x"
    with refused("NotSimulatedByWorkbook", "of the service 'appsync'"):
        put_target(events, Arn=api, RoleArn="arn:aws:iam::123456789012:role/r")


def test_a_bus_target_of_another_account_takes_no_input(events):
    rule(events)
    with refused("ValidationException", "it is an event bus of another account"):
        put_target(events, Arn=bus_arn(account="999999999999"), InputPath="$.detail")


def test_every_change_of_a_rule_is_in_the_trace_with_its_settings(lab, events):
    rule(events, QUEUE)
    events.disable_rule(Name="watch")
    events.remove_targets(Rule="watch", Ids=["1"])
    events.delete_rule(Name="watch")
    mine = [hop for hop in lab.trace if hop.resource.endswith("rule/watch")]
    assert [hop.kind for hop in mine] == ["create", "configure", "configure", "configure", "remove"]
    assert mine[0].facts["settings"]["EventPattern"] == ORDERS
    assert mine[1].facts["settings"]["Targets"] == entries([QUEUE])
    assert mine[2].facts["settings"]["State"] == "DISABLED"
    assert mine[3].facts["settings"]["Targets"] == []


def test_input_and_input_path_choose_what_a_target_gets(lab, events, sqs):
    url, arn = open_queue(sqs)
    rule(
        events,
        {"Arn": arn, "Input": '{"always": 1}'},
        {"Arn": arn, "InputPath": "$.detail"},
        {"Arn": arn, "InputPath": "$.detail.items[0].name"},
    )
    put(events, {"items": [{"name": "cake"}]})
    got = received(sqs, url)
    assert sorted(map(json.dumps, got)) == ['"cake"', '{"always": 1}', '{"items": [{"name": "cake"}]}']


def test_a_fifo_queue_gets_its_message_group(lab, events, sqs):
    _url, arn = open_queue(sqs, "inbox.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    rule(events, {"Arn": arn, "SqsParameters": {"MessageGroupId": "cakes"}})
    put(events)
    lab.advance(seconds=1)
    (sent,) = hops(lab, "send")
    assert sent.facts["group_id"] == "cakes"


def test_a_role_may_take_the_place_of_a_queue_s_policy(lab, events, sqs):
    url = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    rule(events, {"Arn": QUEUE, "RoleArn": role(lab)})
    put(events)
    assert len(received(sqs, url)) == 1
