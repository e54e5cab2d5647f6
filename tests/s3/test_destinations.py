"""The other destinations: topics, functions, and EventBridge, which gets every event."""

from __future__ import annotations

import json

import pytest
from access import document, lets
from botocore.exceptions import ClientError

from workbook import Lab

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:thumbnails"


@pytest.fixture
def topic(lab, make_drop):
    """A topic that S3 may publish to, with a queue behind it."""
    sns = lab.client("sns")
    arn = sns.create_topic(Name="uploads")["TopicArn"]
    bucket = {"aws:SourceArn": "arn:aws:s3:::photos"}
    policy = document(lets("s3.amazonaws.com", "sns:Publish", arn, ArnLike=bucket))
    sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
    return arn


@pytest.fixture
def behind(lab, make_drop, topic):
    drop = make_drop("behind-the-topic", lets_in=False)
    drop.let_in("sns.amazonaws.com")
    lab.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=drop.arn)
    return drop


def put(s3, **configuration):
    s3.put_bucket_notification_configuration(Bucket="photos", NotificationConfiguration=configuration)


def error_of(s3, **configuration):
    with pytest.raises(ClientError) as raised:
        put(s3, **configuration)
    return raised.value.response["Error"]


def test_a_topic_gets_the_test_event_and_records_with_a_subject(s3, topic, behind):
    put(s3, TopicConfigurations=[{"TopicArn": topic, "Events": ["s3:ObjectCreated:*"]}])
    s3.put_object(Bucket="photos", Key="cake.jpg", Body=b"1")
    test, record = behind.bodies()
    assert {test["Subject"], record["Subject"]} == {"Amazon S3 Notification"}
    assert json.loads(test["Message"])["Event"] == "s3:TestEvent"
    assert json.loads(record["Message"])["Records"][0]["s3"]["object"]["key"] == "cake.jpg"


def test_a_topic_that_is_not_there_or_does_not_let_s3_in(lab, s3):
    missing = "arn:aws:sns:us-east-1:123456789012:missing"
    error = error_of(s3, TopicConfigurations=[{"TopicArn": missing, "Events": ["s3:ObjectCreated:*"]}])
    assert (error["ArgumentName1"], error["ArgumentValue1"]) == (
        missing,
        "The destination topic does not exist",
    )
    closed = lab.client("sns").create_topic(Name="closed")["TopicArn"]
    statement = {"Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": closed}
    policy = document(statement)
    lab.client("sns").set_topic_attributes(TopicArn=closed, AttributeName="Policy", AttributeValue=policy)
    error = error_of(s3, TopicConfigurations=[{"TopicArn": closed, "Events": ["s3:ObjectCreated:*"]}])
    assert error["ArgumentValue1"] == (
        "Permissions on the destination topic do not allow S3 to publish notifications from this bucket"
    )


def test_a_fifo_topic_is_refused(s3):
    arn = "arn:aws:sns:us-east-1:123456789012:uploads.fifo"
    error = error_of(s3, TopicConfigurations=[{"TopicArn": arn, "Events": ["s3:ObjectCreated:*"]}])
    assert error["Code"] == "InvalidArgument"


@pytest.fixture
def thumbnails(lab):
    def make_thumbnail(event, _context):
        return event["Records"][0]["s3"]["object"]["key"]

    lab.function("thumbnails", make_thumbnail)
    return lab.client("lambda")


def permit(client):
    client.add_permission(
        FunctionName="thumbnails",
        StatementId="s3",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn="arn:aws:s3:::photos",
        SourceAccount="123456789012",
    )


def test_a_function_is_asked_for_its_permission_and_not_invoked(lab, s3, thumbnails):
    configuration = {"LambdaFunctionArn": FUNCTION, "Events": ["s3:ObjectCreated:*"], "Id": "thumbnails"}
    error = error_of(s3, LambdaFunctionConfigurations=[configuration])
    assert (error["ArgumentName1"], error["ArgumentValue1"]) == (
        f"{FUNCTION}, null",
        f"Not authorized to invoke function [{FUNCTION}]",
    )
    permit(thumbnails)
    put(s3, LambdaFunctionConfigurations=[configuration])
    lab.run_until_idle()
    assert not [hop for hop in lab.trace if hop.kind == "invoke"]
    shown = s3.get_bucket_notification_configuration(Bucket="photos")["LambdaFunctionConfigurations"]
    assert shown == [configuration]


def test_a_function_is_invoked_asynchronously(lab, s3, thumbnails):
    permit(thumbnails)
    put(
        s3,
        LambdaFunctionConfigurations=[{"LambdaFunctionArn": FUNCTION, "Events": ["s3:ObjectCreated:*"]}],
    )
    s3.put_object(Bucket="photos", Key="cake.jpg", Body=b"1")
    lab.run_until_idle()
    kinds = [hop.kind for hop in lab.trace if hop.kind in {"notify", "deliver", "enqueue", "invoke"}]
    assert kinds == ["notify", "deliver", "enqueue", "invoke"]


def test_a_function_that_does_not_exist_looks_like_one_without_permission(s3):
    missing = "arn:aws:lambda:us-east-1:123456789012:function:my-lambda"
    error = error_of(
        s3, LambdaFunctionConfigurations=[{"LambdaFunctionArn": missing, "Events": ["s3:ObjectCreated:*"]}]
    )
    assert error["ArgumentValue1"] == f"Not authorized to invoke function [{missing}]"


@pytest.fixture
def bus(lab, make_drop):
    """What a rule on the default bus sees of S3."""
    drop = make_drop("behind-the-bus", lets_in=False)
    drop.let_in("events.amazonaws.com")
    events = lab.client("events")
    events.put_rule(Name="uploads", EventPattern=json.dumps({"source": ["aws.s3"]}))
    events.put_targets(Rule="uploads", Targets=[{"Id": "1", "Arn": drop.arn}])
    return drop


def test_eventbridge_gets_every_event_of_a_bucket_that_is_set_so(s3, bus):
    s3.put_object(Bucket="photos", Key="before", Body=b"1")
    put(s3, EventBridgeConfiguration={})
    answer = s3.put_object(Bucket="photos", Key="a b@c.txt", Body=b"hello")
    s3.delete_object(Bucket="photos", Key="a b@c.txt")
    created, deleted = bus.bodies()
    assert created["detail-type"] == "Object Created"
    assert created["resources"] == ["arn:aws:s3:::photos"]
    assert created["detail"] == {
        "version": "0",
        "event-version": "1.1",
        "bucket": {"name": "photos"},
        "object": {
            "key": "a b@c.txt",
            "size": 5,
            "etag": answer["ETag"].strip('"'),
            "sequencer": created["detail"]["object"]["sequencer"],
        },
        "request-id": answer["ResponseMetadata"]["RequestId"],
        "requester": "123456789012",
        "source-ip-address": "127.0.0.1",
        "reason": "PutObject",
    }
    assert deleted["detail-type"] == "Object Deleted"
    assert (deleted["detail"]["reason"], deleted["detail"]["deletion-type"]) == (
        "DeleteObject",
        "Permanently Deleted",
    )
    assert sorted(deleted["detail"]["object"]) == ["key", "sequencer"]


def test_eventbridge_is_told_how_an_object_was_made_and_marked(s3, bus):
    s3.put_bucket_versioning(Bucket="photos", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="photos", Key="a", Body=b"1")
    put(s3, EventBridgeConfiguration={})
    s3.copy_object(Bucket="photos", Key="b", CopySource="photos/a")
    marker = s3.delete_object(Bucket="photos", Key="a")["VersionId"]
    s3.put_object_tagging(Bucket="photos", Key="b", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
    copied, marked, tagged = (body["detail"] for body in bus.bodies())
    assert copied["reason"] == "CopyObject"
    assert copied["object"]["has-object-annotation"] is False
    assert (marked["deletion-type"], marked["object"]["version-id"]) == ("Delete Marker Created", marker)
    assert "reason" not in tagged


def test_versioning_is_not_suspended_since_old_versions_would_be_lost():
    with Lab(seed=1) as lab:
        s3 = lab.client("s3")
        s3.create_bucket(Bucket="archive")
        suspended = {"Status": "Suspended"}
        with pytest.raises(ClientError, match="NotSimulatedByWorkbook"):
            s3.put_bucket_versioning(Bucket="archive", VersioningConfiguration=suspended)
