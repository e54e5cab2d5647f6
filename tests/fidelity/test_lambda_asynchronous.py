"""Lambda functions invoked asynchronously, as the Lambda Developer Guide describes it."""

from __future__ import annotations

import json

import pytest
from lambda_learner import permit, seconds_of_invocations, worker
from learner import arn_of, contents, hops, queue, refused

from workbook import Chaos, Lab
from workbook.aws.awslambda.access import function_access
from workbook.aws.limits import limit

OBEYS = """
import time

def handler(event, context):
    time.sleep(event.get("sleep", 0))
    if "fail" in event:
        raise ValueError(event["fail"])
    return "done"
"""


def post(lab, event, name="worker", **options):
    """Invoke asynchronously; the request's id."""
    answer = lab.client("lambda").invoke(
        FunctionName=name, InvocationType="Event", Payload=json.dumps(event), **options
    )
    assert answer["StatusCode"] == 202
    return answer["ResponseMetadata"]["RequestId"]


def configure(lab, success=None, failure=None, **settings):
    """PutFunctionEventInvokeConfig."""
    given = {"OnSuccess": success, "OnFailure": failure}
    config = {name: {"Destination": arn} for name, arn in given.items() if arn}
    parameters = {"DestinationConfig": config} if config else {}
    return lab.client("lambda").put_function_event_invoke_config(
        FunctionName="worker", **parameters, **settings
    )


def metric(lab, name):
    """The sum of a metric of the function in this lab."""
    answer = lab.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName=name,
        Dimensions=[{"Name": "FunctionName", "Value": "worker"}],
        StartTime=lab.now.replace(hour=0),
        EndTime=lab.now,
        Period=60,
        Statistics=["Sum"],
    )
    return sum(point["Sum"] for point in answer["Datapoints"])


def test_la_01_an_event_returns_at_once_and_an_error_is_tried_again_after_1_and_2_minutes(lab):
    worker(lab, OBEYS)
    start = lab.now
    post(lab, {"fail": "always"})
    assert (lab.now - start).total_seconds() < 0.01
    lab.run_until_idle()
    assert (limit("lambda.event.first-retry"), limit("lambda.event.second-retry")) == (60, 120)
    assert seconds_of_invocations(lab, start) == pytest.approx([0, 60, 180], abs=0.3)
    assert hops(lab, "drop")[0].facts["reason"] == "RetriesExhausted"


def test_la_02_a_throttled_event_is_tried_again_after_1_s_up_to_5_min_for_6_hours(lab):
    worker(lab, OBEYS, Timeout=900)
    client = lab.client("lambda")
    client.put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=1)
    start = lab.now
    post(lab, {"sleep": 40})
    post(lab, {"sleep": 0})
    lab.run_until_idle()
    waits = [round(hop.facts["retry_at"] / 1e6 - hop.time / 1e6) for hop in hops(lab, "throttle")]
    assert waits == [1, 2, 4, 8, 16, 32]
    assert seconds_of_invocations(lab, start) == pytest.approx([0, 63], abs=0.3)
    assert (limit("lambda.event.age.least"), limit("lambda.event.age")) == (60, 21_600)
    with refused("ValidationException", "less than or equal to 21600"):
        configure(lab, MaximumEventAgeInSeconds=21_601)


def test_la_03_an_event_is_tried_again_0_1_or_2_times(lab):
    worker(lab, OBEYS)
    for retries in (0, 1, 2):
        configure(lab, MaximumRetryAttempts=retries)
        request_id = post(lab, {"fail": "always"})
        lab.run_until_idle()
        attempts = [hop for hop in hops(lab, "invoke") if hop.facts["request_id"] == request_id]
        assert len(attempts) == retries + 1
    with refused("ValidationException", "less than or equal to 2"):
        configure(lab, MaximumRetryAttempts=3)


def test_la_04_destinations_get_a_record_and_a_dead_letter_queue_only_the_event(lab, sqs):
    worker(lab, OBEYS)
    permit(lab, "sqs:SendMessage")
    done, failed, dead = (queue(sqs, name) for name in ("done", "failed", "dead"))
    configure(lab, success=arn_of(sqs, done), failure=arn_of(sqs, failed))
    worker(lab, OBEYS, DeadLetterConfig={"TargetArn": arn_of(sqs, dead)})
    post(lab, {"order": 1})
    request_id = post(lab, {"fail": "always"})
    lab.run_until_idle()
    (success,) = map(json.loads, contents(lab, done))
    assert success["requestContext"]["condition"] == "Success"
    assert (success["requestPayload"], success["responsePayload"]) == ({"order": 1}, "done")
    (failure,) = map(json.loads, contents(lab, failed))
    assert failure["requestContext"] == {
        "requestId": request_id,
        "functionArn": "arn:aws:lambda:us-east-1:123456789012:function:worker:$LATEST",
        "condition": "RetriesExhausted",
        "approximateInvokeCount": 3,
    }
    assert failure["responsePayload"]["errorMessage"] == "always"
    (letter,) = sqs.receive_message(QueueUrl=dead, MessageAttributeNames=["All"])["Messages"]
    assert json.loads(letter["Body"]) == {"fail": "always"}
    shown = {name: value["StringValue"] for name, value in letter["MessageAttributes"].items()}
    assert shown == {"RequestID": request_id, "ErrorCode": "200", "ErrorMessage": "always"}
    with refused("NotSimulatedByWorkbook", "S3 bucket"):
        configure(lab, failure="arn:aws:s3:::failed")


def test_la_09_the_same_event_may_run_twice():
    with Lab(seed=7, chaos=Chaos(duplicate_events=1.0)) as lab:
        worker(lab, OBEYS)
        request_id = post(lab, {"order": 1})
        lab.run_until_idle()
        assert [hop.facts["request_id"] for hop in hops(lab, "invoke")] == [request_id] * 2


def test_la_28_each_version_and_alias_has_settings_of_its_own(lab):
    worker(lab, OBEYS)
    client = lab.client("lambda")
    client.publish_version(FunctionName="worker")
    client.create_alias(FunctionName="worker", Name="live", FunctionVersion="1")
    configure(lab, MaximumRetryAttempts=0)
    arn = "arn:aws:lambda:us-east-1:123456789012:function:worker:live"
    with refused("ResourceNotFoundException", f"The function {arn} doesn't have an EventInvokeConfig"):
        client.get_function_event_invoke_config(FunctionName="worker", Qualifier="live")
    post(lab, {"fail": "always"}, Qualifier="live")
    lab.run_until_idle()
    assert len(hops(lab, "invoke")) == 3


def test_la_35_a_published_version_keeps_its_dead_letter_queue(lab, sqs):
    worker(lab, OBEYS)
    permit(lab, "sqs:SendMessage")
    first, second = queue(sqs, "first"), queue(sqs, "second")
    client = lab.client("lambda")

    def set_letters(url):
        letters = {"TargetArn": arn_of(sqs, url)}
        client.update_function_configuration(FunctionName="worker", DeadLetterConfig=letters)
        lab.advance(60)

    set_letters(first)
    client.publish_version(FunctionName="worker")
    client.create_alias(FunctionName="worker", Name="live", FunctionVersion="1")
    set_letters(second)
    for options in ({"Qualifier": "1"}, {"Qualifier": "live"}, {}):
        post(lab, {"fail": "always"}, **options)
    lab.run_until_idle()
    assert (lab.queue("first").visible, lab.queue("second").visible) == (2, 1)


def test_la_29_with_a_reservation_of_0_events_go_straight_to_the_destination(lab, sqs):
    worker(lab, OBEYS)
    permit(lab, "sqs:SendMessage")
    failed = queue(sqs, "failed")
    configure(lab, failure=arn_of(sqs, failed))
    lab.client("lambda").put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=0)
    start = lab.now
    post(lab, {"order": 1})
    lab.run_until_idle()
    assert (lab.now - start).total_seconds() < 1
    assert hops(lab, "invoke") == []
    (record,) = map(json.loads, contents(lab, failed))
    assert record["requestPayload"] == {"order": 1}
    assert record["requestContext"]["condition"] == "ZeroReservedConcurrency"


def test_la_30_the_execution_role_must_be_allowed_to_send_what_failed(lab, sqs):
    worker(lab, OBEYS)
    dead = arn_of(sqs, queue(sqs, "dead"))
    client = lab.client("lambda")
    text = "The provided execution role does not have permissions to call SendMessage on SQS"
    with refused("InvalidParameterValueException", text):
        client.update_function_configuration(FunctionName="worker", DeadLetterConfig={"TargetArn": dead})
    text = f"The function's execution role does not have permissions to call SendMessage on {dead}"
    with refused("InvalidParameterValueException", text):
        configure(lab, failure=dead)
    permit(lab, "sqs:SendMessage")
    configure(lab, failure=dead, MaximumRetryAttempts=0)
    permit(lab, "sqs:ReceiveMessage")
    post(lab, {"fail": "always"})
    lab.run_until_idle()
    assert contents(lab, "dead") == []
    lab.advance(60)
    assert metric(lab, "DestinationDeliveryFailures") == 1


def test_la_31_a_service_needs_the_function_s_resource_based_policy(lab):
    worker(lab, OBEYS)
    arn = "arn:aws:lambda:us-east-1:123456789012:function:worker"
    topic = "arn:aws:sns:us-east-1:123456789012:orders"
    source = {"aws:SourceArn": topic, "aws:SourceAccount": "123456789012"}
    assert not function_access(lab.world, arn, "sns.amazonaws.com", source).allowed
    lab.client("lambda").add_permission(
        FunctionName="worker",
        StatementId="topic",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
        SourceArn=topic,
    )
    assert function_access(lab.world, arn, "sns.amazonaws.com", source).allowed
    other = {**source, "aws:SourceArn": topic.replace("orders", "others")}
    assert not function_access(lab.world, arn, "sns.amazonaws.com", other).allowed


def test_la_32_cloudwatch_counts_invocations_errors_and_events(lab):
    worker(lab, OBEYS)
    configure(lab, MaximumRetryAttempts=1)
    post(lab, {"order": 1})
    post(lab, {"fail": "always"})
    lab.run_until_idle()
    lab.advance(60)
    names = ("Invocations", "Errors", "Throttles", "AsyncEventsReceived", "AsyncEventsDropped")
    assert {name: metric(lab, name) for name in names} == {
        "Invocations": 3,
        "Errors": 2,
        "Throttles": 0,
        "AsyncEventsReceived": 2,
        "AsyncEventsDropped": 1,
    }


def test_la_33_an_event_that_would_be_too_old_for_its_next_attempt_is_given_up_at_once(lab, sqs):
    worker(lab, OBEYS)
    permit(lab, "sqs:SendMessage")
    failed = queue(sqs, "failed")
    configure(lab, failure=arn_of(sqs, failed), MaximumEventAgeInSeconds=60)
    start = lab.now
    post(lab, {"fail": "always"})
    lab.run_until_idle()
    assert (lab.now - start).total_seconds() < 1
    (record,) = map(json.loads, contents(lab, failed))
    assert record["requestContext"]["condition"] == "EventAgeExceeded"
    assert record["requestContext"]["approximateInvokeCount"] == 1


def test_la_34_a_loop_of_events_is_stopped_in_the_17th_round(lab):
    again = "boto3.client('lambda').invoke(FunctionName='worker', InvocationType='Event', Payload='{}')"
    worker(lab, f"import boto3\n\ndef handler(event, context):\n    {again}\n")
    post(lab, {})
    lab.run_until_idle()
    assert len(hops(lab, "invoke")) == 16
    assert [hop.outcome for hop in hops(lab, "stop")] == ["RecursiveInvocationException"]
