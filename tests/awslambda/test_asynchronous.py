"""Asynchronous invocation: LA-01, LA-02, LA-03, LA-09; what Lambda does with an event by itself."""

import itertools
import json

import pytest
from async_system import FOLLOWS_ORDERS, attributes, destinations, post, seconds
from botocore.exceptions import ClientError
from inbox import messages, open_queue, received
from learner import hops

from workbook import Chaos, Lab
from workbook.aws import awslambda
from workbook.aws.awslambda.asynchronous import accept


@pytest.fixture
def function(deploy):
    return deploy("f", FOLLOWS_ORDERS)


def throttles(lab):
    return hops(lab, "throttle")


def test_an_event_is_accepted_at_once_and_run_afterwards(lab, aws_lambda, function):
    before = lab.world.clock.now
    request_id = post(aws_lambda, {"do": "it", "sleep": 2})
    assert lab.world.clock.now - before < 10_000
    (accepted,) = hops(lab, "enqueue")
    assert (accepted.resource, accepted.message) == (function, request_id)
    assert json.loads(accepted.facts["body"]) == {"do": "it", "sleep": 2}
    lab.run_until_idle()
    (ran,) = hops(lab, "invoke")
    assert ran.outcome == "ok"
    assert (ran.facts["request_id"], ran.facts["attempt"]) == (request_id, 1)
    assert ran.causes == (accepted.number,)


def test_an_event_without_payload_is_an_empty_object(lab, aws_lambda, deploy, log_events):
    deploy("f", "def handler(event, context):\n    print('SAW', event)")
    post(aws_lambda)
    lab.run_until_idle()
    assert "SAW {}\n" in [text for _, text in log_events("f")]


def test_la_01_errors_are_tried_again_after_one_and_two_minutes(lab, aws_lambda, function):
    start = lab.world.clock.now
    request_id = post(aws_lambda, {"fail": "always"})
    lab.run_until_idle()
    assert seconds(lab, "invoke", start) == [0, 60, 180]
    attempts = hops(lab, "invoke")
    assert [hop.facts["attempt"] for hop in attempts] == [1, 2, 3]
    assert {hop.facts["request_id"] for hop in attempts} == {request_id}
    assert [round((hop.facts["retry_at"] - start) / 1e6) for hop in attempts[:2]] == [60, 180]
    assert "retry_at" not in attempts[2].facts


def test_an_event_that_nobody_keeps_is_dropped_and_the_trace_says_so(lab, aws_lambda, function):
    request_id = post(aws_lambda, {"fail": "always"})
    lab.run_until_idle()
    (dropped,) = hops(lab, "drop")
    assert (dropped.message, dropped.resource, dropped.outcome) == (request_id, function, "dropped")
    assert (dropped.facts["attempts"], dropped.facts["reason"]) == (3, "RetriesExhausted")
    assert hops(lab, "give-up") == []


def test_a_timeout_is_an_error_like_any_other(lab, aws_lambda, deploy):
    deploy("f", FOLLOWS_ORDERS, Timeout=3)
    post(aws_lambda, {"sleep": 60})
    lab.run_until_idle()
    assert [hop.outcome for hop in hops(lab, "invoke")] == ["Sandbox.Timedout"] * 3


def test_an_event_that_succeeds_at_last_is_done(lab, aws_lambda, deploy):
    deploy(
        "f",
        "runs = []\ndef handler(event, context):\n    runs.append(1)\n    if len(runs) < 3:\n        1 / 0",
    )
    post(aws_lambda)
    lab.run_until_idle()
    assert [hop.outcome for hop in hops(lab, "invoke")] == ["ZeroDivisionError", "ZeroDivisionError", "ok"]
    assert hops(lab, "drop") == []


@pytest.mark.parametrize(("retries", "times"), [(0, [0]), (1, [0, 60]), (2, [0, 60, 180])])
def test_la_03_the_number_of_retries_can_be_set(lab, aws_lambda, function, retries, times):
    aws_lambda.put_function_event_invoke_config(FunctionName="f", MaximumRetryAttempts=retries)
    start = lab.world.clock.now
    post(aws_lambda, {"fail": "always"})
    lab.run_until_idle()
    assert seconds(lab, "invoke", start) == times


def test_la_02_throttled_events_are_tried_again_with_growing_pauses(lab, aws_lambda, function):
    aws_lambda.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=1)
    start = lab.world.clock.now
    post(aws_lambda, {"sleep": 2})
    post(aws_lambda, {"do": "later"})
    lab.run_until_idle()
    assert seconds(lab, "throttle", start) == [0, 1]
    assert [hop.facts["attempt"] for hop in throttles(lab)] == [1, 2]
    assert seconds(lab, "invoke", start) == [0, 3]
    assert [hop.outcome for hop in hops(lab, "invoke")] == ["ok", "ok"]


def test_la_02_the_pauses_double_up_to_five_minutes_and_end_after_six_hours(lab, aws_lambda, function):
    aws_lambda.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=1)
    occupy(lab, function, hours=7)
    start = lab.world.clock.now
    post(aws_lambda)
    lab.advance(hours=7)
    times = seconds(lab, "throttle", start)
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert gaps[:9] == [1, 2, 4, 8, 16, 32, 64, 128, 256]
    assert set(gaps[9:]) == {300}
    assert 6 * 3600 - 300 <= times[-1] < 6 * 3600
    (dropped,) = hops(lab, "drop")
    assert dropped.facts["reason"] == "EventAgeExceeded"


def occupy(lab, function, *, hours):
    """Hold the function's only unit of concurrency."""
    concurrency = awslambda.throttling.concurrency_of(
        lab.world, awslambda.registry.find_by_arn(lab.world, function).backend
    )

    def hold():
        with concurrency.slot("f", 1, 1_000):
            lab.world.kernel.sleep(hours * 3600)

    lab.world.kernel.spawn(hold, name="who occupies the function")
    lab.advance(1)


def test_an_event_whose_next_attempt_would_be_too_late_is_given_up_at_once(lab, aws_lambda, function):
    aws_lambda.put_function_event_invoke_config(FunctionName="f", MaximumEventAgeInSeconds=60)
    start = lab.world.clock.now
    post(aws_lambda, {"fail": "always"})
    lab.run_until_idle()
    assert seconds(lab, "invoke", start) == [0]
    (dropped,) = hops(lab, "drop")
    assert dropped.facts["reason"] == "EventAgeExceeded"
    assert dropped.time - start < 1_000_000


def test_new_settings_count_for_events_that_wait_already(lab, aws_lambda, function):
    post(aws_lambda, {"fail": "always"})
    lab.advance(30)
    aws_lambda.put_function_event_invoke_config(FunctionName="f", MaximumRetryAttempts=1)
    lab.run_until_idle()
    assert len(hops(lab, "invoke")) == 2


def test_an_alias_has_settings_of_its_own_and_inherits_none(lab, aws_lambda, function):
    aws_lambda.publish_version(FunctionName="f")
    for name in ("patient", "hasty"):
        aws_lambda.create_alias(FunctionName="f", Name=name, FunctionVersion="1")
    for qualifier in ("hasty", "1", "$LATEST"):
        aws_lambda.put_function_event_invoke_config(
            FunctionName="f", Qualifier=qualifier, MaximumRetryAttempts=0
        )
    post(aws_lambda, {"fail": "always"}, Qualifier="hasty")
    lab.run_until_idle()
    assert len(hops(lab, "invoke")) == 1
    post(aws_lambda, {"fail": "always"}, Qualifier="patient")
    lab.run_until_idle()
    assert [hop.resource.rpartition(":")[2] for hop in hops(lab, "invoke")] == ["hasty"] + ["patient"] * 3


def test_with_a_reservation_of_0_events_are_given_up_without_a_try(lab, sqs, aws_lambda, function, grant):
    grant("sqs:SendMessage")
    url, arn = open_queue(sqs, "failed")
    dead, dead_arn = open_queue(sqs, "dead")
    destinations(aws_lambda, failure=arn)
    aws_lambda.update_function_configuration(FunctionName="f", DeadLetterConfig={"TargetArn": dead_arn})
    aws_lambda.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    request_id = post(aws_lambda, {"do": "it"})
    lab.run_until_idle()
    assert hops(lab, "invoke") == throttles(lab) == []
    (record,) = received(sqs, url)
    assert record["requestContext"]["condition"] == "ZeroReservedConcurrency"
    assert record["requestContext"]["approximateInvokeCount"] == 0
    assert "responseContext" not in record
    assert "responsePayload" not in record
    (letter,) = messages(sqs, dead)
    assert json.loads(letter["Body"]) == {"do": "it"}
    assert attributes(letter)["RequestID"] == ("String", request_id)
    assert "zero reserved concurrent executions" in attributes(letter)["ErrorMessage"][1]


def test_a_function_that_was_deleted_meanwhile_is_an_error(lab, sqs, aws_lambda, function, grant):
    grant("sqs:SendMessage")
    url, arn = open_queue(sqs, "failed")
    destinations(aws_lambda, failure=arn, MaximumRetryAttempts=1)
    post(aws_lambda, {"fail": "first"})
    lab.advance(1)
    aws_lambda.delete_function(FunctionName="f")
    lab.run_until_idle()
    (record,) = received(sqs, url)
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["responseContext"] == {"statusCode": 404}


def test_la_05_an_event_has_at_most_1_mb(lab, aws_lambda, function):
    fits = json.dumps("x" * (1_048_576 - 2))
    assert aws_lambda.invoke(FunctionName="f", InvocationType="Event", Payload=fits)["StatusCode"] == 202
    with pytest.raises(ClientError) as caught:
        aws_lambda.invoke(FunctionName="f", InvocationType="Event", Payload=fits + " ")
    error = caught.value.response
    assert error["Error"]["Code"] == "RequestEntityTooLargeException"
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 413
    text = "1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)"
    assert error["Error"]["Message"] == text
    assert len(hops(lab, "enqueue")) == 1


def test_what_no_function_could_take_is_refused_at_once(lab, aws_lambda, deploy, role):
    with pytest.raises(ClientError) as caught:
        aws_lambda.invoke(FunctionName="nobody", InvocationType="Event")
    assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"
    deploy("f", FOLLOWS_ORDERS)
    with pytest.raises(ClientError) as caught:
        aws_lambda.invoke(FunctionName="f", InvocationType="Event", Payload="{not json")
    assert caught.value.response["Error"]["Code"] == "InvalidRequestContentException"
    with pytest.raises(ClientError) as caught:
        aws_lambda.invoke(FunctionName="f", InvocationType="Later")
    assert "[Event, RequestResponse, DryRun]" in caught.value.response["Error"]["Message"]
    assert hops(lab, "enqueue") == []


def test_a_service_is_told_what_the_api_would_answer(lab, function):
    assert accept(lab.world, function, '{"do": 1}') == hops(lab, "enqueue")[0].message
    with pytest.raises(awslambda.ResourceNotFound):
        accept(lab.world, function + "s", "{}")


def test_events_wait_without_tasks(lab, aws_lambda, function):
    for _ in range(50):
        post(aws_lambda, {"fail": "always"})
    lab.advance(30)
    assert lab.world.kernel.waiting() == []
    lab.run_until_idle()
    assert len(hops(lab, "drop")) == 50


def test_la_27_a_function_that_posts_events_to_itself_is_stopped(lab, sqs, aws_lambda, deploy, grant):
    grant("sqs:SendMessage")
    deploy(
        "f",
        "import boto3\n"
        "def handler(event, context):\n"
        "    boto3.client('lambda').invoke(FunctionName='f', InvocationType='Event', Payload='{}')\n",
    )
    url, arn = open_queue(sqs, "failed")
    destinations(aws_lambda, failure=arn)
    post(aws_lambda)
    lab.run_until_idle()
    assert len(hops(lab, "invoke")) == 16
    assert len(hops(lab, "stop")) == 1
    (record,) = received(sqs, url)
    assert record["responseContext"] == {"statusCode": 400}


def test_la_09_an_event_may_be_run_twice():
    with Lab(seed=7, chaos=Chaos(duplicate_events=1.0)) as lab:
        lab.function("f", FOLLOWS_ORDERS)
        request_id = post(lab.client("lambda"), {"do": "it"})
        lab.run_until_idle()
        assert [hop.facts["request_id"] for hop in hops(lab, "invoke")] == [request_id] * 2
        (copy,) = hops(lab, "duplicate")
        assert copy.message == request_id
        assert hops(lab, "invoke")[1].causes == (copy.number,)


def test_the_whole_life_of_an_event_is_one_story(lab, aws_lambda, function):
    request_id = post(aws_lambda, {"fail": "always"})
    post(aws_lambda, {"do": "another"})
    lab.run_until_idle()
    kinds = [hop.kind for hop in lab.trace.of(request_id)]
    assert kinds == ["api-call", "enqueue", "invoke", "invoke", "invoke", "drop"]
