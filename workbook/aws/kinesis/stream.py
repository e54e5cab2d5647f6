"""A data stream: its shards, its settings, and the states that it passes through.

    create ──> CREATING ──> ACTIVE ──> DELETING ──> gone
    put a record ──> MD5 of its partition key ──> the shard with that hash key

How long AWS takes to make or delete a stream is not documented; `TRANSITION` is ours (unverified). A stream
on demand has four shards and keeps them: how AWS adds more is not simulated.

Source: service model of Kinesis; Kinesis Data Streams Developer Guide, "Choose the data stream capacity
mode".
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbook.aws.kinesis.errors import InvalidArgument, ThroughputExceeded, ValidationError
from workbook.aws.kinesis.shard import HASH_KEYS, Record, Shard
from workbook.aws.limits import limit
from workbook.engine.clock import SECOND, datetime_of
from workbook.engine.signals import Signal

if TYPE_CHECKING:
    from workbook.engine.world import World

_HASH_KEY = re.compile(r"0|([1-9]\d{0,38})")
TRANSITION = 10 * SECOND
"""Microseconds until a new stream is ACTIVE, and until a deleted one is gone."""
SHARDS_ON_DEMAND = 4
KIBIBYTE = 1024
HOUR = 3600 * SECOND


@dataclass
class Stream:
    """A data stream of an account and Region."""

    world: World
    name: str
    arn: str
    account: str
    mode: str
    shard_count: int
    largest_record: int
    """KiB of data and partition key."""
    tags: dict[str, str] = field(default_factory=dict)
    retention: int = limit("kinesis.retention.default")
    """Hours for which a record can be read."""
    status: str = "CREATING"
    created: int = field(init=False)
    """An instant in microseconds."""
    arrivals: Signal = field(init=False)
    """Notified when a record came in, or the stream is deleted."""
    shards: list[Shard] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.created = self.world.clock.now
        self.arrivals = Signal(self.world.kernel, f"records in {self.name}")
        width = HASH_KEYS // self.shard_count
        for index in range(self.shard_count):
            last = HASH_KEYS - 1 if index == self.shard_count - 1 else (index + 1) * width - 1
            self.shards.append(Shard(index, index * width, last, self.created))

    @property
    def oldest(self) -> int:
        """The instant before which records have left the stream."""
        return self.world.clock.now - self.retention * HOUR

    # ---- records

    def shard_for(self, partition_key: str, explicit_hash_key: str | None = None) -> Shard:
        """The shard that takes a record.

        Raises:
            InvalidArgument: the explicit hash key is above 2^128-1.
            ValidationError: it is no number.
        """
        if explicit_hash_key is None:
            digest = hashlib.md5(partition_key.encode(), usedforsecurity=False).digest()
            key = int.from_bytes(digest)
        else:
            if _HASH_KEY.fullmatch(explicit_hash_key) is None:
                rule = f"Member must satisfy regular expression pattern: {_HASH_KEY.pattern}"
                raise ValidationError.of("explicitHashKey", explicit_hash_key, rule)
            key = int(explicit_hash_key)
        if key >= HASH_KEYS:
            raise InvalidArgument(
                f"Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. "
                f"Specified value was {explicit_hash_key}"
            )
        width = HASH_KEYS // self.shard_count
        return self.shards[min(key // width, self.shard_count - 1)]

    def put(self, shard: Shard, partition_key: str, data: bytes) -> Record:
        """Take a record in.

        Raises:
            ThroughputExceeded: the shard takes no more in this second.
        """
        size = len(data) + len(partition_key.encode())
        trace = self.world.trace
        if not shard.admits(size, self.world.clock.now):
            error = ThroughputExceeded.of(shard.shard_id, self.name, self.account)
            trace.record("throttle", self.arn, outcome=error.code, action="PutRecord", shard=shard.shard_id)
            raise error
        record = shard.put(partition_key, data, self.world.clock.now)
        trace.record(
            "put-record",
            self.arn,
            message=str(record.sequence_number),
            size=size,
            shard=shard.shard_id,
            partition_key=partition_key,
            body=data.decode("utf-8", "replace")[:4096],
        )
        self.arrivals.notify_all()
        return record

    def read(self, shard: Shard, position: int, most: int, **reader: Any) -> list[Record]:  # noqa: ANN401 - facts
        """Records of a shard from a sequence number on; `reader` says in the trace who read them.

        Raises:
            ThroughputExceeded: the shard was read too often, or too much of it.
        """
        now = self.world.clock.now
        if not shard.admits_read(now):
            error = ThroughputExceeded.of(shard.shard_id, self.name, self.account)
            self.world.trace.record(
                "throttle", self.arn, outcome=error.code, action="GetRecords", shard=shard.shard_id
            )
            raise error
        records = shard.read(position, most, now, self.oldest)
        for record in records:
            self.world.trace.record(
                "read",
                self.arn,
                message=str(record.sequence_number),
                size=record.size,
                shard=shard.shard_id,
                **reader,
            )
        return records

    # ---- as AWS shows it

    def settings(self) -> dict[str, Any]:
        """What it is set to, for the trace."""
        return {
            "StreamName": self.name,
            "StreamMode": self.mode,
            "ShardCount": self.shard_count,
            "RetentionPeriodHours": self.retention,
            "MaxRecordSizeInKiB": self.largest_record,
        }

    def summary(self) -> dict[str, Any]:
        """As DescribeStreamSummary shows it."""
        return {
            **self._common(),
            "OpenShardCount": self.shard_count,
            "ConsumerCount": 0,
            "MaxRecordSizeInKiB": self.largest_record,
        }

    def description(self, shards: list[Shard], *, more: bool) -> dict[str, Any]:
        """As DescribeStream shows it, with some of its shards."""
        shown = [shown_shard(shard) for shard in shards]
        return {**self._common(), "Shards": shown, "HasMoreShards": more}

    def _common(self) -> dict[str, Any]:
        return {
            "StreamName": self.name,
            "StreamARN": self.arn,
            "StreamStatus": self.status,
            "StreamModeDetails": {"StreamMode": self.mode},
            "RetentionPeriodHours": self.retention,
            "StreamCreationTimestamp": datetime_of(self.created // SECOND * SECOND),
            "EnhancedMonitoring": [{"ShardLevelMetrics": []}],
            "EncryptionType": "NONE",
        }


def shown_shard(shard: Shard) -> dict[str, Any]:
    """A shard as the API shows it."""
    return {
        "ShardId": shard.shard_id,
        "HashKeyRange": {"StartingHashKey": str(shard.first_key), "EndingHashKey": str(shard.last_key)},
        "SequenceNumberRange": {"StartingSequenceNumber": str(shard.starting_sequence_number)},
    }
