"""Event notifications of Amazon S3, by its user guide and as they were recorded: the rows S3N."""

from __future__ import annotations

import json

import pytest
from access import document, lets
from botocore.exceptions import ClientError
from learner import drain, hops, queue, refused

ARN = "arn:aws:sqs:us-east-1:123456789012:orders"
BUCKET = "arn:aws:s3:::cakes"


@pytest.fixture
def s3(lab):
    client = lab.client("s3")
    client.create_bucket(Bucket="cakes")
    return client


@pytest.fixture
def url(sqs):
    return queue(sqs, Policy=policy("s3.amazonaws.com"))


def policy(service, source=BUCKET):
    return document(lets(service, "sqs:SendMessage", ARN, ArnEquals={"aws:SourceArn": source}))


def to_queue(*events, arn=ARN, **more):
    return {"QueueArn": arn, "Events": list(events) or ["s3:ObjectCreated:*"], **more}


def configure(s3, *configurations, **more):
    s3.put_bucket_notification_configuration(
        Bucket="cakes", NotificationConfiguration={"QueueConfigurations": list(configurations)}, **more
    )


def refusal(s3, *configurations, **more):
    with pytest.raises(ClientError) as raised:
        configure(s3, *configurations, **more)
    return raised.value.response["Error"]


def bodies(lab, sqs, url):
    lab.run_until_idle()
    return [json.loads(body) for body in drain(sqs, url)]


def records(lab, sqs, url):
    return [record for body in bodies(lab, sqs, url) for record in body.get("Records", [])]


def rule(name, value):
    return {"Filter": {"Key": {"FilterRules": [{"Name": name, "Value": value}]}}}


def test_s3n_01_a_queue_whose_policy_does_not_let_the_bucket_in_is_refused(s3, sqs):
    queue(sqs, Policy=policy("s3.amazonaws.com", BUCKET + "-of-another-team"))
    error = refusal(s3, to_queue())
    assert (error["Code"], error["Message"]) == (
        "InvalidArgument",
        "Unable to validate the following destination configurations",
    )
    assert (error["ArgumentName1"], error["ArgumentValue1"]) == (
        ARN,
        "Permissions on the destination queue do not allow S3 to publish notifications from this bucket",
    )


def test_s3n_02_a_destination_gets_a_test_event_when_the_bucket_is_configured(lab, s3, sqs, url):
    configure(s3, to_queue())
    (body,) = bodies(lab, sqs, url)
    assert list(body) == ["Service", "Event", "Time", "Bucket", "RequestId", "HostId"]
    assert (body["Event"], body["Bucket"]) == ("s3:TestEvent", "cakes")


def test_s3n_03_all_destinations_that_fail_are_named_and_nothing_is_kept(s3):
    gone = [f"{ARN}-{number}" for number in (1, 2)]
    error = refusal(s3, to_queue(arn=gone[0]), to_queue("s3:ObjectRemoved:*", arn=gone[1]))
    assert [error["ArgumentName1"], error["ArgumentName2"]] == gone
    assert error["ArgumentValue2"] == "The destination queue does not exist"
    assert set(s3.get_bucket_notification_configuration(Bucket="cakes")) == {"ResponseMetadata"}


def test_s3n_04_fifo_queues_are_no_destinations(s3, sqs):
    queue(sqs, "orders.fifo", FifoQueue="true")
    assert refusal(s3, to_queue(arn=f"{ARN}.fifo"))["Message"] == "FIFO SQS queues are not supported."


def test_s3n_05_configurations_for_one_event_may_not_match_the_same_key(s3, url):
    assert refusal(s3, to_queue(Id="1"), to_queue(Id="2"))["Message"] == (
        "Configurations overlap. Configurations on the same bucket cannot share a common event type."
    )
    assert refusal(s3, to_queue(**rule("prefix", "in/")), to_queue(**rule("suffix", ".jpg")))["Message"] == (
        "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes "
        "are overlapping for the same event type."
    )
    configure(s3, to_queue(**rule("prefix", "in/")), to_queue(**rule("prefix", "out/")))


def test_s3n_06_skipping_the_validation_skips_only_that_of_destinations(s3):
    configure(s3, to_queue(arn=f"{ARN}-gone"), SkipDestinationValidation=True)
    error = refusal(s3, to_queue(arn="invalid-queue"), SkipDestinationValidation=True)
    assert (error["Message"], error["ArgumentName"]) == ("The ARN could not be parsed", "Queue")


def test_s3n_07_a_record_names_key_size_etag_and_sequencer_with_the_key_url_encoded(lab, s3, sqs, url):
    configure(s3, to_queue())
    s3.put_object(Bucket="cakes", Key="in/plum cake@home.jpg", Body=b"hello")
    (record,) = records(lab, sqs, url)
    assert (record["eventVersion"], record["eventName"]) == ("2.1", "ObjectCreated:Put")
    found = record["s3"]["object"]
    assert list(found) == ["key", "size", "eTag", "sequencer"]
    assert found["key"] == "in/plum+cake%40home.jpg"


def test_s3n_08_the_ids_of_the_request_are_in_its_answer_and_in_the_record(lab, s3, sqs, url):
    configure(s3, to_queue())
    answer = s3.put_object(Bucket="cakes", Key="a", Body=b"1")["ResponseMetadata"]
    (record,) = records(lab, sqs, url)
    assert record["responseElements"] == {
        "x-amz-request-id": answer["RequestId"],
        "x-amz-id-2": answer["HostId"],
    }


def test_s3n_09_each_way_to_make_an_object_is_an_event_of_its_own(lab, s3, sqs, url):
    configure(s3, to_queue("s3:ObjectCreated:*", "s3:ObjectTagging:*"))
    s3.put_object(Bucket="cakes", Key="a", Body=b"1", Tagging="k=v")
    s3.copy_object(Bucket="cakes", Key="b", CopySource="cakes/a")
    upload = s3.create_multipart_upload(Bucket="cakes", Key="c")["UploadId"]
    part = s3.upload_part(Bucket="cakes", Key="c", PartNumber=1, UploadId=upload, Body=b"2")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    s3.complete_multipart_upload(Bucket="cakes", Key="c", UploadId=upload, MultipartUpload=parts)
    names = [record["eventName"] for record in records(lab, sqs, url)]
    assert names == ["ObjectCreated:Put", "ObjectCreated:Copy", "ObjectCreated:CompleteMultipartUpload"]


def test_s3n_10_a_deletion_in_a_versioned_bucket_makes_a_marker(lab, s3, sqs, url):
    configure(s3, to_queue("s3:ObjectRemoved:*"))
    s3.put_object(Bucket="cakes", Key="plain", Body=b"1")
    s3.delete_object(Bucket="cakes", Key="plain")
    s3.put_bucket_versioning(Bucket="cakes", VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket="cakes", Key="a", Body=b"1")["VersionId"]
    s3.delete_object(Bucket="cakes", Key="a")
    s3.delete_object(Bucket="cakes", Key="a", VersionId=version)
    found = records(lab, sqs, url)
    assert [record["eventName"] for record in found] == [
        "ObjectRemoved:Delete",
        "ObjectRemoved:DeleteMarkerCreated",
        "ObjectRemoved:Delete",
    ]
    assert list(found[0]["s3"]["object"]) == ["key", "sequencer"]


def test_s3n_11_the_permission_is_asked_again_for_each_event_and_a_failure_is_not_told(lab, s3, sqs, url):
    configure(s3, to_queue())
    bodies(lab, sqs, url)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    s3.put_object(Bucket="cakes", Key="a", Body=b"1")
    assert bodies(lab, sqs, url) == []
    assert [hop.outcome for hop in hops(lab, "deliver")] == ["ok", "NO_PERMISSION"]
    assert len(hops(lab, "drop")) == 1


def test_s3n_12_a_function_is_not_invoked_for_a_test_and_needs_its_policy(s3):
    arn = "arn:aws:lambda:us-east-1:123456789012:function:my-lambda"
    configuration = {"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"]}
    with pytest.raises(ClientError) as raised:
        s3.put_bucket_notification_configuration(
            Bucket="cakes", NotificationConfiguration={"LambdaFunctionConfigurations": [configuration]}
        )
    error = raised.value.response["Error"]
    assert error["ArgumentName1"] == f"{arn}, null"
    assert error["ArgumentValue1"] == f"Not authorized to invoke function [{arn}]"


def test_s3n_13_eventbridge_gets_all_events_with_reason_and_deletion_type(lab, s3, sqs):
    url = queue(sqs, Policy=policy("events.amazonaws.com", "arn:aws:events:us-east-1:123456789012:rule/all"))
    events = lab.client("events")
    events.put_rule(Name="all", EventPattern=json.dumps({"source": ["aws.s3"]}))
    events.put_targets(Rule="all", Targets=[{"Id": "1", "Arn": ARN}])
    s3.put_bucket_notification_configuration(
        Bucket="cakes", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    s3.put_object(Bucket="cakes", Key="plum cake", Body=b"1")
    s3.delete_object(Bucket="cakes", Key="plum cake")
    created, deleted = bodies(lab, sqs, url)
    assert (created["detail-type"], created["detail"]["reason"]) == ("Object Created", "PutObject")
    assert created["detail"]["object"]["key"] == "plum cake"
    assert deleted["detail"]["deletion-type"] == "Permanently Deleted"


def test_s3n_14_only_keys_that_pass_the_filter_are_told(lab, s3, sqs, url):
    rules = [{"Name": "prefix", "Value": "in/"}, {"Name": "suffix", "Value": ".jpg"}]
    configure(s3, to_queue(Filter={"Key": {"FilterRules": rules}}))
    for key in ("in/a.jpg", "in/a.png", "out/a.jpg"):
        s3.put_object(Bucket="cakes", Key=key, Body=b"1")
    assert [record["s3"]["object"]["key"] for record in records(lab, sqs, url)] == ["in/a.jpg"]
    assert len(hops(lab, "filter")) == 2


def test_s3n_15_a_request_that_expects_another_owner_is_refused(lab, s3):
    s3.put_object(Bucket="cakes", Key="plum", Body=b"1", ExpectedBucketOwner="123456789012")
    other = {"Bucket": "cakes", "ExpectedBucketOwner": "210987654321"}
    with refused("AccessDenied", "Access Denied") as caught:
        s3.put_bucket_notification_configuration(NotificationConfiguration={}, **other)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    with refused("AccessDenied"):
        s3.get_object(Key="plum", **other)
    with refused("403", "Forbidden"):
        s3.head_object(Key="plum", **other)
    with refused("AccessDenied"):
        s3.copy_object(
            Bucket="cakes", Key="copy", CopySource="cakes/plum", ExpectedSourceBucketOwner="210987654321"
        )
    text = "The value of the expected bucket owner parameter must be an AWS Account ID... [me]"
    with refused("InvalidBucketOwnerAWSAccountID", text):
        s3.list_objects_v2(Bucket="cakes", ExpectedBucketOwner="me")
    assert [each["Key"] for each in s3.list_objects_v2(Bucket="cakes")["Contents"]] == ["plum"]
