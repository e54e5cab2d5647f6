"""Records that have left the buffer: one object, written as often as it takes, for at most 24 hours.

    buffer ──> Batch ── flush ──> object in the bucket
                  └─ fails: again after 1, 2, 4 ... seconds, until the records are too old

While the destination is down, other batches queue up behind this one, each with tries of its own. AWS makes
its buffer larger then, to catch up sooner; that is not simulated. Nor is anything said of AWS's pauses
between tries, so they are ours.

Source: Amazon Data Firehose Developer Guide, "Understand data delivery in Amazon Data Firehose"; service
model of Firehose, PutRecord: records are kept for 24 hours from when they came.
"""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, NamedTuple

from workbook.aws.delivery import Undelivered
from workbook.aws.firehose.bucket import put_object
from workbook.aws.firehose.error_log import log_error
from workbook.aws.firehose.prefixes import evaluated, evaluated_for_errors
from workbook.aws.limits import limit
from workbook.aws.schedules import zone_of
from workbook.engine.clock import SECOND, datetime_of, microseconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbook.aws.firehose.stream import DeliveryStream
    from workbook.engine.hop import Hop

RETENTION = limit("firehose.retention") * 3600 * SECOND
FIRST_RETRY = 1.0
"""Seconds before the first retry; then twice as long each time."""
LONGEST_RETRY = 600.0
"""Seconds."""


class Record(NamedTuple):
    """What a producer put; `arrived` is an instant, `hop` the number of its hop."""

    record_id: str
    data: bytes
    arrived: int
    hop: int


class Batch:
    """Some records on their way to the bucket."""

    def __init__(
        self,
        stream: DeliveryStream,
        records: Sequence[Record],
        trigger: str,
        *,
        error_type: str | None = None,
    ) -> None:
        """`trigger` says what closed the buffer: "size" or "interval".

        With an `error_type` the object goes to where records lie that could not be processed.
        """
        self._error_type = error_type
        self._stream = stream
        self._world = stream.world
        self._records = list(records)
        self._trigger = trigger
        self._tries = 0
        self._causes: tuple[int, ...] = tuple(record.hop for record in records)
        self._place = ""

    def try_once(self) -> None:
        """Write what is not too old yet; if that fails, come back later."""
        self._forget_old()
        if not self._records:
            return
        self._tries += 1
        data = b"".join(record.data for record in self._records)
        self._write(self._begin(len(data)), data)

    def drop(self, reason: str) -> None:
        """Lose all of it."""
        self._lose(self._records, reason)
        self._records = []

    def _begin(self, size: int) -> Hop:
        return self._world.trace.record(
            "flush",
            self._stream.arn,
            causes=self._causes,
            size=size,
            bucket=self._stream.destination.bucket_arn,
            records=len(self._records),
            trigger=self._trigger,
            attempt=self._tries,
        )

    def _write(self, hop: Hop, data: bytes) -> None:
        destination = self._stream.destination
        self._place = self._place or self._object()
        body = gzip.compress(data, mtime=0) if destination.compression == "GZIP" else data
        try:
            with self._world.trace.under(hop):
                put_object(self._world, self._stream.arn, destination.role_arn, self._place, body)
        except Undelivered as error:
            self._failed(hop, error)
        else:
            age = (self._world.clock.now - self._records[0].arrived) / SECOND
            self._stream.meters.delivered(len(self._records), len(data), age)
            self._stream.done(self)

    def _object(self) -> str:
        """Bucket and key: the prefix, the stream, its version, when the oldest record came, and a UUID."""
        destination = self._stream.destination
        moment = datetime_of(self._records[0].arrived).astimezone(zone_of(destination.time_zone or "UTC"))
        seeds = self._world.seeds
        chance = seeds.stream("firehose.random-string")
        if self._error_type is None:
            prefix = evaluated(destination.prefix, moment, chance)
        else:
            prefix = evaluated_for_errors(destination.error_output_prefix, self._error_type, moment, chance)
        identifier = seeds.uuid("firehose.object")
        name = f"{self._stream.name}-{self._stream.version}-{moment:%Y-%m-%d-%H-%M-%S}-{identifier}"
        return f"{destination.bucket_arn}/{prefix}{name}{destination.extension}"

    def _failed(self, hop: Hop, error: Undelivered) -> None:
        pause = microseconds(min(FIRST_RETRY * 2 ** min(self._tries - 1, 32), LONGEST_RETRY))
        # No later than when the oldest record is lost, so that the trace says so in time.
        retry_at = min(self._world.clock.now + pause, self._records[0].arrived + RETENTION)
        amended = self._world.trace.amend(
            hop, outcome=error.failure.name, reason=error.message, retry_at=retry_at
        )
        self._causes = (amended.number,)
        self._stream.meters.failed()
        with self._world.trace.under(amended):
            log_error(self._stream, error)
        self._world.kernel.at(retry_at, self.try_once, name=f"delivery stream {self._stream.name}: retry")

    def _forget_old(self) -> None:
        oldest = self._world.clock.now - RETENTION
        old = [record for record in self._records if record.arrived <= oldest]
        if old:
            hours = limit("firehose.retention")
            self._lose(old, f"kept for {hours} hours, and the bucket did not take it")
            self._records = self._records[len(old) :]
            if not self._records:
                self._stream.done(self)

    def _lose(self, records: Sequence[Record], reason: str) -> None:
        for record in records:
            self._world.trace.record(
                "drop",
                self._stream.destination.bucket_arn,
                message=record.record_id,
                causes=self._causes if self._tries else (record.hop,),
                outcome="dropped",
                source=self._stream.arn,
                reason=reason,
            )
