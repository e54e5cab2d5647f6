"""Destinations and dead-letter queues: what arrives there, and what may be one. LA-04."""

import json

import pytest
from async_system import FOLLOWS_ORDERS, attributes, destinations, post
from botocore.exceptions import ClientError
from inbox import messages, open_queue, received
from learner import hops

HERE = "us-east-1:123456789012"


@pytest.fixture
def function(deploy, grant):
    grant("sqs:SendMessage", "sns:Publish", "lambda:InvokeFunction", "events:PutEvents")
    return deploy("f", FOLLOWS_ORDERS)


def refused(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]


def dead_letters_to(aws_lambda, lab, arn):
    aws_lambda.update_function_configuration(FunctionName="f", DeadLetterConfig={"TargetArn": arn})
    lab.advance(1)


# ---- what arrives


def test_la_04_a_success_is_told_to_the_on_success_destination(lab, sqs, aws_lambda, function):
    url, arn = open_queue(sqs, "done")
    destinations(aws_lambda, success=arn)
    request_id = post(aws_lambda, {"do": "it"})
    lab.run_until_idle()
    (record,) = received(sqs, url)
    assert list(record) == [
        "version",
        "timestamp",
        "requestContext",
        "requestPayload",
        "responseContext",
        "responsePayload",
    ]
    assert record.pop("timestamp").endswith("Z")
    assert record == {
        "version": "1.0",
        "requestContext": {
            "requestId": request_id,
            "functionArn": f"{function}:$LATEST",
            "condition": "Success",
            "approximateInvokeCount": 1,
        },
        "requestPayload": {"do": "it"},
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST"},
        "responsePayload": {"did": "it"},
    }


def test_la_04_a_failure_is_told_to_the_on_failure_destination(lab, sqs, aws_lambda, function):
    url, arn = open_queue(sqs, "failed")
    destinations(aws_lambda, failure=arn)
    request_id = post(aws_lambda, {"fail": "always"})
    lab.run_until_idle()
    (record,) = received(sqs, url)
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 3
    assert record["responseContext"] == {
        "statusCode": 200,
        "executedVersion": "$LATEST",
        "functionError": "Unhandled",
    }
    assert record["responsePayload"]["errorMessage"] == "always"
    assert record["responsePayload"]["requestId"] == request_id


def test_la_04_a_dead_letter_is_the_event_with_three_attributes(lab, sqs, aws_lambda, function):
    url, arn = open_queue(sqs, "dead")
    dead_letters_to(aws_lambda, lab, arn)
    request_id = post(aws_lambda, {"fail": "always"})
    lab.run_until_idle()
    (letter,) = messages(sqs, url)
    assert letter["Body"] == '{"fail": "always"}'
    assert attributes(letter) == {
        "RequestID": ("String", request_id),
        "ErrorCode": ("Number", "200"),
        "ErrorMessage": ("String", "always"),
    }


def test_only_the_first_kilobyte_of_the_error_is_in_a_dead_letter(lab, sqs, aws_lambda, function):
    url, arn = open_queue(sqs, "dead")
    dead_letters_to(aws_lambda, lab, arn)
    post(aws_lambda, {"fail": "é" * 1_000})
    post(aws_lambda, {"fail": ""})
    lab.run_until_idle()
    long, empty = sorted(messages(sqs, url), key=lambda letter: -len(letter["Body"]))
    assert attributes(long)["ErrorMessage"] == ("String", "é" * 512)
    assert "ErrorMessage" not in attributes(empty)


def test_an_event_that_was_only_throttled_says_so(lab, sqs, aws_lambda, function):
    url, arn = open_queue(sqs, "failed")
    dead, dead_arn = open_queue(sqs, "dead")
    destinations(aws_lambda, failure=arn, MaximumEventAgeInSeconds=60)
    dead_letters_to(aws_lambda, lab, dead_arn)
    aws_lambda.update_function_configuration(FunctionName="f", Timeout=900)
    lab.advance(1)
    aws_lambda.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=1)
    post(aws_lambda, {"sleep": 800})
    post(aws_lambda, {"do": "later"})
    lab.advance(700)
    (record,) = received(sqs, url)
    assert record["requestContext"]["condition"] == "EventAgeExceeded"
    assert record["requestContext"]["approximateInvokeCount"] == 0
    assert record["responseContext"] == {"statusCode": 429}
    (letter,) = messages(sqs, dead)
    assert attributes(letter)["ErrorCode"] == ("Number", "429")
    assert attributes(letter)["ErrorMessage"] == ("String", "Rate Exceeded.")


def test_both_the_destination_and_the_dead_letter_queue_get_theirs(lab, sqs, aws_lambda, function):
    url, arn = open_queue(sqs, "failed")
    dead, dead_arn = open_queue(sqs, "dead")
    destinations(aws_lambda, failure=arn)
    dead_letters_to(aws_lambda, lab, dead_arn)
    post(aws_lambda, {"fail": "always"})
    lab.run_until_idle()
    assert len(messages(sqs, url)) == len(messages(sqs, dead)) == 1
    (given_up,) = hops(lab, "give-up")
    assert given_up.facts["destination"] == arn
    assert given_up.facts["dead_letter_queue"] == dead_arn
    assert {hop.causes for hop in hops(lab, "deliver")} == {(given_up.number,)}


def test_a_function_can_be_the_destination_of_another_one(lab, aws_lambda, deploy, function, log_events):
    deploy("g", "def handler(event, context):\n    print('GOT', event['requestContext']['condition'])")
    destinations(aws_lambda, success=f"arn:aws:lambda:{HERE}:function:g")
    post(aws_lambda, {"do": "it"})
    lab.run_until_idle()
    assert "GOT Success\n" in [text for _, text in log_events("g")]


def test_a_bus_gets_the_record_as_the_detail_of_an_event(lab, aws_lambda, deploy, function, sqs):
    events = lab.client("events")
    pattern = json.dumps({"source": ["lambda"], "detail": {"requestContext": {"condition": ["Success"]}}})
    rule = events.put_rule(Name="done", EventPattern=pattern)["RuleArn"]
    url, arn = open_queue(sqs, "done", "events.amazonaws.com", rule)
    events.put_targets(Rule="done", Targets=[{"Id": "1", "Arn": arn}])
    bus = f"arn:aws:events:{HERE}:event-bus/default"
    destinations(aws_lambda, success=bus)
    post(aws_lambda, {"do": "it"})
    lab.run_until_idle()
    (event,) = received(sqs, url)
    assert event["detail-type"] == "Lambda Function Invocation Result - Success"
    assert event["resources"] == [bus, f"{function}:$LATEST"]
    assert event["detail"]["requestPayload"] == {"do": "it"}


def test_a_topic_gets_the_record_as_its_message(lab, aws_lambda, function, sqs):
    sns = lab.client("sns")
    topic = sns.create_topic(Name="done")["TopicArn"]
    url, arn = open_queue(sqs, "done", "sns.amazonaws.com")
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    destinations(aws_lambda, success=topic)
    post(aws_lambda, {"do": "it"})
    lab.run_until_idle()
    (record,) = received(sqs, url)
    assert record["requestContext"]["condition"] == "Success"


@pytest.mark.parametrize("published_first", [True, False])
def test_a_version_has_the_dead_letter_queue_with_which_it_was_published(
    lab, sqs, aws_lambda, function, published_first
):
    url, arn = open_queue(sqs, "dead")
    steps = [
        lambda: aws_lambda.publish_version(FunctionName="f"),
        lambda: dead_letters_to(aws_lambda, lab, arn),
    ]
    for step in steps if published_first else reversed(steps):
        step()
    post(aws_lambda, {"fail": "always"}, Qualifier="1")
    lab.run_until_idle()
    assert len(messages(sqs, url)) == (0 if published_first else 1)


# ---- what cannot be delivered


def test_what_the_role_may_not_deliver_any_more_is_dropped(lab, sqs, aws_lambda, function, grant):
    url, arn = open_queue(sqs, "failed")
    dead, dead_arn = open_queue(sqs, "dead")
    destinations(aws_lambda, failure=arn)
    dead_letters_to(aws_lambda, lab, dead_arn)
    grant("sqs:ReceiveMessage")
    post(aws_lambda, {"fail": "always"})
    lab.run_until_idle()
    assert messages(sqs, url) == messages(sqs, dead) == []
    assert [hop.outcome for hop in hops(lab, "deliver")] == ["NO_PERMISSION"] * 2
    assert [hop.resource for hop in hops(lab, "drop")] == [arn, dead_arn]


def test_a_fifo_queue_is_accepted_as_destination_and_takes_nothing(lab, sqs, aws_lambda, function):
    created = sqs.create_queue(QueueName="done.fifo", Attributes={"FifoQueue": "true"})
    destinations(aws_lambda, success=f"arn:aws:sqs:{HERE}:done.fifo")
    post(aws_lambda)
    lab.run_until_idle()
    assert messages(sqs, created["QueueUrl"]) == []
    assert [hop.outcome for hop in hops(lab, "deliver")] == ["REJECTED"]


def test_a_queue_that_was_deleted_takes_nothing(lab, sqs, aws_lambda, function):
    url, arn = open_queue(sqs, "done")
    destinations(aws_lambda, success=arn)
    sqs.delete_queue(QueueUrl=url)
    post(aws_lambda)
    lab.run_until_idle()
    assert [hop.outcome for hop in hops(lab, "deliver")] == ["NO_RESOURCE"]


# ---- what may be one


@pytest.mark.parametrize(
    ("target", "text"),
    [
        (
            f"arn:aws:sqs:{HERE}:dead.fifo",
            "Invalid dead letter queue ARN: FIFO SQS queue is not supported for dead letter configuration",
        ),
        (
            f"arn:aws:kinesis:{HERE}:stream/dead",
            (
                "Invalid dead letter queue ARN: The service specified by the TargetArn is not supported for "
                "dead letter configuration."
            ),
        ),
        (
            "arn:aws:sqs:eu-west-1:123456789012:dead",
            (
                "Invalid dead letter queue ARN: The resource specified by the TargetArn must be in the same "
                "region as the Lambda function it's associated with."
            ),
        ),
    ],
)
def test_a_dead_letter_queue_is_a_standard_queue_or_topic_of_the_region(aws_lambda, function, target, text):
    error = refused(
        aws_lambda.update_function_configuration, FunctionName="f", DeadLetterConfig={"TargetArn": target}
    )
    assert error == {"Code": "InvalidParameterValueException", "Message": text}


@pytest.mark.parametrize(("service", "text"), [("sqs", "SendMessage on SQS"), ("sns", "Publish on SNS")])
def test_the_role_must_be_allowed_to_send_dead_letters(aws_lambda, deploy, role, service, text):
    deploy("f", FOLLOWS_ORDERS)
    error = refused(
        aws_lambda.update_function_configuration,
        FunctionName="f",
        DeadLetterConfig={"TargetArn": f"arn:aws:{service}:{HERE}:dead"},
    )
    message = f"The provided execution role does not have permissions to call {text}"
    assert error == {"Code": "InvalidParameterValueException", "Message": message}
    assert "DeadLetterConfig" not in aws_lambda.get_function_configuration(FunctionName="f")


def test_an_empty_target_takes_the_dead_letter_queue_away(lab, sqs, aws_lambda, function):
    _, arn = open_queue(sqs, "dead")
    dead_letters_to(aws_lambda, lab, arn)
    dead_letters_to(aws_lambda, lab, "")
    assert "DeadLetterConfig" not in aws_lambda.get_function_configuration(FunctionName="f")


@pytest.mark.parametrize(
    ("arn", "operation"),
    [
        (f"arn:aws:sqs:{HERE}:done", "SendMessage"),
        (f"arn:aws:sns:{HERE}:done", "Publish"),
        (f"arn:aws:events:{HERE}:event-bus/done", "PutEvents"),
    ],
)
def test_the_role_must_be_allowed_to_send_to_a_destination(aws_lambda, deploy, arn, operation):
    deploy("f", FOLLOWS_ORDERS)
    with pytest.raises(ClientError) as caught:
        destinations(aws_lambda, success=arn)
    text = f"The function's execution role does not have permissions to call {operation} on {arn}"
    assert caught.value.response["Error"]["Message"] == text


def test_a_destination_function_exists_and_is_another_one(aws_lambda, function):
    missing = f"arn:aws:lambda:{HERE}:function:missing"
    with pytest.raises(ClientError) as caught:
        destinations(aws_lambda, success=missing)
    assert caught.value.response["Error"]["Message"] == f"The destination ARN {missing} is invalid."
    with pytest.raises(ClientError) as caught:
        destinations(aws_lambda, success=function)
    text = "You can't specify the function as a destination for itself."
    assert caught.value.response["Error"]["Message"] == text


def test_a_destination_is_of_a_service_that_can_be_one(aws_lambda, function):
    strange = function.replace(":lambda:", ":iam:")
    with pytest.raises(ClientError) as caught:
        destinations(aws_lambda, success=strange)
    assert caught.value.response["Error"] == {
        "Code": "InvalidParameterValueException",
        "Message": "The provided destination config DestinationConfig(onSuccess=OnSuccess(destination="
        f"{strange}), onFailure=null) is invalid.",
    }
    with pytest.raises(ClientError) as caught:
        destinations(aws_lambda, failure=function.replace(":lambda:", ":_-/!lambda:"))
    error = caught.value.response["Error"]
    assert error["Code"] == "ValidationException"
    assert "at 'destinationConfig.onFailure.destination' failed to satisfy constraint" in error["Message"]
    with pytest.raises(ClientError) as caught:
        destinations(aws_lambda, failure="arn:aws:s3:::failed")
    assert caught.value.response["Error"]["Code"] == "NotSimulatedByWorkbook"


def test_the_settings_are_in_the_trace(lab, sqs, aws_lambda, function):
    _, arn = open_queue(sqs, "done")
    dead_letters_to(aws_lambda, lab, arn)
    destinations(aws_lambda, success=arn, MaximumRetryAttempts=0)
    settings = hops(lab, "configure")[-1].facts["settings"]
    assert settings["DeadLetterConfig"] == {"TargetArn": arn}
    assert settings["FunctionEventInvokeConfigs"] == {
        "$LATEST": {
            "MaximumRetryAttempts": 0,
            "DestinationConfig": {"OnSuccess": {"Destination": arn}, "OnFailure": {}},
        }
    }
    assert json.dumps(dict(settings))
