"""Invoke: payloads, invocation types, sizes, hops; LA-05."""

import json

import pytest
from botocore.exceptions import ClientError

from workbook.aws import awslambda
from workbook.packaging import package

ECHO = "def handler(event, context):\n    return event"


def refused(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response


@pytest.mark.parametrize("event", [{}, {"a": [1, None, "ü"]}, [], "text", 3, 3.5, True, None])
def test_an_event_is_any_json(deploy, aws_lambda, event):
    deploy("f", ECHO)
    answer = aws_lambda.invoke(FunctionName="f", Payload=json.dumps(event))
    assert json.loads(answer["Payload"].read()) == event
    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "$LATEST")
    assert "FunctionError" not in answer


def test_without_a_payload_the_event_is_an_empty_object(deploy, aws_lambda):
    deploy("f", ECHO)
    assert aws_lambda.invoke(FunctionName="f")["Payload"].read() == b"{}"


def test_returning_nothing_is_null(deploy, aws_lambda):
    deploy("f", "def handler(event, context):\n    pass")
    assert aws_lambda.invoke(FunctionName="f")["Payload"].read() == b"null"


@pytest.mark.parametrize("payload", [b"not json", b"{", b"n\x87r\x9e\xe9"])
def test_a_payload_that_is_not_json_is_refused(deploy, aws_lambda, payload):
    deploy("f", ECHO)
    answer = refused(aws_lambda.invoke, FunctionName="f", Payload=payload)
    assert answer["Error"]["Code"] == "InvalidRequestContentException"
    assert answer["Error"]["Message"].startswith(
        "Could not parse request body into json: Could not parse payload into json: "
    )
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_la_05_an_event_has_at_most_6_mb(deploy, aws_lambda):
    deploy("f", "def handler(event, context):\n    return len(event)")
    limit = 6 * 1024 * 1024
    assert aws_lambda.invoke(FunctionName="f", Payload=b'"' + b"x" * (limit - 2) + b'"')["StatusCode"] == 200
    answer = refused(aws_lambda.invoke, FunctionName="f", Payload=b'"' + b"x" * (limit - 1) + b'"')
    assert answer["Error"] == {
        "Code": "RequestTooLargeException",
        "Message": "6291457 byte payload is too large for the RequestResponse invocation type "
        "(limit 6291456 bytes)",
    }
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 413


def test_a_response_has_at_most_6_mb(deploy, invoke):
    deploy("f", "def handler(event, context):\n    return 'x' * event")
    assert invoke("f", 6_291_556 - 2).error is None
    result = invoke("f", 6_291_556 - 1)
    assert result.error == "Unhandled"
    assert result.value == {
        "errorMessage": "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
        "errorType": "Function.ResponseSizeTooLarge",
    }


def test_a_dry_run_runs_nothing(lab, deploy, aws_lambda):
    deploy("f", ECHO)
    answer = aws_lambda.invoke(FunctionName="f", InvocationType="DryRun")
    assert answer["StatusCode"] == 204
    assert answer["Payload"].read() == b""
    assert not [hop for hop in lab.trace if hop.kind == "invoke"]
    error = refused(aws_lambda.invoke, FunctionName="nobody", InvocationType="DryRun")["Error"]
    assert error["Code"] == "ResourceNotFoundException"


def test_an_unknown_invocation_type_is_refused(deploy, aws_lambda):
    deploy("f", ECHO)
    error = refused(aws_lambda.invoke, FunctionName="f", InvocationType="Later")["Error"]
    assert error["Code"] == "ValidationException"


def test_the_hop_of_an_invocation_tells_what_is_billed(lab, deploy, invoke):
    arn = deploy(
        "f",
        "import time\ndef handler(e, c):\n    time.sleep(0.2001)\n    raise KeyError('x')",
        MemorySize=512,
    )
    invoke("f", {"a": 1})
    (hop,) = [hop for hop in lab.trace if hop.kind == "invoke"]
    assert (hop.resource, hop.outcome, hop.size) == (arn, "KeyError", len('{"a": 1}'))
    assert hop.facts["memory"] == 512
    assert hop.facts["billed_milliseconds"] == 301
    assert hop.facts["function_error"] == "Unhandled"


def test_services_invoke_with_causes_of_their_own(lab, deploy):
    arn = deploy("f", ECHO)
    cause = lab.trace.record("batch", "mapping")
    with lab.world.kernel:
        invocation = awslambda.invoke(lab.world, arn, '{"n": 1}', causes=[cause])
    assert invocation.payload == '{"n": 1}'
    assert (invocation.function_error, invocation.executed_version) == (None, "$LATEST")
    assert invocation.hop.causes == (cause.number,)
    assert (invocation.duration, invocation.billed_milliseconds) == (1000, 101)
    assert "REPORT RequestId: " + invocation.request_id in invocation.log_tail


def test_services_can_ask_about_functions(lab, deploy, aws_lambda):
    arn = deploy("f", ECHO, Timeout=17)
    assert awslambda.function_exists(lab.world, arn)
    assert awslambda.function_timeout(lab.world, arn) == 17
    assert not awslambda.function_exists(lab.world, f"{arn}:9")
    assert not awslambda.function_exists(lab.world, arn + "-nobody")
    with pytest.raises(awslambda.ResourceNotFound):
        awslambda.function_timeout(lab.world, arn + "-nobody")


def test_services_wait_for_a_function_that_is_being_created(lab, deploy, aws_lambda, role):
    arn = aws_lambda.create_function(
        FunctionName="f",
        Role=role,
        Runtime="python3.13",
        Handler="index.handler",
        Code={"ZipFile": package(ECHO).zip_bytes},
    )["FunctionArn"]
    with lab.world.kernel:
        assert awslambda.invoke(lab.world, arn, "1").payload == "1"


def test_concurrent_invocations_interleave(lab, deploy):
    arn = deploy(
        "f",
        "import time\ndef handler(e, c):\n    for n in range(3):\n        "
        "time.sleep(e['every'])\n    return e['name']",
    )
    ended = []

    def one(name, every):
        event = json.dumps({"name": name, "every": every})
        ended.append(json.loads(awslambda.invoke(lab.world, arn, event).payload))

    for name, every in (("slow", 0.9), ("fast", 0.1), ("middle", 0.5)):
        lab.world.kernel.spawn(one, name, every, name=name)
    before = lab.now
    lab.run_until_idle()
    assert ended == ["fast", "middle", "slow"]
    assert (lab.now - before).total_seconds() == pytest.approx(2.8)


def test_the_request_id_of_the_call_is_that_of_the_invocation(deploy, aws_lambda):
    deploy("f", "def handler(event, context):\n    return context.aws_request_id")
    answer = aws_lambda.invoke(FunctionName="f")
    assert json.loads(answer["Payload"].read()) == answer["ResponseMetadata"]["RequestId"]


def test_a_function_of_another_region_calls_its_own_region(lab, role):
    client = lab.client("lambda", region_name="eu-west-1")
    source = """
import boto3, os
def handler(event, context):
    return [boto3.client("sqs").meta.region_name, boto3.Session().region_name, os.environ["AWS_REGION"]]
"""
    client.create_function(
        FunctionName="f",
        Role=role,
        Runtime="python3.13",
        Handler="index.handler",
        Code={"ZipFile": package(source).zip_bytes},
    )
    lab.advance(1)
    value = json.loads(client.invoke(FunctionName="f")["Payload"].read())
    assert value == ["eu-west-1", "eu-west-1", "eu-west-1"]


def test_a_function_run_by_a_service_can_invoke_another_and_time_out_alone(lab, deploy):
    deploy("inner", "import time\ndef handler(e, c):\n    time.sleep(10)\n    return 'inner'", Timeout=30)
    source = "import boto3\ndef handler(e, c):\n    boto3.client('lambda').invoke(FunctionName='inner')"
    arn = deploy("outer", source)
    results = []
    lab.world.kernel.spawn(lambda: results.append(awslambda.invoke(lab.world, arn, "{}")), name="poller")
    lab.run_until_idle()
    assert results[0].hop.outcome == "Sandbox.Timedout"
    outcomes = {hop.resource.rpartition(":")[2]: hop.outcome for hop in lab.trace if hop.kind == "invoke"}
    assert outcomes == {"outer": "Sandbox.Timedout", "inner": "ok"}


def test_a_stack_trace_shows_no_path_of_this_computer(deploy, aws_lambda):
    deploy("f", "import boto3\ndef handler(e, c):\n    boto3.client('iam').get_user(UserName='nobody')")
    payload = json.loads(aws_lambda.invoke(FunctionName="f")["Payload"].read())
    assert payload["errorType"] == "NoSuchEntityException"
    files = [line.split('"')[1] for line in payload["stackTrace"]]
    assert files[0] == "/var/task/index.py"
    assert all(file.startswith(("/var/task/", "/var/lang/lib/python3.")) for file in files)


@pytest.mark.parametrize(
    ("payload", "complaint"),
    [
        (b"{'a': 1}", "Unexpected character (''' (code 39)): was expecting double-quote to start field name"),
        (
            b'{"a" 1}',
            "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and",
        ),
        (b'{"a": 1', "Unexpected end-of-input"),
        (b" ", "Unexpected end-of-input"),
    ],
)
def test_the_usual_slips_in_json_are_named(deploy, aws_lambda, payload, complaint):
    deploy("f", "def handler(event, context):\n    return 'ran'")
    with pytest.raises(ClientError) as caught:
        aws_lambda.invoke(FunctionName="f", Payload=payload)
    error = caught.value.response["Error"]
    assert error["Code"] == "InvalidRequestContentException"
    assert f"Could not parse payload into json: {complaint}" in error["Message"]


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        ({"LogType": "tail"}, "ValidationException", "at 'logType'.*enum value set: .None, Tail"),
        ({"TenantId": "a"}, "NotSimulatedByWorkbook", "TenantId"),
        ({"DurableExecutionName": "a"}, "NotSimulatedByWorkbook", "DurableExecutionName"),
        ({"ClientContext": "WzFd"}, "InvalidRequestContentException", "valid Base64-encoded JSON object"),
    ],
)
def test_what_an_invocation_asks_for_is_checked(deploy, aws_lambda, options, code, message):
    deploy("f", "def handler(event, context):\n    return 'ran'")
    with pytest.raises(ClientError, match=message) as caught:
        aws_lambda.invoke(FunctionName="f", **options)
    assert caught.value.response["Error"]["Code"] == code
