"""ReceiveMessage, DeleteMessage and ChangeMessageVisibility: parameters, and what a consumer is shown."""

from __future__ import annotations

import json

import pytest
from refusals import refused

TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"


@pytest.fixture
def queue(sqs):
    return sqs.create_queue(QueueName="orders", Attributes={"VisibilityTimeout": "0"})["QueueUrl"]


@pytest.fixture
def strict(sqs):
    return sqs.create_queue(QueueName="strict")["QueueUrl"]


def received(sqs, queue, **parameters):
    return sqs.receive_message(QueueUrl=queue, **parameters)["Messages"][0]


class TestParameters:
    @pytest.mark.parametrize("count", [0, 11])
    def test_sqs_14_one_to_ten_messages(self, sqs, queue, count):
        text = (
            f"Value {count} for parameter MaxNumberOfMessages is invalid. Reason: Must be "
            "between 1 and 10, if provided."
        )
        with refused("InvalidParameterValue", text):
            sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=count)

    def test_sqs_14_one_by_default_and_never_more_than_there_are(self, sqs, strict):
        sqs.send_message_batch(
            QueueUrl=strict, Entries=[{"Id": str(n), "MessageBody": "x"} for n in range(3)]
        )
        assert len(sqs.receive_message(QueueUrl=strict)["Messages"]) == 1
        assert len(sqs.receive_message(QueueUrl=strict, MaxNumberOfMessages=10)["Messages"]) == 2

    @pytest.mark.parametrize("wait", [-1, 21])
    def test_sqs_12_a_wait_is_0_to_20_seconds(self, sqs, queue, wait):
        text = (
            f"Value {wait} for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 "
            "and <= 20, if provided."
        )
        with refused("InvalidParameterValue", text):
            sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=wait)

    @pytest.mark.parametrize("timeout", [-1, 43_201])
    def test_sqs_01_a_visibility_timeout_is_0_to_43200_seconds(self, sqs, queue, timeout):
        text = (
            f"Value {timeout} for parameter VisibilityTimeout is invalid. Reason: Must be "
            ">= 0 and <= 43200, if provided."
        )
        with refused("InvalidParameterValue", text):
            sqs.receive_message(QueueUrl=queue, VisibilityTimeout=timeout)

    def test_sqs_12_the_queue_says_how_long_to_wait_when_the_request_does_not(self, lab, sqs, queue):
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"ReceiveMessageWaitTimeSeconds": "20"})
        before = lab.now
        assert "Messages" not in sqs.receive_message(QueueUrl=queue)
        assert (lab.now - before).total_seconds() == pytest.approx(20, abs=0.01)
        before = lab.now
        assert "Messages" not in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=0)
        assert (lab.now - before).total_seconds() < 1

    def test_an_empty_receive_has_no_list_of_messages(self, sqs, queue):
        assert set(sqs.receive_message(QueueUrl=queue)) == {"ResponseMetadata"}


class TestShownMessages:
    def test_without_names_there_are_four_fields(self, sqs, queue):
        sent = sqs.send_message(
            QueueUrl=queue,
            MessageBody="x",
            MessageAttributes={"a": {"DataType": "String", "StringValue": "b"}},
        )
        message = received(sqs, queue)
        assert set(message) == {"MessageId", "ReceiptHandle", "MD5OfBody", "Body"}
        assert message["MessageId"] == sent["MessageId"]
        assert message["MD5OfBody"] == sent["MD5OfMessageBody"]

    @pytest.mark.parametrize("parameter", ["AttributeNames", "MessageSystemAttributeNames"])
    def test_all_system_attributes_of_a_standard_queue(self, sqs, queue, parameter):
        sqs.send_message(QueueUrl=queue, MessageBody="x")
        first = received(sqs, queue, **{parameter: ["All"]})["Attributes"]
        assert first["SentTimestamp"] == "1767603600001"
        assert first["ApproximateFirstReceiveTimestamp"] == "1767603600002"
        assert first["ApproximateReceiveCount"] == "1"
        assert first["SenderId"].startswith("AIDA")
        assert len(first) == 4
        second = received(sqs, queue, **{parameter: ["All"]})["Attributes"]
        assert second == {**first, "ApproximateReceiveCount": "2"}

    def test_only_the_named_ones_are_shown(self, sqs, queue):
        sqs.send_message(QueueUrl=queue, MessageBody="x")
        message = received(sqs, queue, MessageSystemAttributeNames=["SenderId", "SequenceNumber"])
        assert set(message["Attributes"]) == {"SenderId"}

    def test_a_name_that_sqs_does_not_know_is_refused(self, sqs, queue):
        with refused("InvalidAttributeName", "Unknown Attribute Colour."):
            sqs.receive_message(QueueUrl=queue, MessageSystemAttributeNames=["Colour"])

    def test_a_fifo_message_shows_group_deduplication_id_and_sequence_number(self, sqs):
        fifo = sqs.create_queue(QueueName="orders.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        sent = sqs.send_message(
            QueueUrl=fifo, MessageBody="x", MessageGroupId="group-1", MessageDeduplicationId="dedup-1"
        )
        shown = received(sqs, fifo, AttributeNames=["All"])["Attributes"]
        assert shown["MessageGroupId"] == "group-1"
        assert shown["MessageDeduplicationId"] == "dedup-1"
        assert shown["SequenceNumber"] == sent["SequenceNumber"]
        assert len(sent["SequenceNumber"]) == 20

    def test_a_dead_letter_shows_where_it_came_from_and_keeps_its_attributes(self, sqs, queue):
        dlq = sqs.create_queue(QueueName="dead")["QueueUrl"]
        policy = json.dumps(
            {"deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:dead", "maxReceiveCount": 1}
        )
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"RedrivePolicy": policy})
        sent = sqs.send_message(
            QueueUrl=queue,
            MessageBody="message-1",
            MessageAttributes={"MyAttribute": {"DataType": "String", "StringValue": "foobar"}},
            MessageSystemAttributes={"AWSTraceHeader": {"DataType": "String", "StringValue": TRACE}},
        )
        received(sqs, queue)
        assert "Messages" not in sqs.receive_message(QueueUrl=queue)
        message = received(sqs, dlq, AttributeNames=["All"], MessageAttributeNames=["All"])
        assert message["MessageId"] == sent["MessageId"]
        assert (
            message["Attributes"]["DeadLetterQueueSourceArn"] == "arn:aws:sqs:us-east-1:123456789012:orders"
        )
        assert message["Attributes"]["AWSTraceHeader"] == TRACE
        assert message["Attributes"]["ApproximateReceiveCount"] == "2"
        assert message["MD5OfMessageAttributes"] == "adb59cd4678ea5a855436b949cd07ab6"


class TestMessageAttributeNames:
    @pytest.fixture
    def sent(self, sqs, queue):
        attributes = {"Help.Me": "Me", "Hello": "There", "General": "Kenobi"}
        sqs.send_message(
            QueueUrl=queue,
            MessageBody="msg",
            MessageAttributes={n: {"DataType": "String", "StringValue": v} for n, v in attributes.items()},
        )

    @pytest.mark.parametrize(
        ("names", "shown", "digest"),
        [
            (["All"], {"General", "Hello", "Help.Me"}, "4c360f3fdafd970e05fae2f149d997f5"),
            ([".*"], {"General", "Hello", "Help.Me"}, "4c360f3fdafd970e05fae2f149d997f5"),
            (["*"], {"General", "Hello", "Help.Me"}, "4c360f3fdafd970e05fae2f149d997f5"),
            (["Hello", "General"], {"General", "Hello"}, "fca026605781cb4126a1e9044df24232"),
            (["Hello", "Foo"], {"Hello"}, "a311262e065454b75da111d535b8dacd"),
            (["Hel.*"], {"Hello", "Help.Me"}, "83fee93c1bcd8b9a5a923ffacdc636c7"),
        ],
    )
    def test_the_digest_is_of_what_is_shown(self, sqs, queue, sent, names, shown, digest):
        message = received(sqs, queue, MessageAttributeNames=names)
        assert set(message["MessageAttributes"]) == shown
        assert message["MD5OfMessageAttributes"] == digest

    @pytest.mark.parametrize("names", [[], ["Foo", "Help"], ["AWS."], ["..foo"]])
    def test_names_that_no_attribute_has_show_none(self, sqs, queue, sent, names):
        message = received(sqs, queue, MessageAttributeNames=names)
        assert "MessageAttributes" not in message
        assert "MD5OfMessageAttributes" not in message


class TestReceiptHandles:
    def test_a_text_that_is_no_handle_is_refused(self, sqs, strict):
        text = 'The input receipt handle "nonsense" is not a valid receipt handle.'
        with refused("ReceiptHandleIsInvalid", text, status=404):
            sqs.delete_message(QueueUrl=strict, ReceiptHandle="nonsense")
        with refused("ReceiptHandleIsInvalid", text, status=404):
            sqs.change_message_visibility(QueueUrl=strict, ReceiptHandle="nonsense", VisibilityTimeout=1)

    def test_an_empty_handle_is_missing(self, sqs, strict):
        with refused("MissingParameter", "The request must contain the parameter ReceiptHandle."):
            sqs.delete_message(QueueUrl=strict, ReceiptHandle="")

    @pytest.mark.parametrize("timeout", [-10, 43_201])
    def test_sqs_05_a_visibility_timeout_beyond_12_hours_is_refused(self, sqs, strict, timeout):
        sqs.send_message(QueueUrl=strict, MessageBody="x")
        handle = received(sqs, strict)["ReceiptHandle"]
        text = (
            f"Value {timeout} for parameter VisibilityTimeout is invalid. Reason: Must be "
            "between 0 and 43200."
        )
        with refused("InvalidParameterValue", text):
            sqs.change_message_visibility(QueueUrl=strict, ReceiptHandle=handle, VisibilityTimeout=timeout)

    def test_deleting_twice_is_no_error(self, sqs, strict):
        sqs.send_message(QueueUrl=strict, MessageBody="x")
        handle = received(sqs, strict)["ReceiptHandle"]
        for _ in range(2):
            answer = sqs.delete_message(QueueUrl=strict, ReceiptHandle=handle)
            assert set(answer) == {"ResponseMetadata"}

    def test_sqs_07_on_fifo_an_expired_handle_cannot_delete(self, lab, sqs):
        fifo = sqs.create_queue(QueueName="orders.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        sqs.send_message(QueueUrl=fifo, MessageBody="x", MessageGroupId="g", MessageDeduplicationId="d")
        handle = received(sqs, fifo, VisibilityTimeout=1)["ReceiptHandle"]
        lab.advance(2)
        text = (
            f"Value {handle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired."
        )
        with refused("InvalidParameterValue", text, shape="InvalidParameterValueException"):
            sqs.delete_message(QueueUrl=fifo, ReceiptHandle=handle)
