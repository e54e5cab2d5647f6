"""What AWS was recorded to answer in public test suites (localstack's, run against AWS from 2022 to 2026).

Facts only: codes, texts, statuses and fields. Other tests of this folder hold such facts where they belong to
a subject of their own; here is the rest.
"""

from __future__ import annotations

import base64

import pytest
from botocore.exceptions import ClientError

ECHO = "def handler(event, context):\n    return event"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:f"


def refused(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response


def test_a_throttled_invocation_says_why_and_not_when_to_retry(aws_lambda, deploy):
    deploy("f", ECHO)
    aws_lambda.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    answer = refused(aws_lambda.invoke, FunctionName="f")
    assert answer.pop("ResponseMetadata")["HTTPStatusCode"] == 429
    assert answer == {
        "Error": {"Code": "TooManyRequestsException", "Message": "Rate Exceeded."},
        "Reason": "ReservedFunctionConcurrentInvocationLimitExceeded",
        "Type": "User",
        "message": "Rate Exceeded.",
    }


def test_deleting_answers_204_and_nothing_else(aws_lambda, deploy):
    deploy("f", ECHO)
    answer = aws_lambda.delete_function(FunctionName="f")
    assert answer["StatusCode"] == answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert refused(aws_lambda.delete_function, FunctionName="f")["Error"] == {
        "Code": "ResourceNotFoundException",
        "Message": f"Function not found: {ARN}",
    }


def test_untagging_without_keys_is_an_error(aws_lambda, deploy):
    deploy("f", ECHO)
    answer = refused(aws_lambda.untag_resource, Resource=ARN, TagKeys=[])
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert answer["Error"] == {
        "Code": "ValidationException",
        "Message": (
            "1 validation error detected: Value null at 'tagKeys' failed to satisfy constraint: "
            "Member must not be null"
        ),
    }


def test_an_alias_of_latest_has_no_weights_and_the_error_has_no_type(aws_lambda, deploy):
    deploy("f", ECHO)
    aws_lambda.publish_version(FunctionName="f")
    answer = refused(
        aws_lambda.create_alias,
        FunctionName="f",
        Name="live",
        FunctionVersion="$LATEST",
        RoutingConfig={"AdditionalVersionWeights": {"1": 0.5}},
    )
    assert answer["Error"]["Code"] == "InvalidParameterValueException"
    assert answer["message"] == "$LATEST is not supported for an alias pointing to more than 1 version"
    assert "Type" not in answer


def test_the_tail_of_a_cold_start_begins_with_start(aws_lambda, deploy):
    deploy("f", "def handler(event, context):\n    print(event)")
    answer = aws_lambda.invoke(FunctionName="f", Payload=b"{}", LogType="Tail")
    lines = base64.b64decode(answer["LogResult"]).decode().splitlines()
    request = answer["ResponseMetadata"]["RequestId"]
    assert lines[:3] == [f"START RequestId: {request} Version: $LATEST", "{}", f"END RequestId: {request}"]
    assert "Init Duration" in lines[3]


@pytest.mark.parametrize(
    ("payload", "complaint", "column"),
    [
        (b"n\x87r\x9e\xe9\xb5\xd7I\xee\x9bmt", "Invalid UTF-8 start byte 0x87", 3),
        (
            b"\x99\xeb,j\x07\xa1zYh",
            (
                "Unexpected character ((CTRL-CHAR, code 153)): expected a valid value "
                "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
            ),
            1,
        ),
    ],
)
def test_a_payload_that_is_no_text_is_refused(aws_lambda, deploy, payload, complaint, column):
    deploy("f", ECHO)
    answer = refused(aws_lambda.invoke, FunctionName="f", Payload=payload)
    assert answer["Error"] == {
        "Code": "InvalidRequestContentException",
        "Message": (
            "Could not parse request body into json: Could not parse payload into json: "
            f"{complaint}\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); "
            f"line: 1, column: {column}]"
        ),
    }


def test_a_function_that_is_invoked_and_does_not_exist_is_named_with_latest(aws_lambda):
    answer = refused(aws_lambda.invoke, FunctionName="f")
    assert answer["Message"] == f"Function not found: {ARN}:$LATEST"


@pytest.mark.parametrize("payload", [b"NaN", b'{"weight": -Infinity}', b"[" * 50_000 + b"]" * 50_000])
def test_a_payload_that_only_python_would_take_is_refused(lab, deploy, payload):
    deploy("f", "def handler(event, context):\n    return 'ran'")
    with pytest.raises(lab.client("lambda").exceptions.InvalidRequestContentException):
        lab.client("lambda").invoke(FunctionName="f", Payload=payload)
