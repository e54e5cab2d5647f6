"""SendMessage: what it takes, what it refuses in AWS's words, and what it tells a producer."""

from __future__ import annotations

import hashlib

import pytest
from refusals import refused

MEBIBYTE = 1_048_576


@pytest.fixture
def queue(sqs):
    return sqs.create_queue(QueueName="orders")["QueueUrl"]


@pytest.fixture
def fifo(sqs):
    return sqs.create_queue(QueueName="orders.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]


def waiting(sqs, queue):
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed"]
    return sum(
        int(n) for n in sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"].values()
    )


def test_a_producer_gets_the_id_and_the_digest_of_the_body(sqs, queue):
    answer = sqs.send_message(QueueUrl=queue, MessageBody="message")
    assert answer["MD5OfMessageBody"] == hashlib.md5(b"message").hexdigest()
    assert set(answer) == {"MessageId", "MD5OfMessageBody", "ResponseMetadata"}


@pytest.mark.parametrize(
    ("attributes", "digest"),
    [
        (
            {"UserId": {"DataType": "Number.bigint", "StringValue": "1234567890123456789012"}},
            "797ab158d73dcb5242dedc4412c8e855",
        ),
        ({"Hello": {"DataType": "String", "StringValue": "World"}}, "7db7fb1ba7f41366a8ea5eb18220b26d"),
        (
            {
                "attr1": {
                    "DataType": "Binary",
                    "BinaryValue": b"traceparent\x1e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01",
                }
            },
            "8cbe4db156db8a94db8b801b7addb984",
        ),
    ],
)
def test_digests_of_attributes_are_those_that_aws_answered(sqs, queue, attributes, digest):
    answer = sqs.send_message(QueueUrl=queue, MessageBody="test", MessageAttributes=attributes)
    assert answer["MD5OfMessageAttributes"] == digest


def test_the_digest_of_the_trace_header_is_told_separately(sqs, queue):
    header = {"AWSTraceHeader": {"DataType": "String", "StringValue": "some-trace-id"}}
    answer = sqs.send_message(QueueUrl=queue, MessageBody="x", MessageSystemAttributes=header)
    assert answer["MD5OfMessageSystemAttributes"] == "fdce4f2818803f2f73becc09a54792c0"
    assert "MD5OfMessageAttributes" not in answer


def test_a_body_is_required(sqs, queue):
    with refused(
        "MissingParameter",
        "The request must contain the parameter MessageBody.",
        shape="MissingRequiredParameterException",
    ):
        sqs.send_message(QueueUrl=queue, MessageBody="")


@pytest.mark.parametrize(
    "body", ["\t", "\n", "\r", " ", "a", "\ud7ff", "\ue000", "\ufffd", "\U0001f600", "\U0010ffff"]
)
def test_a_body_may_have_the_characters_of_xml(sqs, queue, body):
    sqs.send_message(QueueUrl=queue, MessageBody=body)
    assert sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"] == body


@pytest.mark.parametrize(
    ("body", "name"), [("a\x00", "0"), ("\x01", "1"), ("\x1f", "1F"), ("\x0b", "B"), ("ok\uffff", "FFFF")]
)
def test_a_body_may_not_have_others(sqs, queue, body, name):
    text = (
        f"Invalid binary character '#x{name}' was found in the message body, the set "
        "of allowed characters is "
        "#x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]."
    )
    with refused("InvalidMessageContents", text):
        sqs.send_message(QueueUrl=queue, MessageBody=body)
    assert waiting(sqs, queue) == 0


def test_sqs_16_a_mebibyte_is_accepted_and_one_byte_more_refused(sqs, queue):
    sqs.send_message(QueueUrl=queue, MessageBody="a" * MEBIBYTE)
    text = "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes."
    with refused("InvalidParameterValue", text, shape="InvalidParameterValueException"):
        sqs.send_message(QueueUrl=queue, MessageBody="a" * (MEBIBYTE + 1))


def test_sqs_16_size_counts_bytes_not_characters(sqs):
    queue = sqs.create_queue(QueueName="small", Attributes={"MaximumMessageSize": "1024"})["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="\N{EURO SIGN}" * 341)
    with refused(
        "InvalidParameterValue",
        "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.",
    ):
        sqs.send_message(QueueUrl=queue, MessageBody="\N{EURO SIGN}" * 342)


@pytest.mark.parametrize(("body", "accepted"), [(1024 - 13, True), (1024 - 12, False)])
def test_sqs_16_size_counts_names_types_and_values_of_attributes(sqs, body, accepted):
    queue = sqs.create_queue(QueueName="small", Attributes={"MaximumMessageSize": "1024"})["QueueUrl"]
    attributes = {"abc": {"DataType": "String", "StringValue": "1234"}}  # 3 + 6 + 4 bytes

    def send():
        sqs.send_message(QueueUrl=queue, MessageBody="a" * body, MessageAttributes=attributes)

    if accepted:
        send()
    else:
        with refused("InvalidParameterValue"):
            send()


def test_the_trace_header_does_not_count_towards_the_size(sqs):
    queue = sqs.create_queue(QueueName="small", Attributes={"MaximumMessageSize": "1024"})["QueueUrl"]
    header = {"AWSTraceHeader": {"DataType": "String", "StringValue": "some-trace-id"}}
    sqs.send_message(QueueUrl=queue, MessageBody="a" * 1024, MessageSystemAttributes=header)


STRING = {"DataType": "String", "StringValue": "x"}
RESERVED = (
    "You can't use message attribute names beginning with 'AWS.' or 'Amazon'. "
    "These strings are reserved for internal use."
)
PREFIXES = (
    "The type of message (user) attribute 'Hello' is invalid. You must use only the following supported type "
    "prefixes: Binary, Number, String."
)


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        (
            {"Hello": {"DataType": "String", "StringValue": ""}},
            "Message (user) attribute 'Hello' must contain a non-empty value of type 'String'.",
        ),
        (
            {"Hello": {"DataType": "Binary", "BinaryValue": b""}},
            "Message (user) attribute 'Hello' must contain a non-empty value of type 'Binary'.",
        ),
        (
            {"Hello": {"DataType": "String", "BinaryValue": b"x"}},
            "Message (user) attribute 'Hello' must contain a non-empty value of type 'String'.",
        ),
        (
            {"Hello": {"DataType": "Number", "StringValue": "world"}},
            "Can't cast the value of message (user) attribute 'Hello' to a number.",
        ),
        (
            {"Hello": {"DataType": "Number", "StringValue": "NaN"}},
            "Can't cast the value of message (user) attribute 'Hello' to a number.",
        ),
        (
            {"Hello": {"DataType": "Number", "StringValue": "1.1e126"}},
            "Can't cast the value of message (user) attribute 'Hello' to a number.",
        ),
        (
            {"Hello": {"DataType": "Number.tiny", "StringValue": "-1e-129"}},
            "Can't cast the value of message (user) attribute 'Hello' to a number.",
        ),
        ({"Hello": {"DataType": "InvalidType", "StringValue": "x"}}, PREFIXES),
        ({"Hello": {"DataType": "string", "StringValue": "x"}}, PREFIXES),
        ({"": STRING}, "The request must contain non-empty message (user) attribute names."),
        ({"AWS.Hello": STRING}, RESERVED),
        ({"amazon.Hello": STRING}, RESERVED),
        ({"a" * 257: STRING}, "Message (user) attribute name must be shorter than 256 bytes."),
        (
            {"a": {"DataType": "String." + "a" * 250, "StringValue": "x"}},
            "Message (user) attribute type must be shorter than 256 bytes.",
        ),
        (
            {f"a{n}": STRING for n in range(11)},
            "Number of message attributes [11] exceeds the allowed maximum [10].",
        ),
        (
            {"l": {"DataType": "StringList", "StringListValues": ["x"]}},
            "Message attribute list values in SendMessage operation are not supported.",
        ),
    ],
)
def test_attributes_that_break_a_rule_are_refused_in_aws_words(sqs, queue, attributes, text):
    with refused("InvalidParameterValue", text):
        sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes=attributes)
    assert waiting(sqs, queue) == 0


@pytest.mark.parametrize("name", ["with space", "a:b", "\u00a7", "!", ".start", "end.", "two..dots"])
def test_a_name_has_letters_digits_hyphens_underscores_and_single_dots(sqs, queue, name):
    with refused("InvalidParameterValue"):
        sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes={name: STRING})


def test_ten_attributes_and_custom_types_are_taken(sqs, queue):
    attributes = {f"a{n}": {"DataType": "Number.int", "StringValue": "-1.5e3"} for n in range(9)}
    attributes["b"] = {"DataType": "Binary.png", "BinaryValue": b"\x00\xff"}
    sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes=attributes)
    received = sqs.receive_message(QueueUrl=queue, MessageAttributeNames=["All"])["Messages"][0]
    assert received["MessageAttributes"] == attributes


def test_the_only_system_attribute_is_the_trace_header(sqs, queue):
    with refused("InvalidParameterValue", "Message system attribute name 'Hello' is invalid."):
        sqs.send_message(QueueUrl=queue, MessageBody="x", MessageSystemAttributes={"Hello": STRING})


@pytest.mark.parametrize("delay", [-1, 901])
def test_sqs_10_a_delay_is_0_to_900_seconds(sqs, queue, delay):
    text = (
        f"Value {delay} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900."
    )
    with refused("InvalidParameterValue", text):
        sqs.send_message(QueueUrl=queue, MessageBody="x", DelaySeconds=delay)
    sqs.send_message(QueueUrl=queue, MessageBody="x", DelaySeconds=900)


def test_sqs_11_a_fifo_queue_refuses_a_delay_of_one_message(sqs, fifo):
    text = (
        "Value 2 for parameter DelaySeconds is invalid. Reason: The request include "
        "parameter that is not valid for this queue type."
    )
    with refused("InvalidParameterValue", text):
        sqs.send_message(
            QueueUrl=fifo, MessageBody="x", MessageGroupId="g", MessageDeduplicationId="d", DelaySeconds=2
        )


def test_sqs_11_a_fifo_queue_takes_a_delay_of_0_for_none_so_its_own_applies(lab, sqs):
    queue = sqs.create_queue(QueueName="late.fifo", Attributes={"FifoQueue": "true", "DelaySeconds": "2"})[
        "QueueUrl"
    ]
    sqs.send_message(
        QueueUrl=queue, MessageBody="x", MessageGroupId="g", MessageDeduplicationId="d", DelaySeconds=0
    )
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)
    lab.advance(2)
    assert len(sqs.receive_message(QueueUrl=queue)["Messages"]) == 1


def test_sqs_24_a_fifo_queue_needs_a_group(sqs, fifo):
    with refused("MissingParameter", "The request must contain the parameter MessageGroupId."):
        sqs.send_message(QueueUrl=fifo, MessageBody="x", MessageDeduplicationId="d")


def test_sqs_24_a_fifo_queue_needs_a_deduplication_id_unless_it_hashes_the_content(sqs, fifo):
    text = (
        "The queue should either have ContentBasedDeduplication enabled or "
        "MessageDeduplicationId provided explicitly"
    )
    with refused("InvalidParameterValue", text):
        sqs.send_message(QueueUrl=fifo, MessageBody="x", MessageGroupId="g")
    sqs.set_queue_attributes(QueueUrl=fifo, Attributes={"ContentBasedDeduplication": "true"})
    sqs.send_message(QueueUrl=fifo, MessageBody="x", MessageGroupId="g")


def test_sqs_23_content_based_deduplication_hashes_the_body_only(sqs):
    attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    queue = sqs.create_queue(QueueName="hashed.fifo", Attributes=attributes)["QueueUrl"]
    first = sqs.send_message(
        QueueUrl=queue, MessageBody="x", MessageGroupId="g", MessageAttributes={"a": STRING}
    )
    second = sqs.send_message(QueueUrl=queue, MessageBody="x", MessageGroupId="g")
    assert second["MessageId"] == first["MessageId"]
    assert second["SequenceNumber"] == first["SequenceNumber"]
    received = sqs.receive_message(QueueUrl=queue, AttributeNames=["MessageDeduplicationId"])["Messages"]
    assert received[0]["Attributes"] == {"MessageDeduplicationId": hashlib.sha256(b"x").hexdigest()}


def test_the_answer_to_a_duplicate_has_the_digest_of_what_was_sent(sqs, fifo):
    ids = {"MessageGroupId": "g", "MessageDeduplicationId": "same"}
    sqs.send_message(QueueUrl=fifo, MessageBody="one", **ids)
    assert (
        sqs.send_message(QueueUrl=fifo, MessageBody="two", **ids)["MD5OfMessageBody"]
        == hashlib.md5(b"two").hexdigest()
    )


@pytest.mark.parametrize("parameter", ["MessageGroupId", "MessageDeduplicationId"])
@pytest.mark.parametrize("value", ["", "a" * 129, "group 123", "\u00e9"])
def test_group_and_deduplication_ids_have_1_to_128_printable_characters(sqs, fifo, parameter, value):
    ids = {"MessageGroupId": "g", "MessageDeduplicationId": "d", parameter: value}
    text = (
        f"Value {value} for parameter {parameter} is invalid. Reason: {parameter} can "
        "only include alphanumeric "
        "and punctuation characters. 1 to 128 in length."
    )
    with refused("InvalidParameterValue", text):
        sqs.send_message(QueueUrl=fifo, MessageBody="x", **ids)


def test_sqs_31_a_standard_queue_takes_a_group_id_and_gives_it_back(sqs, queue):
    assert "SequenceNumber" not in sqs.send_message(QueueUrl=queue, MessageBody="x", MessageGroupId="tenant")
    received = sqs.receive_message(QueueUrl=queue, MessageSystemAttributeNames=["All"])["Messages"][0]
    assert received["Attributes"]["MessageGroupId"] == "tenant"
    with refused("InvalidParameterValue"):
        sqs.send_message(QueueUrl=queue, MessageBody="x", MessageGroupId="two words")


def test_a_standard_queue_refuses_a_deduplication_id(sqs, queue):
    text = (
        "Value 1000 for parameter MessageDeduplicationId is invalid. Reason: The "
        "request include parameter that is "
        "not valid for this queue type."
    )
    with refused("InvalidParameterValue", text):
        sqs.send_message(QueueUrl=queue, MessageBody="x", MessageDeduplicationId="1000")


def test_letters_of_names_may_be_of_any_alphabet(sqs, queue):
    attributes = {"attr.1\u00f8\u00df\u00e4": STRING}
    sqs.send_message(QueueUrl=queue, MessageBody="x", MessageAttributes=attributes)
    received = sqs.receive_message(QueueUrl=queue, MessageAttributeNames=["All"])["Messages"][0]
    assert received["MessageAttributes"] == attributes


def test_the_trace_header_of_a_request_goes_along_with_its_messages(sqs, queue):
    header = "Root=1-3152b799-8954dae64eda91bc9a23a7e8;Parent=7fa8c0f79203be72;Sampled=1"

    def add_header(request, **_):
        request.headers["X-Amzn-Trace-Id"] = header

    sqs.meta.events.register("request-created.sqs", add_header)
    try:
        sqs.send_message(QueueUrl=queue, MessageBody="x")
        sqs.send_message_batch(QueueUrl=queue, Entries=[{"Id": "1", "MessageBody": "x"}])
    finally:
        sqs.meta.events.unregister("request-created.sqs", add_header)
    received = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, AttributeNames=["AWSTraceHeader"])
    assert [one["Attributes"] for one in received["Messages"]] == [{"AWSTraceHeader": header}] * 2
