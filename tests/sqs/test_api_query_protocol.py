"""The older Query protocol, as SDKs before 2023 and hand-written requests speak it."""

from __future__ import annotations

from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto.core.botocore_stubber import BotocoreStubber

from workbook.aws.environment import access_key_of
from workbook.aws.sqs.query_protocol import write_answer

ENDPOINT = "https://sqs.us-east-1.amazonaws.com/"
NAMESPACE = {"": "http://queue.amazonaws.com/doc/2012-11-05/"}
OWNER = "123456789012"


def request(action, *, account=OWNER, url=ENDPOINT, **fields):
    """Send a request as form fields; dots in names are written as double underscores."""
    body = {"Action": action, "Version": "2012-11-05"}
    body.update({name.replace("__", "."): value for name, value in fields.items()})
    headers = HTTPHeaders()
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    headers["Authorization"] = (
        "AWS4-HMAC-SHA256 "
        f"Credential={access_key_of(account)}/20260105/us-east-1/sqs/aws4_request, Signature=0"
    )
    prepared = AWSPreparedRequest("POST", url, headers, urlencode(body), stream_output=False)
    status, answer_headers, text = BotocoreStubber().process_request(prepared)
    assert answer_headers["Content-Type"] == "text/xml"
    return status, ET.fromstring(text)


def texts(tree, path):
    return [found.text for found in tree.findall(path, NAMESPACE)]


def call(action, **fields):
    status, tree = request(action, **fields)
    assert status == 200, ET.tostring(tree)
    assert tree.tag == f"{{{NAMESPACE['']}}}{action}Response"
    assert len(texts(tree, "ResponseMetadata/RequestId")) == 1
    return tree


def error(action, **fields):
    status, tree = request(action, **fields)
    (code,), (message,), (fault,) = (texts(tree, f"Error/{name}") for name in ("Code", "Message", "Type"))
    assert fault == "Sender"
    return status, code, message


def test_one_element_needs_no_number_and_the_url_may_end_in_a_slash(queue):
    """Scripts in the wild ask AWS so."""
    pair = {"Attribute__Name": "DelaySeconds", "Attribute__Value": "45"}
    call("SetQueueAttributes", url=f"{queue}/", **pair)
    shown = call("GetQueueAttributes", url=f"{queue}/", AttributeName="DelaySeconds")
    assert texts(shown, "GetQueueAttributesResult/Attribute/Value") == ["45"]


@pytest.fixture
def queue(lab):
    return texts(call("CreateQueue", QueueName="orders"), "CreateQueueResult/QueueUrl")[0]


def test_a_queue_is_created_with_attributes_and_tags(lab, sqs):
    fields = {
        "Attribute__1__Name": "DelaySeconds",
        "Attribute__1__Value": "5",
        "Tag__1__Key": "a",
        "Tag__1__Value": "b",
    }
    url = texts(call("CreateQueue", QueueName="orders", **fields), "CreateQueueResult/QueueUrl")[0]
    assert url == f"{ENDPOINT}{OWNER}/orders"
    assert sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["DelaySeconds"])["Attributes"] == {
        "DelaySeconds": "5"
    }
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"a": "b"}
    tree = call("ListQueueTags", QueueUrl=url)
    assert texts(tree, "ListQueueTagsResult/Tag/Key") == ["a"]


def test_a_message_goes_there_and_back(queue):
    sent = call(
        "SendMessage",
        QueueUrl=queue,
        MessageBody="<hello> & \r goodbye",
        MessageAttribute__1__Name="Hello",
        MessageAttribute__1__Value__DataType="String",
        MessageAttribute__1__Value__StringValue="World",
        MessageAttribute__2__Name="Bytes",
        MessageAttribute__2__Value__DataType="Binary",
        MessageAttribute__2__Value__BinaryValue="AP8=",
    )
    received = call(
        "ReceiveMessage",
        QueueUrl=queue,
        MaxNumberOfMessages="10",
        AttributeName__1="All",
        MessageAttributeName__1="Hello",
        MessageAttributeName__2="By.*",
    )
    message = "ReceiveMessageResult/Message/"
    assert texts(received, message + "Body") == ["<hello> & \r goodbye"]
    assert texts(received, message + "MessageId") == texts(sent, "SendMessageResult/MessageId")
    assert texts(received, message + "MD5OfMessageAttributes") == texts(
        sent, "SendMessageResult/MD5OfMessageAttributes"
    )
    assert texts(received, message + "MessageAttribute/Name") == ["Hello", "Bytes"]
    assert texts(received, message + "MessageAttribute/Value/StringValue") == ["World"]
    assert texts(received, message + "MessageAttribute/Value/BinaryValue") == ["AP8="]
    assert "ApproximateReceiveCount" in texts(received, message + "Attribute/Name")
    (handle,) = texts(received, message + "ReceiptHandle")
    call("ChangeMessageVisibility", QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout="0")
    call("DeleteMessage", QueueUrl=queue, ReceiptHandle=handle)
    assert texts(call("ReceiveMessage", QueueUrl=queue), message + "Body") == []


def test_a_batch_succeeds_and_fails_by_entry_and_in_order(queue):
    fields = {f"SendMessageBatchRequestEntry__{n}__Id": f"e{n}" for n in range(1, 11)}
    fields |= {f"SendMessageBatchRequestEntry__{n}__MessageBody": "x" for n in range(1, 11)}
    fields["SendMessageBatchRequestEntry__2__DelaySeconds"] = "901"
    tree = call("SendMessageBatch", QueueUrl=queue, **fields)
    assert texts(tree, "SendMessageBatchResult/SendMessageBatchResultEntry/Id") == [
        "e1",
        *(f"e{n}" for n in range(3, 11)),
    ]
    assert texts(tree, "SendMessageBatchResult/BatchResultErrorEntry/Code") == ["InvalidParameterValue"]
    assert texts(tree, "SendMessageBatchResult/BatchResultErrorEntry/SenderFault") == ["true"]


def test_an_empty_list_or_map_is_a_bare_name(queue):
    call("SendMessage", QueueUrl=queue, MessageBody="x", MessageAttribute="")
    received = call("ReceiveMessage", QueueUrl=queue, MessageAttributeNames="", AttributeName="")
    assert texts(received, "ReceiveMessageResult/Message/Body") == ["x"]
    assert error("SendMessageBatch", QueueUrl=queue, Entries="")[1] == (
        "AWS.SimpleQueueService.EmptyBatchRequest"
    )


def test_attributes_are_pairs(queue):
    tree = call(
        "GetQueueAttributes",
        QueueUrl=queue,
        AttributeName__1="QueueArn",
        AttributeName__2="VisibilityTimeout",
    )
    assert texts(tree, "GetQueueAttributesResult/Attribute/Name") == ["QueueArn", "VisibilityTimeout"]
    assert texts(tree, "GetQueueAttributesResult/Attribute/Value") == [
        f"arn:aws:sqs:us-east-1:{OWNER}:orders",
        "30",
    ]


def test_an_action_can_be_sent_to_the_url_of_the_queue(queue):
    call("SendMessage", url=queue, MessageBody="x")
    assert len(texts(call("ReceiveMessage", url=queue), "ReceiveMessageResult/Message/Body")) == 1


def test_an_answer_with_nothing_in_it_is_one_empty_element():
    assert "<ReceiveMessageResult/>" in write_answer("ReceiveMessage", {"Messages": []}, "id")
    assert "<ReceiveMessageResult>" in write_answer("ReceiveMessage", {"Messages": [{"Body": "x"}]}, "id")


def test_errors_have_the_older_names_and_one_has_the_older_words(queue):
    assert error("GetQueueUrl", QueueName="none") == (
        400,
        "AWS.SimpleQueueService.NonExistentQueue",
        "The specified queue does not exist for this wsdl version.",
    )
    assert error("SendMessage", QueueUrl=queue, MessageBody="") == (
        400,
        "MissingParameter",
        "The request must contain the parameter MessageBody.",
    )
    assert error("SendMessage", QueueUrl=queue, account="999999999999", MessageBody="x")[:2] == (
        403,
        "AccessDenied",
    )
    assert error("DanceWithMe") == (
        400,
        "InvalidAction",
        "The action DanceWithMe is not valid for this endpoint.",
    )


@pytest.mark.parametrize(
    ("action", "parameter", "reason"),
    [
        ("ReceiveMessage", "MaxNumberOfMessages", "Must be between 1 and 10, if provided."),
        ("ReceiveMessage", "WaitTimeSeconds", "Must be >= 0 and <= 20, if provided."),
        ("SendMessage", "DelaySeconds", "DelaySeconds must be >= 0 and <= 900."),
    ],
)
@pytest.mark.parametrize("value", ["many", "", "1.5", "99999"])
def test_a_text_where_a_number_belongs_is_out_of_range(queue, action, parameter, reason, value):
    expected = (
        400,
        "InvalidParameterValue",
        f"Value {value} for parameter {parameter} is invalid. Reason: {reason}",
    )
    assert error(action, QueueUrl=queue, MessageBody="x", **{parameter: value}) == expected


@pytest.mark.parametrize(
    "fields",
    [
        {"Attribute__1__Name": "DelaySeconds"},
        {"Attribute__1": "x"},
        {"Attribute": "x"},
        {"Attribute__x__Name": "Colour", "Attribute__x__Value": "red"},
        {"Attribute__1__Name__2": "x", "Attribute__1__Value": "y"},
    ],
)
def test_malformed_fields_get_an_error_of_aws_and_never_a_traceback(queue, fields):
    status, code, _ = error("SetQueueAttributes", QueueUrl=queue, **fields)
    assert status == 400
    assert code in {"MissingParameter", "InvalidAttributeName", "MalformedInput"}


def test_the_older_parameter_for_system_attributes_wins(queue):
    call("SendMessage", QueueUrl=queue, MessageBody="x")
    fields = {"MessageSystemAttributeName__1": "All", "AttributeName__1": "SenderId"}
    received = call("ReceiveMessage", QueueUrl=queue, **fields)
    assert texts(received, "ReceiveMessageResult/Message/Attribute/Name") == ["SenderId"]


@pytest.mark.parametrize("action", ["CreateQueue", "ListQueues"])
def test_actions_that_are_not_about_one_queue_are_refused_at_its_url(queue, action):
    expected = (400, "InvalidAction", f"The action {action} is not valid for this endpoint.")
    assert error(action, url=queue, QueueName="other") == expected


def test_a_request_without_an_action_is_an_unknown_operation(queue):
    status, tree = request("", url=queue)
    assert status == 404
    assert tree.tag == "UnknownOperationException"
