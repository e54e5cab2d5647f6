"""Email and email-json: mails that one can open, and links that one can click."""

from __future__ import annotations

import json

import pytest
from learner import hops
from publisher import refused, subscribe

ANN = "ann@example.com"


def confirm(lab, address=ANN):
    lab.run_until_idle()
    return lab.http(lab.mailbox.of(address)[-1].link)


def published(lab, sns, arn, message, **more):
    sns.publish(TopicArn=arn, Message=message, **more)
    lab.run_until_idle()
    return lab.mailbox.of(ANN)[-1]


def test_a_mail_asks_to_confirm_and_its_link_does(lab, sns, orders):
    arn = subscribe(sns, orders, ANN, "email")
    lab.run_until_idle()
    [mail] = lab.mailbox.of(ANN)
    assert mail.subject == "AWS Notification - Subscription Confirmation"
    assert mail.text.startswith(f"You have chosen to subscribe to the topic:\n{orders}\n")
    assert "click or visit the link below (If this was in error no action is necessary):" in mail.text
    page = lab.http(mail.link)
    assert page.body.startswith(
        f"Subscription confirmed!\n\nYou have subscribed {ANN} to the topic:\norders."
    )
    assert arn in page.body


def test_before_that_nothing_comes(lab, sns, orders):
    subscribe(sns, orders, ANN, "email")
    sns.publish(TopicArn=orders, Message="a cake")
    lab.run_until_idle()
    assert len(lab.mailbox) == 1


def test_after_two_days_the_link_is_worth_nothing(lab, sns, orders):
    subscribe(sns, orders, ANN, "email")
    lab.advance(days=2)
    assert confirm(lab).status == 400


def test_a_message_is_its_text_with_a_link_to_unsubscribe(lab, sns, orders):
    arn = subscribe(sns, orders, ANN, "email")
    confirm(lab)
    mail = published(lab, sns, orders, "a cake", Subject="an order")
    assert mail.subject == "an order"
    assert mail.text.startswith(
        "a cake\n\n--\nIf you wish to stop receiving notifications from this topic, please click or visit "
        "the link below to unsubscribe:\nhttps://sns.us-east-1.amazonaws.com/unsubscribe.html?SubscriptionArn="
    )
    assert arn in mail.link
    assert mail.link in mail.text


def test_without_a_subject_it_has_awss(lab, sns, orders):
    subscribe(sns, orders, ANN, "email")
    confirm(lab)
    assert published(lab, sns, orders, "a cake").subject == "AWS Notification Message"


def test_the_link_ends_the_subscription_and_the_mail_that_follows_restores_it(lab, sns, orders):
    subscribe(sns, orders, ANN, "email")
    confirm(lab)
    mail = published(lab, sns, orders, "first")
    assert lab.http(mail.link).ok
    goodbye = published(lab, sns, orders, "second")
    assert goodbye.subject == "AWS Notification - Unsubscribe Confirmation"
    lab.http(goodbye.link)
    assert published(lab, sns, orders, "third").text.startswith("third")


def test_email_json_is_the_whole_document(lab, sns, orders):
    subscribe(sns, orders, ANN, "email-json")
    lab.run_until_idle()
    document = json.loads(lab.mailbox.of(ANN)[-1].text)
    assert document["Type"] == "SubscriptionConfirmation"
    lab.http(document["SubscribeURL"])
    mail = published(lab, sns, orders, "a cake")
    assert json.loads(mail.text)["Message"] == "a cake"
    assert mail.link == json.loads(mail.text)["UnsubscribeURL"]


def test_each_protocol_gets_its_own_text(lab, sns, orders):
    subscribe(sns, orders, ANN, "email")
    confirm(lab)
    message = json.dumps({"default": "short", "email": "Dear Ann"})
    mail = published(lab, sns, orders, message, MessageStructure="json")
    assert mail.text.startswith("Dear Ann\n")


@pytest.mark.parametrize("address", ["ann", "ann@", "@example.com", "a@b.example;c@d.example", ""])
def test_what_is_no_address_is_refused(sns, orders, address):
    with refused("InvalidParameter", "Invalid parameter: Email address"):
        sns.subscribe(TopicArn=orders, Protocol="email", Endpoint=address)


def test_a_mail_is_a_hop(lab, sns, orders):
    subscribe(sns, orders, ANN, "email")
    lab.run_until_idle()
    [hop] = hops(lab, "deliver")
    assert (hop.resource, hop.outcome) == (f"mailto:{ANN}", "ok")
