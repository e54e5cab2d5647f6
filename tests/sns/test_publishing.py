"""Publish and PublishBatch: what SNS takes and what it refuses. The texts were recorded from AWS."""

from __future__ import annotations

import pytest
from inbox import messages
from learner import hops
from publisher import ACCOUNT, fifo_topic, refused, subscribed, topic

KIB = 1024
ATTRIBUTE = "attr1"


def both(sns, arn, **parameters):
    """The same message by Publish and by PublishBatch."""
    yield lambda: sns.publish(TopicArn=arn, **parameters)
    entries = [{"Id": "1", **parameters}]
    yield lambda: sns.publish_batch(TopicArn=arn, PublishBatchRequestEntries=entries)


def test_a_publish_is_answered_with_an_id_and_leaves_a_hop(lab, sns):
    arn = topic(sns)
    answer = sns.publish(TopicArn=arn, Message="hello", Subject="greeting")
    [hop] = hops(lab, "publish")
    assert (hop.resource, hop.message, hop.size) == (arn, answer["MessageId"], 5)
    assert (hop.facts["body"], hop.facts["subject"]) == ("hello", "greeting")


def test_a_topic_can_be_named_as_the_target(sns):
    arn = topic(sns)
    assert sns.publish(TargetArn=arn, Message="hello")["MessageId"]
    with refused(
        "InvalidParameter", "Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter"
    ):
        sns.publish(Message="hello")


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ({"Message": ""}, "Empty message"),
        ({"Message": "x", "Subject": ""}, "Subject"),
        ({"Message": "x", "Subject": "a" * 101}, "Subject"),
        ({"Message": "x", "Subject": "two\nlines"}, "Subject"),
        (
            {"Message": "{", "MessageStructure": "json"},
            "Message Structure - JSON message body failed to parse",
        ),
        (
            {"Message": '{"sqs": "x"}', "MessageStructure": "json"},
            "Message Structure - No default entry in JSON message body",
        ),
        (
            {"Message": '{"default": {"object": "x"}}', "MessageStructure": "json"},
            "Message Structure - No default entry in JSON message body",
        ),
        (
            {"Message": "x", "MessageDeduplicationId": "1"},
            (
                "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that "
                "is not valid for this topic type"
            ),
        ),
    ],
)
def test_a_message_that_sns_does_not_take_is_refused_in_its_words(sns, parameters, text):
    for call in both(sns, topic(sns), **parameters):
        with refused("InvalidParameter", f"Invalid parameter: {text}"):
            call()


@pytest.mark.parametrize(
    ("attribute", "text"),
    [
        (
            {"DataType": "String", "StringValue": ""},
            (
                "The message attribute 'attr1' must contain non-empty message attribute value for message "
                "attribute type 'String'."
            ),
        ),
        (
            {"DataType": "Binary", "BinaryValue": b""},
            (
                "The message attribute 'attr1' must contain non-empty message attribute value for message "
                "attribute type 'Binary'."
            ),
        ),
        (
            {"DataType": "String", "BinaryValue": b"123"},
            "The message attribute 'attr1' with type 'String' must use field 'String'.",
        ),
        (
            {"DataType": "Number", "BinaryValue": b"123"},
            "The message attribute 'attr1' with type 'Number' must use field 'String'.",
        ),
        (
            {"DataType": "Binary", "StringValue": "123"},
            "The message attribute 'attr1' with type 'Binary' must use field 'Binary'.",
        ),
        *(
            (
                {"DataType": data_type, "StringValue": "123"},
                (
                    "The message attribute 'attr1' has an invalid message attribute type, the set of "
                    "supported type prefixes is Binary, Number, and String."
                ),
            )
            for data_type in ("InvalidType", "Stringprefixed", "prefixed.String")
        ),
    ],
)
def test_a_message_attribute_that_sns_does_not_take_is_refused_in_its_words(sns, attribute, text):
    for call in both(sns, topic(sns), Message="x", MessageAttributes={ATTRIBUTE: attribute}):
        with refused("ParameterValueInvalid", text):
            call()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a" * 257, "Length of message attribute name must be less than 256 bytes."),
        (
            "^a",
            (
                "Invalid non-alphanumeric character '#x5E' was found in the message attribute name. Can only "
                "include alphanumeric characters, hyphens, underscores, or dots."
            ),
        ),
        (".a", "Invalid message attribute name starting with character '.' was found."),
        ("a.", "Invalid message attribute name ending with character '.' was found."),
        ("a..b", "Message attribute name can not have successive '.' character."),
    ],
)
def test_a_name_of_a_message_attribute_that_sns_does_not_take_is_refused_in_its_words(sns, name, text):
    given = {name: {"DataType": "String", "StringValue": "x"}}
    for call in both(sns, topic(sns), Message="x", MessageAttributes=given):
        with refused("ParameterValueInvalid", text):
            call()


def test_a_type_may_have_a_label(sns):
    arn = topic(sns)
    for data_type, value in (("Number.prefixed", "1"), ("String.prefixed", "x"), ("String.Array", '["x"]')):
        given = {ATTRIBUTE: {"DataType": data_type, "StringValue": value}}
        assert sns.publish(TopicArn=arn, Message="x", MessageAttributes=given)["MessageId"]


def test_message_and_attributes_together_have_256_kib_unless_the_topic_says_otherwise(sns):
    arn = topic(sns)
    sns.publish(TopicArn=arn, Message="a" * 256 * KIB)
    with refused("InvalidParameter", "Invalid parameter: Message too long"):
        sns.publish(TopicArn=arn, Message="a" * (256 * KIB + 1))
    attribute = {"k": {"DataType": "String", "StringValue": "v"}}
    with refused("InvalidParameter", "Invalid parameter: Message too long"):
        sns.publish(TopicArn=arn, Message="a" * (256 * KIB - 7), MessageAttributes=attribute)
    sns.publish(TopicArn=arn, Message="a" * (256 * KIB - 8), MessageAttributes=attribute)
    with refused("InvalidParameter", "Invalid parameter: Message too long"):
        sns.publish(TopicArn=arn, Message="\u20ac" * (100 * KIB))  # three bytes each
    small = topic(sns, "small", MaximumMessageSize="1024")
    with refused("InvalidParameter", "Invalid parameter: Message too long"):
        sns.publish(TopicArn=small, Message="a" * 1025)


def test_a_batch_is_refused_whole_for_its_form(sns):
    arn = topic(sns)

    def batch(*identifiers, **entry):
        entries = [{"Id": each, "Message": "x", **entry} for each in identifiers]
        return lambda: sns.publish_batch(TopicArn=arn, PublishBatchRequestEntries=entries)

    for code, text, call in (
        ("EmptyBatchRequest", None, batch()),
        (
            "TooManyEntriesInBatchRequest",
            "The batch request contains more entries than permissible.",
            batch(*map(str, range(11))),
        ),
        (
            "BatchEntryIdsNotDistinct",
            "Two or more batch entries in the request have the same Id.",
            batch("1", "1"),
        ),
        ("InvalidBatchEntryId", None, batch("a b")),
        (
            "BatchRequestTooLong",
            "The length of all the messages put together is more than the limit.",
            batch("1", "2", Message="a" * 132_000),
        ),
    ):
        with refused(code, text):
            call()


def test_a_batch_to_a_topic_that_does_not_exist_is_not_found(sns):
    with refused("NotFound", "Topic does not exist"):
        sns.publish_batch(
            TopicArn=f"arn:aws:sns:us-east-1:{ACCOUNT}:nowhere",
            PublishBatchRequestEntries=[{"Id": "1", "Message": "x"}],
        )


def test_each_message_of_a_batch_is_answered_and_delivered(sns, sqs):
    arn = topic(sns)
    url, _ = subscribed(sns, sqs, arn, RawMessageDelivery="true")
    entries = [{"Id": str(number), "Message": f"message {number}"} for number in range(5)]
    answer = sns.publish_batch(TopicArn=arn, PublishBatchRequestEntries=entries)
    assert answer["Failed"] == []
    assert [each["Id"] for each in answer["Successful"]] == ["0", "1", "2", "3", "4"]
    assert sorted(each["Body"] for each in messages(sqs, url)) == [f"message {n}" for n in range(5)]


def test_a_fifo_message_needs_a_group_and_a_deduplication_id(sns):
    arn = fifo_topic(sns)
    for call in both(sns, arn, Message="x", MessageDeduplicationId="1"):
        with refused(
            "InvalidParameter", "Invalid parameter: The MessageGroupId parameter is required for FIFO topics"
        ):
            call()
    text = (
        "Invalid parameter: The topic should either have ContentBasedDeduplication enabled or "
        "MessageDeduplicationId provided explicitly"
    )
    for call in both(sns, arn, Message="x", MessageGroupId="g"):
        with refused("InvalidParameter", text):
            call()
