"""SNS as the target of other services: the topic's policy decides, and a new topic lets alarms in."""

from __future__ import annotations

import json

import pytest
from access import document, lets
from inbox import messages
from learner import hops
from publisher import ACCOUNT, OTHER_ACCOUNT, fifo_topic, subscribed, texts

from workbook.aws.delivery import Failure, Parcel, Sender, Undelivered, attempt

RULE = f"arn:aws:events:us-east-1:{ACCOUNT}:rule/hourly"
ALARM = f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:deep"


def a_rule(account=ACCOUNT, role=None):
    return Sender("events.amazonaws.com", RULE, account, "us-east-1", role)


def an_alarm(account=ACCOUNT):
    return Sender("cloudwatch.amazonaws.com", ALARM.replace(ACCOUNT, account), account, "us-east-1")


def publish(lab, sender, arn, text="hello", **more):
    with lab.world.kernel:
        return attempt(lab.world, sender, arn, Parcel(text, **more))


def failure(lab, sender, arn, **more):
    with pytest.raises(Undelivered) as error:
        publish(lab, sender, arn, **more)
    return error.value


def let_in(sns, arn, service, **condition):
    policy = document(lets(service, "SNS:Publish", arn, **condition))
    sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)


def test_the_policy_of_a_new_topic_lets_alarms_in_and_rules_not(lab, sns, orders):
    assert publish(lab, an_alarm(), orders)["MessageId"]
    refusal = failure(lab, a_rule(), orders)
    assert refusal.failure is Failure.NO_PERMISSION
    assert "is not authorized to perform: SNS:Publish" in refusal.message
    assert failure(lab, an_alarm(OTHER_ACCOUNT), orders).failure is Failure.NO_PERMISSION


def test_a_policy_for_rules_alone_shuts_alarms_out(lab, sns, orders):
    let_in(sns, orders, "events.amazonaws.com")
    assert publish(lab, a_rule(), orders)["MessageId"]
    refusal = failure(lab, an_alarm(), orders)
    assert refusal.message.startswith("CloudWatch Alarms is not authorized to perform: SNS:Publish")


def test_the_source_arn_is_asked_for(lab, sns, orders):
    let_in(sns, orders, "events.amazonaws.com", ArnLike={"aws:SourceArn": f"{RULE}-2"})
    assert failure(lab, a_rule(), orders).failure is Failure.NO_PERMISSION
    let_in(sns, orders, "events.amazonaws.com", ArnLike={"aws:SourceArn": RULE})
    assert publish(lab, a_rule(), orders)["MessageId"]


def test_with_a_role_the_role_s_policies_decide(lab, sns, orders):
    iam = lab.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName="publisher", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    assert failure(lab, a_rule(role=role), orders).failure is Failure.NO_PERMISSION
    allow = {"Effect": "Allow", "Action": "sns:Publish", "Resource": orders}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.put_role_policy(RoleName="publisher", PolicyName="publish", PolicyDocument=document)
    assert publish(lab, a_rule(role=role), orders)["MessageId"]


def test_what_a_service_publishes_is_delivered_like_any_other_message(lab, sns, sqs, orders):
    let_in(sns, orders, "events.amazonaws.com")
    url, _ = subscribed(sns, sqs, orders)
    publish(lab, a_rule(), orders, subject="hourly")
    lab.advance(1)
    assert texts(sqs, url) == ["hello"]
    assert hops(lab, "publish")[0].facts["subject"] == "hourly"


def test_a_topic_under_the_key_of_sns_takes_nothing_from_services(lab, sns, orders):
    sns.set_topic_attributes(TopicArn=orders, AttributeName="KmsMasterKeyId", AttributeValue="alias/aws/sns")
    assert sns.publish(TopicArn=orders, Message="from the owner")["MessageId"]
    assert failure(lab, an_alarm(), orders).failure is Failure.NO_PERMISSION


def test_what_a_topic_does_not_take_is_rejected(lab, sns):
    assert failure(lab, an_alarm(), f"arn:aws:sns:us-east-1:{ACCOUNT}:nowhere").failure is Failure.NO_RESOURCE
    arn = fifo_topic(sns)
    assert failure(lab, an_alarm(), arn).failure is Failure.REJECTED
    assert publish(lab, an_alarm(), arn, group_id="g", deduplication_id="1")["SequenceNumber"]


def test_a_large_message_is_rejected(lab, sns, sqs, orders):
    url, _ = subscribed(sns, sqs, orders)
    assert (
        failure(lab, an_alarm(), orders, text="a" * 262_145).message == "Invalid parameter: Message too long"
    )
    assert messages(sqs, url) == []
