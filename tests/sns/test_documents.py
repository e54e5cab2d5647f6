"""The shapes of messages for functions and delivery streams, their signatures, and the retries of SNS."""

from __future__ import annotations

import base64
import json
import random
from itertools import islice

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from publisher import ACCOUNT, topic

from workbook.aws.sns import documents
from workbook.aws.sns.delivery_policies import effective_subscription_policy, retry_policy
from workbook.aws.sns.notification import Notification
from workbook.aws.sns.registry import find_topic
from workbook.aws.sns.retries import AWS_MANAGED, BACKOFF_FUNCTIONS
from workbook.aws.sns.signatures import FIRST_PRIME, SECOND_PRIME, signing_key
from workbook.aws.sns.subscription import Subscription

ORDERS = f"arn:aws:sns:us-east-1:{ACCOUNT}:orders"
ATTRIBUTES = {"store": {"DataType": "String", "StringValue": "oslo"}}
NINE = 1_767_603_600_000_000


@pytest.fixture
def subscription(lab):
    topic(lab.client("sns"))
    function = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:resize"
    return Subscription(f"{ORDERS}:1", find_topic(lab.world, ORDERS), "lambda", function, ACCOUNT, "", 1)


def notification(**more):
    return Notification("message-1", ORDERS, "hello", NINE, **more)


def test_a_function_gets_a_list_with_one_record(subscription):
    event = json.loads(documents.lambda_event(notification(attributes=ATTRIBUTES), subscription))
    [record] = event["Records"]
    assert list(record) == ["EventSource", "EventVersion", "EventSubscriptionArn", "Sns"]
    message = record.pop("Sns")
    assert record == {"EventSource": "aws:sns", "EventVersion": "1.0", "EventSubscriptionArn": f"{ORDERS}:1"}
    assert list(message) == [
        *("Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp", "SignatureVersion"),
        *("Signature", "SigningCertUrl", "UnsubscribeUrl", "MessageAttributes"),
    ]
    assert (message["Subject"], message["Timestamp"]) == (None, "2026-01-05T09:00:00.000Z")
    assert message["MessageAttributes"] == {"store": {"Type": "String", "Value": "oslo"}}
    bare = json.loads(documents.lambda_event(notification(), subscription))
    assert bare["Records"][0]["Sns"]["MessageAttributes"] == {}


def test_a_delivery_stream_gets_a_line_without_a_signature(subscription):
    line = documents.firehose_record(notification(subject="s", attributes=ATTRIBUTES), subscription)
    assert line == (
        f'{{"Type":"Notification","MessageId":"message-1","TopicArn":"{ORDERS}","Subject":"s",'
        '"Message":"hello","Timestamp":"2026-01-05T09:00:00.000Z","UnsubscribeURL":'
        f'"https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn={ORDERS}:1",'
        '"MessageAttributes":{"store":{"Type":"String","Value":"oslo"}}}\n'
    )
    subscription.attributes["RawMessageDelivery"] = "true"
    assert documents.firehose_record(notification(), subscription) == "hello"


@pytest.mark.parametrize(("version", "hash_"), [("1", hashes.SHA1()), ("2", hashes.SHA256())])
def test_a_signature_verifies_with_aws_s_published_procedure(subscription, version, hash_):
    subscription.topic.attributes["SignatureVersion"] = version
    fields = json.loads(documents.json_document(notification(subject="s"), subscription))
    names = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
    text = "".join(f"{name}\n{fields[name]}\n" for name in names)
    signature = base64.b64decode(fields["Signature"])
    signing_key().public_key().verify(signature, text.encode(), padding.PKCS1v15(), hash_)
    assert fields["SignatureVersion"] == version


def test_one_text_is_signed_once_for_all_subscribers(subscription):
    sent = notification()
    for _ in range(3):
        documents.json_document(sent, subscription)
    assert len(sent.signatures) == 1


def test_the_signing_key_is_a_sound_key_of_2048_bits():
    key = signing_key()
    assert key.key_size == 2048
    numbers = key.private_numbers()
    assert (numbers.p, numbers.q) == (FIRST_PRIME, SECOND_PRIME)
    numbers.private_key()  # checks that its parts belong together


def pauses(policy):
    return policy.pauses(random.Random(1))


def test_aws_s_own_endpoints_are_tried_again_100_015_times_over_23_days():
    waits = list(pauses(AWS_MANAGED))
    assert len(waits) == 100_015
    assert waits[:5] == [0, 0, 0, 1, 1]
    assert (waits[5], waits[14]) == (1, 20)
    assert waits[5:15] == sorted(waits[5:15])
    assert set(waits[15:]) == {20}
    assert 23 < sum(waits) / 86_400 < 24


def test_an_http_policy_s_phases_follow_one_another():
    policy = {
        "healthyRetryPolicy": {
            "minDelayTarget": 1,
            "maxDelayTarget": 60,
            "numRetries": 50,
            "numNoDelayRetries": 3,
            "numMinDelayRetries": 2,
            "numMaxDelayRetries": 35,
            "backoffFunction": "exponential",
        }
    }
    waits = list(pauses(retry_policy(effective_subscription_policy(None, json.dumps(policy)))))
    assert len(waits) == 50
    assert waits[:6] == [0, 0, 0, 1, 1, 1]
    assert waits[14] == pytest.approx(60)
    assert set(waits[15:]) == {60}
    default = pauses(retry_policy(effective_subscription_policy(None, None)))
    assert list(default) == [20, 20, 20]


def test_the_backoff_functions_meet_at_their_ends_and_differ_between():
    halfway = [function(5, 260, 0.5) for function in BACKOFF_FUNCTIONS.values()]
    assert halfway == sorted(halfway, reverse=True)
    for function in BACKOFF_FUNCTIONS.values():
        assert (function(5, 260, 0), function(5, 260, 1)) == (pytest.approx(5), pytest.approx(260))
        assert list(islice((function(5, 260, place / 10) for place in range(11)), 11))
