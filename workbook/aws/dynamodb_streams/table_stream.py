"""The stream of one table: a record for each change of an item.

    PutItem, UpdateItem, DeleteItem ──> INSERT, MODIFY or REMOVE, with the keys and what the view type shows

A write that changes nothing makes no record. A stream has one shard here; on AWS a table has more as it
grows, and shards end after some hours.

Sources: DynamoDB Developer Guide, "Change data capture for DynamoDB Streams"; service model of DynamoDB
Streams (Record, StreamViewType).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.kinesis.shard import HASH_KEYS, Record, Shard
from workbook.aws.limits import limit
from workbook.engine.clock import SECOND
from workbook.engine.signals import Signal
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from workbook.engine.world import World

RETENTION = limit("dynamodb.streams.retention") * 3600 * SECOND
"""Microseconds for which a record can be read."""
_STATE = "dynamodb.streams"
_FIRST = 100_000_000_000_000_000_000_000
_VIEWS = {
    "NEW_IMAGE": ("NewImage",),
    "OLD_IMAGE": ("OldImage",),
    "NEW_AND_OLD_IMAGES": ("NewImage", "OldImage"),
}
Image = Mapping[str, Any]


class TableStream:
    """What happened to the items of one table since its stream was enabled."""

    def __init__(self, world: World, arn: str, region: str) -> None:
        self.world = world
        self.arn = arn
        self.region = region
        self.arrivals = Signal(world.kernel, f"changes of {arn}")
        self.shards = [Shard(0, 0, HASH_KEYS - 1, world.clock.now)]
        self._count = 0
        self._shard_id = f"shardId-{world.clock.milliseconds:020}-{world.seeds.uuid('dynamodb.shard')[:8]}"

    @property
    def status(self) -> str:
        """A stream of a table that is gone can be read for a while on AWS; here as long as it has records."""
        return "ACTIVE"

    @property
    def oldest(self) -> int:
        """The instant before which records have left the stream."""
        return self.world.clock.now - RETENTION

    def shard_id(self, _shard: Shard) -> str:
        """As AWS names shards of tables: longer than those of Kinesis."""
        return self._shard_id

    def put(self, view: str, keys: Image, old: Image | None, new: Image | None) -> None:
        """Note a change of an item; `old` and `new` are its attributes before and after."""
        self._count += 1
        change: dict[str, Any] = {
            "ApproximateCreationDateTime": self.world.clock.now // SECOND,
            "Keys": keys,
            "SequenceNumber": str(_FIRST + self._count),
            "StreamViewType": view,
        }
        images = {"NewImage": new, "OldImage": old}
        shown = {name: images[name] for name in _VIEWS.get(view, ()) if images[name] is not None}
        change.update(shown)
        change["SizeBytes"] = len(json.dumps({"Keys": keys, **shown}))
        identifier = self.world.seeds.uuid("dynamodb.event").replace("-", "")
        name = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
        event = {
            "eventID": identifier,
            "eventName": name,
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": self.region,
            "dynamodb": change,
            "eventSourceARN": self.arn,
        }
        text = json.dumps(event, separators=(",", ":"))
        self.shards[0].put(json.dumps(keys, sort_keys=True), text.encode(), self.world.clock.now)
        self.world.trace.record(
            "put-record",
            self.arn,
            message=identifier,
            size=len(text),
            event_name=name,
            body=text[:4096],
        )
        self.arrivals.notify_all()

    def read(self, shard: Shard, position: int, most: int, **reader: Any) -> list[Record]:  # noqa: ANN401 - facts
        """Records from a sequence number on; `reader` says in the trace who read them."""
        records = shard.read(position, most, self.world.clock.now, self.oldest)
        for record in records:
            message = json.loads(record.data)["eventID"]
            self.world.trace.record("read", self.arn, message=message, size=len(record.data), **reader)
        return records


def find_table_stream(world: World, arn: str) -> TableStream | None:
    """The stream with this ARN (arn:aws:dynamodb:REGION:ACCOUNT:table/NAME/stream/LABEL), or None."""
    found = _streams(world).get(arn)
    if found is not None:
        return found
    from moto.dynamodb.models import dynamodb_backends  # noqa: PLC0415 - only who has tables waits for it

    parts = arn.split(":", 5)
    if len(parts) != 6 or "/stream/" not in parts[5]:
        return None
    name, _, label = parts[5].removeprefix("table/").partition("/stream/")
    table = dynamodb_backends[parts[4]][parts[3]].tables.get(name)
    if table is None or table.latest_stream_label != label:
        return None
    return _streams(world).setdefault(arn, TableStream(world, arn, parts[3]))


def record_change(stream_shard: Any, old: Any, new: Any) -> None:  # noqa: ANN401 - moto's StreamShard and Items
    """In the place of moto's `StreamShard.add`: note a change in our stream of the table."""
    table = stream_shard.table
    before, after = _attributes(old), _attributes(new)
    if before == after:
        return
    stream = find_table_stream(current_world(), f"{table.table_arn}/stream/{table.latest_stream_label}")
    if stream is not None:
        item = after if before is None else before
        keys = {name: item[name] for name in table.table_key_attrs} if item else {}
        stream.put(table.stream_specification["StreamViewType"], keys, before, after)


def _attributes(item: Any) -> Image | None:  # noqa: ANN401 - moto's Item
    if item is None:
        return None
    attributes: Image = json.loads(json.dumps(item.to_json()["Attributes"], default=_plain))
    return attributes


def _plain(value: Any) -> Any:  # noqa: ANN401 - moto's DynamoType, or bytes
    return value.to_json() if hasattr(value, "to_json") else str(value)


def _streams(world: World) -> dict[str, TableStream]:
    return world.kept(_STATE, dict)
