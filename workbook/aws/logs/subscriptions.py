"""Subscription filters: what a log group sends on, and how it is packed.

    log events ──> pattern ──> {"messageType": "DATA_MESSAGE" ...} ──> gzip ──┬─ {"awslogs": base64}  Lambda
                                                                             └─ as it is     Kinesis, Firehose

Lambda is invoked asynchronously. What a destination refuses for its rate or a failure of its own is tried
again for up to 24 hours. Where the permission or the destination itself is missing, the filter is disabled
for 10 minutes, and the events of these minutes are lost.

A function cannot be subscribed to its own log group: it would invoke itself with each line that it logs.

Source: CloudWatch Logs User Guide, "Log group-level subscription filters" (payload, retries). The pauses
between tries are the lab's.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbook.aws.delivery import Delivery, Failure, Outcome, Parcel, RetryPolicy, Sender, deliver
from workbook.aws.delivery.pauses import doubling
from workbook.aws.limits import limit
from workbook.aws.logs.filter_patterns import parse_filter_pattern
from workbook.engine.clock import SECOND
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from workbook.engine.world import World

MAXIMUM_AGE = limit("logs.subscription.retries")
"""Seconds for which a delivery is tried again."""
DISABLED = limit("logs.subscription.disabled")
"""Seconds for which a filter sends nothing, after a failure that is none of the moment."""
_RETRIES = RetryPolicy(doubling(1, 300), maximum_age=MAXIMUM_AGE)
_PERMANENT = frozenset({Failure.NO_PERMISSION, Failure.NO_RESOURCE, Failure.NO_ROLE})
SERVICE = "logs.amazonaws.com"


@dataclass
class SubscriptionFilter:
    """One subscription of a log group."""

    name: str
    log_group_name: str
    log_group_arn: str
    """Without ":*" at its end."""
    pattern: str
    destination_arn: str
    role_arn: str | None
    distribution: str
    creation_time: int
    """Milliseconds."""
    disabled_until: int = 0
    """An instant; the filter sends nothing before."""

    def description(self) -> dict[str, Any]:
        """As AWS shows it."""
        shown: dict[str, Any] = {
            "filterName": self.name,
            "logGroupName": self.log_group_name,
            "filterPattern": self.pattern,
            "destinationArn": self.destination_arn,
            "distribution": self.distribution,
            "applyOnTransformedLogs": False,
            "creationTime": self.creation_time,
        }
        return shown if self.role_arn is None else shown | {"roleArn": self.role_arn}

    @property
    def sender(self) -> Sender:
        """As whom the log group comes to the destination."""
        region, account = self.log_group_arn.split(":")[3:5]
        service = _service_of(self.destination_arn, region)
        return Sender(service, f"{self.log_group_arn}:*", account, region, self.role_arn)


def _service_of(destination_arn: str, region: str) -> str:
    """The name by which a function's policy lets CloudWatch Logs in; some policies name the Region's own."""
    if ":lambda:" not in destination_arn:
        return SERVICE
    from workbook.aws.awslambda.errors import LambdaError  # noqa: PLC0415 - there was a function, so it is loaded
    from workbook.aws.awslambda.permissions import policy_of  # noqa: PLC0415 - as above
    from workbook.aws.awslambda.registry import find_by_arn  # noqa: PLC0415 - as above

    try:
        target = find_by_arn(current_world(), destination_arn)
    except LambdaError:
        return SERVICE
    qualifier = target.arn.partition(":function:")[2].partition(":")[2]
    regional = f"logs.{region}.amazonaws.com"
    statements = policy_of(target.backend, target.function.function_name, qualifier or None).statements
    return regional if regional in json.dumps(statements) else SERVICE


def send(
    world: World, subscription: SubscriptionFilter, stream: str, events: Sequence[dict[str, Any]]
) -> None:
    """Send on the log events that match; at once, and in one piece."""
    matches = parse_filter_pattern(subscription.pattern)
    chosen = [event for event in events if matches(str(event["message"]))]
    if not chosen:
        return
    message = world.seeds.uuid("logs.subscription")
    if world.clock.now < subscription.disabled_until:
        world.trace.record(
            "drop",
            subscription.destination_arn,
            message=message,
            source=subscription.log_group_arn,
            reason="the subscription filter is disabled for 10 minutes after its destination was not there",
        )
        return
    packed = pack(world, subscription, stream, chosen)
    deliver(world, [_delivery(world, subscription, stream, message, packed)])


def pack(
    world: World,
    subscription: SubscriptionFilter,
    stream: str,
    events: Sequence[dict[str, Any]],
    kind: str = "DATA_MESSAGE",
) -> bytes:
    """What a destination gets, compressed."""
    is_data = kind == "DATA_MESSAGE"
    chance = world.seeds.stream("logs.event-ids")
    content = {
        "messageType": kind,
        "owner": subscription.log_group_arn.split(":")[4] if is_data else "CloudwatchLogs",
        "logGroup": subscription.log_group_name if is_data else "",
        "logStream": stream,
        "subscriptionFilters": [subscription.name] if is_data else [],
        "logEvents": [
            {
                "id": f"{chance.getrandbits(184):056d}" if is_data else "",
                "timestamp": event["timestamp"],
                "message": event["message"],
            }
            for event in events
        ],
    }
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    return gzip.compress(text.encode("utf-8", "replace"), mtime=0)


def parcel_of(world: World, subscription: SubscriptionFilter, stream: str, packed: bytes) -> Parcel:
    """What is delivered: base64 in JSON to a function, bytes to a stream."""
    if ":lambda:" in subscription.destination_arn:
        return Parcel(json.dumps({"awslogs": {"data": base64.b64encode(packed).decode()}}))
    key = stream if subscription.distribution == "ByLogStream" else world.seeds.uuid("logs.partition-key")
    return Parcel(packed.decode("utf-8", "surrogateescape"), options={"PartitionKey": key[:256] or "-"})


def _delivery(
    world: World, subscription: SubscriptionFilter, stream: str, message: str, packed: bytes
) -> Delivery:
    def disable_after_failure(outcome: Outcome) -> None:
        if outcome.error is not None and outcome.error.failure in _PERMANENT:
            subscription.disabled_until = world.clock.now + DISABLED * SECOND

    return Delivery(
        sender=subscription.sender,
        target=subscription.destination_arn,
        parcel=parcel_of(world, subscription, stream, packed),
        message=message,
        retries=_RETRIES,
        facts={"source": subscription.log_group_arn, "subscription": subscription.name},
        on_end=disable_after_failure,
    )
