"""Subscriptions: what Subscribe and the others answer. The texts were recorded from AWS."""

from __future__ import annotations

import json
import uuid

import pytest
from inbox import bodies
from learner import hops
from publisher import ACCOUNT, OTHER_ACCOUNT, fifo_topic, let_in, queue, refused, subscribe

QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:warehouse"
DAY = 86_400


def attributes(sns, subscription):
    return sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]


def set_attribute(sns, subscription, name, value):
    sns.set_subscription_attributes(SubscriptionArn=subscription, AttributeName=name, AttributeValue=value)


def test_a_subscription_shows_what_aws_s_shows(sns, orders):
    subscription = subscribe(sns, orders, QUEUE)
    assert attributes(sns, subscription) == {
        "ConfirmationWasAuthenticated": "true",
        "Endpoint": QUEUE,
        "Owner": ACCOUNT,
        "PendingConfirmation": "false",
        "Protocol": "sqs",
        "RawMessageDelivery": "false",
        "SubscriptionArn": subscription,
        "SubscriptionPrincipal": f"arn:aws:iam::{ACCOUNT}:user/learner",
        "TopicArn": orders,
    }
    assert sns.get_topic_attributes(TopicArn=orders)["Attributes"]["SubscriptionsConfirmed"] == "1"


def test_a_queue_need_not_exist_but_its_arn_must_be_one(sns, orders):
    assert subscribe(sns, orders, f"{QUEUE}-that-is-nowhere")
    for endpoint in ("https://sqs.us-east-1.amazonaws.com/123456789012/q", "arn:aws:sqs:us-east-1", ""):
        with refused("InvalidParameter", "Invalid parameter: SQS endpoint ARN"):
            subscribe(sns, orders, endpoint)


def test_a_protocol_that_sns_does_not_speak_is_refused(sns, orders):
    text = "Invalid parameter: Amazon SNS does not support this protocol string: test-protocol"
    with refused("InvalidParameter", text):
        subscribe(sns, orders, QUEUE, "test-protocol")


def test_a_topic_that_does_not_exist_cannot_be_subscribed_to(sns, orders):
    with refused("NotFound", "Topic does not exist"):
        subscribe(sns, f"{orders}-2", QUEUE)
    for arn, elements in (("randomstring", 1), ("arn:aws:sns:us-east-1:random", 5)):
        text = f"Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not {elements}"
        with refused("InvalidParameter", text):
            subscribe(sns, arn, QUEUE)


def test_subscribing_again_returns_the_subscription_unless_what_it_names_differs(sns, orders):
    subscription = subscribe(sns, orders, QUEUE, RawMessageDelivery="true")
    assert subscribe(sns, orders, QUEUE, RawMessageDelivery="true") == subscription
    assert subscribe(sns, orders, QUEUE) == subscription
    text = "Invalid parameter: Attributes Reason: Subscription already exists with different attributes"
    with refused("InvalidParameter", text):
        subscribe(sns, orders, QUEUE, RawMessageDelivery="false")
    with refused("InvalidParameter", text):
        subscribe(sns, orders, QUEUE, FilterPolicy='{"store": ["oslo"]}')


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("fake", "x", "AttributeName"),
        (
            "RawMessageDelivery",
            "test-ValUe",
            "RawMessageDelivery: Invalid value [test-ValUe]. Must be true or false.",
        ),
        ("RawMessageDelivery", "", "RawMessageDelivery: Invalid value []. Must be true or false."),
        (
            "RedrivePolicy",
            '{"deadLetterTargetArn": "fake-arn"}',
            "RedrivePolicy: deadLetterTargetArn is an invalid arn",
        ),
        ("RedrivePolicy", "{}", "RedrivePolicy: Missing deadLetterTargetArn attribute"),
        (
            "RedrivePolicy",
            '{"deadLetterTargetArn": "arn:aws:sns:us-east-1:123456789012:lost"}',
            "RedrivePolicy: deadLetterTargetArn must be a SQS queue",
        ),
        (
            "RedrivePolicy",
            '{"deadLetterTargetArn": "arn:aws:sqs:eu-west-1:123456789012:lost"}',
            "RedrivePolicy: deadLetterTargetArn must be in the same region as the subscription",
        ),
        *(
            (
                name,
                "{invalidjson}",
                (
                    f"{name}: failed to parse JSON. Unexpected character ('i' (code 105)): was expecting "
                    "double-quote to start field name\n at [Source: REDACTED "
                    "(`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 2]"
                ),
            )
            for name in ("RedrivePolicy", "FilterPolicy")
        ),
        (
            "FilterPolicy",
            "invalid",
            (
                "FilterPolicy: failed to parse JSON. Unrecognized token 'invalid': was expecting (JSON "
                "String, Number, Array, Object or token 'null', 'true' or 'false')\n at [Source: REDACTED "
                "(`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 8]"
            ),
        ),
        ("FilterPolicy", '{"key": [["value"]]}', None),
        (
            "ReplayPolicy",
            '{"PointType": "Timestamp", "StartingPoint": "2026-01-05T09:00:00.000Z"}',
            "ReplayPolicy: the topic has no ArchivePolicy",
        ),
    ],
)
def test_an_attribute_that_is_wrong_is_refused_when_it_is_set_and_when_it_comes_with_the_subscription(
    sns, orders, name, value, text
):
    subscription = subscribe(sns, orders, QUEUE)
    with refused("InvalidParameter", text and f"Invalid parameter: {text}"):
        set_attribute(sns, subscription, name, value)
    with refused("InvalidParameter", text and f"Invalid parameter: Attributes Reason: {text}"):
        subscribe(sns, orders, f"{QUEUE}-2", **{name: value})
    assert len(sns.list_subscriptions()["Subscriptions"]) == 1


def test_only_some_protocols_take_raw_messages(sns, orders):
    function = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:resize"
    text = "Delivery protocol [lambda] does not support raw message delivery."
    with refused("InvalidParameter", f"Invalid parameter: Attributes Reason: {text}"):
        subscribe(sns, orders, function, "lambda", RawMessageDelivery="true")


def test_a_filter_policy_comes_with_its_scope_and_can_be_taken_off(sns, orders):
    subscription = subscribe(sns, orders, QUEUE, FilterPolicy='{"store": ["oslo"]}')
    shown = attributes(sns, subscription)
    assert shown["FilterPolicy"] == '{"store": ["oslo"]}'
    assert shown["FilterPolicyScope"] == "MessageAttributes"
    set_attribute(sns, subscription, "FilterPolicyScope", "MessageBody")
    assert attributes(sns, subscription)["FilterPolicyScope"] == "MessageBody"
    set_attribute(sns, subscription, "FilterPolicy", "")
    assert not {"FilterPolicy", "FilterPolicyScope"} & set(attributes(sns, subscription))


def test_fifo_queues_and_standard_topics_do_not_go_together(sns, orders):
    text = (
        "Invalid parameter: Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to "
        "standard SNS topics"
    )
    with refused("InvalidParameter", text):
        subscribe(sns, orders, f"{QUEUE}.fifo")


def test_a_fifo_topic_takes_queues_only_and_fifo_queues_have_fifo_dead_letter_queues(sns):
    arn = fifo_topic(sns)
    assert subscribe(sns, arn, QUEUE)
    with refused("InvalidParameter"):
        subscribe(sns, arn, f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:resize", "lambda")
    text = "RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic."
    with refused("InvalidParameter", f"Invalid parameter: Attributes Reason: {text}"):
        subscribe(sns, arn, f"{QUEUE}.fifo", RedrivePolicy=json.dumps({"deadLetterTargetArn": QUEUE}))


def test_unsubscribing_is_idempotent_but_the_arn_must_be_one(lab, sns, orders):
    subscription = subscribe(sns, orders, QUEUE)
    sns.unsubscribe(SubscriptionArn=subscription)
    sns.unsubscribe(SubscriptionArn=subscription)
    assert [hop.resource for hop in hops(lab, "remove")] == [subscription]
    with refused("NotFound", "Subscription does not exist"):
        attributes(sns, subscription)
    elements = "SubscriptionArn Reason: An ARN must have at least 6 elements, not"
    for arn, text in (
        ("randomstring", f"{elements} 1"),
        ("arn:aws:sns:us-east-1:random", f"{elements} 5"),
        (f"{orders}:random", "SubscriptionId"),
        ("", "SubscriptionArn Reason: no value for required parameter"),
    ):
        with refused("InvalidParameter", f"Invalid parameter: {text}"):
            sns.unsubscribe(SubscriptionArn=arn)
    assert sns.get_topic_attributes(TopicArn=orders)["Attributes"]["SubscriptionsDeleted"] == "1"


def test_subscriptions_are_listed_a_hundred_a_page(sns, orders):
    wanted = [subscribe(sns, orders, f"{QUEUE}-{number}") for number in range(101)]
    for ask in (
        sns.list_subscriptions,
        lambda **more: sns.list_subscriptions_by_topic(TopicArn=orders, **more),
    ):
        first = ask()
        second = ask(NextToken=first["NextToken"])
        shown = first["Subscriptions"] + second["Subscriptions"]
        assert [each["SubscriptionArn"] for each in shown] == wanted
        assert set(shown[0]) == {"SubscriptionArn", "Owner", "Protocol", "Endpoint", "TopicArn"}
        assert len(second["Subscriptions"]) == 1
        assert "NextToken" not in second


# ---- confirmation


def partner_queue(lab, orders):
    """A queue of another account that lets the topic in: its client, URL and ARN."""
    sqs = lab.client("sqs", account=OTHER_ACCOUNT)
    url, arn = queue(sqs, "partner")
    let_in(sqs, url, arn, orders)
    return sqs, url, arn


def request_in(sqs, url):
    [body] = bodies(sqs, url)
    return json.loads(body)


def test_an_endpoint_of_another_account_must_be_confirmed_by_its_owner(lab, sns, orders):
    sqs, url, arn = partner_queue(lab, orders)
    answer = sns.subscribe(TopicArn=orders, Protocol="sqs", Endpoint=arn)
    assert answer["SubscriptionArn"] == "pending confirmation"
    [entry] = sns.list_subscriptions_by_topic(TopicArn=orders)["Subscriptions"]
    assert entry["SubscriptionArn"] == "PendingConfirmation"
    assert sns.get_topic_attributes(TopicArn=orders)["Attributes"]["SubscriptionsPending"] == "1"
    sns.publish(TopicArn=orders, Message="too early")
    request = request_in(sqs, url)
    assert list(request) == [
        *("Type", "MessageId", "Token", "TopicArn", "Message", "SubscribeURL", "Timestamp"),
        *("SignatureVersion", "Signature", "SigningCertURL"),
    ]
    assert request["Type"] == "SubscriptionConfirmation"
    assert request["Message"] == (
        f"You have chosen to subscribe to the topic {orders}.\nTo confirm the subscription, visit the "
        "SubscribeURL included in this message."
    )
    assert request["SubscribeURL"].endswith(f"ConfirmSubscription&TopicArn={orders}&Token={request['Token']}")
    confirmed = sns.confirm_subscription(TopicArn=orders, Token=request["Token"])["SubscriptionArn"]
    assert attributes(sns, confirmed)["PendingConfirmation"] == "false"
    sns.publish(TopicArn=orders, Message="in time")
    assert request_in(sqs, url)["Message"] == "in time"


def test_who_subscribes_an_endpoint_of_their_own_needs_no_confirmation(lab, sns, orders):
    _, _, arn = partner_queue(lab, orders)
    partner = lab.client("sns", account=OTHER_ACCOUNT)
    with refused("AuthorizationError"):
        partner.subscribe(TopicArn=orders, Protocol="sqs", Endpoint=arn)
    sns.add_permission(
        TopicArn=orders, Label="partner", AWSAccountId=[OTHER_ACCOUNT], ActionName=["Subscribe"]
    )
    answer = partner.subscribe(TopicArn=orders, Protocol="sqs", Endpoint=arn)
    assert answer["SubscriptionArn"].startswith(f"{orders}:")
    assert [each["Owner"] for each in partner.list_subscriptions()["Subscriptions"]] == [OTHER_ACCOUNT]
    assert sns.list_subscriptions()["Subscriptions"] == []


def test_a_token_lives_two_days(lab, sns, orders):
    sqs, url, arn = partner_queue(lab, orders)
    subscribe(sns, orders, arn)
    token = request_in(sqs, url)["Token"]
    lab.advance(2 * DAY)
    with refused("InvalidParameter", "Invalid token"):
        sns.confirm_subscription(TopicArn=orders, Token=token)
    subscribe(sns, orders, arn)  # asks once more
    token = request_in(sqs, url)["Token"]
    lab.advance(2 * DAY - 10)
    assert sns.confirm_subscription(TopicArn=orders, Token=token)["SubscriptionArn"]


def test_a_token_that_is_none_is_refused(sns, orders):
    with refused("InvalidParameter", "Invalid parameter: Token"):
        sns.confirm_subscription(TopicArn=orders, Token="randomtoken")
    with refused("InvalidParameter", "Invalid token"):
        sns.confirm_subscription(TopicArn=orders, Token="2336412f37" + "0" * 278)


def test_the_topic_s_owner_can_end_a_subscription_and_the_endpoint_is_told(lab, sns, orders):
    sqs, url, arn = partner_queue(lab, orders)
    partner = lab.client("sns", account=OTHER_ACCOUNT)
    sns.add_permission(
        TopicArn=orders, Label="partner", AWSAccountId=[OTHER_ACCOUNT], ActionName=["Subscribe"]
    )
    subscription = partner.subscribe(TopicArn=orders, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]
    sns.unsubscribe(SubscriptionArn=subscription)
    lab.advance(1)
    goodbye = request_in(sqs, url)
    assert goodbye["Type"] == "UnsubscribeConfirmation"
    assert goodbye["Message"].startswith(f"You have chosen to deactivate subscription {subscription}.\n")
    assert partner.list_subscriptions()["Subscriptions"] == []
    partner.confirm_subscription(TopicArn=orders, Token=goodbye["Token"])
    assert len(partner.list_subscriptions()["Subscriptions"]) == 1


def test_a_subscription_id_that_looks_right_and_is_nobody_s_is_not_found(sns, orders):
    with refused("NotFound", "Subscription does not exist"):
        attributes(sns, f"{orders}:{uuid.UUID(int=1)}")


def test_a_delivery_stream_needs_a_role_at_subscribe(sns, orders):
    stream = f"arn:aws:firehose:us-east-1:{ACCOUNT}:deliverystream/archive"
    text = "Invalid parameter: Delivery protocol firehose can only be subscribed with subscription role arn"
    with refused("InvalidParameter", text):
        subscribe(sns, orders, stream, "firehose")
