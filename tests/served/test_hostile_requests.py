"""Whatever comes in over HTTP gets an answer of HTTP, and the lab lives on."""

from __future__ import annotations

import json

import pytest
from http_calls import LOCAL, form, posted, signed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbook import Lab
from workbook.aws.simulated import SIMULATED
from workbook.served.aws_requests import FAULT, answer_aws
from workbook.served.questions import _SIGNED_AS
from workbook.served.requests import HttpRequest

SERVICES = sorted({_SIGNED_AS.get(name, name) for name in SIMULATED})
TEXTS = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)
TARGETS = [
    ("sqs", "AmazonSQS.SendMessage", ("QueueUrl", "MessageBody", "DelaySeconds", "MessageAttributes")),
    ("sqs", "AmazonSQS.SendMessageBatch", ("QueueUrl", "Entries")),
    ("sqs", "AmazonSQS.CreateQueue", ("QueueName", "Attributes", "tags")),
    ("events", "AWSEvents.PutEvents", ("Entries",)),
    ("events", "AWSEvents.PutRule", ("Name", "EventPattern", "ScheduleExpression", "State")),
    ("events", "AWSEvents.PutTargets", ("Rule", "Targets")),
    ("states", "AWSStepFunctions.CreateStateMachine", ("name", "definition", "roleArn", "type")),
    ("states", "AWSStepFunctions.StartExecution", ("stateMachineArn", "input", "name")),
    ("dynamodb", "DynamoDB_20120810.PutItem", ("TableName", "Item")),
    ("kinesis", "Kinesis_20131202.PutRecord", ("StreamName", "Data", "PartitionKey")),
    ("logs", "Logs_20140328.PutLogEvents", ("logGroupName", "logStreamName", "logEvents")),
    ("kms", "TrentService.Encrypt", ("KeyId", "Plaintext")),
]

FIELDS = [
    *("QueueUrl", "MessageBody", "TopicArn", "Message", "RoleName", "RoleArn", "DelaySeconds"),
    *("MessageAttribute.1.Name", "MessageAttributes.entry.1.Name", "Tags.member.1.Key"),
]


@pytest.fixture(scope="module")
def one_lab():
    with Lab(seed=7) as lab:
        yield lab


def is_an_answer(response):
    return 100 <= response.status <= 599 and isinstance(response.body, bytes)


def code_of(response):
    try:
        told = json.loads(response.body or b"{}")
    except ValueError:
        return response.body.decode("utf-8", "replace")
    return (
        (told.get("__type") if isinstance(told, dict) else None) or response.header("x-amzn-ErrorType") or ""
    )


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    service=st.sampled_from([*SERVICES, "xray", ""]),
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "X"]),
    path=st.sampled_from(["/", "//", "/a", "/%ff", "/a/../b", "/2015-03-31/functions/", "/v2/apis", "*"])
    | TEXTS,
    query=st.sampled_from(["", "Action=x", "list-type=2", "versioning", "%ff=%"]) | TEXTS,
    headers=st.lists(
        st.tuples(st.sampled_from(["Content-Type", "X-Amz-Target", "Content-Encoding", "X-y"]), TEXTS)
    ),
    body=st.binary(max_size=60),
)
def test_no_request_is_left_without_an_answer(one_lab, service, method, path, query, headers, body):
    request = HttpRequest(method, LOCAL, path, query, (*headers, signed(service)), body)
    response = answer_aws(request)
    assert is_an_answer(response)
    assert FAULT not in code_of(response), response.body


@settings(max_examples=400)
@given(st.data())
def test_parameters_of_any_form_are_refused_and_break_nothing(one_lab, data):
    service, target, names = data.draw(st.sampled_from(TARGETS))
    parameters = data.draw(st.dictionaries(st.sampled_from(names), VALUES))
    response = answer_aws(posted(service, target, json.dumps(parameters).encode()))
    assert is_an_answer(response)
    assert FAULT not in code_of(response), response.body


@settings(max_examples=200)
@given(
    service=st.sampled_from(
        [("sqs", "SendMessage"), ("sns", "Publish"), ("iam", "CreateRole"), ("sts", "AssumeRole")]
    ),
    fields=st.dictionaries(
        st.sampled_from(FIELDS),
        st.text(max_size=20),
    ),
)
def test_forms_of_any_kind_are_refused_and_break_nothing(one_lab, service, fields):
    response = answer_aws(form(*service, **fields))
    assert is_an_answer(response)
    assert FAULT not in code_of(response), response.body
