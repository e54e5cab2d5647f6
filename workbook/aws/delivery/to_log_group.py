"""CloudWatch Logs takes what another service sends: one log event, in a stream of the sender's own.

A rule comes in its own name and needs a resource policy of CloudWatch Logs; a pipe comes with a role. The
text is the message. When it happened is the event's own `time` for a rule, which may also send
`{"timestamp": ..., "message": ...}` by its input transformer; a pipe can say it with `Timestamp`.

EventBridge makes the log streams itself, with names that are unlike each other and not documented; here a
sender has one stream in a log group, named by a UUID (unverified). A pipe may name its stream.

Sources: EventBridge User Guide, "Amazon EventBridge targets" (CloudWatch Logs) and "Amazon EventBridge Pipes
targets"; service model of CloudWatch Logs, PutLogEvents (14 days back, 2 hours ahead).
"""

from __future__ import annotations

import datetime
import json
from typing import TYPE_CHECKING, Any

from workbook.aws.delivery.permission import demand_role
from workbook.aws.delivery.shipment import Failure, Parcel, Sender, Undelivered
from workbook.aws.delivery.targets import Answer, Target
from workbook.engine.clock import instant_of

if TYPE_CHECKING:
    from workbook.engine.world import World

_STREAMS = "delivery.log-streams"
_TRANSFORMED = {"timestamp", "message"}
_DAY = 24 * 3600 * 1000
_MAKES_NO_STREAM = frozenset({"firehose.amazonaws.com"})
"""Services that write only to a log stream that somebody has made for them."""
OLDEST = 14 * _DAY
"""Milliseconds by which a log event may lie back (service model, PutLogEvents)."""
NEWEST = 2 * 3600 * 1000
"""Milliseconds by which it may lie ahead."""


def accept(world: World, sender: Sender, log_group_arn: str, parcel: Parcel) -> Answer:
    """Put what a service delivers into a log group, as one log event.

    Raises:
        Undelivered: there is no such log group, the service may not write there, or the event is too old.
    """
    from workbook.aws.logs.resource_policies import groups_of  # noqa: PLC0415 - who has no logs waits for none

    parts = log_group_arn.split(":")
    account, region, name = parts[4], parts[3], _group_name(parts)
    group = groups_of(account, region).get(name)
    if group is None:
        raise Undelivered(Failure.NO_RESOURCE, "The specified log group does not exist.", status=400)
    stream = _stream_name(world, sender, log_group_arn, parcel)
    stream_arn = f"{':'.join(parts[:5])}:log-group:{name}:log-stream:{stream}"
    if stream not in group.streams:
        if sender.service in _MAKES_NO_STREAM:
            raise Undelivered(Failure.NO_RESOURCE, "The specified log stream does not exist.", status=400)
        _demand(world, sender, "logs:CreateLogStream", stream_arn)
    _demand(world, sender, "logs:PutLogEvents", stream_arn)
    timestamp, message = _log_event(sender, parcel, world.clock.milliseconds)
    if not -OLDEST <= timestamp - world.clock.milliseconds <= NEWEST:
        raise Undelivered(Failure.REJECTED, "The log event is too old or too far ahead.", status=400)
    write(world, log_group_arn, stream, timestamp, message)
    return {"logStreamName": stream}


def write(world: World, log_group_arn: str, stream: str, timestamp: int, message: str) -> None:
    """Put one log event (`timestamp` in milliseconds) into a group; the stream is made if needed."""
    from workbook.aws.logs.resource_policies import groups_of  # noqa: PLC0415 - see `accept`

    parts = log_group_arn.split(":")
    group = groups_of(parts[4], parts[3])[_group_name(parts)]
    if stream not in group.streams:
        group.create_log_stream(stream)
    group.streams[stream].put_log_events([{"timestamp": timestamp, "message": message}])
    size, body = len(message.encode()), message[:4096]
    world.trace.record("put-log-event", log_group_arn, stream=stream, size=size, body=body)


def _group_name(parts: list[str]) -> str:
    """The name in arn:aws:logs:REGION:ACCOUNT:log-group:NAME, which may end with `:*`."""
    return parts[6] if len(parts) > 6 and parts[5] == "log-group" else ""


def _stream_name(world: World, sender: Sender, log_group_arn: str, parcel: Parcel) -> str:
    named = parcel.options.get("LogStreamName")
    return str(named) if named else own_stream(world, sender.source_arn, log_group_arn)


def own_stream(world: World, source_arn: str, log_group_arn: str) -> str:
    """The name of the stream that a sender has in a log group."""
    place = (source_arn, log_group_arn)
    return world.kept_in(_STREAMS, place, lambda: world.seeds.uuid("delivery.log-stream"))


def _demand(world: World, sender: Sender, action: str, stream_arn: str) -> None:
    from workbook.aws.logs.resource_policies import allows  # noqa: PLC0415 - see `accept`

    if sender.role_arn is not None:
        demand_role(world, sender, action, stream_arn)
    elif not allows(world, sender.principal, action, stream_arn, sender.context):
        raise Undelivered(
            Failure.NO_PERMISSION,
            f"User: {sender.service} is not authorized to perform: {action} on resource: {stream_arn} "
            f"because no resource-based policy allows the {action} action",
            status=400,
        )


def _log_event(sender: Sender, parcel: Parcel, now: int) -> tuple[int, str]:
    """Timestamp in milliseconds, and message."""
    if parcel.options.get("Timestamp") is not None:
        return _milliseconds(parcel.options["Timestamp"], now), parcel.text
    if sender.service != "events.amazonaws.com":
        return now, parcel.text
    content = _json_object(parcel.text)
    if content.keys() == _TRANSFORMED:
        message = content["message"]
        text = message if isinstance(message, str) else json.dumps(message, separators=(",", ":"))
        return _milliseconds(content["timestamp"], now), text
    return _milliseconds(content.get("time"), now), parcel.text


def _json_object(text: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _milliseconds(value: object, otherwise: int) -> int:
    """A number of milliseconds, or a time such as "2026-01-05T09:00:00Z"."""
    if isinstance(value, int | float):
        return int(value)
    text = str(value)
    if text.isdigit():
        return int(text)
    try:
        return instant_of(datetime.datetime.fromisoformat(text)) // 1000
    except ValueError:
        return otherwise


TARGET = Target(accept)
