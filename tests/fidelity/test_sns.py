"""Amazon SNS, as its service model and its developer guide describe it: the rows SNS of the ledger."""

from __future__ import annotations

import datetime
import itertools
import json

import pytest
from access import make_role
from inbox import bodies, messages
from learner import hops
from publisher import (
    ACCOUNT,
    OTHER_ACCOUNT,
    fifo_topic,
    let_in,
    queue,
    refused,
    subscribe,
    subscribed,
    texts,
    topic,
)

from workbook.aws.delivery import Failure, Parcel, Sender, Undelivered, attempt
from workbook.aws.delivery.outages import begin_outage
from workbook.aws.sns import fifo
from workbook.engine.clock import SECOND

DAY = 86_400
KIB = 1024


@pytest.fixture
def orders(sns):
    return topic(sns)


def down(lab, place, seconds):
    begin_outage(lab.world, place, lab.world.clock.now + int(seconds * SECOND))


def dead_letters(arn):
    return json.dumps({"deadLetterTargetArn": arn})


def in_order(sns, arn, message, group="g"):
    return sns.publish(TopicArn=arn, Message=message, MessageGroupId=group)


def test_sns_01_one_publish_is_one_delivery_to_each_subscription(lab, sns, sqs, orders):
    gone, _ = subscribed(sns, sqs, orders, "gone")
    urls = [subscribed(sns, sqs, orders, name)[0] for name in ("billing", "warehouse")]
    sqs.delete_queue(QueueUrl=gone)
    sns.publish(TopicArn=orders, Message="a cake")
    assert [texts(sqs, url) for url in urls] == [["a cake"], ["a cake"]]
    assert len(hops(lab, "deliver")) == 3
    assert len(hops(lab, "publish")) == 1


def test_sns_03_a_raw_delivery_is_the_bare_body_and_any_other_a_json_document(sns, sqs, orders):
    raw, _ = subscribed(sns, sqs, orders, "raw", RawMessageDelivery="true")
    wrapped, _ = subscribed(sns, sqs, orders, "wrapped")
    sns.publish(TopicArn=orders, Message="a cake", Subject="order")
    assert bodies(sqs, raw) == ["a cake"]
    [document] = map(json.loads, bodies(sqs, wrapped))
    assert (document["Type"], document["Subject"], document["Message"]) == ("Notification", "order", "a cake")


def test_sns_04_an_endpoint_of_another_account_gets_nothing_until_it_is_confirmed_within_two_days(
    lab, sns, orders
):
    sqs = lab.client("sqs", account=OTHER_ACCOUNT)
    url, arn = queue(sqs, "partner")
    let_in(sqs, url, arn, orders)
    answer = sns.subscribe(TopicArn=orders, Protocol="sqs", Endpoint=arn)
    assert answer["SubscriptionArn"] == "pending confirmation"
    sns.publish(TopicArn=orders, Message="too early")
    [request] = map(json.loads, bodies(sqs, url))
    assert request["Type"] == "SubscriptionConfirmation"
    lab.advance(2 * DAY)
    with refused("InvalidParameter", "Invalid token"):
        sns.confirm_subscription(TopicArn=orders, Token=request["Token"])
    sns.subscribe(TopicArn=orders, Protocol="sqs", Endpoint=arn)
    lab.advance(2 * DAY - 10)
    [request] = map(json.loads, bodies(sqs, url))
    sns.confirm_subscription(TopicArn=orders, Token=request["Token"])
    sns.publish(TopicArn=orders, Message="in time")
    assert texts(sqs, url) == ["in time"]


def test_sns_06_a_queue_that_is_down_is_tried_again_at_once_then_slower_for_23_days(lab, sns, sqs, orders):
    subscribed(sns, sqs, orders)
    down(lab, "sqs", 200)
    sns.publish(TopicArn=orders, Message="a cake")
    lab.advance(300)
    tries = hops(lab, "deliver")
    pauses = [(after.time - before.time) / SECOND for before, after in itertools.pairwise(tries)]
    assert pauses[:5] == [0, 0, 0, 1, 1]
    assert (pauses[5], pauses[14]) == (1, 20)
    assert pauses[5:15] == sorted(pauses[5:15])
    assert set(pauses[15:]) == {20}
    assert [hop.outcome for hop in tries[-2:]] == ["UNAVAILABLE", "ok"]


def test_sns_07_what_cannot_be_delivered_goes_to_the_subscription_s_dead_letter_queue_if_that_lets_sns_in(
    lab, sns, sqs, orders
):
    url, arn = queue(sqs, "letters")
    for name in ("one", "two"):
        gone, endpoint = queue(sqs, name, orders)
        subscribe(sns, orders, endpoint, RedrivePolicy=dead_letters(arn))
        sqs.delete_queue(QueueUrl=gone)
    sns.publish(TopicArn=orders, Message="lost")
    lab.advance(1)
    assert messages(sqs, url) == []
    assert len(hops(lab, "drop")) == 2
    let_in(sqs, url, arn, orders)
    sns.publish(TopicArn=orders, Message="kept")
    assert texts(sqs, url) == ["kept", "kept"]


def test_sns_08_a_fifo_topic_keeps_the_order_of_each_group_and_drops_duplicates(lab, sns, sqs, monkeypatch):
    arn = fifo_topic(sns, ContentBasedDeduplication="true")
    url, _ = subscribed(sns, sqs, arn, "warehouse.fifo")
    for text in ("a1", "b1", "a2", "a2", "b2"):
        in_order(sns, arn, text, text[0])
    lab.advance(1)
    arrived = texts(sqs, url)
    assert [text for text in arrived if text[0] == "a"] == ["a1", "a2"]
    assert [text for text in arrived if text[0] == "b"] == ["b1", "b2"]
    assert fifo.MESSAGES_PER_SECOND == 3000
    assert fifo.BYTES_PER_SECOND == 20_000_000
    monkeypatch.setattr(fifo, "BYTES_PER_SECOND", 250_000)
    entries = [{"Id": letter, "Message": letter * 100_000, "MessageGroupId": letter} for letter in "xy"]
    lab.advance(1)
    sns.publish_batch(TopicArn=arn, PublishBatchRequestEntries=entries)
    entries = [{"Id": "z", "Message": "z" * 100_000, "MessageGroupId": "z"}]
    answer = sns.publish_batch(TopicArn=arn, PublishBatchRequestEntries=entries)
    assert [each["Code"] for each in answer["Failed"]] == ["Throttled"]


def test_sns_09_a_standard_queue_of_a_fifo_topic_gets_no_group(sns, sqs):
    arn = fifo_topic(sns, ContentBasedDeduplication="true")
    url, _ = subscribed(sns, sqs, arn)
    in_order(sns, arn, "a cake")
    [message] = messages(sqs, url)
    assert "MessageGroupId" not in message["Attributes"]
    assert json.loads(message["Body"])["Message"] == "a cake"


def test_sns_10_a_batch_has_at_most_10_entries_and_256_kib_unless_the_topic_takes_more(sns, orders):
    def batch(arn, *sizes):
        entries = [{"Id": str(n), "Message": "a" * size} for n, size in enumerate(sizes)]
        return sns.publish_batch(TopicArn=arn, PublishBatchRequestEntries=entries)

    with refused("TooManyEntriesInBatchRequest"):
        batch(orders, *[1] * 11)
    assert len(batch(orders, 128 * KIB, 128 * KIB)["Successful"]) == 2
    with refused("BatchRequestTooLong"):
        batch(orders, 128 * KIB, 128 * KIB + 1)
    large = topic(sns, "large", MaximumMessageSize=str(1024 * KIB))
    assert len(batch(large, 512 * KIB, 512 * KIB)["Successful"]) == 2
    for size in ("1023", "1048577"):
        with refused("InvalidParameter"):
            topic(sns, "other", MaximumMessageSize=size)


def test_sns_11_messages_above_256_kib_are_for_at_most_100_subscriptions_of_queues_functions_and_streams(sns):
    large = topic(sns, "large", MaximumMessageSize=str(1024 * KIB))
    for number in range(100):
        subscribe(sns, large, f"arn:aws:sqs:us-east-1:{ACCOUNT}:queue-{number}")
    with refused("InvalidParameter"):
        subscribe(sns, large, f"arn:aws:sqs:us-east-1:{ACCOUNT}:queue-100")
    small = topic(sns, "small")
    for number in range(101):
        subscribe(sns, small, f"arn:aws:sqs:us-east-1:{ACCOUNT}:queue-{number}")
    with refused("InvalidParameter"):
        sns.set_topic_attributes(
            TopicArn=small, AttributeName="MaximumMessageSize", AttributeValue=str(1024 * KIB)
        )


def test_sns_12_a_function_is_invoked_asynchronously_so_lambda_tries_its_errors_again(lab, sns, orders):
    lab.function("resize", "def handler(event, context):\n    raise ValueError(event)\n")
    lab.client("lambda").add_permission(
        FunctionName="resize",
        StatementId="sns",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
        SourceArn=orders,
    )
    subscribe(sns, orders, f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:resize", "lambda")
    sns.publish(TopicArn=orders, Message="a cake")
    lab.advance(600)
    assert [hop.outcome for hop in hops(lab, "deliver")] == ["ok"]  # SNS's part ended well
    times = [hop.time for hop in hops(lab, "invoke")]
    pauses = [(after - before) / SECOND for before, after in itertools.pairwise(times)]
    assert [round(pause / 60) for pause in pauses] == [1, 2]


# ---- beyond the first list


def test_sns_13_the_policy_of_a_new_topic_lets_alarms_of_the_account_publish_and_rules_not(lab, orders):
    def publish(service):
        sender = Sender(service, f"arn:aws:x:us-east-1:{ACCOUNT}:y", ACCOUNT, "us-east-1")
        with lab.world.kernel:
            return attempt(lab.world, sender, orders, Parcel("hello"))

    assert publish("cloudwatch.amazonaws.com")["MessageId"]
    for service in ("events.amazonaws.com", "s3.amazonaws.com"):
        with pytest.raises(Undelivered) as error:
            publish(service)
        assert error.value.failure is Failure.NO_PERMISSION


def test_sns_14_a_queue_without_a_policy_for_the_topic_gets_nothing_and_publish_succeeds(
    lab, sns, sqs, orders
):
    url, arn = queue(sqs, "warehouse")
    subscribe(sns, orders, arn)
    assert sns.publish(TopicArn=orders, Message="a cake")["MessageId"]
    lab.advance(DAY)
    assert messages(sqs, url) == []
    assert [hop.outcome for hop in hops(lab, "deliver")] == ["NO_PERMISSION"]


def test_sns_15_a_dead_letter_is_the_message_as_it_would_have_arrived(sns, sqs, orders):
    url, arn = queue(sqs, "letters", orders)
    gone, endpoint = queue(sqs, "gone", orders)
    subscribe(sns, orders, endpoint, RedrivePolicy=dead_letters(arn), RawMessageDelivery="true")
    sqs.delete_queue(QueueUrl=gone)
    given = {"store": {"DataType": "String", "StringValue": "oslo"}}
    sns.publish(TopicArn=orders, Message="a cake", MessageAttributes=given)
    [message] = messages(sqs, url)
    assert (message["Body"], message["MessageAttributes"]) == ("a cake", given)


def test_sns_16_a_duplicate_on_a_fifo_topic_is_answered_like_the_original(sns):
    arn = fifo_topic(sns, ContentBasedDeduplication="true")
    first, second = in_order(sns, arn, "a cake"), in_order(sns, arn, "a cake")
    assert (first["MessageId"], first["SequenceNumber"]) == (second["MessageId"], second["SequenceNumber"])


def test_sns_17_a_standard_topic_hands_a_group_on_to_standard_queues_for_fair_queues(sns, sqs, orders):
    url, _ = subscribed(sns, sqs, orders)
    sns.publish(TopicArn=orders, Message="a cake", MessageGroupId="tenant-1")
    assert messages(sqs, url)[0]["Attributes"]["MessageGroupId"] == "tenant-1"


def test_sns_18_a_subscription_can_have_the_archive_of_a_fifo_topic_replayed(lab, sns, sqs):
    archive = json.dumps({"MessageRetentionPeriod": "30"})
    arn = fifo_topic(sns, ContentBasedDeduplication="true", ArchivePolicy=archive)
    start = sns.get_topic_attributes(TopicArn=arn)["Attributes"]["BeginningArchiveTime"]
    for text in ("one", "two"):
        in_order(sns, arn, text)
    lab.advance(DAY)
    policy = json.dumps({"PointType": "Timestamp", "StartingPoint": start})
    url, subscription = subscribed(sns, sqs, arn, "late.fifo", ReplayPolicy=policy)
    lab.advance(5)
    assert texts(sqs, url) == ["one", "two"]
    shown = sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]
    assert shown["ReplayStatus"] == "Completed"


def test_sns_19_a_batch_with_an_entry_that_sns_does_not_take_is_refused_whole(lab, sns, orders):
    entries = [
        {"Id": "1", "Message": "good"},
        {"Id": "2", "Message": "bad", "MessageAttributes": {"a": {"DataType": "None", "StringValue": "x"}}},
    ]
    with refused("ParameterValueInvalid"):
        sns.publish_batch(TopicArn=orders, PublishBatchRequestEntries=entries)
    assert hops(lab, "publish") == []


def test_sns_20_with_message_structure_json_each_protocol_gets_its_text(sns, sqs, orders):
    url, _ = subscribed(sns, sqs, orders)
    sns.publish(TopicArn=orders, Message='{"default": "all", "sqs": "queues"}', MessageStructure="json")
    assert texts(sqs, url) == ["queues"]


def test_sns_21_a_topic_under_the_managed_key_takes_nothing_from_services(lab, sns, orders):
    sns.set_topic_attributes(TopicArn=orders, AttributeName="KmsMasterKeyId", AttributeValue="alias/aws/sns")
    sender = Sender("cloudwatch.amazonaws.com", "arn:aws:cloudwatch:::alarm:x", ACCOUNT, "us-east-1")
    with lab.world.kernel, pytest.raises(Undelivered) as error:
        attempt(lab.world, sender, orders, Parcel("hello"))
    assert error.value.failure is Failure.NO_PERMISSION
    assert sns.publish(TopicArn=orders, Message="hello")["MessageId"]


def test_sns_22_without_a_filter_policy_all_comes_and_what_one_drops_is_no_failure(lab, sns, sqs, orders):
    everything, _ = subscribed(sns, sqs, orders, "everything")
    oslo, _ = subscribed(sns, sqs, orders, "oslo", FilterPolicy='{"store": ["oslo"]}')
    by_body, _ = subscribed(
        sns, sqs, orders, "by-body", FilterPolicy='{"store": ["oslo"]}', FilterPolicyScope="MessageBody"
    )
    in_oslo = {"store": {"DataType": "String", "StringValue": "oslo"}}
    sns.publish(TopicArn=orders, Message="by attribute", MessageAttributes=in_oslo)
    sns.publish(TopicArn=orders, Message='{"store": "oslo"}')
    assert texts(sqs, everything) == ["by attribute", '{"store": "oslo"}']
    assert texts(sqs, oslo) == ["by attribute"]
    assert texts(sqs, by_body) == ['{"store": "oslo"}']
    assert len(hops(lab, "filter")) == 2
    assert hops(lab, "drop") == []


def test_sns_41_a_function_gets_an_event_with_one_record_of_its_subscription(lab, sns, orders):
    lab.function("resize", "import json\n\ndef handler(event, context):\n    print(json.dumps(event))\n")
    lab.client("lambda").add_permission(
        FunctionName="resize",
        StatementId="sns",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
        SourceArn=orders,
    )
    arn = subscribe(sns, orders, f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:resize", "lambda")
    message_id = sns.publish(TopicArn=orders, Message="a cake", Subject="order")["MessageId"]
    lab.advance(10)
    events = lab.client("logs").filter_log_events(logGroupName="/aws/lambda/resize")["events"]
    [event] = [json.loads(each["message"]) for each in events if each["message"].startswith("{")]
    [record] = event["Records"]
    assert (record["EventSource"], record["EventSubscriptionArn"]) == ("aws:sns", arn)
    shown = record["Sns"]
    assert (shown["MessageId"], shown["TopicArn"], shown["Message"]) == (message_id, orders, "a cake")
    assert (shown["Subject"], shown["MessageAttributes"]) == ("order", {})


def test_sns_42_all_of_many_subscriptions_get_a_message(lab, sns, sqs, orders):
    for number in range(150):
        subscribed(sns, sqs, orders, f"queue-{number}")
    sns.publish(TopicArn=orders, Message="a cake")
    assert len(hops(lab, "send")) == 150


def test_sns_43_the_size_of_a_message_is_in_bytes_and_its_attributes_count(sns, orders):
    attribute = {"k": {"DataType": "String", "StringValue": "v"}}
    sns.publish(TopicArn=orders, Message="a" * (256 * KIB - 8), MessageAttributes=attribute)
    for message, more in (("a" * (256 * KIB - 7), {"MessageAttributes": attribute}), ("\u20ac" * 90_000, {})):
        with refused("InvalidParameter", "Invalid parameter: Message too long"):
            sns.publish(TopicArn=orders, Message=message, **more)


def test_sns_51_only_queues_subscribe_to_a_fifo_topic_and_fifo_queues_to_no_other(sns, orders):
    arn = fifo_topic(sns)
    for name in ("warehouse", "warehouse.fifo"):
        assert subscribe(sns, arn, f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}")
    function = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:resize"
    for protocol, endpoint in (("lambda", function), ("email", "a@example.com"), ("sms", "+15550100")):
        with refused("InvalidParameter", f"Invalid parameter: Invalid protocol type: {protocol}"):
            subscribe(sns, arn, endpoint, protocol)
    with refused("InvalidParameter"):
        subscribe(sns, orders, f"arn:aws:sqs:us-east-1:{ACCOUNT}:warehouse.fifo")


def test_sns_52_a_message_that_waits_holds_up_its_group_at_that_subscription_only(lab, sns, sqs):
    arn = fifo_topic(sns, ContentBasedDeduplication="true")
    late, other = (subscribed(sns, sqs, arn, name)[0] for name in ("late.fifo", "other.fifo"))
    down(lab, f"arn:aws:sqs:us-east-1:{ACCOUNT}:late.fifo", 10)
    for text in ("a1", "a2"):
        in_order(sns, arn, text, "a")
    lab.advance(10)
    assert texts(sqs, other) == ["a1", "a2"]
    in_order(sns, arn, "b1", "b")
    assert texts(sqs, late) == ["b1"]
    lab.advance(20)
    assert texts(sqs, late) == ["a1", "a2"]


def test_sns_53_a_replay_with_an_ending_point_pauses_the_subscription(lab, sns, sqs):
    archive = json.dumps({"MessageRetentionPeriod": "30"})
    arn = fifo_topic(sns, ContentBasedDeduplication="true", ArchivePolicy=archive)
    start = sns.get_topic_attributes(TopicArn=arn)["Attributes"]["BeginningArchiveTime"]
    in_order(sns, arn, "within")
    lab.advance(10)
    end = lab.now.astimezone(datetime.UTC).isoformat()
    policy = {"PointType": "Timestamp", "StartingPoint": start, "EndingPoint": end}
    url, subscription = subscribed(sns, sqs, arn, "late.fifo", ReplayPolicy=json.dumps(policy))
    in_order(sns, arn, "while it replays")
    lab.advance(DAY)
    in_order(sns, arn, "afterwards")
    assert texts(sqs, url) == ["within"]
    assert [hop.facts["reason"] for hop in hops(lab, "filter")] == 2 * ["its ReplayPolicy has an EndingPoint"]
    sns.set_subscription_attributes(
        SubscriptionArn=subscription,
        AttributeName="ReplayPolicy",
        AttributeValue=json.dumps({"PointType": "Timestamp", "StartingPoint": end}),
    )
    lab.advance(5)
    in_order(sns, arn, "live")
    assert texts(sqs, url) == ["while it replays", "afterwards", "live"]


def test_sns_54_a_policy_names_identities_that_exist(lab, sns):
    arn = topic(sns)
    worker = f"arn:aws:iam::{ACCOUNT}:role/worker"

    def let(identity):
        statement = {"Effect": "Allow", "Principal": {"AWS": identity}, "Action": "sns:Publish"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Resource": arn}]})
        sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)

    for nobody in (worker, "sns.amazonaws.com"):
        with refused("InvalidParameter", "Invalid parameter: Policy Error: PrincipalNotFound"):
            let(nobody)
    make_role(lab, "worker", "lambda.amazonaws.com")
    let(worker)
    let(f"arn:aws:iam::{OTHER_ACCOUNT}:role/theirs")
