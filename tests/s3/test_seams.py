"""What is changed inside moto's S3: it is still there, it is still needed, and it is put back."""

from __future__ import annotations

import json

import boto3
import moto.s3.models
import moto.s3.notifications
import pytest
from moto import mock_aws
from moto.s3.models import S3Backend
from moto.s3.responses import S3Response

from workbook import Lab

OWNERS = (S3Response, S3Backend, moto.s3.notifications, moto.s3.models)


def test_every_seam_is_put_back_when_the_lab_closes():
    before = [dict(vars(owner)) for owner in OWNERS]
    with Lab() as lab:
        lab.client("s3").list_buckets()
        assert S3Backend.delete_object is not before[1]["delete_object"]
        assert moto.s3.notifications.send_event is not before[2]["send_event"]
    assert [dict(vars(owner)) for owner in OWNERS] == before


@pytest.fixture
def plain_moto(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield


@pytest.fixture
def plain(plain_moto):
    """A client, and what has come to the queue that the bucket tells of everything."""
    s3, sqs = boto3.client("s3"), boto3.client("sqs")
    s3.create_bucket(Bucket="photos")
    url = sqs.create_queue(QueueName="events")["QueueUrl"]
    configuration = {
        "QueueArn": "arn:aws:sqs:us-east-1:123456789012:events",
        "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"],
    }
    s3.put_bucket_notification_configuration(
        Bucket="photos", NotificationConfiguration={"QueueConfigurations": [configuration]}
    )

    def bodies():
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"]) for message in messages]

    return s3, bodies


def test_moto_asks_no_permission_and_its_records_lack_who_did_it(plain):
    s3, bodies = plain
    s3.put_object(Bucket="photos", Key="a", Body=b"1")
    test, body = bodies()
    assert "RequestId" not in test
    assert "userIdentity" not in body["Records"][0]
    assert "sequencer" not in body["Records"][0]["s3"]["object"]


def test_moto_tells_nothing_of_a_delete_marker_and_twice_of_a_multipart_upload(plain):
    s3, bodies = plain
    s3.put_bucket_versioning(Bucket="photos", VersioningConfiguration={"Status": "Enabled"})
    upload = s3.create_multipart_upload(Bucket="photos", Key="a")["UploadId"]
    part = s3.upload_part(Bucket="photos", Key="a", PartNumber=1, UploadId=upload, Body=b"1")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    s3.complete_multipart_upload(Bucket="photos", Key="a", UploadId=upload, MultipartUpload=parts)
    s3.delete_object(Bucket="photos", Key="a")
    names = [body["Records"][0]["eventName"] for body in bodies() if "Records" in body]
    assert names == ["ObjectCreated:Put", "ObjectCreated:CompleteMultipartUpload"]


def test_moto_gives_no_ids_of_s3(plain):
    s3, _ = plain
    assert "HostId" not in s3.list_buckets()["ResponseMetadata"]
