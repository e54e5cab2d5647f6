"""Amazon Data Firehose: the rows FH-.. of docs/fidelity.md."""

from __future__ import annotations

import json
import re

import pytest
from access import grant, make_role, permit
from botocore.config import Config
from botocore.exceptions import ClientError

from workbook import Lab

HOUR = 3600


class Learner:
    """Who has a bucket, a role and delivery streams."""

    def __init__(self, lab):
        self.lab, self.s3, self.iam = lab, lab.client("s3"), lab.client("iam")
        self.firehose = lab.client("firehose", config=Config(retries={"total_max_attempts": 1}))
        self.s3.create_bucket(Bucket="lake")
        self.role = make_role(lab, "hose", "firehose.amazonaws.com")
        self.allow()

    def allow(self):
        permit(self.lab, "hose", "s3:PutObject", resource="arn:aws:s3:::lake/*")

    def forbid(self):
        self.iam.delete_role_policy(RoleName="hose", PolicyName="does")

    def create(self, size=None, interval=None, **settings):
        if interval is not None:
            settings["BufferingHints"] = {"SizeInMBs": size, "IntervalInSeconds": interval}
        self.firehose.create_delivery_stream(
            DeliveryStreamName="clicks",
            ExtendedS3DestinationConfiguration={
                "RoleARN": self.role,
                "BucketARN": "arn:aws:s3:::lake",
                **settings,
            },
        )
        self.lab.advance(seconds=30)
        self.lab.advance(seconds=1 - self.lab.now.microsecond / 1e6)

    def put(self, text):
        self.firehose.put_record(DeliveryStreamName="clicks", Record={"Data": text})

    def keys(self):
        return [each["Key"] for each in self.s3.list_objects_v2(Bucket="lake").get("Contents", [])]

    def text(self):
        [key] = self.keys()
        return self.s3.get_object(Bucket="lake", Key=key)["Body"].read().decode()


@pytest.fixture
def lab():
    with Lab(seed=1) as lab:
        yield lab


@pytest.fixture
def learner(lab):
    return Learner(lab)


def test_fh_01_delivers_at_buffer_size_or_interval_whichever_comes_first(lab, learner):
    learner.create()
    learner.put("early")
    lab.advance(seconds=299)
    assert learner.keys() == []
    lab.advance(seconds=1)
    assert learner.text() == "early"
    for _ in range(6):
        lab.advance(seconds=1)
        learner.put("x" * 1_000_000)
    lab.advance(seconds=1)
    assert len(learner.keys()) == 2
    for size, interval in ((129, 60), (5, 901)):
        with pytest.raises(ClientError, match="ValidationException"):
            learner.create(size, interval)


def test_fh_02_an_interval_of_zero_delivers_within_seconds(lab, learner):
    learner.create(1, 0)
    learner.put("now")
    lab.advance(seconds=5)
    assert learner.text() == "now"


def test_fh_04_what_the_bucket_does_not_take_is_kept_24_hours_and_then_lost(lab, learner):
    learner.create(5, 60)
    learner.forbid()
    learner.put("late")
    lab.advance(seconds=23 * HOUR)
    learner.allow()
    lab.advance(seconds=HOUR / 2)
    assert learner.text() == "late"
    learner.forbid()
    learner.put("lost")
    lab.advance(seconds=24 * HOUR)
    learner.allow()
    lab.advance(seconds=HOUR)
    assert learner.text() == "late"
    assert [hop.kind for hop in lab.trace if hop.kind == "drop"] == ["drop"]


def test_fh_05_records_are_joined_without_delimiters(lab, learner):
    learner.create()
    learner.put('{"id":1}')
    learner.put('{"id":2}')
    lab.run_until_idle()
    assert learner.text() == '{"id":1}{"id":2}'


def test_fh_06_a_key_has_prefix_hour_stream_version_time_and_uuid(lab, learner):
    learner.create(Prefix="raw")
    learner.put("x")
    lab.run_until_idle()
    assert re.fullmatch(
        r"raw2026/01/05/09/clicks-1-2026-01-05-09-00-31-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        learner.keys()[0],
    )


def test_fh_07_a_prefix_with_expressions_needs_an_error_output_prefix(learner):
    with pytest.raises(ClientError, match="ErrorOutputPrefix cannot be null or empty when Prefix contains"):
        learner.create(Prefix="!{timestamp:yyyy}/")
    with pytest.raises(
        ClientError, match=r"must contain at least one occurrence of !\{firehose:error-output-type}"
    ):
        learner.create(ErrorOutputPrefix="bad/!{timestamp:yyyy}/")


def test_fh_08_a_batch_has_500_records_and_4_mib_and_can_fail_in_part(lab, learner):
    learner.create()

    def put(*records):
        return learner.firehose.put_record_batch(
            DeliveryStreamName="clicks", Records=[{"Data": record} for record in records]
        )

    with pytest.raises(ClientError, match="less than or equal to 500"):
        put(*["x"] * 501)
    with pytest.raises(ClientError, match="Records size exceeds 4 MB limit"):
        put(*["x" * 900_000] * 5)
    put(*["x" * 1_000_000] * 4)
    answer = put("x" * 1_000_000, "x" * 1_000_000)
    assert answer["FailedPutCount"] == 1
    assert "RecordId" in answer["RequestResponses"][0]
    assert answer["RequestResponses"][1]["ErrorCode"] == "ServiceUnavailableException"


def test_fh_09_the_role_is_checked_at_creation_and_its_permissions_at_each_delivery(lab, learner):
    with pytest.raises(
        ClientError, match=r"Firehose is unable to assume role .*Please check the role provided"
    ):
        learner.create(RoleARN="arn:aws:iam::123456789012:role/nobody")
    learner.forbid()
    learner.create(5, 60)
    learner.put("x")
    lab.advance(seconds=61)
    assert learner.keys() == []
    learner.allow()
    lab.run_until_idle()
    assert learner.text() == "x"


def test_fh_10_the_error_log_says_why_nothing_arrives_if_somebody_made_it(lab, learner):
    logs = lab.client("logs")
    options = {"Enabled": True, "LogGroupName": "/firehose/clicks", "LogStreamName": "S3Delivery"}
    learner.create(5, 60, CloudWatchLoggingOptions=options)
    learner.iam.put_role_policy(RoleName="hose", PolicyName="logs", PolicyDocument=grant("logs:*"))
    logs.create_log_group(logGroupName="/firehose/clicks")
    learner.forbid()
    learner.put("x")
    lab.advance(seconds=60)
    assert logs.filter_log_events(logGroupName="/firehose/clicks")["events"] == []
    logs.create_log_stream(logGroupName="/firehose/clicks", logStreamName="S3Delivery")
    lab.advance(seconds=2)
    [event] = logs.filter_log_events(logGroupName="/firehose/clicks")["events"]
    line = json.loads(event["message"])
    assert line["errorCode"] == "S3.AccessDenied"
    assert line["message"].startswith("Access was denied. Ensure that the trust policy")
