"""Topics: what CreateTopic, SetTopicAttributes and the others answer. The texts were recorded from AWS."""

from __future__ import annotations

import json

import pytest
from learner import hops
from publisher import ACCOUNT, OTHER_ACCOUNT, fifo_topic, refused, subscribe, topic

ARN = f"arn:aws:sns:us-east-1:{ACCOUNT}:orders"
EFFECTIVE = {
    "http": {
        "defaultHealthyRetryPolicy": {
            "minDelayTarget": 20,
            "maxDelayTarget": 20,
            "numRetries": 3,
            "numMaxDelayRetries": 0,
            "numNoDelayRetries": 0,
            "numMinDelayRetries": 0,
            "backoffFunction": "linear",
        },
        "disableSubscriptionOverrides": False,
        "defaultRequestPolicy": {"headerContentType": "text/plain; charset=UTF-8"},
    }
}


def attributes(sns, arn=ARN):
    return sns.get_topic_attributes(TopicArn=arn)["Attributes"]


def set_attribute(sns, name, value, arn=ARN):
    sns.set_topic_attributes(TopicArn=arn, AttributeName=name, AttributeValue=value)


def test_a_new_topic_shows_what_aws_s_shows(sns):
    assert topic(sns) == ARN
    shown = attributes(sns)
    policy = json.loads(shown.pop("Policy"))
    assert json.loads(shown.pop("EffectiveDeliveryPolicy")) == EFFECTIVE
    assert shown == {
        "DisplayName": "",
        "Owner": ACCOUNT,
        "SubscriptionsConfirmed": "0",
        "SubscriptionsDeleted": "0",
        "SubscriptionsPending": "0",
        "TopicArn": ARN,
    }
    [statement] = policy["Statement"]
    assert statement["Sid"] == "__default_statement_ID"
    assert statement["Principal"] == {"AWS": "*"}
    assert statement["Action"][-1] == "SNS:Publish"
    assert statement["Condition"] == {"StringEquals": {"AWS:SourceOwner": ACCOUNT}}


def test_a_fifo_topic_shows_its_kind_and_whether_it_deduplicates_by_content(sns):
    arn = fifo_topic(sns, DisplayName="TestTopic", SignatureVersion="2")
    shown = attributes(sns, arn)
    assert (shown["FifoTopic"], shown["ContentBasedDeduplication"]) == ("true", "false")
    assert (shown["DisplayName"], shown["SignatureVersion"]) == ("TestTopic", "2")


def test_creating_a_topic_again_returns_it_unless_what_it_names_differs(sns):
    tags = [{"Key": "k1", "Value": "v1"}]
    create = {"Name": "orders", "Attributes": {"DisplayName": "Orders"}, "Tags": tags}
    sns.create_topic(**create)
    assert sns.create_topic(**create)["TopicArn"] == ARN
    assert sns.create_topic(Name="orders")["TopicArn"] == ARN
    different = "Invalid parameter: {0} Reason: Topic already exists with different {1}"
    with refused("InvalidParameter", different.format("Attributes", "attributes")):
        sns.create_topic(Name="orders", Attributes={"DisplayName": "Others"})
    with refused("InvalidParameter", different.format("Tags", "tags")):
        sns.create_topic(Name="orders", Tags=[{"Key": "k2", "Value": "v2"}])


@pytest.mark.parametrize("name", ["", "a" * 257, *(f"a{char}b" for char in ":;!@|^% "), "orders.fifo"])
def test_a_topic_s_name_has_letters_digits_hyphens_and_underscores(sns, name):
    with refused("InvalidParameter", "Invalid parameter: Topic Name"):
        sns.create_topic(Name=name)


def test_a_name_may_have_256_characters_and_a_fifo_topic_s_ends_in_fifo(sns):
    assert sns.create_topic(Name="a" * 256)["TopicArn"].endswith("a" * 256)
    with refused("InvalidParameter", "Invalid parameter: Topic Name"):
        topic(sns, "orders", FifoTopic="true")


@pytest.mark.parametrize(
    ("arn", "text"),
    [
        ("randomstring", "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1"),
        ("a:b", "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 2"),
        ("", "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1"),
        (ARN.replace("us-east-1", "us-west-2"), "Invalid parameter: TopicArn"),
    ],
)
def test_a_malformed_arn_and_one_of_another_region_are_refused(sns, arn, text):
    topic(sns)
    for call in (
        lambda: sns.get_topic_attributes(TopicArn=arn),
        lambda: set_attribute(sns, "DisplayName", "x", arn),
        lambda: sns.publish(TopicArn=arn, Message="x"),
        lambda: sns.delete_topic(TopicArn=arn),
        lambda: sns.list_subscriptions_by_topic(TopicArn=arn),
    ):
        with refused("InvalidParameter", text):
            call()


def test_a_topic_that_does_not_exist_is_not_found_and_yet_can_be_deleted(sns):
    with refused("NotFound", "Topic does not exist") as error:
        attributes(sns)
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    sns.delete_topic(TopicArn=ARN)


def test_deleting_a_topic_ends_its_subscriptions(lab, sns):
    arn = topic(sns)
    subscription = subscribe(sns, arn, f"arn:aws:sqs:us-east-1:{ACCOUNT}:warehouse")
    sns.delete_topic(TopicArn=arn)
    with refused("NotFound", "Subscription does not exist"):
        sns.get_subscription_attributes(SubscriptionArn=subscription)
    assert sns.list_topics()["Topics"] == sns.list_subscriptions()["Subscriptions"] == []
    assert [hop.resource for hop in hops(lab, "remove")] == [subscription, arn]


def test_topics_are_listed_a_hundred_a_page_and_region_by_region(lab, sns):
    arns = [topic(sns, f"topic-{number}") for number in range(101)]
    first = sns.list_topics()
    second = sns.list_topics(NextToken=first["NextToken"])
    assert "NextToken" not in second
    assert [each["TopicArn"] for each in first["Topics"] + second["Topics"]] == arns
    assert lab.client("sns", region_name="us-west-1").list_topics()["Topics"] == []
    with refused("InvalidParameter"):
        sns.list_topics(NextToken="nonsense")


def test_an_attribute_that_does_not_exist_cannot_be_set_nor_the_kind_of_a_topic(sns):
    topic(sns)
    for name in ("FifoTopic", "NoSuchThing", "Owner"):
        with refused("InvalidParameter", "Invalid parameter: AttributeName"):
            set_attribute(sns, name, "false")


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("SQSSuccessFeedbackSampleRate", "500", "500 value provided is not an integer between 0-100"),
        ("SQSSuccessFeedbackSampleRate", "", " value provided is not an integer between 0-100"),
        ("MaximumMessageSize", "1023", "1023 is not an integer between 1024 and 1048576 bytes"),
        ("MaximumMessageSize", "1048577", "1048577 is not an integer between 1024 and 1048576 bytes"),
    ],
)
def test_a_number_out_of_range_is_refused_with_the_attribute_s_name(sns, name, value, text):
    topic(sns)
    with refused("InvalidParameter", f"Invalid parameter: {name}: {text}"):
        set_attribute(sns, name, value)
    with refused("InvalidParameter", f"Invalid parameter: Attributes Reason: {name}: {text}"):
        topic(sns, "others", **{name: value})


def test_a_tracing_config_and_an_archive_s_retention_that_are_none(sns):
    reason = "Invalid parameter: Attributes Reason: "
    with refused("InvalidParameter", f"{reason}Invalid tracing config value: Sometimes"):
        topic(sns, TracingConfig="Sometimes")
    with refused("InvalidParameter", f"{reason}ArchivePolicy: MessageRetentionPeriod value is invalid"):
        fifo_topic(sns, ArchivePolicy='{"MessageRetentionPeriod": 366}')


def test_attributes_that_only_fifo_topics_have_are_refused_elsewhere(sns):
    topic(sns)
    for name, value in (
        ("ContentBasedDeduplication", "true"),
        ("FifoThroughputScope", "Topic"),
        ("ArchivePolicy", '{"MessageRetentionPeriod": 30}'),
    ):
        with refused("InvalidParameter"):
            set_attribute(sns, name, value)
        with refused("InvalidParameter", f"Invalid parameter: Attributes Reason: Unknown attribute {name}"):
            topic(sns, "others", **{name: value})


def test_a_delivery_policy_is_shown_with_what_was_given_and_its_effect_with_the_defaults(sns):
    topic(sns)
    given = {
        "http": {"defaultHealthyRetryPolicy": {"minDelayTarget": 5, "maxDelayTarget": 6, "numRetries": 1}}
    }
    set_attribute(sns, "DeliveryPolicy", json.dumps(given))
    shown = attributes(sns)
    assert json.loads(shown["DeliveryPolicy"]) == {
        "http": {**given["http"], "disableSubscriptionOverrides": False}
    }
    effective = json.loads(shown["EffectiveDeliveryPolicy"])["http"]["defaultHealthyRetryPolicy"]
    assert effective == {
        **EFFECTIVE["http"]["defaultHealthyRetryPolicy"],
        **given["http"]["defaultHealthyRetryPolicy"],
    }
    set_attribute(sns, "DeliveryPolicy", '{"http": {"defaultHealthyRetryPolicy": null}}')
    assert json.loads(attributes(sns)["DeliveryPolicy"]) == {"http": {"disableSubscriptionOverrides": False}}
    set_attribute(sns, "DeliveryPolicy", "")
    assert "DeliveryPolicy" not in attributes(sns)
    assert json.loads(attributes(sns)["EffectiveDeliveryPolicy"]) == EFFECTIVE


def test_a_delivery_policy_out_of_range_is_refused_with_the_member_s_name(sns):
    topic(sns)
    policy = '{"http": {"defaultHealthyRetryPolicy": {"numRetries": 300}}}'
    text = "DeliveryPolicy: http.defaultHealthyRetryPolicy.numRetries must be less than or equal to 100"
    with refused("InvalidParameter", f"Invalid parameter: {text}"):
        set_attribute(sns, "DeliveryPolicy", policy)
    with refused("InvalidParameter", f"Invalid parameter: Attributes Reason: {text}"):
        topic(sns, "others", DeliveryPolicy=policy)


def test_a_policy_with_an_action_that_is_none_of_a_topic_s_is_refused(sns):
    topic(sns)
    for action in ("SNS:Publishx", "SNS:*", "sqs:SendMessage"):
        statement = {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": ARN}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        with refused("InvalidParameter", "Invalid parameter: Policy statement action out of service scope!"):
            set_attribute(sns, "Policy", policy)
    with refused("InvalidParameter", "Invalid parameter: Policy Error: null"):
        set_attribute(sns, "Policy", "{")


def test_what_is_not_simulated_is_refused_by_name(sns):
    topic(sns)
    for call in (
        lambda: set_attribute(sns, "TracingConfig", "Active"),
        lambda: sns.put_data_protection_policy(ResourceArn=ARN, DataProtectionPolicy="{}"),
        lambda: sns.create_topic(Name="others", DataProtectionPolicy="{}"),
    ):
        with refused("NotSimulatedByWorkbook"):
            call()
    assert "DataProtectionPolicy" not in sns.get_data_protection_policy(ResourceArn=ARN)


def test_tags_are_added_changed_and_taken_off(sns):
    duplicated = "Invalid parameter: Duplicated keys are not allowed."
    two = [{"Key": "k1", "Value": "v1"}, {"Key": "k2", "Value": "v2"}]
    with refused("InvalidParameter", duplicated):
        sns.create_topic(Name="orders", Tags=[two[0], two[0]])
    sns.create_topic(Name="orders", Tags=two)
    assert sns.list_tags_for_resource(ResourceArn=ARN)["Tags"] == two
    sns.untag_resource(ResourceArn=ARN, TagKeys=["k1"])
    sns.tag_resource(ResourceArn=ARN, Tags=[{"Key": "k2", "Value": "v2b"}])
    assert sns.list_tags_for_resource(ResourceArn=ARN)["Tags"] == [{"Key": "k2", "Value": "v2b"}]
    too_many = [{"Key": f"key-{number}", "Value": ""} for number in range(50)]
    with refused("TagLimitExceeded", "Could not complete request: tag quota of per resource exceeded"):
        sns.tag_resource(ResourceArn=ARN, Tags=too_many)
    with refused("ResourceNotFound"):
        sns.list_tags_for_resource(ResourceArn=f"{ARN}-2")


def test_another_account_needs_the_topic_s_policy(lab, sns):
    topic(sns)
    stranger = lab.client("sns", account=OTHER_ACCOUNT)
    arn = f"arn:aws:iam::{OTHER_ACCOUNT}:user/learner"
    text = (
        f"User: {arn} is not authorized to perform: SNS:Publish on resource: {ARN} because no resource-based "
        "policy allows the SNS:Publish action"
    )
    with refused("AuthorizationError", text) as error:
        stranger.publish(TopicArn=ARN, Message="hello")
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    sns.add_permission(TopicArn=ARN, Label="partner", AWSAccountId=[OTHER_ACCOUNT], ActionName=["Publish"])
    stranger.publish(TopicArn=ARN, Message="hello")
    with refused("AuthorizationError"):
        stranger.get_topic_attributes(TopicArn=ARN)
    sns.remove_permission(TopicArn=ARN, Label="partner")
    with refused("AuthorizationError"):
        stranger.publish(TopicArn=ARN, Message="hello")


def test_add_permission_writes_a_statement_and_knows_its_label(sns):
    topic(sns)
    sns.add_permission(TopicArn=ARN, Label="partner", AWSAccountId=[OTHER_ACCOUNT], ActionName=["Publish"])
    added = json.loads(attributes(sns)["Policy"])["Statement"][-1]
    assert added == {
        "Sid": "partner",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"},
        "Action": "SNS:Publish",
        "Resource": ARN,
    }
    with refused("InvalidParameter", "Invalid parameter: Statement already exists"):
        sns.add_permission(TopicArn=ARN, Label="partner", AWSAccountId=[ACCOUNT], ActionName=["Publish"])
    text = "Invalid parameter: Policy statement action out of service scope!"
    with refused("InvalidParameter", text):
        sns.add_permission(TopicArn=ARN, Label="other", AWSAccountId=[ACCOUNT], ActionName=["NotAnAction"])


def test_a_deny_of_the_policy_stops_the_owner_too(sns):
    topic(sns)
    statement = {"Effect": "Deny", "Principal": "*", "Action": "SNS:Publish", "Resource": ARN}
    set_attribute(sns, "Policy", json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    with refused("AuthorizationError"):
        sns.publish(TopicArn=ARN, Message="hello")


def test_what_is_done_to_a_topic_is_in_the_trace_with_its_settings(lab, sns):
    topic(sns)
    set_attribute(sns, "DisplayName", "Orders")
    created, configured = hops(lab, "create", resource=ARN)[0], hops(lab, "configure", resource=ARN)[0]
    assert created.facts["settings"]["DisplayName"] == ""
    assert configured.facts["settings"]["DisplayName"] == "Orders"
