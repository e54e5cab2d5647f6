"""What a learner of EventBridge types again and again, as functions: all of it is plain boto3."""

from __future__ import annotations

import json

import inbox
from access import let_send, make_role

EVENTBRIDGE = "events.amazonaws.com"
ACCOUNT = "123456789012"
REGION = "us-east-1"
SHOP = "shop"
ORDERS = {"source": ["orders"]}


def open_queue(sqs, name="inbox", **attributes):
    """A queue that EventBridge may send to; its URL and ARN."""
    return inbox.open_queue(sqs, name, EVENTBRIDGE, **attributes)


def allow(sqs, url, arn, **conditions):
    """Let EventBridge send to a queue, on conditions."""
    let_send(sqs, url, arn, EVENTBRIDGE, **conditions)


def role(lab, name="courier", *, actions=("*",), resources=("*",)):
    """A role that EventBridge may assume, and what it may do; its ARN."""
    return make_role(lab, name, EVENTBRIDGE, *actions, resource=list(resources))


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


def bus_arn(name=SHOP, account=ACCOUNT, region=REGION):
    """The ARN of a bus."""
    return f"arn:aws:events:{region}:{account}:event-bus/{name}"
