"""Events of AWS's own services, and the metrics of EventBridge."""

import json

import pytest
from access import close
from auto_scaling_learner import GROUP, create_group
from botocore.exceptions import ClientError, ParamValidationError
from events_learner import SHOP, open_queue, put, rule
from inbox import received
from learner import hops

from workbook.aws.eventbridge.watching import watch
from workbook.engine.world import current_world


def test_instances_tell_of_their_states_on_the_default_bus_only(lab, events, sqs):
    url, arn = open_queue(sqs)
    shop_url, shop_arn = open_queue(sqs, "shop")
    events.create_event_bus(Name=SHOP)
    rule(events, arn, pattern={"source": ["aws.ec2"]})
    rule(events, shop_arn, pattern={"source": ["aws.ec2"]}, EventBusName=SHOP)
    asg = create_group(lab, 1, 1)
    lab.advance(minutes=10)
    asg.update_auto_scaling_group(AutoScalingGroupName=GROUP, MinSize=0, DesiredCapacity=0)
    lab.advance(minutes=10)
    got = received(sqs, url)
    assert [event["detail"]["state"] for event in got] == [
        "pending",
        "running",
        "shutting-down",
        "terminated",
    ]
    assert {event["detail-type"] for event in got} == {"EC2 Instance State-change Notification"}
    assert received(sqs, shop_url) == []


def test_groups_tell_of_launches_and_terminations(lab, events, sqs):
    url, arn = open_queue(sqs)
    rule(events, arn, pattern={"source": ["aws.autoscaling"]})
    create_group(lab, 1, 1)
    lab.advance(minutes=10)
    (event,) = received(sqs, url)
    assert event["detail-type"] == "EC2 Instance Launch Successful"
    assert event["detail"]["AutoScalingGroupName"] == GROUP
    assert event["resources"][1].endswith(event["detail"]["EC2InstanceId"])
    (launched,) = [hop for hop in hops(lab, "put-event") if "Launch" in hop.facts["detail_type"]]
    assert lab.trace[launched.causes[0] - 1].kind == "in-service"


def test_without_a_rule_on_the_default_bus_there_is_no_event(lab, events):
    events.create_event_bus(Name=SHOP)
    rule(events, EventBusName=SHOP)
    create_group(lab, 1, 1)
    lab.advance(minutes=10)
    assert hops(lab, "put-event") == []


def test_who_watches_a_bus_sees_what_arrives(lab, events):
    shop = events.create_event_bus(Name=SHOP)["EventBusArn"]
    seen = []
    stop = watch(current_world(), shop, seen.append)
    put(events, {"n": 1}, EventBusName=SHOP)
    put(events, {"n": 2})
    stop()
    put(events, {"n": 3}, EventBusName=SHOP)
    assert [event.detail for event in seen] == [{"n": 1}]


def metric(lab, name, **dimensions):
    named = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    watched = {"Namespace": "AWS/Events", "MetricName": name, "Dimensions": named}
    answer = lab.client("cloudwatch").get_metric_data(
        MetricDataQueries=[
            {
                "Id": "m",
                "MetricStat": {"Metric": watched, "Period": 86_400, "Stat": "Sum"},
                "ReturnData": True,
            }
        ],
        StartTime=lab.now.replace(hour=0, minute=0, second=0, microsecond=0),
        EndTime=lab.now,
    )
    return sum(answer["MetricDataResults"][0]["Values"])


def test_rules_publish_metrics(lab, events, sqs):
    _, arn = open_queue(sqs)
    dead_url, dead = open_queue(sqs, "dead")
    rule(events, arn, {"Arn": arn.replace("inbox", "gone"), "DeadLetterConfig": {"Arn": dead}})
    events.create_event_bus(Name=SHOP)
    rule(events, arn, name="shop", EventBusName=SHOP)
    put(events)
    put(events, Source="other")
    put(events, EventBusName=SHOP)
    lab.advance(seconds=1)
    close(sqs, dead_url)
    put(events)
    lab.advance(minutes=2)
    watched = {
        name: metric(lab, name, RuleName="watch")
        for name in (
            "MatchedEvents",
            "TriggeredRules",
            "Invocations",
            "InvocationAttempts",
            "SuccessfulInvocationAttempts",
            "FailedInvocations",
            "InvocationsSentToDlq",
            "InvocationsFailedToBeSentToDlq",
        )
    }
    assert watched == {
        "MatchedEvents": 2,
        "TriggeredRules": 2,
        "Invocations": 4,
        "InvocationAttempts": 4,
        "SuccessfulInvocationAttempts": 2,
        "FailedInvocations": 2,
        "InvocationsSentToDlq": 1,
        "InvocationsFailedToBeSentToDlq": 1,
    }
    assert metric(lab, "Invocations", EventBusName=SHOP, RuleName="shop") == 1
    assert metric(lab, "Invocations") == 5
    assert metric(lab, "PutEventsEntriesCount") == 4


def test_a_watcher_s_event_is_the_whole_document(lab, events):
    seen = []
    arn = events.describe_event_bus()["Arn"]
    watch(current_world(), arn, seen.append)
    put(events, {"n": 1})
    assert json.loads(seen[0].text) == seen[0].document


def trail(sqs, url):
    """Which calls were told of, and by which event."""
    return [(event["detail"]["eventName"], event["detail-type"]) for event in received(sqs, url)]


def test_calls_that_manage_something_are_events_via_cloudtrail(lab, events, sqs):
    url, arn = open_queue(sqs)
    asked = {"detail-type": ["AWS API Call via CloudTrail"], "detail": {"eventName": ["CreateQueue"]}}
    rule(events, arn, pattern=asked)
    made = sqs.create_queue(QueueName="cakes")
    sqs.send_message(QueueUrl=made["QueueUrl"], MessageBody="a cake")
    sqs.list_queues()
    (event,) = received(sqs, url)
    detail = event["detail"]
    assert event["detail-type"] == "AWS API Call via CloudTrail"
    assert (detail["eventSource"], detail["readOnly"]) == ("sqs.amazonaws.com", False)
    assert detail["requestParameters"] == {"queueName": "cakes"}
    assert detail["responseElements"] == {"queueUrl": made["QueueUrl"]}
    assert detail["userIdentity"]["accountId"] == "123456789012"
    (told,) = hops(lab, "put-event")
    assert lab.trace[told.causes[0] - 1].resource == "sqs:CreateQueue"


def test_calls_that_read_are_for_rules_that_ask_for_all_management_events(events, sqs):
    url, arn = open_queue(sqs)
    pattern = {"source": ["aws.sqs"], "detail-type": ["AWS API Call via CloudTrail"]}
    rule(events, arn, pattern=pattern)
    sqs.list_queues()
    assert trail(sqs, url) == []
    rule(events, arn, pattern=pattern, State="ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")
    sqs.list_queues()
    assert trail(sqs, url) == [("ListQueues", "AWS API Call via CloudTrail")]


def test_a_call_that_fails_is_an_event_too_with_its_error(lab, events, sqs):
    url, arn = open_queue(sqs)
    failures = {"detail-type": ["AWS API Call via CloudTrail"], "detail": {"errorCode": [{"exists": True}]}}
    rule(events, arn, pattern=failures)
    missing = f"{url}-of-nobody"
    sqs.create_queue(QueueName="cakes")
    with pytest.raises(ClientError) as caught:
        sqs.delete_queue(QueueUrl=missing)
    error = caught.value.response
    (event,) = received(sqs, url)
    detail = event["detail"]
    assert (detail["eventName"], detail["readOnly"]) == ("DeleteQueue", False)
    assert detail["errorCode"] == error["Error"]["Code"]
    assert detail["errorMessage"] == error["Error"]["Message"]
    assert detail["requestID"] == error["ResponseMetadata"]["RequestId"]
    assert detail["requestParameters"] == {"queueUrl": missing}
    assert detail["responseElements"] is None
    (told,) = hops(lab, "put-event")
    call = lab.trace[told.causes[0] - 1]
    assert (call.resource, call.outcome) == ("sqs:DeleteQueue", error["Error"]["Code"])


def test_a_failed_call_that_reads_is_for_rules_that_ask_for_all_management_events(events, sqs):
    url, arn = open_queue(sqs)
    pattern = {"source": ["aws.sqs"], "detail-type": ["AWS API Call via CloudTrail"]}
    rule(events, arn, pattern=pattern)
    with pytest.raises(ClientError):
        sqs.get_queue_url(QueueName="missing")
    assert trail(sqs, url) == []
    rule(events, arn, pattern=pattern, State="ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")
    with pytest.raises(ClientError):
        sqs.get_queue_url(QueueName="missing")
    assert trail(sqs, url) == [("GetQueueUrl", "AWS API Call via CloudTrail")]


def test_what_never_reached_aws_or_only_the_lab_refuses_is_no_event(events, sqs, lab):
    url, arn = open_queue(sqs)
    asked = {"detail-type": ["AWS API Call via CloudTrail"], "source": ["aws.sqs", "aws.lambda"]}
    rule(events, arn, pattern=asked)
    with pytest.raises(ParamValidationError):
        sqs.create_queue(QueueName=7)
    with pytest.raises(ClientError, match="NotSimulatedByWorkbook"):
        lab.client("lambda").invoke_async(FunctionName="worker", InvokeArgs=b"{}")
    sqs.create_queue(QueueName="cakes")
    assert trail(sqs, url) == [("CreateQueue", "AWS API Call via CloudTrail")]


def test_a_rule_that_does_not_ask_for_them_gets_no_calls(events, sqs):
    url, arn = open_queue(sqs)
    rule(events, arn, pattern={"source": ["aws.sqs"]})
    sqs.create_queue(QueueName="cakes")
    assert received(sqs, url) == []


def test_calls_that_no_rule_matches_leave_nothing_in_the_trace(lab, events, sqs):
    rule(events)
    sqs.create_queue(QueueName="cakes")
    assert hops(lab, "put-event") == []
    assert hops(lab, "filter") == []
