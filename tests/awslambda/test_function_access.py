"""Who may invoke a function: services by its resource-based policy, with their conditions."""

import pytest
from async_system import FOLLOWS_ORDERS
from learner import hops

from workbook.aws.awslambda.access import function_access
from workbook.aws.awslambda.errors import ResourceNotFound
from workbook.aws.delivery import Delivery, Parcel, Sender, deliver

TOPIC = "arn:aws:sns:us-east-1:123456789012:orders"
FROM_TOPIC = {"aws:SourceArn": TOPIC, "aws:SourceAccount": "123456789012"}


@pytest.fixture
def function(deploy):
    return deploy("f", FOLLOWS_ORDERS)


@pytest.fixture
def allow(aws_lambda):
    def allow(principal="sns.amazonaws.com", **options):
        aws_lambda.add_permission(
            FunctionName="f",
            StatementId="one",
            Action="lambda:InvokeFunction",
            Principal=principal,
            **options,
        )

    return allow


def may_invoke(lab, arn, context=None, principal="sns.amazonaws.com"):
    return function_access(lab.world, arn, principal, context or FROM_TOPIC).allowed


def test_without_a_policy_no_service_may_invoke(lab, function):
    access = function_access(lab.world, function, "sns.amazonaws.com", FROM_TOPIC)
    assert not access.allowed
    assert access.reason == "because no resource-based policy allows the lambda:InvokeFunction action"


def test_a_permission_is_for_one_service(lab, function, allow):
    allow()
    assert may_invoke(lab, function)
    assert not may_invoke(lab, function, principal="events.amazonaws.com")


def test_a_permission_may_be_for_one_source(lab, function, allow):
    allow(SourceArn=TOPIC, SourceAccount="123456789012")
    assert may_invoke(lab, function)
    assert not may_invoke(lab, function, {**FROM_TOPIC, "aws:SourceArn": TOPIC + "2"})
    assert not may_invoke(lab, function, {**FROM_TOPIC, "aws:SourceAccount": "999999999999"})
    assert not may_invoke(lab, function, {"aws:SourceAccount": "123456789012"})


def test_a_source_may_be_given_with_a_wildcard(lab, function, allow):
    allow(SourceArn="arn:aws:sns:us-east-1:123456789012:*")
    assert may_invoke(lab, function)
    assert not may_invoke(lab, function, {"aws:SourceArn": TOPIC.replace("us-east-1", "eu-west-1")})


def test_a_permission_for_the_function_is_none_for_its_alias(lab, aws_lambda, function, allow):
    aws_lambda.publish_version(FunctionName="f")
    aws_lambda.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    allow()
    assert not may_invoke(lab, f"{function}:live")
    allow(Qualifier="live")
    assert may_invoke(lab, f"{function}:live")
    with pytest.raises(ResourceNotFound):
        may_invoke(lab, f"{function}:other")


def test_a_delivery_without_permission_does_not_arrive(lab, function, allow):
    sender = Sender("sns.amazonaws.com", TOPIC, "123456789012", "us-east-1")
    delivery = Delivery(sender, function, Parcel('{"do": "it"}'), "some-message")
    deliver(lab.world, [delivery])
    lab.run_until_idle()
    assert hops(lab, "invoke") == []
    assert [hop.outcome for hop in hops(lab, "deliver")] == ["NO_PERMISSION"]
    allow(SourceArn=TOPIC)
    deliver(lab.world, [delivery])
    lab.run_until_idle()
    assert [hop.outcome for hop in hops(lab, "invoke")] == ["ok"]
    (enqueued,) = hops(lab, "enqueue")
    assert enqueued.causes == (hops(lab, "deliver")[-1].number,)


def test_a_function_that_does_not_exist_takes_nothing(lab, function):
    sender = Sender("sns.amazonaws.com", TOPIC, "123456789012", "us-east-1")
    deliver(lab.world, [Delivery(sender, f"{function}-2", Parcel("{}"), "some-message")])
    lab.run_until_idle()
    assert [hop.outcome for hop in hops(lab, "deliver")] == ["NO_RESOURCE"]
