"""FIFO queues, as the SQS API Reference and Developer Guide describe them."""

from __future__ import annotations

import pytest
from botocore.config import Config
from learner import (
    at,
    bodies,
    change_visibility,
    contents,
    counts,
    delete,
    fifo,
    next_second,
    post,
    queue,
    receive,
    receive_count,
    refused,
    send,
    set_attributes,
)

MINUTES_5 = 300


@pytest.fixture
def once(lab):
    """A client that does not try again by itself, so that a throttle is seen."""
    return lab.client("sqs", config=Config(retries={"total_max_attempts": 1}))


def test_sqs_07_deleting_after_the_visibility_timeout_fails_on_fifo(lab, sqs):
    url = fifo(sqs)
    post(sqs, url, "g", "x")
    start = lab.now
    (message,) = receive(sqs, url)
    at(lab, start, 30)
    with refused("InvalidParameterValue", "The receipt handle has expired."):
        delete(sqs, url, message)
    (again,) = receive(sqs, url)
    assert receive_count(again) == 2
    with refused("InvalidParameterValue", "The receipt handle has expired."):
        delete(sqs, url, message)
    delete(sqs, url, again)
    assert counts(sqs, url) == (0, 0, 0)


def test_sqs_11_a_fifo_queue_takes_no_delay_from_a_message(lab, sqs):
    url = fifo(sqs, DelaySeconds=10)
    with refused("InvalidParameterValue", "not valid for this queue type."):
        send(sqs, url, "x", MessageGroupId="g", MessageDeduplicationId="x", DelaySeconds=5)
    start = lab.now
    post(sqs, url, "g", "x")
    at(lab, start, 9.999)
    assert receive(sqs, url) == []
    at(lab, start, 10)
    assert bodies(receive(sqs, url)) == ["x"]


def test_sqs_22_a_deduplication_id_counts_for_5_minutes_even_when_its_message_was_deleted(lab, sqs):
    url = fifo(sqs)

    def order(text):
        sqs.send_message(QueueUrl=url, MessageBody=text, MessageGroupId="g", MessageDeduplicationId="order-1")

    start = lab.now
    order("first")
    delete(sqs, url, *receive(sqs, url))
    order("at once")
    assert receive(sqs, url) == []
    at(lab, start, MINUTES_5 - 0.001)
    order("at 299.999 s")
    order("at 300 s")
    assert bodies(receive(sqs, url)) == ["at 300 s"]


def test_sqs_23_content_based_deduplication_looks_at_the_body_only(sqs):
    url = fifo(sqs, ContentBasedDeduplication="true")
    for tenant in ("a", "b"):
        attributes = {"tenant": {"DataType": "String", "StringValue": tenant}}
        send(sqs, url, "same body", MessageGroupId="g", MessageAttributes=attributes)
    send(sqs, url, "other body", MessageGroupId="g")
    assert bodies(receive(sqs, url)) == ["same body", "other body"]


def test_sqs_24_a_fifo_message_needs_a_group_and_a_deduplication_id(sqs):
    url = fifo(sqs)
    with refused("MissingParameter", "The request must contain the parameter MessageGroupId."):
        send(sqs, url, "x", MessageDeduplicationId="1")
    with refused("InvalidParameterValue", "ContentBasedDeduplication enabled or MessageDeduplicationId"):
        send(sqs, url, "x", MessageGroupId="g")
    set_attributes(sqs, url, ContentBasedDeduplication="true")
    send(sqs, url, "x", MessageGroupId="g")
    assert bodies(receive(sqs, url)) == ["x"]


def test_sqs_25_a_group_with_a_message_in_flight_gives_no_more_and_other_groups_do(sqs):
    url = fifo(sqs)
    post(sqs, url, "A", "A1", "A2")
    post(sqs, url, "B", "B1")
    (first,) = receive(sqs, url, 1)
    assert first["Body"] == "A1"
    assert bodies(receive(sqs, url)) == ["B1"]
    assert receive(sqs, url) == []
    delete(sqs, url, first)
    assert bodies(receive(sqs, url)) == ["A2"]


def test_sqs_26_one_receive_may_return_several_messages_of_a_group_in_order(sqs):
    url = fifo(sqs)
    for number in (1, 2, 3):
        post(sqs, url, "A", f"A{number}")
        post(sqs, url, "B", f"B{number}")
    assert bodies(receive(sqs, url)) == ["A1", "A2", "A3", "B1", "B2", "B3"]


def test_sqs_27_a_receive_tried_again_with_its_attempt_id_returns_the_same(lab, sqs):
    url = fifo(sqs, VisibilityTimeout=600)
    post(sqs, url, "A", "A1", "A2")
    start = lab.now
    first = receive(sqs, url, ReceiveRequestAttemptId="attempt-1")
    assert receive(sqs, url, ReceiveRequestAttemptId="attempt-2") == []
    at(lab, start, MINUTES_5 - 1)
    again = receive(sqs, url, ReceiveRequestAttemptId="attempt-1")
    assert bodies(again) == ["A1", "A2"]
    assert [m["ReceiptHandle"] for m in again] == [m["ReceiptHandle"] for m in first]
    assert [receive_count(m) for m in again] == [1, 1]
    # Each retry resets the visibility timeout. Once a message was deleted, no retry is possible.
    at(lab, start, 590)
    assert bodies(receive(sqs, url, ReceiveRequestAttemptId="attempt-1")) == ["A1", "A2"]
    at(lab, start, 600)
    assert receive(sqs, url) == []
    delete(sqs, url, again[0])
    text = "The receiveRequestAttemptId is not valid anymore since the receive call is not retryable."
    with refused("InvalidParameterValue", text):
        receive(sqs, url, ReceiveRequestAttemptId="attempt-1")


def test_sqs_28_a_fifo_queue_takes_300_calls_a_second_of_each_action(lab, sqs, once):
    url = fifo(sqs, ContentBasedDeduplication="true")
    next_second(lab)
    for number in range(300):
        entries = [
            {"Id": str(n), "MessageBody": f"{number}.{n}", "MessageGroupId": f"g{number}"} for n in range(10)
        ]
        once.send_message_batch(QueueUrl=url, Entries=entries)
    assert counts(sqs, url) == (3_000, 0, 0)
    with refused("RequestThrottled"):
        send(once, url, "one more", MessageGroupId="g")
    assert len(receive(once, url)) == 10  # another action, another quota
    next_second(lab)
    send(once, url, "one more", MessageGroupId="g")


# ---- further behaviours


def test_sqs_48_in_high_throughput_mode_the_quota_of_sends_counts_for_each_group(lab, once):
    url = fifo(
        once,
        ContentBasedDeduplication="true",
        DeduplicationScope="messageGroup",
        FifoThroughputLimit="perMessageGroupId",
    )
    next_second(lab)
    for number in range(300):
        send(once, url, str(number), MessageGroupId="A")
    with refused("RequestThrottled"):
        send(once, url, "one more", MessageGroupId="A")
    send(once, url, "another group", MessageGroupId="B")


def test_sqs_49_the_other_messages_of_a_group_wait_until_the_failed_one_is_done(lab, sqs):
    url = fifo(sqs)
    post(sqs, url, "A", "A1", "A2")
    (first,) = receive(sqs, url, 1)
    assert first["Body"] == "A1"
    assert receive(sqs, url) == []
    change_visibility(sqs, url, first, 0)
    assert bodies(receive(sqs, url)) == ["A1", "A2"]


def test_sqs_50_the_name_of_a_fifo_queue_ends_in_fifo(sqs):
    with refused("InvalidParameterValue", "The name of a FIFO queue can only include"):
        queue(sqs, "orders", FifoQueue="true")
    with refused("InvalidParameterValue"):
        queue(sqs, "orders.fifo")


def test_sqs_51_a_standard_queue_takes_a_group_id_but_no_deduplication_id(sqs):
    url = queue(sqs)
    send(sqs, url, "x", MessageGroupId="tenant")
    (message,) = receive(sqs, url)
    assert message["Attributes"]["MessageGroupId"] == "tenant"
    assert "SequenceNumber" not in message["Attributes"]
    with refused("InvalidParameterValue", "MessageDeduplicationId is invalid."):
        send(sqs, url, "x", MessageDeduplicationId="1")


def test_sqs_52_a_long_poll_at_a_blocked_group_wakes_when_the_group_is_free(lab, sqs):
    url = fifo(sqs)
    post(sqs, url, "A", "A1", "A2")
    (first,) = receive(sqs, url, 1, VisibilityTimeout=600)

    def consumer():
        lab.world.kernel.sleep(9)
        delete(sqs, url, first)

    lab.world.kernel.spawn(consumer, name="consumer")
    start = lab.now
    assert bodies(receive(sqs, url, WaitTimeSeconds=20)) == ["A2"]
    assert (lab.now - start).total_seconds() == pytest.approx(9, abs=0.01)
    assert contents(lab, url) == ["A2"]


def test_sqs_75_a_purge_forgets_deduplication_ids(sqs):
    url = fifo(sqs)
    send(sqs, url, "before", MessageGroupId="g", MessageDeduplicationId="same")
    sqs.purge_queue(QueueUrl=url)
    send(sqs, url, "after", MessageGroupId="g", MessageDeduplicationId="same")
    assert bodies(receive(sqs, url)) == ["after"]


def test_sqs_76_a_message_that_came_back_is_delivered_while_a_later_one_of_its_group_is_in_flight(sqs):
    url = fifo(sqs)
    post(sqs, url, "A", "A1", "A2", "A3")
    first, second = receive(sqs, url, 2)
    change_visibility(sqs, url, first, 0)
    assert bodies(receive(sqs, url)) == ["A1"]
    delete(sqs, url, second)
    assert receive(sqs, url) == []  # A1 is in flight, so A3 waits
