"""Endpoints of Amazon SNS outside AWS: web servers, people, phones, apps. Rows SNS of the ledger."""

from __future__ import annotations

import base64
import itertools
import json
import re

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from learner import hops
from publisher import refused, subscribe, topic

from workbook.aws.delivery.outages import begin_outage
from workbook.engine.clock import SECOND

URL = "https://shop.example.com/hooks"
PHONE = "+15551234567"
CREDENTIALS = {"PlatformCredential": "key", "PlatformPrincipal": "certificate"}


@pytest.fixture
def orders(sns):
    return topic(sns)


def subscribed_server(lab, sns, arn, answers=(), **attributes):
    """A server that has confirmed its subscription: the requests that it got since, and when."""
    requests, answers = [], list(answers)

    def hooks(request):
        if request.headers["x-amz-sns-message-type"] == "SubscriptionConfirmation":
            lab.http(request.json()["SubscribeURL"])
            return 200
        requests.append((lab.world.clock.now / SECOND, request))
        return answers.pop(0) if answers else 200

    lab.endpoint(URL, hooks)
    subscribe(sns, arn, URL, "https", **attributes)
    lab.run_until_idle()
    return requests


def times(requests):
    return [when for when, _ in requests]


def publish(lab, sns, arn, *messages):
    for message in messages:
        sns.publish(TopicArn=arn, Message=message)
    lab.run_until_idle()


def test_sns_05_a_server_that_is_down_is_tried_3_more_times_20_seconds_apart_and_then_it_is_lost(
    lab, sns, orders
):
    requests = subscribed_server(lab, sns, orders, [500] * 9)
    publish(lab, sns, orders, "a cake")
    first, *rest = times(requests)
    assert [round(when - first) for when in rest] == [20, 40, 60]
    assert len(hops(lab, "drop")) == 1
    too_long = {"healthyRetryPolicy": {"minDelayTarget": 3_601, "maxDelayTarget": 3_601, "numRetries": 1}}
    with refused("InvalidParameter"):
        subscribe(sns, orders, URL + "/2", "https", DeliveryPolicy=json.dumps(too_long))


def test_sns_31_raw_delivery_to_a_server_is_the_bare_text_with_a_header(lab, sns, orders):
    requests = subscribed_server(lab, sns, orders, RawMessageDelivery="true")
    publish(lab, sns, orders, "a cake")
    [(_, request)] = requests
    assert (request.body, request.headers["x-amz-sns-rawdelivery"]) == ("a cake", "true")


def test_sns_23_the_signature_of_a_message_can_be_verified_with_the_certificate_it_names(lab, sns, orders):
    requests = subscribed_server(lab, sns, orders)
    publish(lab, sns, orders, "a cake")
    [(_, request)] = requests
    message = request.json()
    pem = lab.http(message["SigningCertURL"]).body.encode()
    names = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
    text = "".join(f"{name}\n{message[name]}\n" for name in names if name in message).encode()
    signature = base64.b64decode(message["Signature"])
    key = x509.load_pem_x509_certificate(pem).public_key()
    key.verify(signature, text, padding.PKCS1v15(), hashes.SHA1())


def test_sns_24_a_visit_of_the_unsubscribe_url_ends_a_subscription_and_the_answer_can_restore_it(
    lab, sns, orders
):
    requests = subscribed_server(lab, sns, orders)
    publish(lab, sns, orders, "first")
    lab.http(requests[-1][1].json()["UnsubscribeURL"])
    publish(lab, sns, orders, "second")
    goodbye = requests[-1][1].json()
    assert goodbye["Type"] == "UnsubscribeConfirmation"
    lab.http(goodbye["SubscribeURL"])
    publish(lab, sns, orders, "third")
    assert [request.json()["Message"] for _, request in requests][0::2] == ["first", "third"]


def test_sns_25_a_mail_that_cannot_be_delivered_is_tried_50_more_times_over_6_hours(lab, sns, orders):
    subscribe(sns, orders, "ann@example.com", "email")
    lab.run_until_idle()
    lab.http(lab.mailbox[-1].link)
    begin_outage(lab.world, "mailto")
    publish(lab, sns, orders, "a cake")
    tries = [hop.time / SECOND for hop in hops(lab, "deliver") if hop.outcome == "UNAVAILABLE"]
    assert len(tries) == 1 + 50
    assert [round(later - earlier) for earlier, later in itertools.pairwise(tries)][:2] == [10, 10]
    assert round(tries[-1] - tries[-2]) == 600
    assert tries[-1] - tries[0] > 6 * 3_600


def test_sns_26_in_the_sandbox_only_verified_numbers_get_text_messages(lab, sns):
    sns.publish(PhoneNumber=PHONE, Message="before")
    sns.create_sms_sandbox_phone_number(PhoneNumber=PHONE)
    lab.run_until_idle()
    [mail] = lab.mailbox.of(PHONE)
    sns.verify_sms_sandbox_phone_number(
        PhoneNumber=PHONE, OneTimePassword=re.search(r"\d{5,8}", mail.text)[0]
    )
    sns.publish(PhoneNumber=PHONE, Message="after")
    lab.run_until_idle()
    assert [each.text for each in lab.mailbox.of(PHONE)][1:] == ["after"]


def test_sns_27_who_answers_stop_gets_no_text_messages_until_opted_in(lab, sns):
    assert sns.check_if_phone_number_is_opted_out(phoneNumber=PHONE)["isOptedOut"] is False
    lab.mailbox.reply(PHONE, "STOP")
    assert sns.check_if_phone_number_is_opted_out(phoneNumber=PHONE)["isOptedOut"] is True
    sns.opt_in_phone_number(phoneNumber=PHONE)
    assert sns.check_if_phone_number_is_opted_out(phoneNumber=PHONE)["isOptedOut"] is False


def device(sns, **more):
    app = sns.create_platform_application(Name="shop", Platform="APNS", Attributes=CREDENTIALS)
    arn = app["PlatformApplicationArn"]
    return sns.create_platform_endpoint(PlatformApplicationArn=arn, Token="abc", **more)["EndpointArn"]


def test_sns_28_a_platform_endpoint_is_found_again_by_its_token_unless_its_attributes_differ(sns):
    arn = device(sns)
    assert device(sns) == arn
    text = (
        f"Invalid parameter: Token Reason: Endpoint {arn} already exists with the same Token, but different "
        "attributes."
    )
    with refused("InvalidParameter", text):
        device(sns, CustomUserData="ann")


def test_sns_29_a_disabled_platform_endpoint_refuses_what_is_published_to_it(sns):
    arn = device(sns)
    sns.set_endpoint_attributes(EndpointArn=arn, Attributes={"Enabled": "false"})
    with refused("EndpointDisabled", "Endpoint is disabled"):
        sns.publish(TargetArn=arn, Message="hello")


def test_sns_30_max_receives_per_second_makes_messages_wait_and_loses_none(lab, sns, orders):
    policy = json.dumps({"throttlePolicy": {"maxReceivesPerSecond": 1}})
    requests = subscribed_server(lab, sns, orders, DeliveryPolicy=policy)
    publish(lab, sns, orders, *"abcd")
    assert [request.json()["Message"] for _, request in requests] == list("abcd")
    assert times(requests)[-1] - times(requests)[0] == pytest.approx(3, abs=0.1)
