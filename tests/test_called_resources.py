"""Which resources a role is asked about, by the request that it is to make."""

from __future__ import annotations

import pytest

from workbook.aws.called_resources import called_resources

ACCOUNT, REGION = "123456789012", "eu-west-1"
HERE = f"{REGION}:{ACCOUNT}"
OTHER_BUS = "arn:aws:events:eu-west-1:210987654321:event-bus/theirs"


@pytest.mark.parametrize(
    ("service", "parameters", "resources"),
    [
        (
            "sqs",
            {"QueueUrl": f"https://sqs.{REGION}.amazonaws.com/210987654321/orders", "MessageBody": "x"},
            [f"arn:aws:sqs:{REGION}:210987654321:orders"],
        ),
        ("sns", {"TopicArn": f"arn:aws:sns:{HERE}:news"}, [f"arn:aws:sns:{HERE}:news"]),
        ("sns", {"PhoneNumber": "+4930123456"}, ["*"]),
        ("lambda", {"FunctionName": "resize"}, [f"arn:aws:lambda:{HERE}:function:resize"]),
        (
            "lambda",
            {"FunctionName": f"arn:aws:lambda:{HERE}:function:resize"},
            [f"arn:aws:lambda:{HERE}:function:resize"],
        ),
        ("s3", {"Bucket": "photos", "Key": "cat.png"}, ["arn:aws:s3:::photos/cat.png"]),
        (
            "events",
            {"Entries": [{"Source": "a"}, {"EventBusName": "shop"}, {"EventBusName": OTHER_BUS}, {}]},
            [OTHER_BUS, f"arn:aws:events:{HERE}:event-bus/default", f"arn:aws:events:{HERE}:event-bus/shop"],
        ),
        (
            "dynamodb",
            {"RequestItems": {"orders": [], "customers": []}},
            [f"arn:aws:dynamodb:{HERE}:table/customers", f"arn:aws:dynamodb:{HERE}:table/orders"],
        ),
        ("sqs", {"NextToken": "x"}, ["*"]),
    ],
)
def test_the_request_names_what_the_role_needs_its_action_on(service, parameters, resources):
    assert called_resources(service, parameters, ACCOUNT, REGION) == resources
