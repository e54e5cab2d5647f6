"""Standard queues, as the SQS API Reference and Developer Guide describe them."""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter

import pytest
from learner import (
    DAY,
    at,
    attribute,
    bodies,
    change_visibility,
    counts,
    delete,
    hops,
    queue,
    receive,
    receive_count,
    refused,
    send,
    send_many,
    set_attributes,
)

from workbook import Chaos, Lab
from workbook.aws.limits import limit
from workbook.aws.sqs import delivery

TRACE_HEADER = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"


# ---- the visibility timeout


def test_sqs_01_a_message_that_is_not_deleted_in_time_is_delivered_again(lab, sqs):
    url = queue(sqs)
    send(sqs, url, "pick and pack")
    start = lab.now
    (first,) = receive(sqs, url)
    at(lab, start, 29.999)
    assert receive(sqs, url) == []
    at(lab, start, 30)
    (second,) = receive(sqs, url)
    assert (receive_count(first), receive_count(second)) == (1, 2)
    assert first["MessageId"] == second["MessageId"]
    assert first["ReceiptHandle"] != second["ReceiptHandle"]
    assert receive(sqs, url) == []
    set_attributes(sqs, url, VisibilityTimeout=43_200)
    with refused("InvalidAttributeValue", "VisibilityTimeout"):
        set_attributes(sqs, url, VisibilityTimeout=43_201)


def test_sqs_02_a_changed_visibility_timeout_counts_from_the_moment_of_the_call(lab, sqs):
    url = queue(sqs)
    send(sqs, url, "x")
    start = lab.now
    (message,) = receive(sqs, url)
    at(lab, start, 15)
    change_visibility(sqs, url, message, 10)
    at(lab, start, 24.999)
    assert receive(sqs, url) == []
    at(lab, start, 25)
    assert bodies(receive(sqs, url)) == ["x"]


def test_sqs_03_a_visibility_timeout_of_0_makes_the_message_visible_at_once(sqs):
    url = queue(sqs)
    send(sqs, url, "not for me")
    (message,) = receive(sqs, url)
    assert counts(sqs, url) == (0, 1, 0)
    change_visibility(sqs, url, message, 0)
    assert counts(sqs, url) == (1, 0, 0)
    assert bodies(receive(sqs, url)) == ["not for me"]


def test_sqs_04_a_changed_visibility_timeout_is_forgotten(lab, sqs):
    url = queue(sqs)
    send(sqs, url, "x")
    start = lab.now
    (message,) = receive(sqs, url)
    change_visibility(sqs, url, message, 300)
    at(lab, start, 301)
    assert bodies(receive(sqs, url)) == ["x"]
    at(lab, start, 301 + 29.999)
    assert receive(sqs, url) == []
    at(lab, start, 301 + 30)
    assert bodies(receive(sqs, url)) == ["x"]


def test_sqs_05_a_message_cannot_be_hidden_for_more_than_12_hours_in_all(lab, sqs):
    url = queue(sqs, VisibilityTimeout=43_200)
    send(sqs, url, "x")
    start = lab.now
    (message,) = receive(sqs, url)
    at(lab, start, 3_600)
    with refused("InvalidParameterValue", "beyond the limit [43200 seconds]"):
        change_visibility(sqs, url, message, 39_601)
    at(lab, start, 43_199.999)
    assert receive(sqs, url) == []
    at(lab, start, 43_200)
    start = lab.now
    (message,) = receive(sqs, url)
    at(lab, start, 3_600)
    change_visibility(sqs, url, message, 39_600)
    at(lab, start, 43_199.999)
    assert receive(sqs, url) == []


def test_sqs_06_deleting_with_an_old_receipt_handle_succeeds_and_deletes_nothing(lab, sqs):
    url = queue(sqs)
    send(sqs, url, "x")
    (old,) = receive(sqs, url)
    lab.advance(30)
    (new,) = receive(sqs, url)
    delete(sqs, url, old)
    assert counts(sqs, url) == (0, 1, 0)
    delete(sqs, url, new)
    assert counts(sqs, url) == (0, 0, 0)


# ---- how long messages are kept


def test_sqs_08_a_message_vanishes_at_the_end_of_its_retention_read_or_not(lab, sqs):
    url = queue(sqs)
    start = lab.now
    send(sqs, url, "never read")
    at(lab, start, 4 * DAY - 1)
    assert bodies(receive(sqs, url)) == ["never read"]
    assert counts(sqs, url) == (0, 1, 0)
    at(lab, start, 4 * DAY - 0.001)
    assert counts(sqs, url) == (0, 1, 0)
    at(lab, start, 4 * DAY)
    assert counts(sqs, url) == (0, 0, 0)
    lab.advance(60)
    assert receive(sqs, url) == []
    assert attribute(sqs, url, "MessageRetentionPeriod") == "345600"
    for period in (59, 1_209_601):
        with refused("InvalidAttributeValue", "MessageRetentionPeriod"):
            set_attributes(sqs, url, MessageRetentionPeriod=period)


def test_sqs_09_a_lower_retention_deletes_what_is_older(lab, sqs):
    url = queue(sqs)
    send(sqs, url, "two hours old")
    lab.advance(hours=2)
    send(sqs, url, "new")
    set_attributes(sqs, url, MessageRetentionPeriod=3_600)
    assert bodies(receive(sqs, url)) == ["new"]
    assert counts(sqs, url) == (0, 1, 0)


def test_sqs_10_a_delayed_message_is_not_visible_until_its_delay_ends(lab, sqs):
    url = queue(sqs, DelaySeconds=10)
    start = lab.now
    send(sqs, url, "the queue's delay")
    assert counts(sqs, url) == (0, 0, 1)
    at(lab, start, 9.999)
    assert receive(sqs, url) == []
    at(lab, start, 10)
    delete(sqs, url, *receive(sqs, url, 1))
    assert counts(sqs, url) == (0, 0, 0)
    send(sqs, url, "at once", DelaySeconds=0)
    assert bodies(receive(sqs, url)) == ["at once"]
    start = lab.now
    send(sqs, url, "the longest", DelaySeconds=900)
    at(lab, start, 899.999)
    assert counts(sqs, url)[2] == 1
    assert counts(sqs, url)[2] == 0
    with refused("InvalidParameterValue", "DelaySeconds must be >= 0 and <= 900."):
        send(sqs, url, "too long", DelaySeconds=901)


# ---- receiving


def test_sqs_12_a_long_poll_returns_the_instant_a_message_arrives_or_empty_at_its_end(lab, sqs):
    url = queue(sqs)

    def producer():
        lab.world.kernel.sleep(7)
        send(sqs, url, "at last")

    lab.world.kernel.spawn(producer, name="producer")
    start = lab.now
    assert bodies(receive(sqs, url, WaitTimeSeconds=20)) == ["at last"]
    assert (lab.now - start).total_seconds() == 7.001
    start = lab.now
    assert receive(sqs, url, WaitTimeSeconds=20) == []
    assert (lab.now - start).total_seconds() == 20.001
    with refused("InvalidParameterValue", "Must be >= 0 and <= 20, if provided."):
        receive(sqs, url, WaitTimeSeconds=21)


def test_sqs_13_a_short_poll_may_find_nothing_although_messages_exist():
    with Lab(seed=7, chaos=Chaos(missed_polls=0.4)) as lab:
        sqs = lab.client("sqs")
        url = queue(sqs, VisibilityTimeout=0)
        send(sqs, url, "is there all the time")
        empty = sum(not receive(sqs, url) for _ in range(500))
        assert empty == pytest.approx(200, abs=40)
        assert all(receive(sqs, url, WaitTimeSeconds=1) for _ in range(100))


def test_sqs_14_a_receive_returns_one_message_by_default_and_never_more_than_ten(sqs):
    url = queue(sqs)
    send_many(sqs, url, [f"m{n}" for n in range(20)])
    assert len(sqs.receive_message(QueueUrl=url)["Messages"]) == 1
    assert len(receive(sqs, url, 10)) == 10
    for maximum in (0, 11):
        with refused("InvalidParameterValue", "Must be between 1 and 10, if provided."):
            receive(sqs, url, maximum)


def test_sqs_29_at_120000_messages_in_flight_a_short_poll_is_told_so(sqs, monkeypatch):
    assert delivery.IN_FLIGHT_LIMIT == limit("sqs.in-flight") == 120_000
    monkeypatch.setattr(delivery, "IN_FLIGHT_LIMIT", 25)  # so that the test need not send 120,000
    url = queue(sqs)
    send_many(sqs, url, [f"m{n}" for n in range(30)])
    received = [message for _ in range(3) for message in receive(sqs, url)]
    assert len(received) == 25
    with refused("OverLimit"):
        receive(sqs, url)
    assert receive(sqs, url, WaitTimeSeconds=1) == []  # a long poll gets no error
    delete(sqs, url, received[0])
    assert len(receive(sqs, url)) == 1
    strict = queue(sqs, "strict.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    for number in range(30):
        send(sqs, strict, f"m{number}", MessageGroupId=f"g{number}")
    assert sum(len(receive(sqs, strict)) for _ in range(3)) == 25
    assert receive(sqs, strict) == []


# ---- at least once, in best-effort order, fair


def drained(sqs, url):
    """Receive and delete until nothing comes; the bodies in the order of their coming."""
    seen = []
    while messages := receive(sqs, url, WaitTimeSeconds=20):
        seen += bodies(messages)
        delete(sqs, url, *messages)
    return seen


def test_sqs_30_a_standard_queue_may_deliver_out_of_order_and_twice():
    sent = [f"m{n:03}" for n in range(400)]
    with Lab(seed=7) as lab:
        sqs = lab.client("sqs")
        url = queue(sqs)
        send_many(sqs, url, sent)
        assert drained(sqs, url) == sent
    with Lab(seed=7, chaos=Chaos(duplicates=0.1, reordering=0.1)) as lab:
        sqs = lab.client("sqs")
        url = queue(sqs)
        send_many(sqs, url, sent)
        seen = drained(sqs, url)
    times = Counter(seen)
    assert set(times) == set(sent)
    assert sum(count == 2 for count in times.values()) == pytest.approx(40, abs=20)
    first_seen = list(dict.fromkeys(seen))
    overtaken = sum(one > other for one, other in itertools.pairwise(first_seen))
    assert overtaken == pytest.approx(40, abs=20)


def test_sqs_31_a_quiet_tenant_does_not_wait_behind_a_noisy_one(sqs):
    url = queue(sqs)
    send_many(sqs, url, [f"noisy {n}" for n in range(100)], MessageGroupId="noisy")
    for _ in range(3):  # messages of one group are worked on side by side: this is no FIFO queue
        assert len(receive(sqs, url)) == 10
    send(sqs, url, "quiet 0", "quiet 1", MessageGroupId="quiet")
    assert bodies(receive(sqs, url, 3)) == ["quiet 0", "quiet 1", "noisy 30"]


# ---- the life of a queue


def test_sqs_32_a_queue_can_be_purged_once_in_60_seconds(lab, sqs):
    url = queue(sqs)
    send(sqs, url, "a", "b")
    receive(sqs, url, 1)
    send(sqs, url, "delayed", DelaySeconds=60)
    start = lab.now
    sqs.purge_queue(QueueUrl=url)
    assert counts(sqs, url) == (0, 0, 0)
    at(lab, start, 59.999)
    with refused("AWS.SimpleQueueService.PurgeQueueInProgress"):
        sqs.purge_queue(QueueUrl=url)
    at(lab, start, 60.001)
    sqs.purge_queue(QueueUrl=url)


def test_sqs_33_the_name_of_a_deleted_queue_is_free_again_after_60_seconds(lab, sqs):
    url = queue(sqs)
    start = lab.now
    sqs.delete_queue(QueueUrl=url)
    at(lab, start, 59.999)
    with refused("AWS.SimpleQueueService.QueueDeletedRecently", "You must wait 60 seconds"):
        queue(sqs)
    at(lab, start, 60.001)
    assert queue(sqs) == url


def test_sqs_34_creating_a_queue_again_returns_it_unless_an_attribute_differs(sqs):
    url = queue(sqs, DelaySeconds=5)
    assert queue(sqs, DelaySeconds=5) == url
    assert queue(sqs) == url
    with refused("QueueAlreadyExists", "DelaySeconds"):
        queue(sqs, DelaySeconds=6)
    sqs.tag_queue(QueueUrl=url, Tags={"team": "a"})
    assert sqs.create_queue(QueueName="orders", tags={"team": "a"})["QueueUrl"] == url
    assert queue(sqs) == url
    with refused("QueueAlreadyExists"):
        sqs.create_queue(QueueName="orders", tags={"team": "b"})
    with refused("InvalidAttributeName", "Unknown Attribute FifoQueue."):
        set_attributes(sqs, url, FifoQueue="true")
    strict = queue(sqs, "strict.fifo", FifoQueue="true")
    with refused("InvalidAttributeValue", "Modifying queue type is not supported."):
        set_attributes(sqs, strict, FifoQueue="false")


# ---- further behaviours


def test_sqs_35_the_visibility_timeout_of_one_receive_beats_the_queue_s(lab, sqs):
    url = queue(sqs)
    send(sqs, url, "x")
    start = lab.now
    receive(sqs, url, VisibilityTimeout=100)
    at(lab, start, 99.999)
    assert receive(sqs, url) == []
    at(lab, start, 100)
    assert bodies(receive(sqs, url)) == ["x"]


def test_sqs_36_the_queue_s_wait_time_makes_every_receive_a_long_poll_unless_it_says_otherwise(lab, sqs):
    url = queue(sqs, ReceiveMessageWaitTimeSeconds=20)
    start = lab.now
    assert receive(sqs, url) == []
    assert (lab.now - start).total_seconds() == 20.001
    start = lab.now
    assert receive(sqs, url, WaitTimeSeconds=0) == []
    assert (lab.now - start).total_seconds() == 0.001


def test_sqs_37_a_long_poll_wakes_when_a_delay_or_a_visibility_timeout_ends(lab, sqs):
    url = queue(sqs)
    send(sqs, url, "hidden")
    start = lab.now
    receive(sqs, url, VisibilityTimeout=8)
    send(sqs, url, "delayed", DelaySeconds=3)
    assert bodies(receive(sqs, url, WaitTimeSeconds=20)) == ["delayed"]
    assert (lab.now - start).total_seconds() == pytest.approx(3, abs=0.01)
    assert bodies(receive(sqs, url, WaitTimeSeconds=20)) == ["hidden"]
    assert (lab.now - start).total_seconds() == pytest.approx(8, abs=0.01)


def test_sqs_38_a_new_delay_of_a_queue_is_not_retroactive_on_a_standard_queue_but_is_on_fifo(lab, sqs):
    standard = queue(sqs)
    strict = queue(sqs, "strict.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    send(sqs, standard, "x")
    send(sqs, strict, "x", MessageGroupId="g")
    for url in (standard, strict):
        set_attributes(sqs, url, DelaySeconds=60)
    assert counts(sqs, standard) == (1, 0, 0)
    assert counts(sqs, strict) == (0, 0, 1)
    lab.advance(60)
    assert counts(sqs, strict) == (1, 0, 0)


def test_sqs_39_messages_carry_md5_digests_of_body_and_attributes(sqs):
    url = queue(sqs)
    attributes = {"tenant": {"DataType": "String", "StringValue": "a"}}
    answer = sqs.send_message(QueueUrl=url, MessageBody="grüße", MessageAttributes=attributes)
    (message,) = receive(sqs, url, MessageAttributeNames=["All"])
    digest = hashlib.md5("grüße".encode(), usedforsecurity=False).hexdigest()
    assert answer["MD5OfMessageBody"] == message["MD5OfBody"] == digest
    # length and name, length and type, 1 for text, length and value: as the Developer Guide computes it
    canonical = b"\0\0\0\6tenant" + b"\0\0\0\6String" + b"\1" + b"\0\0\0\1a"
    digest = hashlib.md5(canonical, usedforsecurity=False).hexdigest()
    assert answer["MD5OfMessageAttributes"] == message["MD5OfMessageAttributes"] == digest


def test_sqs_40_message_attributes_are_returned_only_where_they_are_asked_for(sqs):
    url = queue(sqs, VisibilityTimeout=0)
    value = {"DataType": "String", "StringValue": "v"}
    send(sqs, url, "x", MessageAttributes={"order.id": value, "order.kind": value, "tenant": value})

    def names(*wanted):
        (message,) = receive(sqs, url, MessageAttributeNames=list(wanted))
        return sorted(message.get("MessageAttributes", {}))

    assert names() == []
    assert names("All") == names(".*") == ["order.id", "order.kind", "tenant"]
    assert names("tenant", "absent") == ["tenant"]
    assert names("order.*") == ["order.id", "order.kind"]


def test_sqs_41_system_attributes_tell_who_sent_it_when_and_how_often_it_was_received(lab, sqs):
    url = queue(sqs)
    header = {"AWSTraceHeader": {"DataType": "String", "StringValue": TRACE_HEADER}}
    sent = lab.now
    send(sqs, url, "x", MessageSystemAttributes=header)
    lab.advance(5)
    first_received = lab.now
    receive(sqs, url)
    lab.advance(30)
    (message,) = receive(sqs, url)
    shown = message["Attributes"]
    assert shown["SentTimestamp"] == str(round(sent.timestamp() * 1000))
    assert shown["ApproximateFirstReceiveTimestamp"] == str(round(first_received.timestamp() * 1000))
    assert shown["ApproximateReceiveCount"] == "2"
    assert shown["AWSTraceHeader"] == TRACE_HEADER
    assert shown["SenderId"].startswith("AIDA")  # the id of an IAM user


def test_sqs_42_an_empty_receive_has_no_messages_in_its_answer(sqs):
    assert "Messages" not in sqs.receive_message(QueueUrl=queue(sqs))


def test_sqs_43_deleting_twice_is_no_error(sqs):
    url = queue(sqs)
    send(sqs, url, "x")
    (message,) = receive(sqs, url)
    delete(sqs, url, message, message)
    assert counts(sqs, url) == (0, 0, 0)


def test_sqs_44_a_message_received_three_times_goes_to_the_back_of_a_standard_queue(lab, sqs):
    url = queue(sqs)
    send(sqs, url, "poison")
    for _ in range(2):
        receive(sqs, url)
        lab.advance(30)
    send(sqs, url, "behind")
    assert bodies(receive(sqs, url, 1)) == ["poison"]
    lab.advance(30)
    assert bodies(receive(sqs, url, 1)) == ["behind"]
    assert bodies(receive(sqs, url, 1)) == ["poison"]


def test_sqs_45_who_waits_at_a_queue_is_told_when_it_is_deleted(lab, sqs):
    url = queue(sqs)

    def owner():
        lab.world.kernel.sleep(5)
        sqs.delete_queue(QueueUrl=url)

    lab.world.kernel.spawn(owner, name="owner")
    start = lab.now
    with refused("AWS.SimpleQueueService.NonExistentQueue"):
        receive(sqs, url, WaitTimeSeconds=20)
    assert (lab.now - start).total_seconds() == pytest.approx(5, abs=0.01)


def test_sqs_46_cloudwatch_has_the_queue_s_metrics_of_each_minute(lab, sqs):
    url = queue(sqs)
    start = lab.now
    send(sqs, url, "a", "b", "c")
    delete(sqs, url, *receive(sqs, url, 1))
    receive(sqs, url, 1)
    lab.advance(minutes=2)

    def first_minute(metric):
        points = lab.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/SQS",
            MetricName=metric,
            Dimensions=[{"Name": "QueueName", "Value": "orders"}],
            StartTime=start.replace(second=0, microsecond=0),
            EndTime=start.replace(minute=1, second=0, microsecond=0),
            Period=60,
            Statistics=["Sum"],
        )["Datapoints"]
        return [point["Sum"] for point in points]

    assert first_minute("NumberOfMessagesSent") == [3]
    assert first_minute("NumberOfMessagesReceived") == [2]
    assert first_minute("NumberOfMessagesDeleted") == [1]
    assert first_minute("ApproximateNumberOfMessagesVisible") == [2]  # the hidden one shows itself at 30 s


def test_sqs_47_each_begun_64_kb_of_a_request_counts_as_one_and_an_empty_receive_too(lab, sqs):
    url = queue(sqs)
    send(sqs, url, "x" * 65_537)
    send_many(sqs, url, ["x" * 1_000] * 10)
    sqs.receive_message(QueueUrl=queue(sqs, "empty"))
    counted = lab.billable().sqs_requests_by_operation
    assert counted["SendMessage"] == 2
    assert counted["SendMessageBatch"] == 1
    assert counted["ReceiveMessage"] == 1
    assert len(hops(lab, "send")) == 11
