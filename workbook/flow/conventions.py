"""What OpenTelemetry's semantic conventions call what a hop tells of: names, kinds, attributes of spans.

Followed is version 1.45.0, its messaging, FaaS, AWS SDK and cloud parts. It has renamed `messaging.system`,
`rpc.system`, `rpc.service` and `faas.invocation_id`; tools that know older versions look for those, so both
are written, as the conventions propose for such times ("messaging/dup").

    hop                          span                       kind
    send, move                   create orders              PRODUCER: its context is the message's
    api-call, poller-request     SendMessage orders         CLIENT: sends, receives or settles messages
    long-poll                    ReceiveMessage orders      CLIENT: receives
    other api-calls              Lambda.CreateFunction      CLIENT, named as those of the AWS SDK are
    batch                        process orders             CONSUMER
    invoke                       resize                     SERVER
    all else                     dead-letter orders-dlq     INTERNAL

Source: open-telemetry/semantic-conventions, docs/messaging/messaging-spans.md and sqs.md,
docs/faas/aws-lambda.md, docs/cloud-providers/aws-sdk.md, and the attribute names of release 1.45.0.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping

from workbook.aws.billable import whole_number
from workbook.aws.sqs.addresses import queue_url
from workbook.engine.clock import datetime_of
from workbook.engine.facts import CONTENT
from workbook.engine.hop import Hop
from workbook.engine.naming import short_name
from workbook.engine.selection import has_failed
from workbook.flow.resources import kind_of, node_of
from workbook.flow.spans import CREATIONS, Span

SCHEMA_URL = "https://opentelemetry.io/schemas/1.45.0"

Attributes = dict[str, object]
"""Values are texts, whole numbers, fractions, truth values, or lists of texts."""


class SpanKind(enum.IntEnum):
    """The kinds of spans, by their numbers in the protocol."""

    INTERNAL = 1
    SERVER = 2
    CLIENT = 3
    PRODUCER = 4
    CONSUMER = 5


_KINDS = {
    "api-call": SpanKind.CLIENT,
    "poller-request": SpanKind.CLIENT,
    "long-poll": SpanKind.CLIENT,
    "batch": SpanKind.CONSUMER,
    "invoke": SpanKind.SERVER,
    **dict.fromkeys(CREATIONS, SpanKind.PRODUCER),
}

_OPERATION_TYPES = {
    "SendMessage": "send",
    "SendMessageBatch": "send",
    "ReceiveMessage": "receive",
    "DeleteMessage": "settle",
    "DeleteMessageBatch": "settle",
    "ChangeMessageVisibility": "settle",
    "ChangeMessageVisibilityBatch": "settle",
}
_SERVICES = {
    "sqs": "SQS",
    "lambda": "Lambda",
    "sns": "SNS",
    "cloudwatch": "CloudWatch",
    "logs": "CloudWatch Logs",
    "dynamodb": "DynamoDB",
    "s3": "S3",
    "iam": "IAM",
    "sts": "STS",
    "kms": "KMS",
    "autoscaling": "Auto Scaling",
    "ec2": "EC2",
    "events": "EventBridge",
    "firehose": "Firehose",
    "stepfunctions": "SFN",
}
"""What the AWS SDK calls a service that boto3 calls so; others are called as boto3 does."""

_ON_RESOURCES = frozenset({"create", "configure", "remove"})
"""Kinds of hops that tell of a queue or a function itself; a message is created, too."""

_SINGLE = frozenset({"SendMessage", "DeleteMessage", "ChangeMessageVisibility"})
"""Operations that are never about several messages."""


def kind_of_span(hop: Hop) -> SpanKind:
    """The kind of the span that stands for a hop."""
    return _KINDS.get(hop.kind, SpanKind.INTERNAL)


def name_of(span: Span) -> str:
    """The name of a span: few different ones, so that a tool can group them."""
    hop, queue = span.hop, short_name(_queue_of(span))
    service, operation = _call_of(hop)
    if operation:
        return f"{operation} {queue}" if operation in _OPERATION_TYPES and queue else f"{service}.{operation}"
    if hop.kind == "invoke":
        return short_name(node_of(hop.resource))
    if hop.kind in _ON_RESOURCES:
        return f"{hop.kind} {kind_of(hop.resource).value} {short_name(hop.resource)}"
    verb = "create" if hop.kind in CREATIONS else "process" if hop.kind == "batch" else hop.kind
    return f"{verb} {queue or short_name(hop.resource)}"


def attributes_of(span: Span) -> Attributes:
    """All attributes of a span."""
    hop = span.hop
    attributes = {**_call_attributes(hop), **_messaging_attributes(span), **_function_attributes(span)}
    if has_failed(hop):
        attributes["error.type"] = hop.outcome
    return attributes | _own_attributes(hop)


def resource_of(service: str, spans: list[Span]) -> Attributes:
    """What describes a service that makes spans."""
    invoked = next((span.hop.resource for span in spans if span.hop.kind == "invoke"), None)
    if invoked is None:
        return {"service.name": service}
    function = node_of(invoked)
    return {
        "service.name": service,
        "cloud.provider": "aws",
        "cloud.platform": "aws_lambda",
        "faas.name": service,
        "cloud.resource_id": function,
        **_place_of(function),
    }


# ---- calls


def _call_of(hop: Hop) -> tuple[str, str]:
    """The service and the operation of a request, empty where the hop is none."""
    if hop.kind == "long-poll":
        return "SQS", "ReceiveMessage"
    if hop.kind == "poller-request":
        return "SQS", str(hop.facts["operation"])
    if hop.kind == "api-call":
        service, _, operation = hop.resource.partition(":")
        return _SERVICES.get(service, service), operation
    return "", ""


def _call_attributes(hop: Hop) -> Attributes:
    service, operation = _call_of(hop)
    if not operation:
        return {}
    return {
        "rpc.system.name": "aws-api",
        "rpc.method": f"{service}/{operation}",
        "rpc.system": "aws-api",
        "rpc.service": service,
    }


# ---- messages


def _queue_of(span: Span) -> str:
    """The ARN of the queue that the span is about; empty where there is none."""
    hop = span.hop
    if hop.kind == "batch":
        return span.messages[0].resource if span.messages else ""
    place = str(hop.facts.get("on", hop.resource))
    return place if kind_of(place).is_queue else ""


def _messaging_attributes(span: Span) -> Attributes:
    hop, queue = span.hop, _queue_of(span)
    if not queue:
        return {}
    account, region = queue.split(":")[4], queue.split(":")[3]
    name = short_name(queue)
    attributes: Attributes = {
        "messaging.system.name": "aws.sqs",
        "messaging.system": "aws_sqs",
        "messaging.destination.name": name,
        "aws.sqs.queue.url": queue_url(region, account, name),
        **_place_of(queue),
        **_operation(hop),
    }
    if hop.message is not None:
        attributes |= {"messaging.message.id": hop.message, **_sizes(hop)}
    return attributes | _counts(span)


def _operation(hop: Hop) -> Attributes:
    _, operation = _call_of(hop)
    if operation:
        operation_type = _OPERATION_TYPES.get(operation)
    elif hop.kind in CREATIONS:
        operation = operation_type = "create"
    elif hop.kind == "batch":
        operation = operation_type = "process"
    else:
        return {}
    name: Attributes = {"messaging.operation.name": operation}
    return name | ({"messaging.operation.type": operation_type} if operation_type else {})


def _counts(span: Span) -> Attributes:
    """How many messages an operation that can be about several was about; the id of a single one."""
    _, operation = _call_of(span.hop)
    ids = list(dict.fromkeys(one.message for one in span.messages if one.message))
    if span.hop.kind == "batch" or (operation in _OPERATION_TYPES and operation not in _SINGLE):
        count: Attributes = {"messaging.batch.message_count": len(ids)}
        return count | ({"messaging.message.id": ids[0]} if len(ids) == 1 else {})
    return {"messaging.message.id": ids[0]} if operation in _SINGLE and ids else {}


def _sizes(hop: Hop) -> Attributes:
    """SQS's size of a message is that of its body and its attributes; a body without these has it alone."""
    if not hop.size:
        return {}
    alone = hop.kind in CREATIONS and "attributes" not in hop.facts
    sizes: Attributes = {"messaging.message.envelope.size": hop.size}
    return sizes | ({"messaging.message.body.size": hop.size} if alone else {})


# ---- functions


def _function_attributes(span: Span) -> Attributes:
    hop = span.hop
    if hop.kind == "batch":
        return {"faas.trigger": "pubsub"}
    if hop.kind != "invoke":
        return {}
    by_messages = span.parent is not None and span.parent.kind == "batch"
    return {
        "faas.name": short_name(node_of(hop.resource)),
        "faas.version": str(hop.facts["version"]) if "version" in hop.facts else "$LATEST",
        "faas.trigger": "pubsub" if by_messages else "other",
        "faas.coldstart": hop.facts.get("start") == "cold",
        "faas.max_memory": whole_number(hop, "memory") * 1024 * 1024,
        "faas.invocation.id": str(hop.facts.get("request_id", "")),
        "faas.invocation_id": str(hop.facts.get("request_id", "")),
        "aws.lambda.invoked_arn": hop.resource,
        "cloud.resource_id": node_of(hop.resource),
        **_place_of(hop.resource),
    }


def _place_of(arn: str) -> Attributes:
    _, _, _, region, account, *_ = arn.split(":")
    return {"cloud.region": region, "cloud.account.id": account}


# ---- what no convention has a name for


def _own_attributes(hop: Hop) -> Attributes:
    own: Attributes = {
        "workbook.hop": hop.number,
        "workbook.kind": hop.kind,
        "workbook.resource": hop.resource,
    }
    return own | {
        f"workbook.{name}": _plain(name, value) for name, value in hop.facts.items() if name not in CONTENT
    }


def _plain(name: str, value: object) -> object:
    """A fact as an attribute; an instant as a time in ISO 8601, for people who read it in a tool."""
    if name.endswith("_at") and isinstance(value, int):
        return f"{datetime_of(value):%Y-%m-%dT%H:%M:%S.%f}Z"
    if isinstance(value, Mapping):
        return json.dumps(dict(value), ensure_ascii=False)
    return value
