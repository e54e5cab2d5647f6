"""What differs between the streams that a pipe can read: Kinesis data streams and streams of tables.

Sources: EventBridge User Guide, "Amazon Kinesis stream as a source" and "Amazon DynamoDB stream as a source"
(records, base rates); dead letters of pipes recorded by users.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, Protocol

from workbook.aws.delivery.targets import service_of
from workbook.aws.dynamodb_streams.table_stream import TableStream, find_table_stream
from workbook.aws.kinesis.registry import find_stream
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from workbook.aws.kinesis.shard import Record, Shard
    from workbook.aws.kinesis.stream import Stream
    from workbook.engine.signals import Signal
    from workbook.engine.world import World


class Log(Protocol):
    """A stream: shards of records that are read, not taken out."""

    arn: str
    shards: list[Shard]
    arrivals: Signal

    @property
    def status(self) -> str:
        """ACTIVE while it can be read."""

    @property
    def oldest(self) -> int:
        """The instant before which records have left the stream."""

    def read(self, shard: Shard, position: int, most: int, **reader: Any) -> list[Record]:  # noqa: ANN401 - facts
        """Records of a shard from a sequence number on."""


class StreamSource(Protocol):
    """A stream, and how a pipe passes its records on."""

    log: Log
    batch_info: str
    """The member of a dead letter that says where the records are."""
    base_rate: int
    """Microseconds between two reads of a shard."""

    def event(self, shard: Shard, record: Record) -> dict[str, Any]:
        """A record as the pipe passes it on."""

    def message(self, event: dict[str, Any]) -> str:
        """What it is called in the trace."""

    def sequence_number(self, event: dict[str, Any]) -> str:
        """Its sequence number, as a dead letter tells it."""

    def shard_id(self, shard: Shard) -> str:
        """The shard, as AWS names it."""


class KinesisSource:
    """A Kinesis data stream."""

    batch_info = "KinesisBatchInfo"
    base_rate = SECOND

    def __init__(self, stream: Stream, role_arn: str) -> None:
        self.log: Log = stream
        self._role_arn = role_arn

    def event(self, shard: Shard, record: Record) -> dict[str, Any]:
        """Metadata, and the data in base64."""
        return {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": record.partition_key,
            "sequenceNumber": str(record.sequence_number),
            "data": base64.b64encode(record.data).decode(),
            "approximateArrivalTimestamp": record.arrived // 1000 / 1000,
            "eventSource": "aws:kinesis",
            "eventVersion": "1.0",
            "eventID": f"{shard.shard_id}:{record.sequence_number}",
            "eventName": "aws:kinesis:record",
            "invokeIdentityArn": self._role_arn,
            "awsRegion": self.log.arn.split(":")[3],
            "eventSourceARN": self.log.arn,
        }

    def message(self, event: dict[str, Any]) -> str:
        """Its sequence number."""
        return str(event["sequenceNumber"])

    sequence_number = message

    def shard_id(self, shard: Shard) -> str:
        """As everywhere in Kinesis."""
        return shard.shard_id


class TableSource:
    """The stream of a DynamoDB table."""

    batch_info = "DDBStreamBatchInfo"
    base_rate = SECOND // 4

    def __init__(self, stream: TableStream) -> None:
        self.log: Log = stream
        self._stream = stream

    def event(self, _shard: Shard, record: Record) -> dict[str, Any]:
        """The change, as the stream has it."""
        event: dict[str, Any] = json.loads(record.data)
        return event

    def message(self, event: dict[str, Any]) -> str:
        """The id of the change."""
        return str(event["eventID"])

    def sequence_number(self, event: dict[str, Any]) -> str:
        """That of the change."""
        return str(event["dynamodb"]["SequenceNumber"])

    def shard_id(self, shard: Shard) -> str:
        """That of the table's stream."""
        return self._stream.shard_id(shard)


def find_source(world: World, arn: str, role_arn: str) -> StreamSource | None:
    """The stream with this ARN, or None."""
    if service_of(arn) == "dynamodb":
        table = find_table_stream(world, arn)
        return None if table is None else TableSource(table)
    stream = find_stream(world, arn)
    return None if stream is None else KinesisSource(stream, role_arn)
