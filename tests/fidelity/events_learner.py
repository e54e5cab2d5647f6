"""What a learner of EventBridge types again and again, as functions: all of it is plain boto3."""

from __future__ import annotations

import json

ACCOUNT = "123456789012"
REGION = "us-east-1"
SHOP = "shop"
ORDERS = {"source": ["orders"]}


def open_queue(sqs, name="inbox", **attributes):
    """A queue that EventBridge may send to; its URL and ARN."""
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allow(sqs, url, arn)
    return url, arn


def allow(sqs, url, arn, **conditions):
    """Let EventBridge send to a queue, on conditions."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    if conditions:
        statement["Condition"] = conditions
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})


def close(sqs, url):
    """Take the queue's policy away."""
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})


def rule(events, *targets, name="watch", pattern=None, **parameters):
    """A rule with targets, each an ARN or an entry of PutTargets; its ARN."""
    if "ScheduleExpression" not in parameters:
        parameters["EventPattern"] = json.dumps(ORDERS if pattern is None else pattern)
    arn = events.put_rule(Name=name, **parameters)["RuleArn"]
    bus = {"EventBusName": parameters["EventBusName"]} if "EventBusName" in parameters else {}
    if targets:
        events.put_targets(Rule=name, Targets=entries(targets), **bus)
    return arn


def entries(targets):
    """Entries of PutTargets, numbered from 1."""
    return [
        {"Id": str(number), **({"Arn": target} if isinstance(target, str) else target)}
        for number, target in enumerate(targets, 1)
    ]


def entry(detail=None, **parameters):
    """An entry of PutEvents."""
    given = {"Source": "orders", "DetailType": "Order Placed", "Detail": json.dumps(detail or {})}
    return {**given, **parameters}


def put(events, detail=None, **parameters):
    """Put one event; its id."""
    answer = events.put_events(Entries=[entry(detail, **parameters)])
    assert answer["FailedEntryCount"] == 0, answer
    return answer["Entries"][0]["EventId"]


def messages(sqs, url):
    """All messages of a queue, received and deleted, with their attributes."""
    found = []
    while True:
        answer = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        )
        if not answer.get("Messages"):
            return found
        for message in answer["Messages"]:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        found += answer["Messages"]


def bodies(sqs, url):
    """What came to a queue, as texts."""
    return [message["Body"] for message in messages(sqs, url)]


def received(sqs, url):
    """What came to a queue, as JSON."""
    return [json.loads(body) for body in bodies(sqs, url)]


def role(lab, name="courier", *, actions=("*",), resources=("*",), service="events.amazonaws.com"):
    """A role that a service may assume, and what it may do; its ARN."""
    iam = lab.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    if actions:
        grant = {"Effect": "Allow", "Action": list(actions), "Resource": list(resources)}
        iam.put_role_policy(RoleName=name, PolicyName="send", PolicyDocument=document(grant))
    return arn


def document(statement):
    """A policy of one statement."""
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def bus_arn(name=SHOP, account=ACCOUNT, region=REGION):
    """The ARN of a bus."""
    return f"arn:aws:events:{region}:{account}:event-bus/{name}"
