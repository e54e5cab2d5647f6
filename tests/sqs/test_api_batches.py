"""The batch operations: refused as a whole when malformed, else entry by entry."""

from __future__ import annotations

import pytest
from refusals import refused

MEBIBYTE = 1_048_576
BAD_ID = (
    "A batch entry id can only contain alphanumeric characters, hyphens and underscores. "
    "It can be at most 80 letters long."
)
SHAPES = {
    "send_message_batch": "SendMessageBatchRequestEntry",
    "delete_message_batch": "DeleteMessageBatchRequestEntry",
    "change_message_visibility_batch": "ChangeMessageVisibilityBatchRequestEntry",
}


@pytest.fixture
def queue(sqs):
    return sqs.create_queue(QueueName="orders")["QueueUrl"]


@pytest.fixture
def fifo(sqs):
    return sqs.create_queue(QueueName="orders.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]


def entry(operation, entry_id):
    rest = {
        "send_message_batch": {"MessageBody": "x"},
        "delete_message_batch": {"ReceiptHandle": "x"},
        "change_message_visibility_batch": {"ReceiptHandle": "x", "VisibilityTimeout": 1},
    }
    return {"Id": entry_id, **rest[operation]}


@pytest.mark.parametrize("operation", SHAPES)
class TestMalformedBatches:
    def test_sqs_15_an_empty_batch_is_refused(self, sqs, queue, operation):
        text = f"There should be at least one {SHAPES[operation]} in the request."
        with refused("AWS.SimpleQueueService.EmptyBatchRequest", text, shape="EmptyBatchRequest"):
            getattr(sqs, operation)(QueueUrl=queue, Entries=[])

    def test_sqs_15_twenty_entries_are_refused(self, sqs, queue, operation):
        text = "Maximum number of entries per request are 10. You have sent 20."
        with refused(
            "AWS.SimpleQueueService.TooManyEntriesInBatchRequest", text, shape="TooManyEntriesInBatchRequest"
        ):
            getattr(sqs, operation)(QueueUrl=queue, Entries=[entry(operation, str(n)) for n in range(20)])

    def test_sqs_15_equal_ids_are_refused(self, sqs, queue, operation):
        with refused("AWS.SimpleQueueService.BatchEntryIdsNotDistinct", "Id a repeated."):
            getattr(sqs, operation)(QueueUrl=queue, Entries=[entry(operation, "a"), entry(operation, "a")])

    @pytest.mark.parametrize("entry_id", ["", "testLongId" * 10, "invalid:id", "\u00e9", " "])
    def test_an_id_has_1_to_80_letters_digits_hyphens_and_underscores(self, sqs, queue, operation, entry_id):
        with refused("AWS.SimpleQueueService.InvalidBatchEntryId", BAD_ID, shape="InvalidBatchEntryId"):
            getattr(sqs, operation)(QueueUrl=queue, Entries=[entry(operation, entry_id)])


def test_sqs_15_a_mixed_batch_answers_with_both_lists(sqs, queue):
    answer = sqs.send_message_batch(
        QueueUrl=queue,
        Entries=[
            {"Id": "good", "MessageBody": "x"},
            {"Id": "empty", "MessageBody": ""},
            {"Id": "late", "MessageBody": "x", "DelaySeconds": 901},
            {"Id": "odd", "MessageBody": "\x01"},
        ],
    )
    assert [one["Id"] for one in answer["Successful"]] == ["good"]
    assert answer["Failed"][:2] == [
        {
            "Id": "empty",
            "SenderFault": True,
            "Code": "EmptyValue",
            "Message": "No Value Found for SendMessageBatchRequestEntry.2.MessageBody.",
        },
        {
            "Id": "late",
            "SenderFault": True,
            "Code": "InvalidParameterValue",
            "Message": (
                "Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds "
                "must be >= 0 and <= 900."
            ),
        },
    ]
    assert answer["Failed"][2]["Code"] == "InvalidMessageContents"
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_a_batch_without_failures_has_no_list_of_them(sqs, queue):
    entries = [
        {
            "Id": "1",
            "MessageBody": "x",
            "MessageAttributes": {"a": {"DataType": "Number", "StringValue": "1"}},
        }
    ]
    answer = sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    assert "Failed" not in answer
    assert set(answer["Successful"][0]) == {"Id", "MessageId", "MD5OfMessageBody", "MD5OfMessageAttributes"}


def test_sqs_16_the_sum_of_a_batch_is_at_most_a_mebibyte(sqs, queue):
    half = "a" * (MEBIBYTE // 2)
    entries = [{"Id": "1", "MessageBody": half}, {"Id": "2", "MessageBody": half}]
    assert len(sqs.send_message_batch(QueueUrl=queue, Entries=entries)["Successful"]) == 2
    entries[1]["MessageAttributes"] = {"a": {"DataType": "String", "StringValue": "b"}}
    text = "Batch requests cannot be longer than 1048576 bytes. You have sent 1048584 bytes."
    with refused("AWS.SimpleQueueService.BatchRequestTooLong", text, shape="BatchRequestTooLong"):
        sqs.send_message_batch(QueueUrl=queue, Entries=entries)


def test_sqs_16_a_message_larger_than_the_queue_takes_fails_alone(sqs):
    queue = sqs.create_queue(QueueName="small", Attributes={"MaximumMessageSize": "1024"})["QueueUrl"]
    entries = [{"Id": "large", "MessageBody": "a" * 1025}, {"Id": "fits", "MessageBody": "a" * 1024}]
    answer = sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    assert answer["Failed"] == [
        {
            "Id": "large",
            "SenderFault": True,
            "Code": "InvalidParameterValue",
            "Message": (
                "One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes."
            ),
        }
    ]
    assert [one["Id"] for one in answer["Successful"]] == ["fits"]


@pytest.mark.parametrize(
    ("entry", "code", "text"),
    [
        (
            {"MessageDeduplicationId": "d"},
            "InvalidParameterValue",
            "The request must contain the parameter MessageGroupId.",
        ),
        (
            {"MessageGroupId": "g"},
            "InvalidParameterValue",
            (
                "The queue should either have ContentBasedDeduplication enabled or "
                "MessageDeduplicationId provided explicitly"
            ),
        ),
        (
            {"MessageGroupId": "g", "MessageDeduplicationId": "d", "DelaySeconds": 3},
            "InvalidParameterValue",
            (
                "Value 3 for parameter DelaySeconds is invalid. Reason: The request "
                "include parameter that is not valid for this queue type."
            ),
        ),
    ],
)
def test_sqs_24_one_bad_entry_refuses_a_batch_to_a_fifo_queue(sqs, fifo, entry, code, text):
    good = {"Id": "1", "MessageBody": "x", "MessageGroupId": "g", "MessageDeduplicationId": "1"}
    with refused(code, text, shape="InvalidParameterValueException"):
        sqs.send_message_batch(QueueUrl=fifo, Entries=[good, {"Id": "2", "MessageBody": "x", **entry}])
    assert "Messages" not in sqs.receive_message(QueueUrl=fifo)


def test_a_fifo_batch_gets_growing_sequence_numbers(sqs, fifo):
    entries = [
        {"Id": str(n), "MessageBody": "x", "MessageGroupId": "g", "MessageDeduplicationId": str(n)}
        for n in range(10)
    ]
    numbers = [
        int(one["SequenceNumber"])
        for one in sqs.send_message_batch(QueueUrl=fifo, Entries=entries)["Successful"]
    ]
    assert numbers == sorted(set(numbers))


def received(sqs, queue, count):
    sqs.send_message_batch(
        QueueUrl=queue, Entries=[{"Id": str(n), "MessageBody": str(n)} for n in range(count)]
    )
    return [
        one["ReceiptHandle"]
        for one in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    ]


def test_deleting_in_a_batch_fails_for_each_bad_handle_alone(sqs, queue):
    handles = received(sqs, queue, 2)
    entries = [
        {"Id": "1", "ReceiptHandle": handles[0]},
        {"Id": "2", "ReceiptHandle": "dummy"},
        {"Id": "3", "ReceiptHandle": " "},
        {"Id": "4", "ReceiptHandle": handles[1]},
    ]
    answer = sqs.delete_message_batch(QueueUrl=queue, Entries=entries)
    assert answer["Successful"] == [{"Id": "1"}, {"Id": "4"}]
    assert answer["Failed"] == [
        {
            "Id": "2",
            "SenderFault": True,
            "Code": "ReceiptHandleIsInvalid",
            "Message": 'The input receipt handle "dummy" is not a valid receipt handle.',
        },
        {
            "Id": "3",
            "SenderFault": True,
            "Code": "MissingParameter",
            "Message": "The request must contain the parameter ReceiptHandle.",
        },
    ]


def test_changing_visibility_in_a_batch_fails_for_each_bad_entry_alone(sqs, queue):
    handles = received(sqs, queue, 2)
    entries = [
        {"Id": "1", "ReceiptHandle": handles[0], "VisibilityTimeout": 20},
        {"Id": "2", "ReceiptHandle": "dummy", "VisibilityTimeout": 20},
        {"Id": "3", "ReceiptHandle": handles[1], "VisibilityTimeout": -20},
        {"Id": "4", "ReceiptHandle": handles[1]},
    ]
    answer = sqs.change_message_visibility_batch(QueueUrl=queue, Entries=entries)
    assert answer["Successful"] == [{"Id": "1"}]
    assert [one["Code"] for one in answer["Failed"]] == [
        "ReceiptHandleIsInvalid",
        "InvalidParameterValue",
        "MissingParameter",
    ]
    assert [one["Message"] for one in answer["Failed"]][1:] == [
        (
            "Value -20 for parameter VisibilityTimeout is invalid. Reason: "
            "VisibilityTimeout must be an integer between 0 and 43200."
        ),
        (
            "The request must contain the parameter "
            "ChangeMessageVisibilityBatchRequestEntry.4.VisibilityTimeout."
        ),
    ]
