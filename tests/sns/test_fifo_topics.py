"""FIFO topics: order, duplicates, throughput, archive and replay."""

from __future__ import annotations

import datetime
import hashlib
import json

import pytest
from botocore.config import Config
from hypothesis import given, settings
from hypothesis import strategies as st
from inbox import bodies, messages
from learner import hops
from publisher import fifo_topic, queue, refused, subscribed, texts

from workbook import Lab
from workbook.aws.delivery.outages import begin_outage
from workbook.aws.sns import fifo
from workbook.engine.clock import SECOND

MINUTE = 60
DAY = 86_400


def publish(sns, arn, message, group="g", **more):
    return sns.publish(TopicArn=arn, Message=message, MessageGroupId=group, **more)


def settle(lab):
    lab.advance(1)


def test_a_fifo_message_carries_its_number_and_no_signature(lab, sns, sqs):
    arn = fifo_topic(sns, ContentBasedDeduplication="true")
    url, _subscription = subscribed(sns, sqs, arn, "warehouse.fifo")
    answer = publish(sns, arn, "Test", Subject="s")
    assert len(answer["SequenceNumber"]) == 20
    [message] = messages(sqs, url)
    body = json.loads(message["Body"])
    assert list(body) == [
        *("Type", "MessageId", "SequenceNumber", "TopicArn", "Subject", "Message", "Timestamp"),
        "UnsubscribeURL",
    ]
    assert (body["MessageId"], body["SequenceNumber"]) == (answer["MessageId"], answer["SequenceNumber"])
    assert message["Attributes"]["MessageGroupId"] == "g"
    digest = hashlib.sha256(b"Test").hexdigest()
    assert message["Attributes"]["MessageDeduplicationId"] == digest


def test_a_duplicate_is_answered_like_the_original_and_not_delivered(lab, sns, sqs):
    arn = fifo_topic(sns)
    url, _ = subscribed(sns, sqs, arn, "warehouse.fifo")
    first = publish(sns, arn, "one", MessageDeduplicationId="1")
    settle(lab)
    again = publish(sns, arn, "another text", MessageDeduplicationId="1")
    assert (again["MessageId"], again["SequenceNumber"]) == (first["MessageId"], first["SequenceNumber"])
    assert texts(sqs, url) == ["one"]
    assert len(hops(lab, "deduplicate", resource=arn)) == 1
    lab.advance(5 * MINUTE)
    assert publish(sns, arn, "one", MessageDeduplicationId="1")["MessageId"] != first["MessageId"]


def test_a_duplicate_is_dropped_before_subscribers_so_a_new_one_gets_nothing_of_it(lab, sns, sqs):
    arn = fifo_topic(sns, ContentBasedDeduplication="true")
    publish(sns, arn, "Test")
    url, _ = subscribed(sns, sqs, arn, "warehouse.fifo")
    publish(sns, arn, "Test")
    assert texts(sqs, url) == []


def test_with_the_scope_of_a_group_an_id_counts_within_its_group(lab, sns, sqs):
    arn = fifo_topic(sns, FifoThroughputScope="MessageGroup")
    high_throughput = {"DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
    url, _ = subscribed(sns, sqs, arn, "warehouse.fifo", high_throughput)
    for group in ("a", "b", "a"):
        publish(sns, arn, f"of {group}", group, MessageDeduplicationId="1")
    settle(lab)
    assert sorted(texts(sqs, url)) == ["of a", "of b"]


def test_content_of_a_topic_deduplicates_for_queues_that_do_not(lab, sns, sqs):
    arn = fifo_topic(sns, ContentBasedDeduplication="true")
    url, _ = subscribed(sns, sqs, arn, "warehouse.fifo", RawMessageDelivery="true")
    publish(sns, arn, "Test single")
    assert bodies(sqs, url) == ["Test single"]


def test_a_standard_queue_gets_the_messages_without_their_group(lab, sns, sqs):
    arn = fifo_topic(sns, ContentBasedDeduplication="true")
    url, _ = subscribed(sns, sqs, arn)
    publish(sns, arn, "Test")
    [message] = messages(sqs, url)
    assert not {"MessageGroupId", "MessageDeduplicationId", "SequenceNumber"} & set(message["Attributes"])
    assert "SequenceNumber" in json.loads(message["Body"])


def test_a_fifo_topic_takes_its_messages_a_second_and_refuses_the_rest(lab, sns, monkeypatch):
    monkeypatch.setattr(fifo, "MESSAGES_PER_SECOND", 15)
    arn = fifo_topic(sns, ContentBasedDeduplication="true")

    def batch(start):
        entries = [{"Id": str(n), "Message": str(n), "MessageGroupId": "g"} for n in range(start, start + 10)]
        return sns.publish_batch(TopicArn=arn, PublishBatchRequestEntries=entries)

    assert len(batch(0)["Successful"]) == 10
    second = batch(10)
    assert [len(second[name]) for name in ("Successful", "Failed")] == [5, 5]
    assert {each["Code"] for each in second["Failed"]} == {"Throttled"}
    impatient = lab.client("sns", config=Config(retries={"total_max_attempts": 1}))
    with refused("Throttled"):
        publish(impatient, arn, "too many")
    assert len(hops(lab, "throttle", resource=arn)) == 6
    assert publish(sns, arn, "boto3 tries again, and in the next second it works")["MessageId"]


def test_a_message_that_must_wait_holds_up_its_group_and_no_other(lab, sns, sqs):
    arn = fifo_topic(sns, ContentBasedDeduplication="true")
    url, _ = subscribed(sns, sqs, arn, "warehouse.fifo", RawMessageDelivery="true")
    begin_outage(lab.world, "sqs", lab.world.clock.now + 3 * SECOND)
    for text in ("a1", "a2", "a3"):
        publish(sns, arn, text, "a")
    lab.advance(3)
    publish(sns, arn, "b1", "b")
    lab.advance(30)
    arrived = bodies(sqs, url)
    assert [text for text in arrived if text[0] == "a"] == ["a1", "a2", "a3"]
    assert "b1" in arrived


def test_dead_letters_of_a_fifo_topic_keep_group_and_deduplication_id(lab, sns, sqs):
    arn = fifo_topic(sns)
    letters, letters_arn = queue(sqs, "letters.fifo", arn)
    policy = json.dumps({"deadLetterTargetArn": letters_arn})
    url, _ = subscribed(sns, sqs, arn, "warehouse.fifo", RedrivePolicy=policy)
    sqs.delete_queue(QueueUrl=url)
    answer = publish(sns, arn, "test-message", "group-1", MessageDeduplicationId="id-1")
    [message] = messages(sqs, letters)
    assert message["Attributes"]["MessageGroupId"] == "group-1"
    assert message["Attributes"]["MessageDeduplicationId"] == "id-1"
    assert json.loads(message["Body"])["MessageId"] == answer["MessageId"]


@settings(max_examples=15, deadline=None)
@given(
    groups=st.lists(st.sampled_from("abc"), min_size=1, max_size=25),
    outages=st.lists(st.floats(min_value=0.01, max_value=30), max_size=3),
)
def test_every_group_arrives_in_order_whatever_fails_on_the_way(groups, outages):
    with Lab(seed=3) as lab:
        sns, sqs = lab.client("sns"), lab.client("sqs")
        arn = fifo_topic(sns, ContentBasedDeduplication="true")
        url, _ = subscribed(sns, sqs, arn, "warehouse.fifo", RawMessageDelivery="true")
        for number, group in enumerate(groups):
            if number < len(outages):
                begin_outage(lab.world, "sqs", lab.world.clock.now + int(outages[number] * SECOND))
            publish(sns, arn, f"{group}{number:02}", group)
        lab.advance(120)
        arrived = bodies(sqs, url)
        assert sorted(arrived) == sorted(f"{group}{number:02}" for number, group in enumerate(groups))
        for group in set(groups):
            of_group = [text for text in arrived if text[0] == group]
            assert of_group == sorted(of_group)


# ---- archive and replay


def archived(sns, days=30, **attributes):
    policy = json.dumps({"MessageRetentionPeriod": days})
    return fifo_topic(sns, ContentBasedDeduplication="true", ArchivePolicy=policy, **attributes)


def timestamp(lab):
    return lab.now.astimezone(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def replay(sns, subscription, start, end=None):
    policy = {"PointType": "Timestamp", "StartingPoint": start}
    if end is not None:
        policy["EndingPoint"] = end
    sns.set_subscription_attributes(
        SubscriptionArn=subscription, AttributeName="ReplayPolicy", AttributeValue=json.dumps(policy)
    )


def status(sns, subscription):
    return sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"].get("ReplayStatus")


def test_an_archive_has_a_beginning_that_moves_with_its_retention(lab, sns):
    begun = timestamp(lab)
    arn = archived(sns, days=2)
    shown = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    assert json.loads(shown["ArchivePolicy"]) == {"MessageRetentionPeriod": 2}
    assert shown["BeginningArchiveTime"] == begun
    lab.advance(5 * DAY)
    shown = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    assert shown["BeginningArchiveTime"].startswith("2026-01-08T09:00:00")


@pytest.mark.parametrize("days", [0, 366, "x", None])
def test_messages_are_kept_for_1_to_365_days(sns, days):
    with refused("InvalidParameter"):
        archived(sns, days)


def test_a_topic_with_an_archive_cannot_be_deleted(sns):
    arn = archived(sns)
    with refused("InvalidState"):
        sns.delete_topic(TopicArn=arn)
    sns.set_topic_attributes(TopicArn=arn, AttributeName="ArchivePolicy", AttributeValue="{}")
    sns.delete_topic(TopicArn=arn)


def test_a_replay_brings_what_was_published_since_its_start_and_then_what_is_new(lab, sns, sqs):
    arn = archived(sns)
    publish(sns, arn, "before")
    lab.advance(10)
    start = timestamp(lab)
    for text in ("one", "two", "three"):
        publish(sns, arn, text)
    lab.advance(10)
    url, subscription = subscribed(sns, sqs, arn, "late.fifo")
    assert status(sns, subscription) is None
    replay(sns, subscription, start)
    assert status(sns, subscription) in {"Pending", "In progress"}
    publish(sns, arn, "live")
    lab.advance(5)
    assert status(sns, subscription) == "Completed"
    messages = [json.loads(body) for body in bodies(sqs, url)]
    assert [each["Message"] for each in messages] == ["one", "two", "three", "live"]
    assert [each.get("Replayed") for each in messages] == [True, True, True, None]
    assert messages[0]["Timestamp"] < messages[3]["Timestamp"]
    assert len(hops(lab, "replay", resource=subscription)) == 1


def test_a_replay_with_an_end_brings_nothing_that_is_newer(lab, sns, sqs):
    arn = archived(sns)
    start = timestamp(lab)
    publish(sns, arn, "one")
    lab.advance(10)
    end = timestamp(lab)
    lab.advance(10)
    publish(sns, arn, "two")
    url, subscription = subscribed(sns, sqs, arn, "late.fifo")
    replay(sns, subscription, start, end)
    lab.advance(5)
    publish(sns, arn, "three")
    lab.advance(5)
    assert texts(sqs, url) == ["one"]
    assert status(sns, subscription) == "Completed"
    sns.set_subscription_attributes(
        SubscriptionArn=subscription, AttributeName="ReplayPolicy", AttributeValue="{}"
    )
    publish(sns, arn, "four")
    assert texts(sqs, url) == ["four"]


def test_what_is_older_than_the_archive_is_gone(lab, sns, sqs):
    arn = archived(sns, days=1)
    start = timestamp(lab)
    publish(sns, arn, "old")
    lab.advance(DAY)
    publish(sns, arn, "new")
    url, subscription = subscribed(sns, sqs, arn, "late.fifo")
    replay(sns, subscription, start)
    lab.advance(5)
    assert texts(sqs, url) == ["new"]


def test_a_replay_fails_where_the_key_of_the_topic_does_not_let_sns_in(lab, sns, sqs):
    kms = lab.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    arn = archived(sns, KmsMasterKeyId=key)
    start = timestamp(lab)
    publish(sns, arn, "one")
    url, subscription = subscribed(sns, sqs, arn, "late.fifo")
    replay(sns, subscription, start)
    lab.advance(1)
    assert status(sns, subscription) == "Failed"
    assert [hop.outcome for hop in hops(lab, "replay")] == ["KMSAccessDenied"]
    policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    allow = {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": "*"}
    policy["Statement"].append({**allow, "Principal": {"Service": "sns.amazonaws.com"}})
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))
    replay(sns, subscription, start)
    lab.advance(1)
    assert status(sns, subscription) == "Completed"
    assert texts(sqs, url) == ["one"]


def test_archiving_and_replaying_are_counted(lab, sns, sqs):
    arn = archived(sns)
    start = timestamp(lab)
    publish(sns, arn, "one")
    publish(sns, arn, "three")
    _, subscription = subscribed(sns, sqs, arn)
    replay(sns, subscription, start)
    lab.advance(120)

    def total(name):
        points = lab.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/SNS",
            MetricName=name,
            Dimensions=[{"Name": "TopicName", "Value": "orders.fifo"}],
            StartTime=lab.now - datetime.timedelta(hours=1),
            EndTime=lab.now,
            Period=3600,
            Statistics=["Sum"],
        )["Datapoints"]
        return points[0]["Sum"]

    assert total("NumberOfMessagesArchiveProcessing") == 2
    assert total("NumberOfBytesArchiveProcessing") == 8
    assert total("NumberOfReplayedNotificationsDelivered") == 2
