"""A Kinesis data stream takes what another service sends: one record, in the shard of its partition key.

EventBridge, Scheduler and Pipes come with a role, which must allow kinesis:PutRecord. The partition key is
what the target parameters say; a rule may name a path in the event instead (`PartitionKeyPath`), and without
one its events go by their `id`, so each goes to any shard.

Sources: service models of EventBridge (KinesisParameters), Scheduler and Pipes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.delivery.permission import demand_role
from workbook.aws.delivery.shipment import Failure, Parcel, Sender, Undelivered
from workbook.aws.delivery.targets import Answer, Target
from workbook.aws.kinesis.errors import InvalidArgument, ThroughputExceeded, ValidationError
from workbook.aws.kinesis.operations_records import checked_record
from workbook.aws.kinesis.registry import find_stream

if TYPE_CHECKING:
    from workbook.engine.world import World


def accept(world: World, sender: Sender, stream_arn: str, parcel: Parcel) -> Answer:
    """Put what a service delivers into a stream; the answer is PutRecord's.

    Raises:
        Undelivered: there is no such stream, the role does not allow it, or the shard is throttled.
    """
    if sender.role_arn is None:
        raise Undelivered(Failure.NO_ROLE, "kinesis:PutRecord needs a role: give the target a RoleArn")
    name, account = stream_arn.partition(":stream/")[2], stream_arn.split(":")[4]
    stream = find_stream(world, stream_arn)
    if stream is None:
        missing = f"Stream {name} under account {account} not found."
        raise Undelivered(Failure.NO_RESOURCE, missing, status=400)
    demand_role(world, sender, "kinesis:PutRecord", stream_arn)
    record = {
        "PartitionKey": _partition_key(world, parcel),
        "Data": parcel.content,
    }
    try:
        key, data = checked_record(stream, record)
        shard = stream.shard_for(key)
        put = stream.put(shard, key, data)
    except ThroughputExceeded as error:
        raise Undelivered(Failure.THROTTLED, error.message, status=400) from None
    except (InvalidArgument, ValidationError) as error:
        raise Undelivered(Failure.REJECTED, error.message, status=400) from None
    return {"ShardId": shard.shard_id, "SequenceNumber": str(put.sequence_number), "EncryptionType": "NONE"}


def _partition_key(world: World, parcel: Parcel) -> str:
    parameters: Mapping[str, Any] = {
        **parcel.options,
        **(parcel.options.get("KinesisParameters") or {}),
        **(parcel.options.get("KinesisStreamParameters") or {}),
    }
    event = _event(parcel.text)
    path = parameters.get("PartitionKeyPath")
    key = parameters.get("PartitionKey") or (None if path is None else _value_at(event, path))
    if key in (None, ""):
        key = event.get("id") or world.seeds.uuid("delivery.partition-key")
    return key if isinstance(key, str) else json.dumps(key)


def _event(text: str) -> Mapping[str, Any]:
    try:
        event = json.loads(text)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}


def _value_at(event: Mapping[str, Any], path: str) -> Any:  # noqa: ANN401 - whatever is there
    """The value at a path such as $.detail.id; None where there is none."""
    value: Any = event
    for name in path.removeprefix("$").strip(".").split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


TARGET = Target(accept)
