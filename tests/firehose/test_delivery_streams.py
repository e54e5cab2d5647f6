"""Delivery streams as resources: create, describe, list, delete, tags, and what is refused."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from workbook import Lab

BUCKET = "arn:aws:s3:::lake"
HERE = "extendedS3DestinationConfiguration"
ARN = "arn:aws:firehose:us-east-1:123456789012:deliverystream/clicks"


def refusal(call, **parameters):
    """Code and message of the error that a call ends with."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def refused(hose, **options):
    """Code and message, for a destination with these settings."""
    settings = hose.settings(**options)
    return refusal(
        hose.firehose.create_delivery_stream,
        DeliveryStreamName="clicks",
        ExtendedS3DestinationConfiguration=settings,
    )


def status(hose, name="clicks"):
    answer = hose.firehose.describe_delivery_stream(DeliveryStreamName=name)
    return answer["DeliveryStreamDescription"]["DeliveryStreamStatus"]


def test_a_new_stream_is_creating_and_takes_records_once_it_is_active(lab, hose):
    answer = hose.firehose.create_delivery_stream(
        DeliveryStreamName="clicks", ExtendedS3DestinationConfiguration=hose.settings()
    )
    assert answer["DeliveryStreamARN"] == ARN
    assert status(hose) == "CREATING"
    missing = "Firehose clicks under account 123456789012 not found."
    put = {"DeliveryStreamName": "clicks", "Record": {"Data": b"x"}}
    assert refusal(hose.firehose.put_record, **put) == ("ResourceNotFoundException", missing)
    code, _ = refusal(hose.firehose.delete_delivery_stream, DeliveryStreamName="clicks")
    assert code == "ResourceInUseException"
    lab.advance(seconds=30)
    assert status(hose) == "ACTIVE"
    hose.put("x")


def test_describe_shows_all_fields_that_were_recorded(hose):
    hose.create()
    shown = hose.firehose.describe_delivery_stream(DeliveryStreamName="clicks")["DeliveryStreamDescription"]
    destination = {
        "RoleARN": hose.role,
        "BucketARN": BUCKET,
        "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 300},
        "CompressionFormat": "UNCOMPRESSED",
        "EncryptionConfiguration": {"NoEncryptionConfig": "NoEncryption"},
        "CloudWatchLoggingOptions": {"Enabled": False},
    }
    shown.pop("CreateTimestamp")
    assert shown == {
        "DeliveryStreamName": "clicks",
        "DeliveryStreamARN": ARN,
        "DeliveryStreamStatus": "ACTIVE",
        "DeliveryStreamEncryptionConfiguration": {"Status": "DISABLED"},
        "DeliveryStreamType": "DirectPut",
        "VersionId": "1",
        "Destinations": [
            {
                "DestinationId": "destinationId-000000000001",
                "S3DestinationDescription": destination,
                "ExtendedS3DestinationDescription": {**destination, "S3BackupMode": "Disabled"},
            }
        ],
        "HasMoreDestinations": False,
    }


def test_describe_shows_what_was_asked_for(hose):
    options = {
        "Prefix": "a/!{timestamp:yyyy}/",
        "ErrorOutputPrefix": "bad/!{firehose:error-output-type}/",
        "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 0},
        "CompressionFormat": "GZIP",
        "FileExtension": ".json.gz",
        "CustomTimeZone": "Asia/Tokyo",
        "ProcessingConfiguration": {"Enabled": False, "Processors": []},
        "DataFormatConversionConfiguration": {"Enabled": False},
    }
    hose.firehose.create_delivery_stream(
        DeliveryStreamName="clicks",
        DirectPutSourceConfiguration={"ThroughputHintInMBs": 3},
        ExtendedS3DestinationConfiguration=hose.settings(**options),
    )
    shown = hose.firehose.describe_delivery_stream(DeliveryStreamName="clicks")["DeliveryStreamDescription"]
    [destination] = shown["Destinations"]
    assert options.items() <= destination["ExtendedS3DestinationDescription"].items()
    assert "FileExtension" not in destination["S3DestinationDescription"]
    assert shown["Source"] == {"DirectPutSourceDescription": {"ThroughputHintInMBs": 3}}


def test_there_is_one_destination_and_none_after_it(hose):
    hose.create()
    shown = hose.firehose.describe_delivery_stream(
        DeliveryStreamName="clicks", ExclusiveStartDestinationId="destinationId-000000000001"
    )
    assert shown["DeliveryStreamDescription"]["Destinations"] == []


def test_names_are_listed_in_alphabetical_order_ten_at_a_time(hose):
    for number in range(12):
        hose.create(f"s{number:02}")
    first = hose.firehose.list_delivery_streams()
    assert first["HasMoreDeliveryStreams"] is True
    assert first["DeliveryStreamNames"] == [f"s{number:02}" for number in range(10)]
    rest = hose.firehose.list_delivery_streams(ExclusiveStartDeliveryStreamName="s09", Limit=5)
    assert (rest["DeliveryStreamNames"], rest["HasMoreDeliveryStreams"]) == (["s10", "s11"], False)
    assert hose.firehose.list_delivery_streams(DeliveryStreamType="MSKAsSource")["DeliveryStreamNames"] == []


def test_a_deleted_stream_is_deleting_and_then_gone(lab, hose):
    hose.create()
    hose.firehose.delete_delivery_stream(DeliveryStreamName="clicks")
    hose.firehose.delete_delivery_stream(DeliveryStreamName="clicks")
    assert status(hose) == "DELETING"
    code, _ = refusal(hose.firehose.put_record, DeliveryStreamName="clicks", Record={"Data": b"x"})
    assert code == "ResourceNotFoundException"
    lab.advance(seconds=30)
    code, _ = refusal(hose.firehose.describe_delivery_stream, DeliveryStreamName="clicks")
    assert code == "ResourceNotFoundException"
    assert [hop.resource for hop in hose.hops("remove")] == [ARN]


def test_a_name_is_taken_once_in_an_account_and_region(hose):
    hose.create()
    code, message = refused(hose)
    assert code == "ResourceInUseException"
    assert message == "Firehose clicks under accountId 123456789012 already exists"


# ---- the role


def test_a_role_that_firehose_cannot_assume_is_refused_at_once(hose):
    other = hose.make_role(
        "other",
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    )
    for role in (other, "arn:aws:iam::123456789012:role/nobody"):
        text = f"Firehose is unable to assume role {role}. Please check the role provided."
        assert refused(hose, RoleARN=role) == ("InvalidArgumentException", text)


def test_a_role_of_another_account_cannot_be_passed(hose):
    code, message = refused(hose, RoleARN="arn:aws:iam::210987654321:role/hose")
    assert (code, message) == ("InvalidArgumentException", "Cross-account pass role is not allowed.")


# ---- what the service model does not allow


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            {"BufferingHints": {"SizeInMBs": 129, "IntervalInSeconds": 60}},
            (
                f"Value '129' at '{HERE}.bufferingHints.sizeInMBs' failed to satisfy "
                "constraint: Member must have value less than or equal to 128"
            ),
        ),
        (
            {"BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 901}},
            (
                f"Value '901' at '{HERE}.bufferingHints.intervalInSeconds' failed to "
                "satisfy constraint: Member must have value less than or equal to 900"
            ),
        ),
        (
            {"CompressionFormat": "BROTLI"},
            (
                f"Value 'BROTLI' at '{HERE}.compressionFormat' failed to satisfy "
                "constraint: Member must satisfy enum value set: "
                "[UNCOMPRESSED, GZIP, ZIP, Snappy, HADOOP_SNAPPY]"
            ),
        ),
        (
            {"BucketARN": "lake"},
            (
                f"Value 'lake' at '{HERE}.bucketARN' failed to satisfy constraint: "
                r"Member must satisfy regular expression pattern: arn:.*:s3:::[\w\.\-]{1,255}"
            ),
        ),
    ],
    ids=["size", "interval", "compression", "bucket"],
)
def test_what_the_model_forbids_is_refused_in_its_words(hose, options, text):
    assert refused(hose, **options) == ("ValidationException", f"1 validation error detected: {text}")


def test_both_hints_are_given_or_none(hose):
    code, _ = refused(hose, BufferingHints={"SizeInMBs": 1})
    assert code == "InvalidArgumentException"


def test_a_time_zone_has_to_exist(hose):
    code, message = refused(hose, CustomTimeZone="Mars/Olympus")
    assert code == "InvalidArgumentException"
    assert "Mars/Olympus" in message


def test_a_stream_has_exactly_one_destination(hose):
    create = hose.firehose.create_delivery_stream
    text = "Exactly one destination configuration is supported for a Firehose"
    assert refusal(create, DeliveryStreamName="clicks") == ("InvalidArgumentException", text)
    two = {
        "ExtendedS3DestinationConfiguration": hose.settings(),
        "S3DestinationConfiguration": hose.settings(),
    }
    assert refusal(create, DeliveryStreamName="clicks", **two) == ("InvalidArgumentException", text)


def test_a_source_needs_the_type_that_goes_with_it(hose):
    source = {"KinesisStreamARN": "arn:aws:kinesis:us-east-1:123456789012:stream/s", "RoleARN": hose.role}
    code, message = refusal(
        hose.firehose.create_delivery_stream,
        DeliveryStreamName="clicks",
        KinesisStreamSourceConfiguration=source,
        ExtendedS3DestinationConfiguration=hose.settings(),
    )
    assert code == "InvalidArgumentException"
    assert message == "KinesisSourceStreamConfig is only applicable for KinesisStreamAsSource stream type"


def test_an_account_has_a_quota_of_streams(hose, monkeypatch):
    monkeypatch.setattr("workbook.aws.firehose.operations_streams.MOST_STREAMS", 1)
    hose.create("first")
    code, message = refused(hose)
    assert code == "LimitExceededException"
    assert message.startswith("You have already consumed your firehose quota of 1 hoses.")


# ---- refused by name


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"CompressionFormat": "ZIP"}, "CompressionFormat ZIP"),
        ({"S3BackupMode": "Enabled"}, "S3BackupMode"),
        (
            {"ProcessingConfiguration": {"Enabled": True, "Processors": [{"Type": "Decompression"}]}},
            "Decompression",
        ),
        ({"DataFormatConversionConfiguration": {"SchemaConfiguration": {}}}, "DataFormatConversion"),
        ({"DynamicPartitioningConfiguration": {"Enabled": True}}, "DynamicPartitioningConfiguration"),
        (
            {"EncryptionConfiguration": {"KMSEncryptionConfig": {"AWSKMSKeyARN": "arn:aws:kms:x:1:key/1"}}},
            "KMSEncryptionConfig",
        ),
        ({"Prefix": "!{partitionKeyFromQuery:customer}/"}, "partitionKeyFromQuery"),
        ({"Prefix": "!{timestamp:G}/"}, "the field G"),
    ],
)
def test_what_the_lab_does_not_do_is_refused_by_name(hose, options, name):
    options.setdefault("ErrorOutputPrefix", "bad/!{firehose:error-output-type}/")
    kms = options.get("EncryptionConfiguration", {}).get("KMSEncryptionConfig")
    if kms:
        kms["AWSKMSKeyARN"] = "arn:aws:kms:us-east-1:123456789012:key/1"
    code, message = refused(hose, **options)
    assert code == "NotSimulatedByWorkbook"
    assert name in message
    assert hose.firehose.list_delivery_streams()["DeliveryStreamNames"] == []


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ({"S3DestinationConfiguration": {}}, "S3DestinationConfiguration"),
        (
            {
                "SplunkDestinationConfiguration": {
                    "HECEndpoint": "https://splunk:8088",
                    "HECEndpointType": "Raw",
                    "S3Configuration": {},
                }
            },
            "SplunkDestinationConfiguration",
        ),
        (
            {"ExtendedS3DestinationConfiguration": {}, "DeliveryStreamType": "KinesisStreamAsSource"},
            "KinesisStreamAsSource",
        ),
        (
            {
                "ExtendedS3DestinationConfiguration": {},
                "DeliveryStreamEncryptionConfigurationInput": {"KeyType": "AWS_OWNED_CMK"},
            },
            "DeliveryStreamEncryptionConfigurationInput",
        ),
    ],
)
def test_other_sources_and_destinations_are_refused_by_name(hose, parameters, name):
    for settings in (parameters, *parameters.values()):
        for key in settings if isinstance(settings, dict) else ():
            if key.endswith("S3DestinationConfiguration") or key == "S3Configuration":
                settings[key] = hose.settings()
    code, message = refusal(hose.firehose.create_delivery_stream, DeliveryStreamName="clicks", **parameters)
    assert code == "NotSimulatedByWorkbook"
    assert name in message


def test_operations_that_are_not_simulated_are_refused_before_anything_happens(hose):
    hose.create()
    code, message = refusal(hose.firehose.stop_delivery_stream_encryption, DeliveryStreamName="clicks")
    assert code == "NotSimulatedByWorkbook"
    assert "PutRecordBatch" in message


# ---- tags


def test_tags_are_listed_by_key_and_their_values_may_be_empty(hose):
    hose.firehose.create_delivery_stream(
        DeliveryStreamName="clicks",
        ExtendedS3DestinationConfiguration=hose.settings(),
        Tags=[{"Key": "team", "Value": "web"}, {"Key": "cost"}],
    )
    hose.firehose.tag_delivery_stream(DeliveryStreamName="clicks", Tags=[{"Key": "team", "Value": "data"}])
    first = hose.firehose.list_tags_for_delivery_stream(DeliveryStreamName="clicks", Limit=1)
    assert (first["Tags"], first["HasMoreTags"]) == ([{"Key": "cost", "Value": ""}], True)
    rest = hose.firehose.list_tags_for_delivery_stream(
        DeliveryStreamName="clicks", ExclusiveStartTagKey="cost"
    )
    assert (rest["Tags"], rest["HasMoreTags"]) == ([{"Key": "team", "Value": "data"}], False)
    hose.firehose.untag_delivery_stream(DeliveryStreamName="clicks", TagKeys=["cost", "nothing"])
    assert [hop.facts["tags"] for hop in hose.hops("configure")] == [
        {"team": "data", "cost": ""},
        {"team": "data"},
    ]


def test_a_stream_has_at_most_fifty_tags(hose):
    hose.create()
    tags = [{"Key": f"k{number}"} for number in range(50)]
    hose.firehose.tag_delivery_stream(DeliveryStreamName="clicks", Tags=tags)
    more = {"DeliveryStreamName": "clicks", "Tags": [{"Key": "one-more"}]}
    assert refusal(hose.firehose.tag_delivery_stream, **more)[0] == "LimitExceededException"


def test_the_same_seed_makes_the_same_ids_and_names(make_hose):
    def run():
        with Lab(seed=7) as lab:
            hose = make_hose(lab)
            hose.create(
                Prefix="!{firehose:random-string}/", ErrorOutputPrefix="!{firehose:error-output-type}"
            )
            ids = [hose.put("a"), hose.put("b")]
            lab.run_until_idle()
            return ids, hose.keys(), lab.trace.text()

    assert run() == run()
