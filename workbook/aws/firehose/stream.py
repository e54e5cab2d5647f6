"""A delivery stream: it takes records, gathers them, and hands them over in batches.

    create ──> CREATING ──> ACTIVE ──> DELETING ──> gone
    put ──> throughput ──> (transformation ──>) buffer ──> Batch ──> bucket

How long AWS takes to make or delete a stream is not documented; `TRANSITION` is ours (unverified).

Source: service model of Firehose.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbook.aws.firehose.batch import Batch, Record
from workbook.aws.firehose.buffer import Buffer
from workbook.aws.firehose.errors import ServiceUnavailable
from workbook.aws.firehose.meters import Meters
from workbook.aws.firehose.throughput import Quota, Throughput
from workbook.aws.firehose.transformation import error_line, transform
from workbook.engine.clock import SECOND, datetime_of

if TYPE_CHECKING:
    from workbook.aws.firehose.destination import Destination
    from workbook.engine.world import World

TRANSITION = 30 * SECOND
"""Microseconds until a new stream is ACTIVE, and until a deleted one is gone."""
_DELETED = "the delivery stream was deleted"
_RECORD_ID = 162
"""Random bytes; in base64 they are as long as AWS's ids."""


@dataclass
class DeliveryStream:
    """A delivery stream of an account and Region."""

    world: World
    name: str
    arn: str
    destination: Destination
    throughput_hint: int | None = None
    """MiB a second; AWS says that it is for information only."""
    tags: dict[str, str] = field(default_factory=dict)
    status: str = "CREATING"
    version: int = 1
    created: int = field(init=False)
    """An instant in microseconds."""
    meters: Meters = field(init=False)
    _throughput: Throughput = field(init=False)
    _buffer: Buffer = field(init=False)
    _failures: Buffer = field(init=False)
    """Records that could not be transformed, as the bucket will have them."""
    _entrance: Buffer = field(init=False)
    """Where records come in: the buffer of the function that transforms them, or that of the destination."""
    _on_the_way: dict[Batch, None] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        region, account = self.arn.split(":")[3:5]
        self.created = self.world.clock.now
        self.meters = Meters(self.world, account, region, self.name)
        self._throughput = Throughput(Quota.of(region))
        self._buffer = Buffer(
            self.world.kernel,
            f"delivery stream {self.name}",
            self.destination.buffer_bytes,
            self.destination.interval,
            self._flush,
        )
        self._failures = Buffer(
            self.world.kernel,
            f"delivery stream {self.name}: failures",
            self.destination.buffer_bytes,
            self.destination.interval,
            self._flush_failures,
        )
        self._entrance = self._buffer_of_processor() or self._buffer

    def _buffer_of_processor(self) -> Buffer | None:
        processor = self.destination.processor
        if processor is None:
            return None
        name = f"delivery stream {self.name}: transformation"
        return Buffer(
            self.world.kernel, name, processor.buffer_bytes, processor.interval, self._start_transformation
        )

    # ---- records

    def admit(self, operation: str, records: int = 1) -> None:
        """Let a request pass that fits in this second.

        Raises:
            ServiceUnavailable: it does not.
        """
        self.meters.requested(operation)
        if not self._throughput.admits_request(self.world.clock.now):
            raise self._throttled(operation, records)

    def put(self, data: bytes, operation: str) -> str:
        """Take a record in; the answer is its id.

        Raises:
            ServiceUnavailable: the stream takes no more in this second.
        """
        now = self.world.clock.now
        if not self._throughput.admits_record(len(data), now):
            raise self._throttled(operation, 1)
        chance = self.world.seeds.stream("firehose.record-id")
        record_id = base64.b64encode(chance.randbytes(_RECORD_ID)).decode()
        body = data.decode("utf-8", "replace")[:4096]
        hop = self.world.trace.record("put-record", self.arn, message=record_id, size=len(data), body=body)
        self.meters.came(operation, len(data))
        self._entrance.add(Record(record_id, data, now, hop.number))
        return record_id

    def _throttled(self, operation: str, records: int) -> ServiceUnavailable:
        error = ServiceUnavailable()
        self.meters.throttled(records)
        self.world.trace.record("throttle", self.arn, outcome=error.code, action=operation)
        return error

    def _start_transformation(self, records: list[Record], _trigger: str) -> None:
        name = f"delivery stream {self.name}: transformation"
        self.world.kernel.spawn(self._transform, records, name=name)

    def _transform(self, records: list[Record]) -> None:
        processor = self.destination.processor
        if processor is None or not records:
            return
        outcome = transform(self.world, self.arn, processor, records)
        if self.status != "ACTIVE":
            Batch(self, [*outcome.done, *(record for record, _ in outcome.failed)], "").drop(_DELETED)
            return
        for record in outcome.done:
            self._buffer.add(record)
        for record, reason in outcome.failed:
            ended = self.world.clock.now
            line = error_line(record, reason, outcome.attempts, processor.function_arn, ended)
            self._failures.add(record._replace(data=line))

    def _flush(self, records: list[Record], trigger: str) -> None:
        self._send(Batch(self, records, trigger))

    def _flush_failures(self, records: list[Record], trigger: str) -> None:
        self._send(Batch(self, records, trigger, error_type="processing-failed"))

    def _send(self, batch: Batch) -> None:
        self._on_the_way[batch] = None
        batch.try_once()

    def done(self, batch: Batch) -> None:
        """A batch was written, or is lost."""
        self._on_the_way.pop(batch, None)

    def drop(self, reason: str) -> None:
        """Lose what has not been written."""
        buffers = dict.fromkeys((self._entrance, self._buffer, self._failures))
        for batch in (*self._on_the_way, *(Batch(self, buffer.take(), "") for buffer in buffers)):
            batch.drop(reason)
        self._on_the_way.clear()

    # ---- as AWS shows it

    def settings(self) -> dict[str, Any]:
        """What it is set to, for the trace."""
        return {
            "DeliveryStreamName": self.name,
            "DeliveryStreamType": "DirectPut",
            "VersionId": str(self.version),
            "Destinations": [self.destination.shown()],
        }

    def description(self) -> dict[str, Any]:
        """As DescribeDeliveryStream shows it."""
        source = {} if self.throughput_hint is None else {"Source": self._source()}
        return {
            "DeliveryStreamARN": self.arn,
            "DeliveryStreamStatus": self.status,
            "DeliveryStreamEncryptionConfiguration": {"Status": "DISABLED"},
            "CreateTimestamp": datetime_of(self.created),
            "HasMoreDestinations": False,
            **source,
            **self.settings(),
        }

    def _source(self) -> dict[str, Any]:
        return {"DirectPutSourceDescription": {"ThroughputHintInMBs": self.throughput_hint}}
