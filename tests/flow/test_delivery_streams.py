"""Delivery streams in the picture: what came in, what they wrote, and what they could not write."""

from __future__ import annotations

import pytest
from access import make_role

from workbook import Lab
from workbook.flow.moves import Status
from workbook.flow.tallies import tallies_of

STREAM = "arn:aws:firehose:us-east-1:123456789012:deliverystream/clicks"
BUCKET = "arn:aws:s3:::lake"
TOPIC = "arn:aws:sns:us-east-1:123456789012:news"


@pytest.fixture
def lab():
    with Lab(seed=1) as lab:
        lab.client("s3").create_bucket(Bucket="lake")
        lab.client("firehose").create_delivery_stream(
            DeliveryStreamName="clicks",
            ExtendedS3DestinationConfiguration={
                "RoleARN": make_role(lab, "hose", "firehose.amazonaws.com", "s3:PutObject"),
                "BucketARN": BUCKET,
            },
        )
        lab.advance(seconds=30)
        yield lab


def put(lab, text):
    lab.client("firehose").put_record(DeliveryStreamName="clicks", Record={"Data": text})


def texts(lab):
    return [move.text for move in lab.flow().scene.moves]


def tally(lab, source, target):
    scene = lab.flow().scene
    by_status = tallies_of(scene, scene.now)[source, target].by_status
    return {status: count for status, count in by_status.items() if count}


def test_a_line_leads_from_the_stream_to_its_bucket_before_anything_happens(lab):
    assert lab.flow().scene.wiring.joints == {(STREAM, BUCKET): None}


def test_records_go_in_one_by_one_and_one_object_comes_out(lab):
    put(lab, "a")
    put(lab, "b")
    lab.run_until_idle()
    first, second, written = texts(lab)
    assert (first, second) == ("you put record 1 into clicks", "you put record 2 into clicks")
    assert written.startswith("clicks put 2026/01/05/09/clicks-1-2026-01-05-09-00-30-")
    assert written.endswith(" into lake")
    assert tally(lab, STREAM, BUCKET) == {Status.DELIVERED: 1}


def test_what_a_topic_published_keeps_its_name(lab):
    sns = lab.client("sns")
    sns.create_topic(Name="news")
    arn = make_role(lab, "sender", "sns.amazonaws.com", "firehose:PutRecord")
    sns.subscribe(
        TopicArn=TOPIC, Protocol="firehose", Endpoint=STREAM, Attributes={"SubscriptionRoleArn": arn}
    )
    sns.publish(TopicArn=TOPIC, Message="hello")
    lab.run_until_idle()
    assert texts(lab)[:2] == ["you published message 1 to news", "news put message 1 into clicks"]
    assert tally(lab, TOPIC, STREAM) == {Status.DELIVERED: 1}


def test_what_could_not_be_written_is_told_with_its_reason_and_lost_in_the_end(lab):
    lab.client("s3").delete_bucket(Bucket="lake")
    put(lab, "a")
    put(lab, "b")
    lab.run_until_idle()
    told = texts(lab)
    reason = "The specified bucket does not exist"
    assert told[2] == f"clicks could not write 2 records: {reason}; it tries again in 1 s"
    assert told[3] == f"clicks could not write 2 records, 2nd try: {reason}; it tries again in 2 s"
    assert told[-1] == "record 2 for lake is lost: kept for 24 hours, and the bucket did not take it"
    assert tally(lab, STREAM, BUCKET)[Status.DROPPED] == 2


def test_the_pictures_can_be_drawn(lab):
    put(lab, "a")
    lab.run_until_idle()
    assert "clicks" in lab.flow().svg()
    assert "lake" in lab.flow().svg()
