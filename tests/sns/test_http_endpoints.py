"""HTTP and HTTPS endpoints: the handshake, headers, signatures, retries and throttling."""

from __future__ import annotations

import base64
import itertools
import json

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from inbox import bodies
from learner import hops
from publisher import queue, refused, subscribe, topic

from workbook.engine.clock import SECOND

URL = "https://shop.example.com/hooks"


class Shop:
    """A server that confirms, and answers messages with the statuses that it is given."""

    def __init__(self, lab, url=URL, confirms=True, statuses=()):
        self.requests, self.times = [], []
        self.statuses = list(statuses)

        def hooks(request):
            self.requests.append(request)
            kind = request.headers["x-amz-sns-message-type"]
            if kind == "SubscriptionConfirmation":
                return lab.http(request.json()["SubscribeURL"]) if confirms else None
            if kind == "Notification":
                self.times.append(lab.world.clock.now)
                return self.statuses.pop(0) if self.statuses else 200
            return None

        lab.endpoint(url, hooks)

    def of_type(self, kind):
        return [each for each in self.requests if each.headers["x-amz-sns-message-type"] == kind]

    @property
    def messages(self):
        return [each.json()["Message"] for each in self.of_type("Notification")]


def attributes(sns, arn):
    return sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]


def publish(lab, sns, arn, *messages):
    for message in messages:
        sns.publish(TopicArn=arn, Message=message)
    lab.run_until_idle()


# ---- the handshake


def test_a_server_that_visits_the_subscribe_url_is_subscribed(lab, sns, orders):
    shop = Shop(lab)
    answer = sns.subscribe(TopicArn=orders, Protocol="https", Endpoint=URL)
    assert answer["SubscriptionArn"] == "pending confirmation"
    lab.run_until_idle()
    publish(lab, sns, orders, "a cake")
    assert shop.messages == ["a cake"]
    [entry] = sns.list_subscriptions_by_topic(TopicArn=orders)["Subscriptions"]
    shown = attributes(sns, entry["SubscriptionArn"])
    assert shown["PendingConfirmation"] == "false"
    assert shown["ConfirmationWasAuthenticated"] == "false"


def test_until_it_does_it_gets_nothing(lab, sns, orders):
    shop = Shop(lab, confirms=False)
    subscribe(sns, orders, URL, "https")
    publish(lab, sns, orders, "a cake")
    assert [each.headers["x-amz-sns-message-type"] for each in shop.requests] == ["SubscriptionConfirmation"]


def test_the_token_confirms_too(lab, sns, orders):
    shop = Shop(lab, confirms=False)
    arn = subscribe(sns, orders, URL, "https")
    lab.run_until_idle()
    token = shop.requests[0].json()["Token"]
    assert sns.confirm_subscription(TopicArn=orders, Token=token)["SubscriptionArn"] == arn
    publish(lab, sns, orders, "a cake")
    assert shop.messages == ["a cake"]


def test_the_request_to_confirm_is_awss(lab, sns, orders):
    shop = Shop(lab, confirms=False)
    subscribe(sns, orders, URL, "https")
    lab.run_until_idle()
    [request] = shop.requests
    document = request.json()
    assert list(document) == [
        *("Type", "MessageId", "Token", "TopicArn", "Message", "SubscribeURL", "Timestamp"),
        *("SignatureVersion", "Signature", "SigningCertURL"),
    ]
    assert document["Message"] == (
        f"You have chosen to subscribe to the topic {orders}.\n"
        "To confirm the subscription, visit the SubscribeURL included in this message."
    )
    assert request.method == "POST"
    assert request.headers == {
        "x-amz-sns-message-type": "SubscriptionConfirmation",
        "x-amz-sns-message-id": document["MessageId"],
        "x-amz-sns-topic-arn": orders,
        "Content-Type": "text/plain; charset=UTF-8",
        "Host": "shop.example.com",
        "User-Agent": "Amazon Simple Notification Service Agent",
    }


def test_a_message_names_its_subscription(lab, sns, orders):
    shop = Shop(lab)
    arn = subscribe(sns, orders, URL, "https")
    lab.run_until_idle()
    publish(lab, sns, orders, "a cake")
    [request] = shop.of_type("Notification")
    assert request.headers["x-amz-sns-subscription-arn"] == arn
    assert request.headers["x-amz-sns-message-id"] == request.json()["MessageId"]
    assert "x-amz-sns-rawdelivery" not in request.headers


def test_a_visit_of_the_unsubscribe_url_ends_it_and_one_of_the_subscribe_url_restores_it(lab, sns, orders):
    shop = Shop(lab)
    arn = subscribe(sns, orders, URL, "https")
    lab.run_until_idle()
    publish(lab, sns, orders, "first")
    assert lab.http(shop.requests[-1].json()["UnsubscribeURL"]).ok
    publish(lab, sns, orders, "second")
    assert shop.messages == ["first"]
    [goodbye] = shop.of_type("UnsubscribeConfirmation")
    assert goodbye.headers["x-amz-sns-subscription-arn"] == arn
    assert goodbye.json()["Message"].startswith(f"You have chosen to deactivate subscription {arn}.\n")
    lab.http(goodbye.json()["SubscribeURL"])
    publish(lab, sns, orders, "third")
    assert shop.messages == ["first", "third"]


def test_a_wrong_token_confirms_nothing(lab, orders):
    url = f"https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={orders}&Token=abc"
    answer = lab.http(url)
    assert answer.status == 400
    assert "<Code>InvalidParameter</Code>" in answer.body
    assert hops(lab, "api-call")[-1].outcome == "InvalidParameter"


def test_what_needs_a_signature_is_not_done_without(lab, orders):
    url = f"https://sns.us-east-1.amazonaws.com/?Action=DeleteTopic&TopicArn={orders}"
    assert lab.http(url).status == 403
    assert lab.client("sns").get_topic_attributes(TopicArn=orders)


@pytest.mark.parametrize(
    ("protocol", "endpoint"), [("https", "http://a.example"), ("http", "https://a.example"), ("http", "a")]
)
def test_the_endpoint_must_match_the_protocol(sns, orders, protocol, endpoint):
    with refused("InvalidParameter", "Invalid parameter: Endpoint must match the specified protocol"):
        sns.subscribe(TopicArn=orders, Protocol=protocol, Endpoint=endpoint)


# ---- raw delivery and content types


def test_raw_delivery_is_the_bare_text_and_a_header_says_so(lab, sns, orders):
    shop = Shop(lab)
    subscribe(sns, orders, URL, "https", RawMessageDelivery="true")
    lab.run_until_idle()
    value = {"DataType": "String", "StringValue": "large"}
    sns.publish(TopicArn=orders, Message="a cake", MessageAttributes={"size": value})
    lab.run_until_idle()
    [request] = shop.of_type("Notification")
    assert request.body == "a cake"
    assert request.headers["x-amz-sns-rawdelivery"] == "true"
    assert shop.of_type("SubscriptionConfirmation")[0].json()["Type"] == "SubscriptionConfirmation"


def test_the_delivery_policy_chooses_the_content_type_of_messages(lab, sns, orders):
    shop = Shop(lab)
    policy = {"requestPolicy": {"headerContentType": "application/json"}}
    subscribe(sns, orders, URL, "https", DeliveryPolicy=json.dumps(policy))
    lab.run_until_idle()
    publish(lab, sns, orders, "a cake")
    types = [each.headers["Content-Type"] for each in shop.requests]
    assert types == ["text/plain; charset=UTF-8", "application/json"]


# ---- signatures, by the procedure that AWS publishes


@pytest.mark.parametrize(("version", "algorithm"), [("1", hashes.SHA1()), ("2", hashes.SHA256())])
def test_a_receiver_can_verify_the_signature_with_the_certificate(lab, sns, version, algorithm):
    arn = topic(sns, SignatureVersion=version)
    shop = Shop(lab)
    subscribe(sns, arn, URL, "https")
    lab.run_until_idle()
    sns.publish(TopicArn=arn, Message="a cake", Subject="an order")
    lab.run_until_idle()
    for request in shop.requests:
        document = request.json()
        certificate = x509.load_pem_x509_certificate(lab.http(document["SigningCertURL"]).body.encode())
        names = ["Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
        text = "".join(f"{name}\n{document[name]}\n" for name in names if name in document)
        signature = base64.b64decode(document["Signature"])
        certificate.public_key().verify(signature, text.encode(), padding.PKCS1v15(), algorithm)
    assert len(shop.requests) == 2


def test_only_sns_has_the_certificate(lab):
    assert lab.http("https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0.pem").status == 404


# ---- retries


def subscribed_shop(lab, sns, arn, statuses, **given):
    shop = Shop(lab, statuses=statuses)
    subscription = subscribe(sns, arn, URL, "https", **given)
    lab.run_until_idle()
    return shop, subscription


def pauses(shop):
    return [round((later - earlier) / SECOND) for earlier, later in itertools.pairwise(shop.times)]


def test_a_server_that_fails_is_tried_three_more_times_20_seconds_apart(lab, sns, orders):
    shop, _ = subscribed_shop(lab, sns, orders, [500] * 9)
    publish(lab, sns, orders, "a cake")
    assert pauses(shop) == [20, 20, 20]
    [drop] = hops(lab, "drop")
    assert "no dead-letter queue" in drop.facts["reason"]


def test_with_a_dead_letter_queue_the_message_is_kept(lab, sns, sqs, orders):
    url, arn = queue(sqs, "lost", orders)
    policy = json.dumps({"deadLetterTargetArn": arn})
    subscribed_shop(lab, sns, orders, [500] * 9, RedrivePolicy=policy)
    publish(lab, sns, orders, "a cake")
    [body] = bodies(sqs, url)
    assert json.loads(body)["Message"] == "a cake"


def test_a_client_error_is_not_tried_again_but_a_throttle_is(lab, sns, orders):
    shop, _ = subscribed_shop(lab, sns, orders, [403])
    publish(lab, sns, orders, "forbidden")
    assert len(shop.times) == 1
    shop.statuses = [429]
    publish(lab, sns, orders, "too many")
    assert shop.messages == ["forbidden", "too many", "too many"]


def test_a_delivery_policy_has_phases(lab, sns, orders):
    policy = {
        "healthyRetryPolicy": {
            "minDelayTarget": 5,
            "maxDelayTarget": 35,
            "numRetries": 9,
            "numNoDelayRetries": 1,
            "numMinDelayRetries": 2,
            "numMaxDelayRetries": 2,
            "backoffFunction": "linear",
        }
    }
    shop, _ = subscribed_shop(lab, sns, orders, [503] * 20, DeliveryPolicy=json.dumps(policy))
    publish(lab, sns, orders, "a cake")
    assert pauses(shop) == [0, 5, 5, 5, 15, 25, 35, 35, 35]


def test_a_server_that_is_not_there_is_tried_again(lab, sns, orders):
    _, _ = subscribed_shop(lab, sns, orders, [])
    with lab.outage(URL):
        sns.publish(TopicArn=orders, Message="a cake")
        lab.advance(25)
    lab.run_until_idle()
    tries = [hop for hop in hops(lab, "deliver") if hop.facts.get("attempt", 1) > 1 or hop.outcome != "ok"]
    assert [hop.outcome for hop in tries] == ["UNAVAILABLE", "UNAVAILABLE", "ok"]


def test_a_request_to_confirm_is_repeated_like_a_message(lab, sns, orders):
    subscribe(sns, orders, URL, "https")  # nobody is there yet
    lab.advance(30)
    shop = Shop(lab)
    lab.run_until_idle()
    assert len(shop.of_type("SubscriptionConfirmation")) == 1


# ---- throttling


def test_max_receives_per_second_spreads_messages_and_loses_none(lab, sns, orders):
    policy = {"throttlePolicy": {"maxReceivesPerSecond": 2}}
    shop, _ = subscribed_shop(lab, sns, orders, [], DeliveryPolicy=json.dumps(policy))
    publish(lab, sns, orders, *"abcdef")
    assert shop.messages == list("abcdef")
    assert shop.times[-1] - shop.times[0] == pytest.approx(2.5 * SECOND, abs=SECOND // 50)


def test_a_server_may_call_aws_and_is_drawn_as_the_caller(lab, sns, sqs, orders):
    url, _ = queue(sqs, "inbox")

    def hooks(request):
        if request.headers["x-amz-sns-message-type"] == "SubscriptionConfirmation":
            lab.http(request.json()["SubscribeURL"])
        else:
            sqs.send_message(QueueUrl=url, MessageBody=request.json()["Message"])

    lab.endpoint(URL, hooks)
    subscribe(sns, orders, URL, "https")
    lab.run_until_idle()
    publish(lab, sns, orders, "a cake")
    sent = hops(lab, "send")[-1]
    call = lab.trace[sent.causes[0] - 1]
    assert lab.trace[call.causes[0] - 1].kind == "request"
    assert "shop.example.com/hooks to inbox: 1." in repr(lab.flow())


def test_what_a_delivery_policy_leaves_out_has_its_default(lab, sns, orders):
    policy = {"healthyRetryPolicy": {"numRetries": 5}}
    subscribed_shop(lab, sns, orders, [503] * 20, DeliveryPolicy=json.dumps(policy))
    sns.publish(TopicArn=orders, Message="x")
    lab.run_until_idle()
    tries = [hop for hop in lab.trace if hop.kind == "deliver" and hop.resource == URL]
    begun = [hop.time for hop in tries if hop.outcome != "ok"]
    assert len(begun) == 6
    assert [round((later - earlier) / 1e6) for earlier, later in itertools.pairwise(begun)] == [20] * 5
