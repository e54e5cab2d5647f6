"""What a bucket tells: the records of S3, as they were recorded from AWS."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

ALL = ("s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:ObjectTagging:*")


def names(records):
    return [record["eventName"] for record in records]


def test_a_record_has_all_fields_of_aws_in_its_order(lab, s3, drop, notify, to):
    notify(to(drop.arn, Id="uploads"))
    answer = s3.put_object(Bucket="photos", Key="in/a b@c.txt", Body=b"hello")
    (record,) = drop.records()
    metadata = answer["ResponseMetadata"]
    assert record == {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "us-east-1",
        "eventTime": record["eventTime"],
        "eventName": "ObjectCreated:Put",
        "userIdentity": {"principalId": "AWS:AIDA123456789012LEARN"},
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {
            "x-amz-request-id": metadata["RequestId"],
            "x-amz-id-2": metadata["HostId"],
        },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "uploads",
            "bucket": {
                "name": "photos",
                "ownerIdentity": record["s3"]["bucket"]["ownerIdentity"],
                "arn": "arn:aws:s3:::photos",
            },
            "object": {
                "key": "in/a+b%40c.txt",
                "size": 5,
                "eTag": answer["ETag"].strip('"'),
                "sequencer": record["s3"]["object"]["sequencer"],
            },
        },
    }
    assert list(record) == [
        *("eventVersion", "eventSource", "awsRegion", "eventTime", "eventName", "userIdentity"),
        *("requestParameters", "responseElements", "s3"),
    ]
    assert record["eventTime"] == "2026-01-05T09:00:00.005Z"


def test_each_way_to_make_an_object_has_its_own_event(s3, drop, notify, to):
    notify(to(drop.arn, *ALL))
    s3.put_object(Bucket="photos", Key="put", Body=b"hello", Tagging="colour=red")
    s3.copy_object(Bucket="photos", Key="copy", CopySource="photos/put")
    upload = s3.create_multipart_upload(Bucket="photos", Key="parts")["UploadId"]
    part = s3.upload_part(Bucket="photos", Key="parts", PartNumber=1, UploadId=upload, Body=b"x" * 100)
    s3.complete_multipart_upload(
        Bucket="photos",
        Key="parts",
        UploadId=upload,
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
    )
    records = drop.records()
    assert names(records) == [
        "ObjectCreated:Put",
        "ObjectCreated:Copy",
        "ObjectCreated:CompleteMultipartUpload",
    ]
    assert records[2]["s3"]["object"]["eTag"].endswith("-1")


def test_deleting_tells_the_key_and_nothing_of_what_was_there(s3, drop, notify, to):
    notify(to(drop.arn, "s3:ObjectRemoved:Delete"))
    for key in ("a", "b", "c"):
        s3.put_object(Bucket="photos", Key=key, Body=b"hello")
    s3.delete_object(Bucket="photos", Key="a")
    s3.delete_objects(Bucket="photos", Delete={"Objects": [{"Key": "b"}, {"Key": "c"}, {"Key": "never"}]})
    records = drop.records()
    assert names(records) == ["ObjectRemoved:Delete"] * 3
    assert [sorted(record["s3"]["object"]) for record in records] == [["key", "sequencer"]] * 3
    ids = [record["responseElements"]["x-amz-request-id"] for record in records]
    assert ids[0] != ids[1] == ids[2]


def test_in_a_versioned_bucket_a_deletion_makes_a_marker_and_a_version_is_removed_for_good(
    s3, drop, notify, to
):
    notify(to(drop.arn, "s3:ObjectRemoved:*"))
    s3.put_bucket_versioning(Bucket="photos", VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket="photos", Key="a", Body=b"1")["VersionId"]
    marker = s3.delete_object(Bucket="photos", Key="a")["VersionId"]
    s3.delete_object(Bucket="photos", Key="a", VersionId=version)
    s3.delete_object(Bucket="photos", Key="a", VersionId="there-is-none")
    records = drop.records()
    assert names(records) == ["ObjectRemoved:DeleteMarkerCreated", "ObjectRemoved:Delete"]
    assert [record["s3"]["object"]["versionId"] for record in records] == [marker, version]
    assert records[0]["s3"]["object"]["eTag"] == "d41d8cd98f00b204e9800998ecf8427e"


def test_tags_of_an_object_that_is_there_have_events_of_structure_2_3(s3, drop, notify, to):
    s3.put_object(Bucket="photos", Key="a", Body=b"1")
    notify(to(drop.arn, "s3:ObjectTagging:*"))
    s3.put_object_tagging(Bucket="photos", Key="a", Tagging={"TagSet": [{"Key": "colour", "Value": "red"}]})
    s3.delete_object_tagging(Bucket="photos", Key="a")
    records = drop.records()
    assert names(records) == ["ObjectTagging:Put", "ObjectTagging:Delete"]
    assert {record["eventVersion"] for record in records} == {"2.3"}
    assert sorted(records[0]["s3"]["object"]) == ["eTag", "key"]


def test_sequencers_of_one_key_are_in_the_order_of_its_changes(s3, drop, notify, to):
    notify(to(drop.arn, *ALL))
    for number in range(5):
        s3.put_object(Bucket="photos", Key="a", Body=str(number).encode())
    s3.delete_object(Bucket="photos", Key="a")
    sequencers = [record["s3"]["object"]["sequencer"] for record in drop.records()]
    assert sequencers == sorted(sequencers)
    assert len(set(sequencers)) == 6


def test_the_trace_header_of_the_request_travels_to_the_queue(lab, s3, drop, notify, to):
    notify(to(drop.arn))
    drop.bodies()
    header = "Root=1-3152b799-8954dae64eda91bc9a23a7e8;Parent=7fa8c0f79203be72;Sampled=1"

    def add_header(request, **_more):
        request.headers["X-Amzn-Trace-Id"] = header

    s3.meta.events.register("before-send.s3.PutObject", add_header)
    s3.put_object(Bucket="photos", Key="a", Body=b"1")
    lab.run_until_idle()
    (message,) = lab.client("sqs").receive_message(
        QueueUrl=drop.url, MessageSystemAttributeNames=["AWSTraceHeader"]
    )["Messages"]
    assert message["Attributes"]["AWSTraceHeader"] == header


def test_the_test_event_names_the_request_that_configured_the_bucket(lab, s3, drop, notify, to):
    answer = s3.put_bucket_notification_configuration(
        Bucket="photos", NotificationConfiguration={"QueueConfigurations": [to(drop.arn)]}
    )
    (body,) = drop.bodies()
    assert body == {
        "Service": "Amazon S3",
        "Event": "s3:TestEvent",
        "Time": body["Time"],
        "Bucket": "photos",
        "RequestId": answer["ResponseMetadata"]["RequestId"],
        "HostId": answer["ResponseMetadata"]["HostId"],
    }


def test_every_change_is_in_the_trace_from_the_call_to_the_queue(lab, s3, drop, notify, to):
    notify(to(drop.arn, prefix="in/"))
    s3.put_object(Bucket="photos", Key="in/a", Body=b"hello")
    s3.put_object(Bucket="photos", Key="out/a", Body=b"hello")
    lab.run_until_idle()
    hops = {hop.kind: hop for hop in lab.trace if hop.kind in {"put-object", "notify", "filter"}}
    sent = [hop for hop in lab.trace if hop.kind == "send"][-1]
    delivered = lab.trace[sent.causes[0] - 1]
    notified = lab.trace[delivered.causes[0] - 1]
    changed = lab.trace[notified.causes[0] - 1]
    assert [hop.kind for hop in (delivered, notified, changed)] == ["deliver", "notify", "put-object"]
    assert (changed.resource, changed.size) == ("arn:aws:s3:::photos/in/a", 5)
    assert notified.resource == delivered.facts["source"] == "arn:aws:s3:::photos"
    assert json.loads(notified.facts["body"])["Records"][0]["s3"]["object"]["size"] == 5
    assert hops["filter"].facts["reason"] == "'out/a' is no key that begins with 'in/'"


def test_buckets_are_in_the_trace(lab, s3, drop, notify, to):
    notify(to(drop.arn))
    s3.put_bucket_versioning(Bucket="photos", VersioningConfiguration={"Status": "Enabled"})
    s3.delete_bucket(Bucket="photos")
    hops = [hop for hop in lab.trace if hop.resource == "arn:aws:s3:::photos"]
    assert [hop.kind for hop in hops] == ["create", "configure", "configure", "remove"]
    assert hops[1].facts["settings"]["NotificationConfiguration"]["QueueConfigurations"]
    assert hops[2].facts["settings"]["Versioning"] == "Enabled"


def test_a_bucket_of_the_same_name_begins_without_notifications(s3, drop, notify, to):
    notify(to(drop.arn))
    s3.delete_bucket(Bucket="photos")
    s3.create_bucket(Bucket="photos")
    assert "QueueConfigurations" not in s3.get_bucket_notification_configuration(Bucket="photos")


def test_a_bucket_that_is_not_empty_stays(lab, s3):
    s3.put_object(Bucket="photos", Key="a", Body=b"1")
    with pytest.raises(ClientError, match="BucketNotEmpty"):
        s3.delete_bucket(Bucket="photos")
    assert not [hop for hop in lab.trace if hop.kind == "remove"]
