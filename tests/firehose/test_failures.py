"""When the bucket does not take an object: retries for 24 hours, and then the records are lost."""

from __future__ import annotations

import itertools
import json

import pytest
from botocore.exceptions import ClientError
from inbox import open_queue

HOUR = 3600


def outcomes(hose):
    return [hop.outcome for hop in hose.hops("flush")]


def test_a_role_that_may_not_write_any_more_is_asked_again_until_it_may(lab, hose):
    hose.create(BufferingHints={"SizeInMBs": 5, "IntervalInSeconds": 60})
    hose.forbid()
    hose.put("a")
    lab.advance(minutes=10)
    assert set(outcomes(hose)) == {"NO_PERMISSION"}
    assert "s3:PutObject on resource: arn:aws:s3:::lake/2026/" in hose.hops("flush")[0].facts["reason"]
    hose.allow()
    lab.advance(minutes=10)
    assert outcomes(hose)[-1] == "ok"
    assert hose.texts() == ["a"]


def test_the_pauses_between_tries_double_and_each_try_is_caused_by_the_one_before(lab, hose):
    hose.create(BufferingHints={"SizeInMBs": 5, "IntervalInSeconds": 60})
    hose.forbid()
    hose.put("a")
    lab.advance(minutes=2)
    flushes = hose.hops("flush")
    assert [hop.facts["attempt"] for hop in flushes] == list(range(1, len(flushes) + 1))
    pauses = [(later.time - before.time) / 1e6 for before, later in itertools.pairwise(flushes)]
    assert pauses == [1, 2, 4, 8, 16]
    assert all(
        later.causes == (before.number,) and later.time == before.facts["retry_at"]
        for before, later in itertools.pairwise(flushes)
    )


def test_a_bucket_that_is_gone_and_comes_back_takes_it(lab, hose):
    hose.create()
    hose.s3.delete_bucket(Bucket="lake")
    hose.put("a")
    lab.advance(minutes=6)
    assert hose.hops("flush")[-1].facts["reason"] == "The specified bucket does not exist"
    hose.s3.create_bucket(Bucket="lake")
    lab.run_until_idle()
    assert hose.texts() == ["a"]


def test_the_name_of_the_object_stays_the_same_over_all_tries(lab, hose):
    hose.create(Prefix="!{firehose:random-string}/", ErrorOutputPrefix="bad/!{firehose:error-output-type}/")
    hose.forbid()
    hose.put("a")
    lab.advance(minutes=6)
    places = {hop.facts["reason"].split("resource: ")[1].split()[0] for hop in hose.hops("flush")}
    hose.allow()
    lab.run_until_idle()
    assert places == {f"arn:aws:s3:::lake/{hose.keys()[0]}"}


def test_what_no_bucket_takes_for_24_hours_is_lost_record_by_record(lab, hose):
    hose.create(BufferingHints={"SizeInMBs": 5, "IntervalInSeconds": 900})
    hose.forbid()
    first = hose.put("a")
    lab.advance(seconds=600)
    second = hose.put("b")
    put = {hop.message: hop.time for hop in hose.hops("put-record")}
    lab.run_until_idle()
    drops = hose.hops("drop")
    assert [hop.message for hop in drops] == [first, second]
    assert [hop.time - put[hop.message] for hop in drops] == [24 * HOUR * 1_000_000] * 2
    assert [hop.resource for hop in drops] == ["arn:aws:s3:::lake"] * 2
    assert drops[0].facts["reason"] == "kept for 24 hours, and the bucket did not take it"
    hose.allow()
    lab.run_until_idle()
    assert hose.keys() == []


def test_a_record_that_is_too_old_does_not_take_its_neighbours_along(lab, hose):
    hose.create(BufferingHints={"SizeInMBs": 5, "IntervalInSeconds": 900})
    hose.forbid()
    hose.put("a")
    lab.advance(seconds=800)
    hose.put("b")
    lab.advance(seconds=24 * HOUR - 400)
    hose.allow()
    lab.run_until_idle()
    assert hose.texts() == ["b"]
    assert len(hose.hops("drop")) == 1


@pytest.mark.parametrize("waits_in", ["the buffer", "a batch"])
def test_what_a_deleted_stream_has_not_written_is_lost(lab, hose, waits_in):
    hose.create()
    hose.forbid()
    record = hose.put("a")
    lab.advance(minutes=10 if waits_in == "a batch" else 1)
    hose.firehose.delete_delivery_stream(DeliveryStreamName="clicks")
    hose.allow()
    lab.run_until_idle()
    [drop] = hose.hops("drop")
    assert (drop.message, drop.facts["reason"]) == (record, "the delivery stream was deleted")
    assert hose.keys() == []


def test_a_role_that_is_deleted_stops_a_stream_that_worked(lab, hose):
    hose.create()
    hose.put("a")
    lab.run_until_idle()
    hose.forbid()
    hose.iam.delete_role(RoleName="hose")
    hose.put("b")
    lab.advance(minutes=6)
    assert outcomes(hose)[0] == "ok"
    assert outcomes(hose)[-1] == "NO_ROLE"


def test_a_bucket_of_another_account_is_closed(lab, hose):
    hose.create()
    hose.s3.delete_bucket(Bucket="lake")
    other = lab.client("sts").assume_role(
        RoleArn="arn:aws:iam::210987654321:role/other", RoleSessionName="other"
    )["Credentials"]
    credentials = {
        "aws_access_key_id": other["AccessKeyId"],
        "aws_secret_access_key": other["SecretAccessKey"],
        "aws_session_token": other["SessionToken"],
    }
    lab.client("s3", **credentials).create_bucket(Bucket="lake")
    hose.put("a")
    lab.advance(minutes=6)
    assert (outcomes(hose)[0], hose.hops("flush")[0].facts["reason"]) == ("NO_PERMISSION", "Access Denied")


@pytest.mark.parametrize("place", ["s3", "arn:aws:s3:::lake"])
def test_an_outage_of_s3_only_delays(lab, hose, place):
    hose.create()
    lab.outage(place, hours=2)
    hose.put("a")
    lab.advance(hours=1)
    assert set(outcomes(hose)) == {"UNAVAILABLE"}
    lab.run_until_idle()
    assert hose.texts() == ["a"]


def test_while_one_batch_waits_others_follow_it(lab, hose):
    hose.create(BufferingHints={"SizeInMBs": 5, "IntervalInSeconds": 60})
    hose.forbid()
    for text in "abc":
        hose.put(text)
        lab.advance(minutes=2)
    hose.allow()
    lab.run_until_idle()
    assert sorted(hose.texts()) == ["a", "b", "c"]


def test_the_bucket_tells_of_the_object_as_written_by_the_role(lab, hose):
    sqs = lab.client("sqs")
    url, arn = open_queue(sqs, "news", "s3.amazonaws.com")
    hose.s3.put_bucket_notification_configuration(
        Bucket="lake",
        NotificationConfiguration={
            "QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]
        },
        SkipDestinationValidation=True,
    )
    hose.create()
    hose.put("hello")
    lab.run_until_idle()
    [message] = sqs.receive_message(QueueUrl=url)["Messages"]
    [record] = json.loads(message["Body"])["Records"]
    role_id = hose.iam.get_role(RoleName="hose")["Role"]["RoleId"]
    assert record["eventName"] == "ObjectCreated:Put"
    assert record["s3"]["object"]["size"] == 5
    assert record["userIdentity"] == {"principalId": f"AWS:{role_id}:firehose"}


# ---- the error log

NO_BUCKET = (
    "The specified bucket does not exist. Create the bucket or use a different bucket that does exist."
)
LOG = {"Enabled": True, "LogGroupName": "/firehose/clicks", "LogStreamName": "S3Delivery"}


def make_log(hose):
    logs = hose.lab.client("logs")
    logs.create_log_group(logGroupName="/firehose/clicks")
    logs.create_log_stream(logGroupName="/firehose/clicks", logStreamName="S3Delivery")
    return logs


def lines(logs):
    events = logs.filter_log_events(logGroupName="/firehose/clicks")["events"]
    return [json.loads(event["message"]) for event in events]


def test_the_error_log_has_a_line_for_each_failed_try(lab, hose):
    logs = make_log(hose)
    hose.create(BufferingHints={"SizeInMBs": 5, "IntervalInSeconds": 60}, CloudWatchLoggingOptions=LOG)
    hose.allow(["s3:PutObject", "logs:PutLogEvents"], "*")
    hose.s3.delete_bucket(Bucket="lake")
    hose.put("a")
    lab.advance(seconds=62)
    first, second = lines(logs)
    assert (
        first
        == second
        == {
            "deliveryStreamARN": "arn:aws:firehose:us-east-1:123456789012:deliverystream/clicks",
            "destination": "arn:aws:s3:::lake",
            "deliveryStreamVersionId": 1,
            "message": NO_BUCKET,
            "errorCode": "S3.NoSuchBucket",
        }
    )
    [flush, _], [deliver, _] = hose.hops("flush"), hose.hops("deliver")
    assert deliver.causes == (flush.number,)


def test_an_outage_is_an_internal_error(lab, hose):
    logs = make_log(hose)
    hose.create(BufferingHints={"SizeInMBs": 5, "IntervalInSeconds": 60}, CloudWatchLoggingOptions=LOG)
    hose.allow(["s3:PutObject", "logs:PutLogEvents"], "*")
    lab.outage("s3", minutes=2)
    hose.put("a")
    lab.run_until_idle()
    assert {line["errorCode"] for line in lines(logs)} == {"InternalError"}
    assert hose.texts() == ["a"]


def test_without_permission_the_reason_is_lost_and_the_trace_says_so(lab, hose):
    logs = make_log(hose)
    hose.create(BufferingHints={"SizeInMBs": 5, "IntervalInSeconds": 60}, CloudWatchLoggingOptions=LOG)
    hose.s3.delete_bucket(Bucket="lake")
    hose.put("a")
    lab.advance(seconds=60)
    assert lines(logs) == []
    [deliver] = hose.hops("deliver")
    assert deliver.outcome == "NO_PERMISSION"
    assert "logs:PutLogEvents" in deliver.facts["reason"]


@pytest.mark.parametrize(
    ("options", "lacks"),
    [
        ({"Enabled": True}, "Log Group Name"),
        ({"Enabled": True, "LogGroupName": "/firehose/clicks"}, "Log Stream Name"),
    ],
)
def test_an_error_log_needs_its_names(hose, options, lacks):
    with pytest.raises(ClientError, match=f"CloudWatch {lacks} is required if CloudWatch Logging is enabled"):
        hose.create(CloudWatchLoggingOptions=options)


def test_describe_shows_the_error_log(hose):
    hose.create(CloudWatchLoggingOptions=LOG)
    shown = hose.firehose.describe_delivery_stream(DeliveryStreamName="clicks")["DeliveryStreamDescription"]
    assert shown["Destinations"][0]["S3DestinationDescription"]["CloudWatchLoggingOptions"] == LOG
