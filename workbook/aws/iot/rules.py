"""Topic rules of AWS IoT: a message on a topic, and what a rule does with what its SQL takes of it.

    publish ──> topic ──> rule: SQL ──┬─ action: a function, a queue, a topic of SNS, a stream
                                      └─ errorAction, when an action fails

A function is invoked asynchronously, if its policy lets iot.amazonaws.com in; all other actions need a role.
Nothing is tried again here: of retries AWS says no more than that there may be some (unverified).

Source: AWS IoT Developer Guide, "Rules for AWS IoT" and "Error handling (error action)".
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from workbook.aws.delivery import Delivery, Outcome, Parcel, Sender, deliver
from workbook.aws.iot.sql import UNDEFINED, Message, Statement
from workbook.aws.iot.topic_filters import matches_filter

if TYPE_CHECKING:
    from workbook.engine.world import World

SERVICE = "iot.amazonaws.com"
_NAMES = {
    "lambda": "LambdaAction",
    "sqs": "SqsAction",
    "sns": "SnsAction",
    "kinesis": "KinesisAction",
    "firehose": "FirehoseAction",
}


class _UnmatchedError(Exception):
    """A rule takes nothing of a message, and why."""


@dataclass
class TopicRule:
    """One rule."""

    name: str
    arn: str
    payload: Mapping[str, Any]
    """As it was given."""
    statement: Statement
    created_at: int
    """An instant."""
    disabled: bool = False


@dataclass
class Registry:
    """The rules of an account in a Region, by name."""

    rules: dict[str, TopicRule] = field(default_factory=dict)


def registry_of(world: World, account: str, region: str) -> Registry:
    """The registry of an account in a Region."""
    return world.kept_in("iot.rules", (account, region), Registry)


def publish(world: World, account: str, region: str, topic: str, content: bytes) -> None:
    """Take a message on a topic, and let the rules see it; returns before anything is delivered."""
    message_id = world.seeds.uuid("iot.message-id")
    body = content.decode("utf-8", "replace")
    arn = f"arn:aws:iot:{region}:{account}:topic/{topic}"
    hop = world.trace.record("mqtt", arn, message=message_id, size=len(content), body=body[:4096])
    with world.trace.under(hop):
        for rule in registry_of(world, account, region).rules.values():
            if not rule.disabled and matches_filter(rule.statement.topic_filter, topic):
                _apply(world, rule, message_id, topic, content)


def _apply(world: World, rule: TopicRule, message_id: str, topic: str, content: bytes) -> None:
    try:
        text = _selected(world, rule, topic, content)
    except _UnmatchedError as error:
        _filtered(world, rule, message_id, str(error))
        return
    except RecursionError:
        _filtered(world, rule, message_id, "the message is nested too deeply for the lab")
        return
    hop = world.trace.record("match", rule.arn, message=message_id)
    with world.trace.under(hop):
        deliver(
            world,
            [
                _delivery(world, rule, action, text, message_id, topic, content)
                for action in rule.payload["actions"]
            ],
        )


def _selected(world: World, rule: TopicRule, topic: str, content: bytes) -> str:
    try:
        payload = json.loads(content)
    except ValueError:
        raise _UnmatchedError("the message is no JSON") from None
    selected = rule.statement.select(Message(topic, payload, world.clock.milliseconds))
    if selected is UNDEFINED:
        raise _UnmatchedError("its condition does not hold")
    return json.dumps(selected, separators=(",", ":"), ensure_ascii=False)


def _filtered(world: World, rule: TopicRule, message_id: str, reason: str) -> None:
    world.trace.record("filter", rule.arn, message=message_id, reason=reason)


def _delivery(
    world: World,
    rule: TopicRule,
    action: Mapping[str, Any],
    text: str,
    message_id: str,
    topic: str,
    content: bytes,
    *,
    is_error: bool = False,
) -> Delivery:
    ((kind, settings),) = action.items()

    def report(outcome: Outcome) -> None:
        if outcome.error is None or is_error or not rule.payload.get("errorAction"):
            return
        failure = {
            "failedAction": _NAMES[kind],
            "failedResource": target_of(kind, settings, rule.arn).rpartition(":")[2].rpartition("/")[2],
            "errorMessage": outcome.error.message,
        }
        error = error_text(world, rule, topic, content, failure)
        deliver(
            world,
            [
                _delivery(
                    world, rule, rule.payload["errorAction"], error, message_id, topic, content, is_error=True
                )
            ],
        )

    region, account = rule.arn.split(":")[3:5]
    return Delivery(
        sender=Sender(SERVICE, rule.arn, account, region, settings.get("roleArn")),
        target=target_of(kind, settings, rule.arn),
        parcel=_parcel(kind, settings, text),
        message=message_id,
        on_end=report,
    )


def target_of(kind: str, settings: Mapping[str, Any], rule_arn: str) -> str:
    """The ARN to which an action delivers."""
    place = ":".join(rule_arn.split(":")[3:5])
    match kind:
        case "lambda":
            return str(settings["functionArn"])
        case "sns":
            return str(settings["targetArn"])
        case "sqs":
            parts = urlsplit(settings["queueUrl"])
            account, name = parts.path.strip("/").split("/")[-2:]
            return f"arn:aws:sqs:{rule_arn.split(':')[3]}:{account}:{name}"
        case "kinesis":
            return f"arn:aws:kinesis:{place}:stream/{settings['streamName']}"
        case _:
            return f"arn:aws:firehose:{place}:deliverystream/{settings['deliveryStreamName']}"


def _parcel(kind: str, settings: Mapping[str, Any], text: str) -> Parcel:
    if kind == "sqs" and settings.get("useBase64"):
        return Parcel(base64.b64encode(text.encode()).decode())
    if kind == "kinesis":
        return Parcel(text, options={"PartitionKey": settings.get("partitionKey")})
    if kind == "firehose":
        return Parcel(text + (settings.get("separator") or ""))
    return Parcel(text)


def error_text(world: World, rule: TopicRule, topic: str, content: bytes, failure: Mapping[str, str]) -> str:
    """What the error action gets."""
    return json.dumps(
        {
            "ruleName": rule.name,
            "topic": topic,
            "cloudwatchTraceId": world.seeds.uuid("iot.trace-id"),
            "clientId": "N/A",
            "base64OriginalPayload": base64.b64encode(content).decode(),
            "failures": [dict(failure)],
        },
        separators=(",", ":"),
    )
