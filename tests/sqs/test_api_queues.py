"""Queues: names, attributes, tags, lists and URLs."""

from __future__ import annotations

import json

import pytest
from refusals import refused

ACCOUNT = "123456789012"
NAME_RULE = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
FIFO_NAME_RULE = (
    "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, "
    "must end with .fifo suffix and be 1 to 80 in length."
)
NO_QUEUE = "AWS.SimpleQueueService.NonExistentQueue"


@pytest.fixture
def queue(sqs):
    return sqs.create_queue(QueueName="orders")["QueueUrl"]


@pytest.fixture
def fifo(sqs):
    return sqs.create_queue(QueueName="orders.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]


def attributes(sqs, queue, *names):
    return sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=list(names or ["All"])).get(
        "Attributes", {}
    )


class TestNames:
    @pytest.mark.parametrize("name", ["in.fo", "a" * 81, "\u00e9", "with space", "a/b"])
    def test_a_name_has_1_to_80_letters_digits_hyphens_underscores(self, sqs, name):
        with refused("InvalidParameterValue", NAME_RULE):
            sqs.create_queue(QueueName=name)

    def test_a_name_cannot_be_empty(self, sqs):
        with refused("InvalidParameterValue", "Queue name cannot be empty"):
            sqs.create_queue(QueueName="")

    def test_a_standard_queue_cannot_have_the_suffix_of_fifo(self, sqs):
        with refused("InvalidParameterValue", NAME_RULE):
            sqs.create_queue(QueueName="orders.fifo")

    @pytest.mark.parametrize("name", ["orders", "a" * 76 + ".fifo"])
    def test_a_fifo_queue_must_have_it_and_it_counts(self, sqs, name):
        with refused("InvalidParameterValue", FIFO_NAME_RULE):
            sqs.create_queue(QueueName=name, Attributes={"FifoQueue": "true"})

    def test_a_name_may_be_80_characters_long(self, sqs):
        assert sqs.create_queue(QueueName="a" * 80)["QueueUrl"].endswith("a" * 80)


class TestAttributes:
    def test_all_attributes_of_a_new_standard_queue(self, sqs, queue):
        assert attributes(sqs, queue) == {
            "ApproximateNumberOfMessages": "0",
            "ApproximateNumberOfMessagesDelayed": "0",
            "ApproximateNumberOfMessagesNotVisible": "0",
            "CreatedTimestamp": "1767603600",
            "DelaySeconds": "0",
            "LastModifiedTimestamp": "1767603600",
            "MaximumMessageSize": "1048576",
            "MessageRetentionPeriod": "345600",
            "QueueArn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:orders",
            "ReceiveMessageWaitTimeSeconds": "0",
            "SqsManagedSseEnabled": "true",
            "VisibilityTimeout": "30",
        }

    def test_a_fifo_queue_has_four_more(self, sqs, queue, fifo):
        shown = attributes(sqs, fifo)
        assert set(shown) - set(attributes(sqs, queue)) == {
            "FifoQueue",
            "ContentBasedDeduplication",
            "DeduplicationScope",
            "FifoThroughputLimit",
        }
        assert shown["FifoQueue"] == "true"
        assert shown["ContentBasedDeduplication"] == "false"
        assert shown["DeduplicationScope"] == "queue"
        assert shown["FifoThroughputLimit"] == "perQueue"

    def test_only_what_is_named_is_returned(self, sqs, queue):
        names = ["MaximumMessageSize", "VisibilityTimeout", "RedrivePolicy"]
        assert attributes(sqs, queue, *names) == {"MaximumMessageSize": "1048576", "VisibilityTimeout": "30"}

    def test_nothing_is_returned_when_nothing_is_named(self, sqs, queue):
        assert "Attributes" not in sqs.get_queue_attributes(QueueUrl=queue)
        assert "Attributes" not in sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["Policy"])

    def test_a_name_that_sqs_does_not_know_is_refused(self, sqs, queue):
        with refused("InvalidAttributeName", "Unknown Attribute Colour.", shape="InvalidAttributeName"):
            attributes(sqs, queue, "Colour")

    @pytest.mark.parametrize(
        ("name", "low", "high"),
        [
            ("DelaySeconds", 0, 900),
            ("MaximumMessageSize", 1024, 1_048_576),
            ("MessageRetentionPeriod", 60, 1_209_600),
            ("ReceiveMessageWaitTimeSeconds", 0, 20),
            ("VisibilityTimeout", 0, 43_200),
            ("KmsDataKeyReusePeriodSeconds", 60, 86_400),
        ],
    )
    def test_every_number_has_its_range(self, sqs, queue, name, low, high):
        for value in (low, high):
            sqs.set_queue_attributes(QueueUrl=queue, Attributes={name: str(value)})
        for value in (str(low - 1), str(high + 1), "", " 6", "6.5", "six", "+6"):
            with refused("InvalidAttributeValue", f"Invalid value for the parameter {name}."):
                sqs.set_queue_attributes(QueueUrl=queue, Attributes={name: value})
            with refused("InvalidAttributeValue", f"Invalid value for the parameter {name}."):
                sqs.create_queue(QueueName="new", Attributes={name: value})

    @pytest.mark.parametrize("name", ["Colour", "QueueArn", "ApproximateNumberOfMessages", "All"])
    def test_only_attributes_that_can_be_set_are_taken(self, sqs, queue, name):
        with refused("InvalidAttributeName", f"Unknown Attribute {name}."):
            sqs.set_queue_attributes(QueueUrl=queue, Attributes={name: "1"})

    def test_at_least_one_attribute_must_be_named(self, sqs, queue):
        with refused("MissingParameter", "The request must contain the parameter Attribute.Name."):
            sqs.set_queue_attributes(QueueUrl=queue, Attributes={})

    def test_what_is_not_named_stays_as_it_is(self, sqs, queue):
        policy = json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Deny", "Principal": "*", "Action": "sqs:PurgeQueue", "Resource": "*"}
                ],
            }
        )
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy, "DelaySeconds": "5"})
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "60"})
        shown = attributes(sqs, queue, "Policy", "DelaySeconds", "VisibilityTimeout")
        assert shown == {"Policy": policy, "DelaySeconds": "5", "VisibilityTimeout": "60"}

    def test_all_attributes_are_set_or_none(self, sqs, queue):
        with refused("InvalidAttributeValue"):
            sqs.set_queue_attributes(
                QueueUrl=queue, Attributes={"DelaySeconds": "5", "VisibilityTimeout": "99999"}
            )
        assert attributes(sqs, queue, "DelaySeconds") == {"DelaySeconds": "0"}

    def test_setting_an_attribute_moves_the_time_of_last_change(self, lab, sqs, queue):
        lab.advance(90)
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"DelaySeconds": "5"})
        shown = attributes(sqs, queue, "CreatedTimestamp", "LastModifiedTimestamp")
        assert shown == {"CreatedTimestamp": "1767603600", "LastModifiedTimestamp": "1767603690"}


class TestFifoAttributes:
    @pytest.mark.parametrize(
        ("name", "value", "text"),
        [
            ("FifoQueue", "false", "Unknown Attribute FifoQueue."),
            ("ContentBasedDeduplication", "false", "Unknown Attribute ContentBasedDeduplication."),
            (
                "DeduplicationScope",
                "queue",
                "You can specify the DeduplicationScope only when FifoQueue is set to true.",
            ),
            (
                "FifoThroughputLimit",
                "perQueue",
                "You can specify the FifoThroughputLimit only when FifoQueue is set to true.",
            ),
        ],
    )
    def test_a_standard_queue_has_none_of_them(self, sqs, queue, name, value, text):
        with refused("InvalidAttributeName", text, shape="InvalidAttributeName"):
            sqs.create_queue(QueueName="new", Attributes={name: value})
        with refused("InvalidAttributeName", text):
            sqs.set_queue_attributes(QueueUrl=queue, Attributes={name: value})

    def test_sqs_34_the_type_of_a_queue_can_never_be_changed(self, sqs, queue, fifo):
        with refused("InvalidAttributeName", "Unknown Attribute FifoQueue."):
            sqs.set_queue_attributes(QueueUrl=queue, Attributes={"FifoQueue": "true"})
        text = "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported."
        with refused("InvalidAttributeValue", text):
            sqs.set_queue_attributes(QueueUrl=fifo, Attributes={"FifoQueue": "false"})
        sqs.set_queue_attributes(QueueUrl=fifo, Attributes={"FifoQueue": "true"})

    def test_sqs_28_high_throughput_needs_deduplication_by_message_group(self, sqs, fifo):
        text = (
            "The perMessageGroupId value is allowed only when the value for "
            "DeduplicationScope is messageGroup"
        )
        with refused("InvalidAttributeValue", text):
            sqs.set_queue_attributes(QueueUrl=fifo, Attributes={"FifoThroughputLimit": "perMessageGroupId"})
        high = {"FifoThroughputLimit": "perMessageGroupId", "DeduplicationScope": "messageGroup"}
        sqs.set_queue_attributes(QueueUrl=fifo, Attributes=high)
        assert attributes(sqs, fifo, *high) == high
        with refused("InvalidAttributeValue", text):
            sqs.set_queue_attributes(QueueUrl=fifo, Attributes={"DeduplicationScope": "queue"})

    def test_true_is_taken_in_any_case(self, sqs):
        given = {"FifoQueue": "True", "ContentBasedDeduplication": "TRUE"}
        queue = sqs.create_queue(QueueName="new.fifo", Attributes=given)["QueueUrl"]
        assert attributes(sqs, queue, *given) == {"FifoQueue": "true", "ContentBasedDeduplication": "true"}

    @pytest.mark.parametrize(
        "name", ["DeduplicationScope", "FifoThroughputLimit", "ContentBasedDeduplication"]
    )
    def test_values_are_those_of_the_model(self, sqs, fifo, name):
        with refused("InvalidAttributeValue", f"Invalid value for the parameter {name}."):
            sqs.set_queue_attributes(QueueUrl=fifo, Attributes={name: "perhaps"})


class TestEncryptionAttributes:
    def test_sse_sqs_is_on_and_sse_kms_turns_it_off_and_back(self, sqs, queue):
        names = ["SqsManagedSseEnabled", "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds"]
        assert attributes(sqs, queue, *names) == {"SqsManagedSseEnabled": "true"}
        key = {"KmsMasterKeyId": "testKeyId", "KmsDataKeyReusePeriodSeconds": "6000"}
        sqs.set_queue_attributes(QueueUrl=queue, Attributes=key)
        assert attributes(sqs, queue, *names) == {**key, "SqsManagedSseEnabled": "false"}
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"SqsManagedSseEnabled": "true"})
        assert attributes(sqs, queue, *names) == {"SqsManagedSseEnabled": "true"}

    def test_an_empty_key_turns_sse_kms_off_and_leaves_no_encryption(self, sqs, queue):
        names = ["SqsManagedSseEnabled", "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds"]
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"KmsMasterKeyId": "testKeyId"})
        defaults = {"KmsMasterKeyId": "", "KmsDataKeyReusePeriodSeconds": "300"}
        sqs.set_queue_attributes(QueueUrl=queue, Attributes=defaults)
        assert attributes(sqs, queue, *names) == {"SqsManagedSseEnabled": "false"}

    def test_the_two_exclude_each_other(self, sqs, queue):
        text = (
            "You can use one type of server-side encryption (SSE) at one time. "
            "You can either enable KMS SSE or SQS SSE."
        )
        both = {"KmsMasterKeyId": "testKeyId", "SqsManagedSseEnabled": "true"}
        with refused("InvalidAttributeName", text):
            sqs.set_queue_attributes(QueueUrl=queue, Attributes=both)


class TestLife:
    def test_sqs_34_creating_again_with_equal_attributes_gives_the_same_url(self, sqs):
        first = sqs.create_queue(QueueName="orders", Attributes={"DelaySeconds": "1"})
        assert (
            sqs.create_queue(QueueName="orders", Attributes={"DelaySeconds": "1"})["QueueUrl"]
            == first["QueueUrl"]
        )
        assert sqs.create_queue(QueueName="orders")["QueueUrl"] == first["QueueUrl"]

    @pytest.mark.parametrize("name", ["DelaySeconds", "VisibilityTimeout"])
    def test_sqs_34_creating_again_with_other_attributes_fails(self, sqs, queue, name):
        text = f"A queue already exists with the same name and a different value for attribute {name}"
        with refused("QueueAlreadyExists", text, shape="QueueNameExists"):
            sqs.create_queue(QueueName="orders", Attributes={name: "2"})

    def test_sqs_34_the_same_for_a_fifo_queue(self, sqs, fifo):
        text = (
            "A queue already exists with the same name and a different value for "
            "attribute ContentBasedDeduplication"
        )
        with refused("QueueAlreadyExists", text):
            sqs.create_queue(
                QueueName="orders.fifo", Attributes={"FifoQueue": "true", "ContentBasedDeduplication": "true"}
            )

    def test_sqs_33_a_deleted_name_is_free_after_60_seconds(self, lab, sqs, queue):
        sqs.send_message(QueueUrl=queue, MessageBody="x")
        sqs.delete_queue(QueueUrl=queue)
        text = (
            "You must wait 60 seconds after deleting a queue before you can create "
            "another with the same name."
        )
        with refused("AWS.SimpleQueueService.QueueDeletedRecently", text, shape="QueueDeletedRecently"):
            sqs.create_queue(QueueName="orders")
        lab.advance(60)
        again = sqs.create_queue(QueueName="orders")["QueueUrl"]
        assert attributes(sqs, again, "ApproximateNumberOfMessages") == {"ApproximateNumberOfMessages": "0"}

    def test_a_deleted_queue_does_not_exist(self, sqs, queue):
        sqs.delete_queue(QueueUrl=queue)
        with refused(NO_QUEUE):
            sqs.send_message(QueueUrl=queue, MessageBody="x")
        with refused(NO_QUEUE):
            sqs.delete_queue(QueueUrl=queue)

    def test_sqs_32_a_second_purge_within_60_seconds_is_refused(self, lab, sqs, queue):
        sqs.send_message(QueueUrl=queue, MessageBody="x")
        sqs.purge_queue(QueueUrl=queue)
        assert "Messages" not in sqs.receive_message(QueueUrl=queue)
        text = "Only one PurgeQueue operation on orders is allowed every 60 seconds."
        with refused(
            "AWS.SimpleQueueService.PurgeQueueInProgress", text, status=403, shape="PurgeQueueInProgress"
        ):
            sqs.purge_queue(QueueUrl=queue)
        lab.advance(60)
        sqs.purge_queue(QueueUrl=queue)


class TestUrls:
    def test_a_url_names_region_account_and_queue(self, queue):
        assert queue == f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/orders"

    def test_a_url_is_found_by_name(self, sqs, queue):
        assert sqs.get_queue_url(QueueName="orders")["QueueUrl"] == queue

    def test_a_name_that_no_queue_has(self, sqs):
        with refused(NO_QUEUE, "The specified queue does not exist.", shape="QueueDoesNotExist"):
            sqs.get_queue_url(QueueName="nowhere")

    def test_a_queue_of_another_account_looks_like_none(self, sqs):
        text = "The specified queue does not exist or you do not have access to it."
        with refused(NO_QUEUE, text):
            sqs.get_queue_url(QueueName="orders", QueueOwnerAWSAccountId="999999999999")

    @pytest.mark.parametrize(
        "url",
        [
            f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/ordres",
            "https://sqs.us-east-1.amazonaws.com/123456789013/orders",
            f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/orders",
            "ordres",
            "http://whatever-incorrect-queue-address",  # as moto's authors saw of AWS
        ],
    )
    def test_a_typo_in_a_url_is_a_queue_that_does_not_exist(self, sqs, queue, url):
        with refused(NO_QUEUE, "The specified queue does not exist.", shape="QueueDoesNotExist"):
            sqs.send_message(QueueUrl=url, MessageBody="x")

    @pytest.mark.parametrize(
        "url",
        [
            "https://example.org/123456789012/orders",
            "https://sqs.us-east-1.amazonaws.com/orders",
            "https://sqs.us-east-1.amazonaws.com/",
            f"arn:aws:sqs:us-east-1:{ACCOUNT}:orders",
        ],
    )
    def test_a_text_that_is_no_queue_url_is_not_valid_for_the_endpoint(self, sqs, queue, url):
        text = "The address https://sqs.us-east-1.amazonaws.com/ is not valid for this endpoint."
        with refused("InvalidAddress", text, status=404):
            sqs.send_message(QueueUrl=url, MessageBody="x")

    def test_older_urls_and_bare_names_are_understood(self, sqs, queue):
        for url in (
            f"https://queue.amazonaws.com/{ACCOUNT}/orders",
            f"https://us-east-1.queue.amazonaws.com/{ACCOUNT}/orders",
            "orders",
        ):
            assert attributes(sqs, url, "QueueArn") == {"QueueArn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:orders"}

    def test_each_region_has_its_own_queues(self, lab, sqs, queue):
        ireland = lab.client("sqs", region_name="eu-west-1")
        assert "QueueUrls" not in ireland.list_queues()
        url = ireland.create_queue(QueueName="orders")["QueueUrl"]
        assert url == f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/orders"
        ireland.send_message(QueueUrl=url, MessageBody="x")
        assert "Messages" not in sqs.receive_message(QueueUrl=queue)


class TestLists:
    @pytest.fixture
    def queues(self, sqs):
        return [sqs.create_queue(QueueName=f"test-{n}")["QueueUrl"] for n in range(10)]

    def test_queues_are_listed_by_prefix(self, sqs, queue, queues):
        assert sqs.list_queues()["QueueUrls"] == [queue, *queues]
        assert sqs.list_queues(QueueNamePrefix="test-")["QueueUrls"] == queues
        assert "QueueUrls" not in sqs.list_queues(QueueNamePrefix="none")

    def test_a_list_comes_in_pages_when_asked_for(self, sqs, queues):
        page = sqs.list_queues(MaxResults=2)
        assert page["QueueUrls"] == queues[:2]
        rest = sqs.list_queues(MaxResults=8, NextToken=page["NextToken"])
        assert rest["QueueUrls"] == queues[2:]
        assert "NextToken" not in rest

    def test_the_paginator_finds_them_all(self, sqs, queues):
        pages = sqs.get_paginator("list_queues").paginate(PaginationConfig={"PageSize": 3})
        assert [url for page in pages for url in page["QueueUrls"]] == queues

    def test_bad_pages_are_refused(self, sqs, queues):
        text = (
            "Value for parameter MaxResults is invalid. Reason: MaxResults must be an "
            "integer between 1 and 1000."
        )
        for size in (-1, 1001):
            with refused("InvalidParameterValue", text):
                sqs.list_queues(MaxResults=size)
        with refused("InvalidParameterValue", "Invalid or expired next token."):
            sqs.list_queues(MaxResults=1, NextToken="invalidtoken")

    def test_the_sources_of_a_dead_letter_queue_are_listed(self, sqs, queue):
        policy = json.dumps(
            {"deadLetterTargetArn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:orders", "maxReceiveCount": 5}
        )
        sources = [
            sqs.create_queue(QueueName=f"source-{n}", Attributes={"RedrivePolicy": policy})["QueueUrl"]
            for n in range(3)
        ]
        assert sqs.list_dead_letter_source_queues(QueueUrl=queue)["queueUrls"] == sources
        page = sqs.list_dead_letter_source_queues(QueueUrl=queue, MaxResults=2)
        assert page["queueUrls"] == sources[:2]
        page = sqs.list_dead_letter_source_queues(QueueUrl=queue, MaxResults=2, NextToken=page["NextToken"])
        assert page["queueUrls"] == sources[2:]
        assert "NextToken" not in page


class TestTags:
    def test_tags_are_added_changed_and_taken_away(self, sqs):
        queue = sqs.create_queue(QueueName="orders", tags={"tag1": "value1"})["QueueUrl"]
        sqs.tag_queue(QueueUrl=queue, Tags={"tag1": "other", "tag2": "value2", "tag3": ""})
        assert sqs.list_queue_tags(QueueUrl=queue)["Tags"] == {"tag1": "other", "tag2": "value2", "tag3": ""}
        sqs.untag_queue(QueueUrl=queue, TagKeys=["tag1", "tag3", "never"])
        assert sqs.list_queue_tags(QueueUrl=queue)["Tags"] == {"tag2": "value2"}
        sqs.untag_queue(QueueUrl=queue, TagKeys=["tag2"])
        assert "Tags" not in sqs.list_queue_tags(QueueUrl=queue)

    def test_a_queue_has_at_most_50(self, sqs, queue):
        sqs.tag_queue(QueueUrl=queue, Tags={f"k{n}": "v" for n in range(50)})
        with refused("InvalidParameterValue", "Too many tags added for queue orders."):
            sqs.tag_queue(QueueUrl=queue, Tags={"one-more": "v"})
        assert len(sqs.list_queue_tags(QueueUrl=queue)["Tags"]) == 50
