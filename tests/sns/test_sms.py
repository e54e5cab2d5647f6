"""Text messages: the sandbox, opting out, settings, and Publish to a number."""

from __future__ import annotations

import re

import pytest
from learner import hops
from publisher import refused, subscribe, topic

PHONE = "+15551234567"


def verify(lab, sns, number=PHONE):
    sns.create_sms_sandbox_phone_number(PhoneNumber=number)
    lab.run_until_idle()
    password = re.search(r"\d{5,8}", lab.mailbox.of(number)[-1].text)[0]
    sns.verify_sms_sandbox_phone_number(PhoneNumber=number, OneTimePassword=password)


def texts(lab, number=PHONE):
    lab.run_until_idle()
    return [mail.text for mail in lab.mailbox.of(number)]


def test_a_new_account_is_in_the_sandbox_and_reaches_verified_numbers_only(lab, sns):
    assert sns.get_sms_sandbox_account_status()["IsInSandbox"] is True
    assert sns.publish(PhoneNumber=PHONE, Message="lost")["MessageId"]
    assert texts(lab) == []
    [drop] = hops(lab, "drop")
    assert "sandbox" in hops(lab, "deliver")[-1].facts["reason"]
    assert drop.resource == f"sms:{PHONE}"
    verify(lab, sns)
    sns.publish(PhoneNumber=PHONE, Message="hello")
    assert texts(lab)[-1] == "hello"


def test_the_password_must_be_the_one_that_was_sent(lab, sns):
    sns.create_sms_sandbox_phone_number(PhoneNumber=PHONE)
    text = texts(lab)[-1]
    wrong = "000000" if "000000" not in text else "111111"
    with refused("VerificationException"):
        sns.verify_sms_sandbox_phone_number(PhoneNumber=PHONE, OneTimePassword=wrong)
    listed = sns.list_sms_sandbox_phone_numbers()["PhoneNumbers"]
    assert listed == [{"PhoneNumber": PHONE, "Status": "Pending"}]


def test_a_number_can_be_deleted_a_day_after_its_verification(lab, sns):
    verify(lab, sns)
    with refused("UserError"):
        sns.delete_sms_sandbox_phone_number(PhoneNumber=PHONE)
    lab.advance(days=1)
    sns.delete_sms_sandbox_phone_number(PhoneNumber=PHONE)
    assert sns.list_sms_sandbox_phone_numbers()["PhoneNumbers"] == []
    with refused("ResourceNotFound"):
        sns.delete_sms_sandbox_phone_number(PhoneNumber=PHONE)


def test_the_sandbox_holds_ten_numbers_and_lists_them_in_pages(sns):
    numbers = [f"+1555123456{digit}" for digit in range(10)]
    for number in numbers:
        sns.create_sms_sandbox_phone_number(PhoneNumber=number)
    with refused("UserError"):
        sns.create_sms_sandbox_phone_number(PhoneNumber=PHONE[:-1] + "70")
    pages = sns.get_paginator("list_sms_sandbox_phone_numbers").paginate(PaginationConfig={"PageSize": 4})
    listed = [[entry["PhoneNumber"] for entry in page["PhoneNumbers"]] for page in pages]
    assert listed == [numbers[:4], numbers[4:8], numbers[8:]]


def test_a_topic_s_messages_begin_with_its_display_name(lab, sns):
    arn = topic(sns, DisplayName="Shop")
    verify(lab, sns)
    subscribe(sns, arn, PHONE, "sms")
    sns.publish(TopicArn=arn, Message="a cake")
    assert texts(lab)[-1] == "Shop> a cake"


def test_a_phone_needs_no_confirmation(sns):
    arn = topic(sns)
    answer = sns.subscribe(TopicArn=arn, Protocol="sms", Endpoint=PHONE)
    assert answer["SubscriptionArn"].startswith(arn)


@pytest.mark.parametrize("number", ["invalid-number", "", "+0", "+1555..1234567", "/+15551234567"])
def test_subscribe_refuses_what_is_no_number(sns, number):
    with refused("InvalidParameter", f"Invalid SMS endpoint: {number}"):
        sns.subscribe(TopicArn=topic(sns), Protocol="sms", Endpoint=number)


def test_single_dots_dashes_and_slashes_are_no_harm(lab, sns):
    arn = topic(sns)
    verify(lab, sns)
    subscribe(sns, arn, "+1-555/123.4567", "sms")
    sns.publish(TopicArn=arn, Message="a cake")
    assert texts(lab)[-1] == "a cake"


def test_publish_takes_numbers_in_e164_only(sns):
    text = "Invalid parameter: PhoneNumber Reason: abcd is not valid to publish to"
    with refused("InvalidParameter", text):
        sns.publish(PhoneNumber="abcd", Message="x")


def test_a_text_message_has_at_most_1600_characters(lab, sns):
    verify(lab, sns)
    sns.publish(PhoneNumber=PHONE, Message="x" * 1600)
    with refused("InvalidParameter"):
        sns.publish(PhoneNumber=PHONE, Message="x" * 1601)
    assert len(texts(lab)[-1]) == 1600


# ---- opting out


def test_who_answers_stop_gets_nothing_more_until_the_account_opts_in(lab, sns):
    verify(lab, sns)
    assert lab.mailbox.reply(PHONE, "thanks") is False
    assert lab.mailbox.reply(PHONE, "Stop") is True
    assert sns.check_if_phone_number_is_opted_out(phoneNumber=PHONE)["isOptedOut"] is True
    assert sns.list_phone_numbers_opted_out()["phoneNumbers"] == [PHONE]
    sns.publish(PhoneNumber=PHONE, Message="unwanted")
    assert "unwanted" not in texts(lab)
    sns.opt_in_phone_number(phoneNumber=PHONE)
    sns.publish(PhoneNumber=PHONE, Message="again")
    assert texts(lab)[-1] == "again"


def test_a_number_is_opted_in_once_in_30_days(lab, sns):
    verify(lab, sns)
    lab.mailbox.reply(PHONE, "STOP")
    sns.opt_in_phone_number(phoneNumber=PHONE)
    lab.mailbox.reply(PHONE, "STOP")
    with refused("InvalidParameter"):
        sns.opt_in_phone_number(phoneNumber=PHONE)
    lab.advance(days=30)
    sns.opt_in_phone_number(phoneNumber=PHONE)
    assert sns.check_if_phone_number_is_opted_out(phoneNumber=PHONE)["isOptedOut"] is False


def test_what_is_no_number_is_refused(sns):
    text = "Invalid parameter: PhoneNumber Reason: input incorrectly formatted"
    with refused("InvalidParameter", text):
        sns.check_if_phone_number_is_opted_out(phoneNumber="+44-000")


# ---- settings


def test_settings_are_shown_as_they_were_set(sns):
    assert sns.get_sms_attributes()["attributes"] == {"MonthlySpendLimit": "1"}
    sns.set_sms_attributes(attributes={"DefaultSMSType": "Transactional", "DefaultSenderID": "Shop"})
    named = sns.get_sms_attributes(attributes=["DefaultSMSType"])["attributes"]
    assert named == {"DefaultSMSType": "Transactional"}


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("Colour", "blue", "Colour is not a valid attribute"),
        ("DefaultSMSType", "Loud", "DefaultSMSType is invalid"),
        ("DefaultSenderID", "much too long a name", "DefaultSenderID is invalid"),
        ("MonthlySpendLimit", "100", "MonthlySpendLimit is invalid"),
    ],
)
def test_settings_that_do_not_exist_are_refused(sns, name, value, text):
    with refused("InvalidParameter", text):
        sns.set_sms_attributes(attributes={name: value})


def test_with_nothing_to_spend_nothing_is_sent(lab, sns):
    verify(lab, sns)
    sns.set_sms_attributes(attributes={"MonthlySpendLimit": "0"})
    sns.publish(PhoneNumber=PHONE, Message="dear")
    assert "dear" not in texts(lab)
    assert "MonthlySpendLimit" in hops(lab, "deliver")[-1].facts["reason"]


def test_usage_reports_are_refused_by_name(sns):
    with refused("NotSimulatedByWorkbook"):
        sns.set_sms_attributes(attributes={"UsageReportS3Bucket": "reports"})


def test_there_are_no_origination_numbers(sns):
    assert sns.list_origination_numbers()["PhoneNumbers"] == []
