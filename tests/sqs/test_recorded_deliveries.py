"""What AWS was recorded to do in public test suites (localstack's, run against AWS from 2022 to 2025).

Facts only: which messages came, in which order, after what. The recordings hold more than AWS documents, for
instance the order of message groups; a consumer must not rely on that.
"""

from __future__ import annotations

import pytest


@pytest.fixture
def fifo(sqs):
    def make(*bodies, **attributes):
        """A FIFO queue that holds messages named by their group: "a1" is the first of the group "a"."""
        attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true", **attributes}
        url = sqs.create_queue(QueueName="orders.fifo", Attributes=attributes)["QueueUrl"]
        for body in bodies:
            sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=body[0])
        return url

    return make


@pytest.fixture
def standard(sqs):
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="hello")
    return url


@pytest.fixture
def receive(sqs):
    def messages(url, maximum=10, **options):
        return sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=maximum, **options).get("Messages", [])

    return messages


def bodies(messages):
    return [message["Body"] for message in messages]


@pytest.mark.parametrize(("hidden", "delivered"), [(0, []), (1, ["a1"]), (2, ["a1", "a2"])])
def test_a_message_that_stays_hidden_blocks_what_comes_after_it(lab, sqs, fifo, receive, hidden, delivered):
    url = fifo("a1", "a2", "a3", VisibilityTimeout="1")
    handle = receive(url)[hidden]["ReceiptHandle"]
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=4)
    lab.advance(2.5)
    assert bodies(receive(url)) == delivered


@pytest.mark.parametrize("seconds", [0, 1])
def test_a_group_goes_on_when_its_first_message_shows_itself_again(lab, sqs, fifo, receive, seconds):
    url = fifo("a1", "a2", "b1")
    first = receive(url, 2)[0]["ReceiptHandle"]
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=first, VisibilityTimeout=seconds)
    lab.advance(seconds)
    assert bodies(receive(url)) == ["b1", "a1"]  # a2 is in flight still


def test_groups_that_were_served_go_to_the_back(lab, fifo, receive):
    url = fifo("a1", "a2", "a3", "a4", "b1", "c1", VisibilityTimeout="1")
    assert bodies(receive(url, 2)) == ["a1", "a2"]
    assert bodies(receive(url, 1)) == ["b1"]
    lab.advance(2)
    assert bodies(receive(url)) == ["c1", "a1", "a2", "a3", "a4", "b1"]


def test_groups_go_to_the_back_with_a_visibility_timeout_of_zero_too(fifo, receive):
    url = fifo("a1", "b1", "b2", "c1", "a2")
    assert bodies(receive(url, 3, VisibilityTimeout=0)) == ["a1", "a2", "b1"]
    assert bodies(receive(url, VisibilityTimeout=0)) == ["c1", "a1", "a2", "b1", "b2"]


def test_a_group_whose_messages_were_deleted_keeps_the_place_of_its_next_message(sqs, fifo, receive):
    url = fifo("a1", "b1", "a2", "b2", "a3", "c1")
    for message in receive(url, 2):
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert bodies(receive(url)) == ["b1", "b2", "a3", "c1"]


def test_a_group_of_which_one_message_was_deleted_waits_for_the_other(sqs, fifo, receive):
    url = fifo("a1", "b1", "a2", "b2", "a3", "c1")
    first = receive(url, 2)[0]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])
    assert bodies(receive(url)) == ["b1", "b2", "c1"]


def test_a_purge_forgets_deduplication_ids(sqs, fifo, receive):
    url = fifo()
    for body in ("first", "second"):
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId="a", MessageDeduplicationId="same")
        if body == "first":
            sqs.purge_queue(QueueUrl=url)
    assert bodies(receive(url)) == ["second"]


def test_sqs_04_visibility_can_be_changed_after_the_timeout_on_a_standard_queue(lab, sqs, standard, receive):
    handle = receive(standard, VisibilityTimeout=1)[0]["ReceiptHandle"]
    lab.advance(2)
    answer = sqs.change_message_visibility(QueueUrl=standard, ReceiptHandle=handle, VisibilityTimeout=2)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_an_earlier_handle_ends_the_visibility_timeout_of_a_later_receive(sqs, standard, receive):
    earlier = receive(standard, VisibilityTimeout=0)[0]["ReceiptHandle"]
    assert bodies(receive(standard, VisibilityTimeout=30)) == ["hello"]
    sqs.change_message_visibility(QueueUrl=standard, ReceiptHandle=earlier, VisibilityTimeout=0)
    assert bodies(receive(standard)) == ["hello"]


def test_a_message_that_has_expired_can_be_deleted(lab, sqs, receive):
    attributes = {"MessageRetentionPeriod": "60", "VisibilityTimeout": "60"}
    url = sqs.create_queue(QueueName="orders", Attributes=attributes)["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="hello")
    lab.advance(5)
    (message,) = receive(url)
    lab.advance(61)
    assert receive(url) == []
    answer = sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
