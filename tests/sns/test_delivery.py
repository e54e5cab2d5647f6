"""What arrives at queues and functions, and what becomes of what does not. Shapes were recorded from AWS."""

from __future__ import annotations

import json

import pytest
from access import document, lets, make_role
from inbox import bodies, messages
from learner import hops
from publisher import ACCOUNT, OTHER_ACCOUNT, let_in, queue, refused, subscribe, subscribed, texts, topic

from workbook.aws.delivery.outages import begin_outage, end_outage
from workbook.engine.clock import SECOND

HOUR = 3600


def set_attribute(sns, subscription, name, value):
    sns.set_subscription_attributes(SubscriptionArn=subscription, AttributeName=name, AttributeValue=value)


def redrive(arn):
    return json.dumps({"deadLetterTargetArn": arn})


def test_the_document_is_laid_out_as_aws_lays_it_out(lab, sns, sqs, orders):
    url, subscription = subscribed(sns, sqs, orders)
    message_id = sns.publish(
        TopicArn=orders,
        Subject="Größe",
        Message='ö§a1"_!?,. £$-\n',
        MessageAttributes={
            "attr1": {"DataType": "Number", "StringValue": "99.12"},
            "attr2": {"DataType": "Binary", "BinaryValue": b"\x02\x03\x04"},
        },
    )["MessageId"]
    [body] = bodies(sqs, url)
    found = json.loads(body)
    assert body == (
        "{\n"
        '  "Type" : "Notification",\n'
        f'  "MessageId" : "{message_id}",\n'
        f'  "TopicArn" : "{orders}",\n'
        '  "Subject" : "Größe",\n'
        '  "Message" : "ö§a1\\"_!?,. £$-\\n",\n'
        f'  "Timestamp" : "{found["Timestamp"]}",\n'
        '  "SignatureVersion" : "1",\n'
        f'  "Signature" : "{found["Signature"]}",\n'
        f'  "SigningCertURL" : "{found["SigningCertURL"]}",\n'
        '  "UnsubscribeURL" : "https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe'
        f'&SubscriptionArn={subscription}",\n'
        '  "MessageAttributes" : {\n'
        '    "attr1" : {"Type":"Number","Value":"99.12"},\n'
        '    "attr2" : {"Type":"Binary","Value":"AgME"}\n'
        "  }\n"
        "}"
    )
    assert found["Timestamp"].startswith("2026-01-05T09:00:00.")
    assert found["SigningCertURL"].startswith(
        "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-"
    )


def test_a_raw_message_is_the_text_with_its_attributes_and_nothing_else(sns, sqs, orders):
    url, _ = subscribed(sns, sqs, orders, RawMessageDelivery="true")
    sns.publish(
        TopicArn=orders,
        Subject="is lost",
        Message="This is a test message",
        MessageAttributes={
            "store": {"DataType": "Binary", "BinaryValue": b"\x02\x03\x04"},
            "attr1": {"DataType": "Number", "StringValue": "99.12"},
        },
    )
    [message] = messages(sqs, url)
    assert message["Body"] == "This is a test message"
    assert message["MessageAttributes"] == {
        "store": {"DataType": "Binary", "BinaryValue": b"\x02\x03\x04"},
        "attr1": {"DataType": "Number", "StringValue": "99.12"},
    }


def test_a_raw_message_with_more_attributes_than_a_queue_takes_is_lost_for_that_queue(lab, sns, sqs, orders):
    raw, _ = subscribed(sns, sqs, orders, "raw", RawMessageDelivery="true")
    whole, _ = subscribed(sns, sqs, orders, "whole")
    eleven = {f"a{number}": {"DataType": "String", "StringValue": "x"} for number in range(11)}
    sns.publish(TopicArn=orders, Message="x", MessageAttributes=eleven)
    assert (bodies(sqs, raw), texts(sqs, whole)) == ([], ["x"])
    [drop] = hops(lab, "drop")
    assert drop.resource.endswith(":raw")


def test_with_message_structure_json_each_protocol_gets_its_own_text(sns, sqs, orders):
    url, _ = subscribed(sns, sqs, orders)
    for message in (
        {"default": "for all", "sqs": "for queues"},
        {"default": "for all", "lambda": "not here"},
    ):
        sns.publish(TopicArn=orders, Message=json.dumps(message), MessageStructure="json")
    assert texts(sqs, url) == ["for queues", "for all"]


def test_a_standard_topic_hands_the_group_on_to_standard_queues(sns, sqs, orders):
    url, _ = subscribed(sns, sqs, orders)
    sns.publish(TopicArn=orders, Message="x", MessageGroupId="tenant-1")
    [message] = messages(sqs, url)
    assert message["Attributes"]["MessageGroupId"] == "tenant-1"


def test_a_queue_without_a_permission_gets_nothing_and_the_producer_hears_nothing(lab, sns, sqs, orders):
    url, arn = queue(sqs, "warehouse")
    subscribe(sns, orders, arn)
    sns.publish(TopicArn=orders, Message="x")
    lab.advance(HOUR)
    assert messages(sqs, url) == []
    [tried] = hops(lab, "deliver")
    assert (tried.outcome, tried.facts["attempt"]) == ("NO_PERMISSION", 1)
    assert tried.facts["subscription"].startswith(orders)
    assert [hop.resource for hop in hops(lab, "drop")] == [arn]


def test_a_permission_for_another_topic_is_none(lab, sns, sqs, orders):
    url, arn = queue(sqs, "warehouse", topic(sns, "others"))
    subscribe(sns, orders, arn)
    sns.publish(TopicArn=orders, Message="x")
    assert messages(sqs, url) == []
    let_in(sqs, url, arn, orders)
    sns.publish(TopicArn=orders, Message="y")
    assert texts(sqs, url) == ["y"]


def test_a_queue_whose_policy_is_changed_goes_by_the_new_one_from_the_next_message_on(sns, sqs, orders):
    url, arn = queue(sqs, "warehouse", orders)
    subscribe(sns, orders, arn)
    for number, source in enumerate([orders, topic(sns, "others"), orders]):
        let_in(sqs, url, arn, source)
        for _ in range(2):
            sns.publish(TopicArn=orders, Message=str(number))
    assert texts(sqs, url) == ["0", "0", "2", "2"]


def test_a_deleted_queue_is_not_tried_again_and_the_others_get_theirs(lab, sns, sqs, orders):
    gone, _ = subscribed(sns, sqs, orders, "gone")
    url, _ = subscribed(sns, sqs, orders, "here")
    sqs.delete_queue(QueueUrl=gone)
    sns.publish(TopicArn=orders, Message="x")
    lab.advance(HOUR)
    assert texts(sqs, url) == ["x"]
    assert [hop.outcome for hop in hops(lab, "deliver")] == ["NO_RESOURCE", "ok"]


@pytest.mark.parametrize("raw", ["true", "false"])
def test_a_dead_letter_is_the_message_as_the_queue_would_have_got_it(lab, sns, sqs, orders, raw):
    url, subscription = subscribed(sns, sqs, orders, RawMessageDelivery=raw)
    letters, letters_arn = queue(sqs, "dead-letters", orders)
    set_attribute(sns, subscription, "RedrivePolicy", redrive(letters_arn))
    sqs.delete_queue(QueueUrl=url)
    given = {"attr1": {"DataType": "Number", "StringValue": "111"}}
    sns.publish(TopicArn=orders, Message="undelivered", MessageAttributes=given)
    [message] = messages(sqs, letters)
    if raw == "true":
        assert message["Body"] == "undelivered"
        assert message["MessageAttributes"] == given
    else:
        found = json.loads(message["Body"])
        assert found["Message"] == "undelivered"
        assert found["MessageAttributes"] == {"attr1": {"Type": "Number", "Value": "111"}}
        assert "MessageAttributes" not in message
    assert len(hops(lab, "give-up")) == 1


def test_a_dead_letter_queue_needs_a_permission_too(lab, sns, sqs, orders):
    url, subscription = subscribed(sns, sqs, orders)
    letters, letters_arn = queue(sqs, "dead-letters")
    set_attribute(sns, subscription, "RedrivePolicy", redrive(letters_arn))
    sqs.delete_queue(QueueUrl=url)
    sns.publish(TopicArn=orders, Message="lost")
    assert messages(sqs, letters) == []
    [drop] = hops(lab, "drop")
    assert "the dead-letter queue did not take it" in drop.facts["reason"]


def test_a_queue_that_is_down_for_a_while_gets_its_messages_late(lab, sns, sqs, orders):
    url, _ = subscribed(sns, sqs, orders)
    begin_outage(lab.world, "sqs", lab.world.clock.now + 100 * SECOND)
    sns.publish(TopicArn=orders, Message="late")
    lab.advance(99)
    assert messages(sqs, url) == []
    lab.advance(21)
    end_outage(lab.world, "sqs")
    assert texts(sqs, url) == ["late"]


def test_filters_choose_by_attributes_or_by_the_body(lab, sns, sqs, orders):
    everything, _ = subscribed(sns, sqs, orders, "everything")
    oslo, _ = subscribed(sns, sqs, orders, "oslo", FilterPolicy='{"store": ["oslo"]}')
    large, filtered = subscribed(
        sns,
        sqs,
        orders,
        "large",
        FilterPolicy='{"order": {"items": [{"numeric": [">", 9]}]}}',
        FilterPolicyScope="MessageBody",
    )
    in_oslo = {"store": {"DataType": "String", "StringValue": "oslo"}}
    sns.publish(TopicArn=orders, Message='{"order": {"items": 3}}', MessageAttributes=in_oslo)
    sns.publish(TopicArn=orders, Message='{"order": {"items": 12}}')
    sns.publish(TopicArn=orders, Message="no JSON")
    assert len(texts(sqs, everything)) == 3
    assert texts(sqs, oslo) == ['{"order": {"items": 3}}']
    assert texts(sqs, large) == ['{"order": {"items": 12}}']
    assert len(hops(lab, "filter", resource=filtered)) == 2
    assert "MessageBody" in hops(lab, "filter", resource=filtered)[0].facts["reason"]


def test_a_thousand_subscriptions_get_a_message_each(lab, sns, sqs, orders):
    urls = [subscribed(sns, sqs, orders, f"queue-{number}")[0] for number in range(1000)]
    sns.publish(TopicArn=orders, Message="x")
    lab.advance(1)
    assert len(hops(lab, "send")) == 1000
    assert texts(sqs, urls[999]) == ["x"]


def test_an_encrypted_topic_needs_its_key_for_whoever_publishes(lab, sns, orders):
    kms = lab.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    sns.set_topic_attributes(TopicArn=orders, AttributeName="KmsMasterKeyId", AttributeValue=key)
    assert sns.publish(TopicArn=orders, Message="x")["MessageId"]
    kms.disable_key(KeyId=key)
    with refused("KMSDisabled"):
        sns.publish(TopicArn=orders, Message="x")
    sns.set_topic_attributes(TopicArn=orders, AttributeName="KmsMasterKeyId", AttributeValue="no-such-key")
    with refused("KMSNotFound"):
        sns.publish(TopicArn=orders, Message="x")


def test_an_encrypted_queue_needs_a_key_that_lets_sns_use_it(lab, sns, sqs, orders):
    url, _ = subscribed(sns, sqs, orders, queue_attributes={"KmsMasterKeyId": "alias/aws/sqs"})
    sns.publish(TopicArn=orders, Message="x")
    assert messages(sqs, url) == []
    kms = lab.client("kms")
    statement = lets("sns.amazonaws.com", ["kms:GenerateDataKey*", "kms:Decrypt"], "*")
    root = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    policy = document(root, statement)
    key = kms.create_key(Policy=policy)["KeyMetadata"]["KeyId"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"KmsMasterKeyId": key})
    sns.publish(TopicArn=orders, Message="y")
    assert texts(sqs, url) == ["y"]


def test_the_trace_header_of_the_publish_goes_on_to_the_queue(lab, sns, sqs, orders):
    url, _ = subscribed(sns, sqs, orders)
    header = "Root=1-3152b799-8954dae64eda91bc9a23a7e8;Parent=7fa8c0f79203be72;Sampled=1"

    def add_header(params, **_):
        params["headers"]["X-Amzn-Trace-Id"] = header

    sns.meta.events.register("before-call.sns.Publish", add_header)
    sns.publish(TopicArn=orders, Message="x")
    [message] = messages(sqs, url)
    assert message["Attributes"]["AWSTraceHeader"] == header


def test_a_topic_of_one_account_delivers_to_queues_of_another(lab, sns, orders):
    sqs = lab.client("sqs", account=OTHER_ACCOUNT)
    url, arn = queue(sqs, "partner")
    let_in(sqs, url, arn, orders)
    partner = lab.client("sns", account=OTHER_ACCOUNT)
    sns.add_permission(
        TopicArn=orders, Label="partner", AWSAccountId=[OTHER_ACCOUNT], ActionName=["Subscribe"]
    )
    subscribe(partner, orders, arn)
    sns.publish(TopicArn=orders, Message="x")
    assert texts(sqs, url) == ["x"]


def test_a_topic_delivers_to_a_queue_in_another_region(lab, sns, orders):
    sqs = lab.client("sqs", region_name="us-west-2")
    url, _ = subscribed(sns, sqs, orders)
    sns.publish(TopicArn=orders, Message="x")
    assert texts(sqs, url) == ["x"]


# ---- functions


FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:resize"


def function(lab, source=None):
    """A function that prints its event, and that the topic `source` may invoke."""
    lab.function("resize", "import json\n\ndef handler(event, context):\n    print(json.dumps(event))\n")
    if source is not None:
        lab.client("lambda").add_permission(
            FunctionName="resize",
            StatementId="sns",
            Action="lambda:InvokeFunction",
            Principal="sns.amazonaws.com",
            SourceArn=source,
        )


def printed(lab):
    """The events that the function has printed."""
    logs = lab.client("logs")
    events = logs.filter_log_events(logGroupName="/aws/lambda/resize")["events"]
    return [json.loads(event["message"]) for event in events if event["message"].startswith("{")]


def test_a_function_gets_an_event_of_one_record(lab, sns, orders):
    function(lab, orders)
    subscription = subscribe(sns, orders, FUNCTION, "lambda")
    message_id = sns.publish(TopicArn=orders, Message="a cake")["MessageId"]
    lab.advance(10)
    [event] = printed(lab)
    [record] = event["Records"]
    assert (record["EventSource"], record["EventSubscriptionArn"]) == ("aws:sns", subscription)
    assert (record["Sns"]["MessageId"], record["Sns"]["Message"]) == (message_id, "a cake")
    assert record["Sns"]["TopicArn"] == orders
    [delivered], [accepted] = hops(lab, "deliver"), hops(lab, "enqueue")
    assert delivered.outcome == "ok"
    assert accepted.causes == (delivered.number,)


def test_a_function_that_does_not_let_the_topic_in_is_not_invoked_and_the_letter_is_a_document(
    lab, sns, sqs, orders
):
    function(lab)
    url, arn = queue(sqs, "letters", orders)
    subscribe(sns, orders, FUNCTION, "lambda", RedrivePolicy=redrive(arn))
    sns.publish(TopicArn=orders, Message="a cake")
    lab.advance(10)
    assert [hop.outcome for hop in hops(lab, "deliver")] == ["NO_PERMISSION"]
    assert hops(lab, "invoke") == []
    [letter] = map(json.loads, bodies(sqs, url))
    assert (letter["Type"], letter["Message"]) == ("Notification", "a cake")
    assert "SigningCertURL" in letter


def test_the_log_of_deliveries_has_lambda_s_request_id(lab, sns, orders):
    function(lab, orders)
    subscribe(sns, orders, FUNCTION, "lambda")
    role = make_role(lab, "feedback", "sns.amazonaws.com", "logs:*")
    for name, value in (("RoleArn", role), ("SampleRate", "100")):
        sns.set_topic_attributes(
            TopicArn=orders, AttributeName=f"LambdaSuccessFeedback{name}", AttributeValue=value
        )
    sns.publish(TopicArn=orders, Message="a cake")
    lab.advance(10)
    group = f"sns/us-east-1/{ACCOUNT}/orders"
    [event] = lab.client("logs").filter_log_events(logGroupName=group)["events"]
    delivery = json.loads(event["message"])["delivery"]
    assert (delivery["destination"], delivery["statusCode"]) == (FUNCTION, 202)
    assert json.loads(delivery["providerResponse"]) == {"lambdaRequestId": hops(lab, "enqueue")[0].message}
