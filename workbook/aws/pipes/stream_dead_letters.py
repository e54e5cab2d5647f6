"""What a pipe does with records of a stream that it gives up: it tells a queue or topic where they are.

    {"context": {"partnerResourceArn": the pipe, "condition": "RetryAttemptsExhausted"},
     "KinesisBatchInfo": {"shardId": ..., "startSequenceNumber": ..., "batchSize": ..., ...}}

The records themselves are not in it: whoever wants them reads them from the stream, before they leave that,
too. Without a dead-letter queue nobody is told.

Source: dead letters of pipes recorded by users (2023, 2024).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbook.aws.delivery import Parcel, Sender, Undelivered, attempt
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.aws.kinesis.shard import Record, Shard
    from workbook.aws.pipes.execution import Result
    from workbook.aws.pipes.settings import PipeSettings
    from workbook.aws.pipes.streams import StreamSource
    from workbook.engine.hop import Hop
    from workbook.engine.world import World

RETRIES_EXHAUSTED = "RetryAttemptsExhausted"
TOO_OLD = "RecordAgeExceeded"


@dataclass(frozen=True)
class StreamEvent:
    """A record of a stream, as the pipe passes it on."""

    record: Record
    shown: dict[str, Any]
    message: str
    """What it is called in the trace."""
    size: int
    """Bytes."""


class Discarder:
    """Gives up records of one shard."""

    def __init__(
        self, world: World, sender: Sender, settings: PipeSettings, source: StreamSource, shard: Shard
    ) -> None:
        self._world = world
        self._sender = sender
        self._settings = settings
        self._source = source
        self._shard = shard

    def discard(
        self, batch: Sequence[StreamEvent], condition: str, attempts: int, result: Result | None = None
    ) -> None:
        """Give up some records after so many attempts; `result` is that of the last."""
        letters = self._settings.dead_letter_arn
        causes = self._causes(batch) if result is None else [result.hop]
        if letters is None:
            self._drop(batch, causes, f"{condition}, and there is no dead-letter queue")
            return
        hop = self._world.trace.record(
            "give-up",
            self._settings.target,
            causes=causes,
            outcome=condition,
            attempts=attempts,
            reason=condition if result is None else result.reason,
            dead_letter_queue=letters,
            source=self._sender.source_arn,
        )
        try:
            with self._world.trace.under(hop):
                attempt(self._world, self._sender, letters, Parcel(self._dead_letter(batch, condition)))
        except Undelivered as error:
            self._drop(batch, [hop], f"the dead-letter queue did not take it: {error.message}")

    def _causes(self, batch: Sequence[StreamEvent]) -> list[Hop | int]:
        found = (self._world.trace.last_of(event.message) for event in batch)
        return [last for last in found if last is not None]

    def _drop(self, batch: Sequence[StreamEvent], causes: Sequence[Hop | int], reason: str) -> None:
        for event in batch:
            self._world.trace.record(
                "drop",
                self._settings.target,
                message=event.message,
                causes=causes,
                outcome="dropped",
                reason=reason,
                source=self._sender.source_arn,
            )

    def _dead_letter(self, batch: Sequence[StreamEvent], condition: str) -> str:
        """Not the records, but where they are in the stream."""
        first, last, source = batch[0], batch[-1], self._source
        letter = {
            "context": {"partnerResourceArn": self._sender.source_arn, "condition": condition},
            "version": "1.0",
            "timestamp": _timestamp(self._world.clock.now),
            source.batch_info: {
                "shardId": source.shard_id(self._shard),
                "startSequenceNumber": source.sequence_number(first.shown),
                "endSequenceNumber": source.sequence_number(last.shown),
                "approximateArrivalOfFirstRecord": _timestamp(first.record.arrived),
                "approximateArrivalOfLastRecord": _timestamp(last.record.arrived),
                "batchSize": len(batch),
                "streamArn": source.log.arn,
            },
        }
        return json.dumps(letter, separators=(",", ":"))


def _timestamp(instant: int) -> str:
    moment = datetime_of(instant)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"
