"""The API of subscription filters, and bad input."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from moto.core.exceptions import ServiceException

from workbook.aws.logs.filter_patterns import InvalidPattern, parse_filter_pattern

ARN = "arn:aws:lambda:us-east-1:123456789012:function:watch"


@pytest.fixture
def logs(lab):
    client = lab.client("logs")
    client.create_log_group(logGroupName="/app")
    return client


def put(logs, **changes):
    given = {"logGroupName": "/app", "filterName": "f", "filterPattern": "", "destinationArn": ARN}
    logs.put_subscription_filter(**{**given, **changes})


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        ({"logGroupName": "/none"}, "ResourceNotFoundException", "The specified log group does not exist."),
        ({"filterPattern": '{ $.a = "x }'}, "InvalidParameterException", "Invalid filter pattern"),
        ({"filterPattern": "{ a = 1 }"}, "InvalidParameterException", "Invalid filter pattern"),
        ({"filterPattern": "[a, b]"}, "NotSimulatedByWorkbook", "space-delimited"),
        ({"filterPattern": f"{{ {'(' * 340}$.a = 1{')' * 340} }}"}, "NotSimulatedByWorkbook", "parentheses"),
        ({"filterPattern": "{ $.items[*].flag = 1 }"}, "NotSimulatedByWorkbook", "wildcard"),
        ({"filterPattern": "{ $.* = 1 }"}, "NotSimulatedByWorkbook", "wildcard"),
        ({"filterPattern": "%a+%"}, "NotSimulatedByWorkbook", "regular expression"),
        ({"distribution": "Often"}, "InvalidParameterException", "enum value set"),
        ({"roleArn": "arn:aws:iam::123456789012:role/r"}, "InvalidParameterException", "vendor lambda"),
        (
            {"destinationArn": "arn:aws:sqs:us-east-1:123456789012:q"},
            "InvalidParameterException",
            "vendor sqs",
        ),
        (
            {
                "destinationArn": "arn:aws:kinesis:us-east-1:123456789012:stream/s",
                "roleArn": "arn:aws:iam::123456789012:role/r",
            },
            "InvalidParameterException",
            "Could not deliver test message to specified Kinesis stream.",
        ),
        ({}, "InvalidParameterException", "Could not execute the lambda function."),
    ],
)
def test_what_cannot_be_put(logs, changes, code, text):
    with pytest.raises(ClientError) as error:
        put(logs, **changes)
    assert error.value.response["Error"]["Code"] == code
    assert text in error.value.response["Error"]["Message"]


def test_a_filter_is_shown_and_deleted(lab, logs):
    lab.function("watch", "def handler(event, context):\n    return event\n")
    lab.client("lambda").add_permission(
        FunctionName="watch",
        StatementId="logs",
        Action="lambda:InvokeFunction",
        Principal="logs.us-east-1.amazonaws.com",
    )
    put(logs, filterPattern="ERROR")
    (shown,) = logs.describe_subscription_filters(logGroupName="/app")["subscriptionFilters"]
    assert (shown["filterName"], shown["filterPattern"], shown["distribution"]) == (
        "f",
        "ERROR",
        "ByLogStream",
    )
    logs.delete_subscription_filter(logGroupName="/app", filterName="f")
    assert logs.describe_subscription_filters(logGroupName="/app")["subscriptionFilters"] == []
    with pytest.raises(ClientError, match="The specified subscription filter does not exist"):
        logs.delete_subscription_filter(logGroupName="/app", filterName="f")


def test_a_function_may_be_subscribed_to_the_log_group_of_another(lab, logs):
    lab.function("watch", "def handler(event, context):\n    return event\n")
    lab.client("lambda").add_permission(
        FunctionName="watch",
        StatementId="logs",
        Action="lambda:InvokeFunction",
        Principal="logs.amazonaws.com",
    )
    logs.create_log_group(logGroupName="/aws/lambda/watched")
    put(logs, logGroupName="/aws/lambda/watched")
    assert logs.describe_subscription_filters(logGroupName="/aws/lambda/watched")["subscriptionFilters"]


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_is_a_pattern_or_is_said_to_be_none(pattern, message):
    try:
        matches = parse_filter_pattern(pattern)
    except (InvalidPattern, ServiceException):
        return
    assert matches(message) in {True, False}


@given(st.lists(st.text("abc", min_size=1), min_size=1, max_size=4), st.text("abc "))
def test_terms_are_wanted_all_and_optional_terms_one(terms, message):
    every = parse_filter_pattern(" ".join(terms))(message)
    some = parse_filter_pattern(" ".join(f"?{term}" for term in terms))(message)
    assert every == all(term in message for term in terms)
    assert some == any(term in message for term in terms)
