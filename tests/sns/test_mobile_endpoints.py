"""Platform applications and endpoints: apps on devices."""

from __future__ import annotations

import json

import pytest
from learner import hops
from publisher import ACCOUNT, refused, subscribe, topic

CREDENTIALS = {"PlatformCredential": "key", "PlatformPrincipal": "certificate"}


@pytest.fixture
def app(sns):
    answer = sns.create_platform_application(Name="shop", Platform="APNS", Attributes=CREDENTIALS)
    return answer["PlatformApplicationArn"]


def device(sns, app, token="abc", **more):
    return sns.create_platform_endpoint(PlatformApplicationArn=app, Token=token, **more)["EndpointArn"]


def notes(lab, endpoint):
    lab.run_until_idle()
    return [mail.text for mail in lab.mailbox.of(endpoint)]


def test_an_app_has_an_arn_and_never_shows_its_credentials(sns, app):
    assert app == f"arn:aws:sns:us-east-1:{ACCOUNT}:app/APNS/shop"
    shown = sns.get_platform_application_attributes(PlatformApplicationArn=app)["Attributes"]
    assert shown == {"Enabled": "true"}
    [listed] = sns.list_platform_applications()["PlatformApplications"]
    assert listed == {"PlatformApplicationArn": app, "Attributes": shown}


def test_attributes_of_an_app_can_be_set(sns, app):
    changed = {"EventDeliveryFailure": "arn:aws:sns:us-east-1:1:t", "PlatformCredential": "other"}
    sns.set_platform_application_attributes(PlatformApplicationArn=app, Attributes=changed)
    shown = sns.get_platform_application_attributes(PlatformApplicationArn=app)["Attributes"]
    assert shown == {"Enabled": "true", "EventDeliveryFailure": "arn:aws:sns:us-east-1:1:t"}


WITHOUT_PRINCIPAL = (
    "Invalid parameter: Attributes Reason: PlatformCredential attribute provided without PlatformPrincipal"
)
BAD_NAME = (
    "Invalid parameter: a b Reason: must contain only characters 'a'-'z', 'A'-'Z', '0'-'9', '_', '-', and '.'"
)


@pytest.mark.parametrize(
    ("name", "platform", "attributes", "text"),
    [
        ("a b", "APNS", CREDENTIALS, BAD_NAME),
        ("shop", "PIGEON", CREDENTIALS, "Invalid parameter: Platform Reason: PIGEON is not supported"),
        ("shop", "APNS", {"PlatformCredential": "key"}, WITHOUT_PRINCIPAL),
    ],
)
def test_what_is_no_app_is_refused(sns, name, platform, attributes, text):
    with refused("InvalidParameter", text):
        sns.create_platform_application(Name=name, Platform=platform, Attributes=attributes)


def test_an_endpoint_that_exists_is_found_again(sns, app):
    arn = device(sns, app, CustomUserData="ann")
    assert arn.startswith(f"arn:aws:sns:us-east-1:{ACCOUNT}:endpoint/APNS/shop/")
    assert device(sns, app, CustomUserData="ann") == arn
    text = (
        f"Invalid parameter: Token Reason: Endpoint {arn} already exists with the same Token, but different "
        "attributes."
    )
    with refused("InvalidParameter", text):
        device(sns, app, CustomUserData="bob")
    assert sns.get_endpoint_attributes(EndpointArn=arn)["Attributes"] == {
        "Enabled": "true",
        "Token": "abc",
        "CustomUserData": "ann",
    }


def test_user_data_has_at_most_2048_bytes(sns, app):
    device(sns, app, CustomUserData="ä" * 1024)
    text = (
        "Invalid parameter: Attributes Reason: Invalid value for attribute: CustomUserData: must be at most "
        "2048 bytes long in UTF-8 encoding"
    )
    with refused("InvalidParameter", text):
        device(sns, app, "other", CustomUserData="ä" * 1025)


def test_a_notification_lies_in_the_mailbox_under_the_endpoint(lab, sns, app):
    arn = device(sns, app)
    assert sns.publish(TargetArn=arn, Message="hello")["MessageId"]
    assert notes(lab, arn) == ["hello"]
    assert [hop.resource for hop in hops(lab, "publish")] == [arn]


def test_each_platform_gets_its_own_text(lab, sns, app):
    arn = device(sns, app)
    message = json.dumps({"default": "plain", "APNS": '{"aps": {"alert": "hello"}}', "application": "no"})
    sns.publish(TargetArn=arn, Message=message, MessageStructure="json")
    assert notes(lab, arn) == ['{"aps": {"alert": "hello"}}']


def test_a_disabled_endpoint_refuses(lab, sns, app):
    arn = device(sns, app)
    sns.set_endpoint_attributes(EndpointArn=arn, Attributes={"Enabled": "false"})
    with refused("EndpointDisabled", "Endpoint is disabled"):
        sns.publish(TargetArn=arn, Message="hello")
    sns.set_endpoint_attributes(EndpointArn=arn, Attributes={"Enabled": "true"})
    sns.publish(TargetArn=arn, Message="hello")
    assert notes(lab, arn) == ["hello"]


def test_an_endpoint_that_is_gone_is_none(sns, app):
    arn = device(sns, app)
    sns.delete_endpoint(EndpointArn=arn)
    sns.delete_endpoint(EndpointArn=arn)
    text = "Invalid parameter: TargetArn Reason: No endpoint found for the target arn specified"
    with refused("InvalidParameter", text):
        sns.publish(TargetArn=arn, Message="hello")
    with refused("NotFound", "Endpoint does not exist"):
        sns.get_endpoint_attributes(EndpointArn=arn)


def test_an_app_that_is_gone_takes_its_endpoints_with_it(sns, app):
    arn = device(sns, app)
    sns.delete_platform_application(PlatformApplicationArn=app)
    sns.delete_platform_application(PlatformApplicationArn=app)
    with refused("NotFound", "Endpoint does not exist"):
        sns.get_endpoint_attributes(EndpointArn=arn)
    with refused("NotFound", "PlatformApplication does not exist"):
        device(sns, app)


def test_a_topic_reaches_apps_and_loses_what_disabled_ones_do_not_take(lab, sns, app):
    arn, orders = device(sns, app), topic(sns)
    subscribe(sns, orders, arn, "application")
    sns.publish(TopicArn=orders, Message="first")
    assert notes(lab, arn) == ["first"]
    sns.set_endpoint_attributes(EndpointArn=arn, Attributes={"Enabled": "false"})
    sns.publish(TopicArn=orders, Message="second")
    assert notes(lab, arn) == ["first"]
    assert hops(lab, "drop")[-1].resource == arn


def test_subscribe_refuses_what_is_no_endpoint(sns):
    with refused("InvalidParameter", "Invalid parameter: Application endpoint arn invalid:arn:aws:sns"):
        sns.subscribe(TopicArn=topic(sns), Protocol="application", Endpoint="arn:aws:sns")


def test_endpoints_are_listed_in_pages_of_100(sns, app):
    arns = [device(sns, app, f"token-{number}") for number in range(101)]
    pages = list(
        sns.get_paginator("list_endpoints_by_platform_application").paginate(PlatformApplicationArn=app)
    )
    assert [len(page["Endpoints"]) for page in pages] == [100, 1]
    assert [each["EndpointArn"] for page in pages for each in page["Endpoints"]] == arns
