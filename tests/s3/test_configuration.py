"""PutBucketNotificationConfiguration: what AWS accepts, what it refuses, and in which words."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from workbook.aws.s3.errors import InvalidArgument
from workbook.aws.s3.settings import QUEUE, Configuration, Filter, Notifications, check

OVERLAP = "Configurations overlap. Configurations on the same bucket cannot share a common event type."
AMBIGUOUS = (
    "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are "
    "overlapping for the same event type."
)


def error_of(put, *arguments, **options):
    with pytest.raises(ClientError) as raised:
        put(*arguments, **options)
    return raised.value.response["Error"]


def test_what_was_put_is_shown_and_an_empty_one_ends_it(s3, drop, notify, to):
    notify(to(drop.arn, "s3:ObjectCreated:*", suffix=".txt", Id="texts"), EventBridgeConfiguration={})
    shown = s3.get_bucket_notification_configuration(Bucket="photos")
    assert shown["QueueConfigurations"] == [
        {
            "Id": "texts",
            "QueueArn": drop.arn,
            "Events": ["s3:ObjectCreated:*"],
            "Filter": {"Key": {"FilterRules": [{"Name": "Suffix", "Value": ".txt"}]}},
        }
    ]
    assert shown["EventBridgeConfiguration"] == {}
    notify()
    emptied = s3.get_bucket_notification_configuration(Bucket="photos")
    assert set(emptied) == {"ResponseMetadata"}


def test_an_identifier_is_made_where_none_is_given(s3, drop, notify, to):
    notify(to(drop.arn))
    (shown,) = s3.get_bucket_notification_configuration(Bucket="photos")["QueueConfigurations"]
    assert len(shown["Id"]) > 20
    assert "Filter" not in shown


def test_a_bucket_that_is_not_there(s3):
    error = error_of(s3.put_bucket_notification_configuration, Bucket="missing", NotificationConfiguration={})
    assert error["Code"] == "NoSuchBucket"
    assert error["BucketName"] == "missing"


def test_a_queue_that_does_not_exist(notify, to):
    arn = "arn:aws:sqs:us-east-1:123456789012:gone"
    error = error_of(notify, to(arn))
    assert error == {
        "Code": "InvalidArgument",
        "Message": "Unable to validate the following destination configurations",
        "ArgumentName1": arn,
        "ArgumentValue1": "The destination queue does not exist",
    }


def test_a_queue_whose_policy_does_not_let_the_bucket_in(s3, make_drop, notify, to):
    closed = make_drop("closed", lets_in=False)
    error = error_of(notify, to(closed.arn))
    assert error["ArgumentValue1"] == (
        "Permissions on the destination queue do not allow S3 to publish notifications from this bucket"
    )
    assert set(s3.get_bucket_notification_configuration(Bucket="photos")) == {"ResponseMetadata"}


def test_all_destinations_that_fail_are_named_and_the_old_configuration_stays(s3, drop, notify, to):
    notify(to(drop.arn, Id="old"))
    error = error_of(
        notify,
        to("arn:aws:sqs:us-east-1:123456789012:gone-1", "s3:ObjectCreated:*"),
        to("arn:aws:sqs:us-east-1:123456789012:gone-2", "s3:ObjectRemoved:*"),
    )
    assert [error["ArgumentName1"][-6:], error["ArgumentName2"][-6:]] == ["gone-1", "gone-2"]
    assert s3.get_bucket_notification_configuration(Bucket="photos")["QueueConfigurations"][0]["Id"] == "old"


def test_validation_of_destinations_can_be_skipped_but_not_of_the_form(s3, drop, notify, to):
    notify(to("arn:aws:sqs:us-east-1:123456789012:gone"), skip=True)
    s3.put_object(Bucket="photos", Key="a", Body=b"1")
    error = error_of(notify, to("invalid-queue"), skip=True)
    assert error == {
        "Code": "InvalidArgument",
        "Message": "The ARN could not be parsed",
        "ArgumentName": "Queue",
        "ArgumentValue": "invalid-queue",
    }


def test_fifo_queues_are_refused(lab, notify, to):
    lab.client("sqs").create_queue(QueueName="events.fifo", Attributes={"FifoQueue": "true"})
    error = error_of(notify, to("arn:aws:sqs:us-east-1:123456789012:events.fifo"))
    assert (error["Code"], error["Message"]) == ("InvalidArgument", "FIFO SQS queues are not supported.")


def test_destinations_of_another_region_are_refused(notify, to):
    error = error_of(notify, to("arn:aws:sqs:eu-west-1:123456789012:events"))
    assert error["Message"] == (
        "The notification destination service region is not valid for the bucket location constraint"
    )


def test_filter_rules_are_prefix_or_suffix_each_once(drop, notify, to):
    wrong = to(drop.arn, Filter={"Key": {"FilterRules": [{"Name": "INVALID", "Value": "x"}]}})
    error = error_of(notify, wrong)
    assert (error["Message"], error["ArgumentName"], error["ArgumentValue"]) == (
        "filter rule name must be either prefix or suffix",
        "FilterRule.Name",
        "INVALID",
    )
    rules = [{"Name": "Prefix", "Value": "a"}, {"Name": "PREFIX", "Value": "b"}]
    error = error_of(notify, to(drop.arn, Filter={"Key": {"FilterRules": rules}}))
    assert error["Message"] == "Cannot specify more than one prefix rule in a filter."
    error = error_of(notify, to(drop.arn, prefix="x" * 1025))
    assert error["Message"].startswith("Size of filter rule value cannot exceed 1024 bytes")


def test_names_of_rules_are_taken_in_any_case(s3, drop, notify, to):
    rules = [{"Name": "suffix", "Value": ".txt"}, {"Name": "PREFIX", "Value": "notif-"}]
    notify(to(drop.arn, Filter={"Key": {"FilterRules": rules}}))
    (shown,) = s3.get_bucket_notification_configuration(Bucket="photos")["QueueConfigurations"]
    assert [rule["Name"] for rule in shown["Filter"]["Key"]["FilterRules"]] == ["Suffix", "Prefix"]


def test_events_that_nobody_knows_and_events_that_never_happen_here(drop, notify, to):
    error = error_of(notify, to(drop.arn, "s3:ObjectEaten"))
    assert error["Message"] == "The event 's3:ObjectEaten' is not supported for notifications"
    error = error_of(notify, to(drop.arn, "s3:ObjectRestore:*"))
    assert error["Code"] == "NotSimulatedByWorkbook"
    assert "s3:ObjectCreated:*" in error["Message"]


def test_identifiers_are_unique(drop, notify, to):
    error = error_of(notify, to(drop.arn, Id="a"), to(drop.arn, "s3:ObjectRemoved:*", Id="a"))
    assert error["Message"] == "Same ID used for multiple configurations. IDs must be unique."


@pytest.mark.parametrize(
    ("one", "other", "message"),
    [
        ({}, {}, OVERLAP),
        ({"prefix": "in/"}, {}, AMBIGUOUS),
        ({"prefix": "in/"}, {"prefix": "in/cakes/"}, AMBIGUOUS),
        ({"suffix": ".jpg"}, {"suffix": ".jpg"}, AMBIGUOUS),
        ({"prefix": "in/"}, {"suffix": ".jpg"}, AMBIGUOUS),
        ({"prefix": "in/"}, {"prefix": "out/"}, None),
        ({"prefix": "in/", "suffix": ".jpg"}, {"prefix": "in/", "suffix": ".png"}, None),
    ],
)
def test_configurations_for_one_event_must_not_match_the_same_key(drop, notify, to, one, other, message):
    pair = (to(drop.arn, "s3:ObjectCreated:Put", **one), to(drop.arn, "s3:ObjectCreated:*", **other))
    if message is None:
        notify(*pair)
    else:
        assert error_of(notify, *pair)["Message"] == message


def test_configurations_for_different_events_may(drop, notify, to):
    notify(to(drop.arn, "s3:ObjectCreated:Put"), to(drop.arn, "s3:ObjectCreated:Copy"))


def test_a_destination_of_two_configurations_is_tested_once(drop, notify, to):
    notify(to(drop.arn, "s3:ObjectCreated:*"), to(drop.arn, "s3:ObjectRemoved:*"))
    assert len(drop.bodies()) == 1


TEXT = st.text(alphabet="ab/", max_size=4)
FILTERS = st.builds(lambda prefix, suffix: Filter((("Prefix", prefix), ("Suffix", suffix))), TEXT, TEXT)


@given(FILTERS, st.text(alphabet="ab/", max_size=8))
def test_a_filter_lets_through_what_begins_and_ends_so(chosen, key):
    expected = key.startswith(chosen.prefix) and key.endswith(chosen.suffix)
    assert chosen.lets_through(key) == expected


@given(FILTERS, FILTERS, st.text(alphabet="ab/", max_size=8))
def test_of_two_accepted_configurations_never_both_match_a_key(one, other, key):
    events = ("s3:ObjectCreated:*",)
    arn = "arn:aws:sqs:us-east-1:123456789012:events"
    pair = tuple(Configuration(QUEUE, name, arn, events, each) for name, each in (("1", one), ("2", other)))
    try:
        check(Notifications(pair), "us-east-1")
    except InvalidArgument:
        return
    assert not (one.lets_through(key) and other.lets_through(key))


@given(FILTERS, FILTERS)
def test_what_is_refused_for_its_overlap_has_a_key_that_both_match(one, other):
    prefix = max(one.prefix, other.prefix, key=len)
    suffix = max(one.suffix, other.suffix, key=len)
    if one.overlaps(other):
        assert one.lets_through(prefix + suffix)
        assert other.lets_through(prefix + suffix)


def test_a_prefix_is_url_encoded():
    assert Filter((("Prefix", "a+b%40"),)).lets_through("a b@c")
