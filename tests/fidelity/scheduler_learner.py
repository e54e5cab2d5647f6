"""What a learner types to have a schedule: a role that Scheduler may assume, a target, plain boto3."""

from __future__ import annotations

import json

from workbook.engine.clock import datetime_of

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/schedules"
GROUP_ARN = f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule-group/default"
OFF = {"Mode": "OFF"}


def schedule_arn(name, group="default"):
    return f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule/{group}/{name}"


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust(service="scheduler.amazonaws.com", **condition):
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return policy({**statement, "Condition": condition} if condition else statement)


def allow(*actions, resource="*"):
    return policy({"Effect": "Allow", "Action": list(actions), "Resource": resource})


def create_role(lab, permissions=None, trusts=None, name="schedules"):
    """Create the execution role; its ARN."""
    iam = lab.client("iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusts or trust())
    document = permissions or allow("sqs:SendMessage")
    iam.put_role_policy(RoleName=name, PolicyName="permissions", PolicyDocument=document)
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def create_queue(lab, name="orders", **attributes):
    """Create a queue; its URL and its ARN."""
    url = lab.client("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url, f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"


def create_schedule(lab, expression, target, name="daily", **parameters):
    """Create a schedule for a target, by its ARN or with all its settings; the client of Scheduler."""
    scheduler = lab.client("scheduler")
    target = {"Arn": target} if isinstance(target, str) else target
    scheduler.create_schedule(
        Name=name,
        ScheduleExpression=expression,
        Target={"RoleArn": ROLE, "Input": "hello", **target},
        **{"FlexibleTimeWindow": OFF, **parameters},
    )
    return scheduler


def received(lab, url, most=10):
    """What a queue holds, with all attributes; it is deleted."""
    sqs, found = lab.client("sqs"), []
    while len(found) < most:
        answer = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], AttributeNames=["All"]
        )
        messages = answer.get("Messages", [])
        if not messages:
            break
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        found += messages
    return found


def bodies(lab, url, most=1000):
    return [message["Body"] for message in received(lab, url, most)]


def fired(lab):
    """The time set and the time of each invocation, as text."""
    hops = [hop for hop in lab.trace if hop.kind == "fire"]
    return [(instant(hop.facts["scheduled_at"]), instant(hop.time)) for hop in hops]


def instant(microseconds):
    return datetime_of(microseconds).strftime("%Y-%m-%d %H:%M:%S")
