"""The one reader of a shard for all lanes of a pipe: what has been read once is not read again.

With a ParallelizationFactor of 2 to 10 a shard has as many lanes, and each record goes to the lane of its
partition key, so the order of a key is kept while keys do not wait for each other. GetRecords is asked once
for all lanes, at the base rate of the stream; a lane then looks at what is there.

Source: EventBridge User Guide, Pipes "Concurrent batches per shard"; which lane a key goes to is ours.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from workbook.aws.kinesis.errors import ThroughputExceeded
from workbook.aws.limits import limit

if TYPE_CHECKING:
    from workbook.aws.kinesis.shard import Record, Shard
    from workbook.aws.pipes.streams import StreamSource
    from workbook.engine.world import World

MOST_READ = limit("kinesis.get-records")


class ShardTap:
    """Reads one shard for one pipe."""

    def __init__(
        self, world: World, source: StreamSource, shard: Shard, pipe: str, lanes: int, position: int
    ) -> None:
        """`position` is the least sequence number at which a lane goes on."""
        self.shard = shard
        self.lanes = lanes
        self._world = world
        self._source = source
        self._pipe = pipe
        self._read_until = position
        self._next_read = world.clock.now

    @property
    def next_turn(self) -> int:
        """The instant at which the shard may be read again."""
        return self._next_read

    def take(self, position: int, most: int, lane: int) -> tuple[list[Record], int]:
        """Records of a lane from a position on, and the position behind what was looked at."""
        if position >= self._read_until:
            self._read(most)
        found: list[Record] = []
        record = self.shard.next_after(position)
        while record is not None and record.sequence_number < self._read_until and len(found) < most:
            position = record.sequence_number + 1
            if self._lane_of(record) == lane:
                found.append(record)
            record = self.shard.next_after(position)
        return found, position

    def _read(self, most: int) -> None:
        """One GetRecords, at the base rate; none is made when nothing is there."""
        if self.shard.next_after(self._read_until) is None:
            return
        self._world.kernel.sleep_until(self._next_read)
        self._next_read = self._world.clock.now + self._source.base_rate
        wanted = most if self.lanes == 1 else MOST_READ
        try:
            records = self._source.log.read(self.shard, self._read_until, wanted, pipe=self._pipe)
        except ThroughputExceeded:  # others read this shard, too
            return
        if records:
            self._read_until = max(self._read_until, records[-1].sequence_number + 1)

    def _lane_of(self, record: Record) -> int:
        if self.lanes == 1:
            return 0
        digest = hashlib.md5(record.partition_key.encode(), usedforsecurity=False).digest()
        return int.from_bytes(digest) % self.lanes
