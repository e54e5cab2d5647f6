"""Requests that no SDK would send, and services of moto: never a traceback, nothing lost."""

from __future__ import annotations

import json

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError
from moto.core.botocore_stubber import BotocoreStubber
from moto.sqs.models import sqs_backends

from workbook.aws.environment import access_key_of
from workbook.aws.sqs.errors import SQSError
from workbook.aws.sqs.operations import OPERATIONS

OWNER = "123456789012"
URL = f"https://sqs.us-east-1.amazonaws.com/{OWNER}/orders"
PARAMETERS = [
    "QueueUrl",
    "QueueName",
    "MessageBody",
    "DelaySeconds",
    "MessageAttributes",
    "MessageSystemAttributes",
    "MessageGroupId",
    "MessageDeduplicationId",
    "Entries",
    "ReceiptHandle",
    "VisibilityTimeout",
    "MaxNumberOfMessages",
    "WaitTimeSeconds",
    "AttributeNames",
    "MessageAttributeNames",
    "Attributes",
    "Tags",
    "tags",
    "TagKeys",
    "Label",
    "AWSAccountIds",
    "Actions",
    "SourceArn",
    "DestinationArn",
    "TaskHandle",
    "MaxResults",
    "NextToken",
    "QueueOwnerAWSAccountId",
    "QueueNamePrefix",
]
ODD = [
    None,
    "",
    "text",
    5,
    -1,
    1.5,
    True,
    [],
    ["x"],
    [None],
    [[]],
    [{}],
    {},
    {"a": 1},
    {"a": {}},
    {"a": []},
    {"a": None},
]


def post(operation, body):
    headers = HTTPHeaders()
    headers["X-Amz-Target"] = f"AmazonSQS.{operation}"
    headers["Content-Type"] = "application/x-amz-json-1.0"
    headers["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={access_key_of(OWNER)}/20260105/us-east-1/sqs/aws4_request, Signature=0"
    )
    prepared = AWSPreparedRequest(
        "POST", "https://sqs.us-east-1.amazonaws.com/", headers, body, stream_output=False
    )
    status, answer_headers, text = BotocoreStubber().process_request(prepared)
    return status, answer_headers, json.loads(text or "{}")


@pytest.fixture
def queue(sqs):
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="precious")
    return url


@pytest.mark.parametrize("operation", sorted(set(OPERATIONS) - {"DeleteQueue", "PurgeQueue"}))
def test_no_parameter_of_any_type_brings_forth_a_traceback_or_loses_a_message(lab, sqs, queue, operation):
    good = {
        "QueueUrl": URL,
        "QueueName": "other",
        "MessageBody": "x",
        "ReceiptHandle": "x",
        "VisibilityTimeout": 1,
        "Label": "x",
        "AWSAccountIds": [OWNER],
        "Actions": ["SendMessage"],
        "SourceArn": f"arn:aws:sqs:us-east-1:{OWNER}:orders",
        "Attributes": {"VisibilityTimeout": "0"},
        "Entries": [{"Id": "1", "MessageBody": "x", "ReceiptHandle": "x", "VisibilityTimeout": 1}],
    }
    for parameter in PARAMETERS:
        for value in ODD:
            with lab.world.kernel:
                status, headers, answer = post(operation, json.dumps({**good, parameter: value}))
            if status != 200:
                assert 400 <= status < 500
                assert headers["x-amzn-query-error"].endswith(";Sender")
                assert set(answer) == {"__type", "message"}
    lab.advance(3600)
    bodies = []
    for _ in range(200):
        answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=43_200)
        bodies += [message["Body"] for message in answer.get("Messages", [])]
    assert "precious" in bodies


LONG_NUMBER = "9" * 5_000  # Python reads no number of more than 4,300 digits
NESTED = "[" * 5_000


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("VisibilityTimeout", LONG_NUMBER),
        ("Policy", NESTED),
        ("RedrivePolicy", NESTED),
        ("RedrivePolicy", json.dumps({"deadLetterTargetArn": "x", "maxReceiveCount": LONG_NUMBER})),
        ("RedriveAllowPolicy", NESTED),
    ],
)
def test_values_beyond_all_measure_are_refused_as_others_are(sqs, queue, attribute, value):
    with pytest.raises(ClientError, match=r"\((InvalidAttributeValue|InvalidParameterValue)\)"):
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={attribute: value})


@pytest.mark.parametrize(
    "parameters",
    [
        {"MessageAttributes": {"a": {"DataType": "String.\ud800", "StringValue": "x"}}},
        {"MessageAttributes": {"a": {"DataType": "String", "StringValue": "\ud800"}}},
        {"MessageSystemAttributes": {"AWSTraceHeader": {"DataType": "String", "StringValue": "\ud800"}}},
    ],
)
def test_half_a_character_is_none(sqs, queue, parameters):
    with pytest.raises(ClientError, match=r"\(InvalidParameterValue\).*#xD800"):
        sqs.send_message(QueueUrl=queue, MessageBody="x", **parameters)


@pytest.mark.parametrize("date", ["9" * 30, "-" + "9" * 30, "no date"])
def test_a_date_beyond_the_calendar_in_a_policy_matches_nothing(sqs, queue, date):
    condition = {"DateGreaterThan": {"aws:CurrentTime": date}}
    deny = {"Effect": "Deny", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [{**deny, "Condition": condition}]}
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(policy)})
    sqs.send_message(QueueUrl=queue, MessageBody="x")


@pytest.mark.parametrize("body", ["", "[]", "5", "null", "{", "\x00", NESTED])
def test_a_body_that_is_no_json_object_is_refused(lab, body):
    status, headers, answer = post("SendMessage", body)
    assert status == 400
    assert "x-amzn-query-error" in headers
    assert answer["__type"]


def test_an_operation_that_sqs_does_not_have_is_refused(lab):
    status, headers, _ = post("DanceWithMe", "{}")
    assert status == 400
    assert headers["x-amzn-query-error"] == "InvalidAction;Sender"


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ({"MessageBody": {}}, "Start of structure or map found where not expected."),
        ({"MessageBody": "x", "DelaySeconds": "invalid"}, "STRING_VALUE can not be converted to an Integer"),
        ({"MessageBody": "x", "DelaySeconds": []}, "Start of list found where not expected"),
    ],
)
def test_wrong_types_are_named_as_aws_names_them(queue, parameters, text):
    status, _, answer = post("SendMessage", json.dumps({"QueueUrl": URL, **parameters}))
    assert status == 400
    assert answer == {"__type": "com.amazon.coral.service#SerializationException", "message": text}


def test_numbers_and_booleans_are_taken_where_a_text_belongs(lab, sqs, queue):
    sqs.receive_message(QueueUrl=queue)
    status, _, _ = post("SendMessage", json.dumps({"QueueUrl": URL, "MessageBody": False}))
    assert status == 200
    assert sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"] == "false"


class TestServicesOfMoto:
    """CloudFormation, SNS, EventBridge and S3 in moto call the registry instead of sending requests."""

    @pytest.fixture
    def backend(self, queue):
        return sqs_backends[OWNER]["us-east-1"]

    def test_what_they_send_arrives_as_a_message_like_others(self, sqs, queue, backend):
        sqs.receive_message(QueueUrl=queue)
        attributes = {"a": {"DataType": "Binary", "BinaryValue": b"\x00"}}
        backend.send_message("orders", "from a service", message_attributes=attributes)
        message = sqs.receive_message(QueueUrl=queue, MessageAttributeNames=["All"])["Messages"][0]
        assert message["Body"] == "from a service"
        assert message["MessageAttributes"] == {"a": {"DataType": "Binary", "BinaryValue": b"\x00"}}

    def test_what_they_send_is_checked(self, backend):
        with pytest.raises(SQSError, match=r"Message must be shorter"):
            backend.send_message("orders", "a" * 1_048_577)
        with pytest.raises(SQSError, match=r"does not exist"):
            backend.send_message("nowhere", "x")

    def test_a_queue_has_the_names_that_they_use(self, queue, backend):
        registered = backend.get_queue("orders")
        assert registered.queue_arn == f"arn:aws:sqs:us-east-1:{OWNER}:orders"
        assert registered.physical_resource_id == queue
        assert registered.get_cfn_attribute("Arn") == registered.queue_arn
        assert registered.get_cfn_attribute("QueueName") == "orders"
        assert registered.attributes["VisibilityTimeout"] == "30"
        assert not registered.fifo_queue
        assert registered.lambda_event_source_mappings == {}
        assert [one.arn for one in backend.iter_tagged_resources()] == [registered.queue_arn]
