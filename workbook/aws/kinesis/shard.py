"""One shard: an append-only log that many may read, each from where it likes.

    put ──> [ record record record ... ] ──> read(from a sequence number)      nothing is taken out by reading
              oldest leave after the retention period

Sequence numbers grow within a shard. AWS promises no more about them; their form here (56 digits, from the
shard's number, the order in it and the time) is like that of AWS's, and nothing should be built on it.

A shard takes 1,000 records and 1 MiB in each second, and gives 2 MiB in at most five reads. Seconds are
counted from full second to full second.
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field
from typing import NamedTuple

from workbook.aws.limits import limit
from workbook.engine.clock import SECOND

HASH_KEYS = 2**128
"""How many hash keys there are: MD5 makes 128 bits of a partition key."""

RECORDS_PER_SECOND = limit("kinesis.shard.records")
BYTES_PER_SECOND = limit("kinesis.shard.bytes")
READS_PER_SECOND = limit("kinesis.shard.reads")
BYTES_READ_PER_SECOND = limit("kinesis.shard.read-bytes")
LARGEST_READ = limit("kinesis.get-records.bytes")


class Record(NamedTuple):
    """What a producer put; `arrived` is an instant."""

    sequence_number: int
    partition_key: str
    data: bytes
    arrived: int

    @property
    def size(self) -> int:
        """Bytes, as limits count them: data and partition key."""
        return len(self.data) + len(self.partition_key.encode())


@dataclass(slots=True)
class _Second:
    """What was used in one second."""

    began: int = -1
    count: int = 0
    size: int = 0

    def of(self, now: int) -> _Second:
        """The use of the present second."""
        second = now // SECOND
        if second != self.began:
            self.began, self.count, self.size = second, 0, 0
        return self


@dataclass(slots=True)
class Shard:
    """A shard of a stream, with the hash keys from `first_key` to `last_key`."""

    index: int
    first_key: int
    last_key: int
    created: int
    _records: list[Record] = field(default_factory=list)
    _numbers: list[int] = field(default_factory=list)
    _gone: int = 0
    """How many records at the beginning of the list are past their retention."""
    _count: int = 0
    _last: int = 0
    _written: _Second = field(default_factory=_Second)
    _read: _Second = field(default_factory=_Second)
    _blocked_until: int = 0

    def __post_init__(self) -> None:
        self._last = self.starting_sequence_number

    @property
    def shard_id(self) -> str:
        """As AWS names shards."""
        return f"shardId-{self.index:012}"

    @property
    def starting_sequence_number(self) -> int:
        """Less than that of any record."""
        return _sequence_number(self.created, 0, self.created, self.index)

    @property
    def end(self) -> int:
        """A sequence number: what has been put is below it, what will be put is not."""
        return self._last + 1

    # ---- writing

    def admits(self, size: int, now: int) -> bool:
        """Whether a record of `size` bytes can be written in this second; counts it if so.

        A record above 1 MiB has a second for itself.
        """
        used = self._written.of(now)
        if used.count and (used.count >= RECORDS_PER_SECOND or used.size + size > BYTES_PER_SECOND):
            return False
        used.count += 1
        used.size += size
        return True

    def put(self, partition_key: str, data: bytes, now: int) -> Record:
        """Append a record."""
        self._count += 1
        self._last = _sequence_number(self.created, self._count, now, self.index)
        record = Record(self._last, partition_key, data, now)
        self._records.append(record)
        self._numbers.append(self._last)
        return record

    # ---- reading

    def admits_read(self, now: int) -> bool:
        """Whether GetRecords may be called in this second; counts the call if so."""
        used = self._read.of(now)
        if now < self._blocked_until or used.count >= READS_PER_SECOND:
            return False
        used.count += 1
        return True

    def read(self, position: int, most: int, now: int, oldest: int) -> list[Record]:
        """Records from a sequence number on that have arrived since `oldest`, at most 10 MiB of them."""
        found: list[Record] = []
        size = 0
        for record in self._from(position, most, oldest):
            if found and size + record.size > LARGEST_READ:
                break
            found.append(record)
            size += record.size
        used = self._read.of(now)
        used.size += size
        if used.size > BYTES_READ_PER_SECOND:
            seconds = -(-used.size // BYTES_READ_PER_SECOND)
            self._blocked_until = now + seconds * SECOND
        return found

    def position_at(self, instant: int) -> int:
        """The sequence number of the first record that arrived at or after an instant."""
        index = bisect.bisect_left(self._records, instant, lo=self._gone, key=_arrival)
        return self._numbers[index] if index < len(self._numbers) else self.end

    def next_after(self, position: int) -> Record | None:
        """The first record at or after a sequence number."""
        index = bisect.bisect_left(self._numbers, position, lo=self._gone)
        return self._records[index] if index < len(self._records) else None

    def _from(self, position: int, most: int, oldest: int) -> list[Record]:
        self._trim(oldest)
        start = bisect.bisect_left(self._numbers, position, lo=self._gone)
        return self._records[start : start + most]

    def _trim(self, oldest: int) -> None:
        """Forget what is past its retention; the list is cut only when half of it is gone."""
        self._gone = bisect.bisect_left(self._records, oldest, lo=self._gone, key=_arrival)
        if self._gone * 2 > len(self._records):
            del self._records[: self._gone], self._numbers[: self._gone]
            self._gone = 0


def _arrival(record: Record) -> int:
    return record.arrived


def _sequence_number(created: int, count: int, now: int, index: int) -> int:
    """186 bits: when the shard was made, its number, the order in it, the time of the record, the shard.

    To the microsecond of the making, so that no two streams of a lab have the same number.
    """
    began, put = created // SECOND, now // SECOND
    return (
        (2 << 184)
        | (began << 148)
        | ((index & 0xF) << 144)
        | ((created % SECOND) << 124)
        | (count << 80)
        | (put << 36)
        | ((index & 0xFFFFFFFF) << 4)
        | 2
    )
