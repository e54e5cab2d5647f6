"""What CloudWatch learns of a topic: metrics, and the log of deliveries. The lines were recorded from AWS."""

from __future__ import annotations

import datetime
import hashlib
import json

from access import make_role
from publisher import ACCOUNT, queue, subscribe, subscribed

GROUP = f"sns/us-east-1/{ACCOUNT}/orders"


def total(lab, name, statistic="Sum", topic_name="orders"):
    """One statistic of a metric over the last hour; None where it has no value."""
    now = lab.now
    points = lab.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/SNS",
        MetricName=name,
        Dimensions=[{"Name": "TopicName", "Value": topic_name}],
        StartTime=now - datetime.timedelta(hours=1),
        EndTime=now,
        Period=3600,
        Statistics=[statistic],
    )["Datapoints"]
    return points[0][statistic] if points else None


def test_publishes_and_deliveries_are_counted(lab, sns, sqs, orders):
    subscribed(sns, sqs, orders, "one")
    subscribed(sns, sqs, orders, "two")
    sns.publish(TopicArn=orders, Message="hello")
    sns.publish(TopicArn=orders, Message="hello, again")
    lab.advance(120)
    assert total(lab, "NumberOfMessagesPublished") == 2
    assert total(lab, "PublishSize") == 17
    assert (total(lab, "PublishSize", "Minimum"), total(lab, "PublishSize", "Maximum")) == (5, 12)
    assert total(lab, "NumberOfNotificationsDelivered") == 4
    assert total(lab, "NumberOfNotificationsFailed") is None


def test_failures_and_dead_letters_are_counted(lab, sns, sqs, orders):
    _, letters = queue(sqs, "letters", orders)
    _, closed = queue(sqs, "closed")
    for number, dead_letters in enumerate((letters, closed)):
        url, arn = queue(sqs, f"gone-{number}", orders)
        subscribe(sns, orders, arn, RedrivePolicy=json.dumps({"deadLetterTargetArn": dead_letters}))
        sqs.delete_queue(QueueUrl=url)
    sns.publish(TopicArn=orders, Message="hello")
    lab.advance(120)
    assert total(lab, "NumberOfNotificationsFailed") == 2
    assert total(lab, "NumberOfNotificationsRedrivenToDlq") == 1
    assert total(lab, "NumberOfNotificationsFailedToRedriveToDlq") == 1


def test_what_filters_hold_back_is_counted_with_its_reason(lab, sns, sqs, orders):
    subscribed(sns, sqs, orders, "by-attribute", FilterPolicy='{"store": ["oslo"]}')
    subscribed(
        sns, sqs, orders, "by-body", FilterPolicy='{"store": ["oslo"]}', FilterPolicyScope="MessageBody"
    )
    in_rome = {"store": {"DataType": "String", "StringValue": "rome"}}
    sns.publish(TopicArn=orders, Message="no JSON")
    sns.publish(TopicArn=orders, Message='{"store": "rome"}', MessageAttributes=in_rome)
    lab.advance(120)
    name = "NumberOfNotificationsFilteredOut"
    assert total(lab, name) == 4
    assert total(lab, f"{name}-MessageAttributes") == total(lab, f"{name}-MessageBody") == 2
    assert total(lab, f"{name}-NoMessageAttributes") == 1
    assert total(lab, f"{name}-InvalidMessageBody") == 1


# ---- delivery status logging


def feedback_role(lab, name="feedback", service="sns.amazonaws.com"):
    return make_role(lab, name, service, "logs:*")


def log_deliveries(sns, orders, role, protocol="SQS", rate="100"):
    for name, value in (
        (f"{protocol}SuccessFeedbackRoleArn", role),
        (f"{protocol}FailureFeedbackRoleArn", role),
        (f"{protocol}SuccessFeedbackSampleRate", rate),
    ):
        sns.set_topic_attributes(TopicArn=orders, AttributeName=name, AttributeValue=value)


def lines(lab, group=GROUP):
    logs = lab.client("logs")
    if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
        return []
    events = logs.filter_log_events(logGroupName=group)["events"]
    return [json.loads(event["message"]) for event in events]


def test_a_delivery_to_a_queue_leaves_aws_s_line_in_the_log(lab, sns, sqs, orders):
    log_deliveries(sns, orders, feedback_role(lab))
    url, _ = subscribed(sns, sqs, orders)
    message_id = sns.publish(TopicArn=orders, Message="hello")["MessageId"]
    lab.advance(1)
    [line] = lines(lab)
    queue_arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    assert list(line) == ["notification", "delivery", "status"]
    timestamp = line["notification"].pop("timestamp")
    assert timestamp.startswith("2026-01-05 09:00:00.")
    assert line["notification"] == {
        "messageMD5Sum": hashlib.md5(b"hello", usedforsecurity=False).hexdigest(),
        "messageId": message_id,
        "topicArn": orders,
    }
    delivery = line["delivery"]
    assert list(delivery) == [
        *("deliveryId", "destination", "providerResponse", "dwellTimeMs", "attempts", "statusCode"),
    ]
    assert (delivery["destination"], delivery["attempts"], delivery["statusCode"]) == (queue_arn, 1, 200)
    assert set(json.loads(delivery["providerResponse"])) == {"sqsRequestId", "sqsMessageId"}
    assert line["status"] == "SUCCESS"


def test_a_failure_goes_to_a_log_group_of_its_own_with_the_endpoint_s_answer(lab, sns, sqs, orders):
    log_deliveries(sns, orders, feedback_role(lab), rate="0")
    _, closed = queue(sqs, "closed")
    subscribe(sns, orders, closed)
    subscribed(sns, sqs, orders, "open")
    sns.publish(TopicArn=orders, Message="hello")
    lab.advance(1)
    [line] = lines(lab, f"{GROUP}/Failure")
    assert line["status"] == "FAILURE"
    assert line["delivery"]["statusCode"] == 403
    url = f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/closed"
    assert json.loads(line["delivery"]["providerResponse"]) == {
        "ErrorCode": "AccessDenied",
        "ErrorMessage": f"Access to the resource {url} is denied.",
        "sqsRequestId": "Unrecoverable",
    }
    groups = lab.client("logs").describe_log_groups()["logGroups"]
    assert [group["logGroupName"] for group in groups] == [f"{GROUP}/Failure"]


def test_the_trace_has_each_line_of_the_log_after_the_delivery_that_it_tells_of(lab, sns, sqs, orders):
    log_deliveries(sns, orders, feedback_role(lab))
    _, closed = queue(sqs, "closed")
    subscribe(sns, orders, closed)
    subscribed(sns, sqs, orders, "open")
    sns.publish(TopicArn=orders, Message="hello")
    lab.advance(1)
    written = [hop for hop in lab.trace if hop.kind == "put-log-event"]
    causes = [lab.trace[number - 1] for hop in written for number in hop.causes]
    group = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{GROUP}"
    assert [hop.resource for hop in written] == [f"{group}/Failure", group]
    assert [(hop.kind, hop.outcome) for hop in causes] == [("deliver", "NO_PERMISSION"), ("deliver", "ok")]


def test_a_role_that_does_not_trust_sns_writes_nothing(lab, sns, sqs, orders):
    log_deliveries(sns, orders, feedback_role(lab, service="ec2.amazonaws.com"))
    subscribed(sns, sqs, orders)
    sns.publish(TopicArn=orders, Message="hello")
    lab.advance(1)
    assert lines(lab) == []


def test_a_sample_rate_logs_about_that_part_of_the_successes(lab, sns, sqs, orders):
    log_deliveries(sns, orders, feedback_role(lab), rate="50")
    subscribed(sns, sqs, orders)
    for number in range(60):
        sns.publish(TopicArn=orders, Message=str(number))
    lab.advance(1)
    assert 15 < len(lines(lab)) < 45
