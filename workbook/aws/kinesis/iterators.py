"""Shard iterators: a position in a shard, good for five minutes.

An iterator carries its facts in itself, signed so that nobody makes one up; remembering every one that was
given out would cost memory for ever. Those of AWS begin with AAAAAAAAAAE, too.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import hashlib
import json
from typing import TYPE_CHECKING, NamedTuple

from workbook.aws.kinesis.errors import ExpiredIterator, InvalidArgument, ValidationError
from workbook.aws.limits import limit
from workbook.engine.clock import SECOND, datetime_of, instant_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from workbook.aws.kinesis.shard import Shard
    from workbook.aws.kinesis.stream import Stream
    from workbook.engine.world import World

LIFE = limit("kinesis.iterator")
"""Seconds for which an iterator can be used."""
TYPES = ("AFTER_SEQUENCE_NUMBER", "LATEST", "AT_TIMESTAMP", "AT_SEQUENCE_NUMBER", "TRIM_HORIZON")
_HEADER = b"\x00\x00\x00\x00\x00\x00\x00\x01"
_SIGNATURE = 16


class Position(NamedTuple):
    """Where an iterator stands: stream by ARN and birth, shard by index, and a sequence number.

    `born` and `given` are instants in microseconds.
    """

    stream_arn: str
    born: int
    shard: int
    sequence_number: int
    given: int


def issue(world: World, stream: Stream, shard: Shard, sequence_number: int) -> str:
    """An iterator that reads from a sequence number on."""
    facts = [stream.arn, stream.created, shard.index, sequence_number, world.clock.now]
    text = json.dumps(facts, separators=(",", ":")).encode()
    return base64.b64encode(_HEADER + _signature(world, text) + text).decode()


def read(world: World, iterator: str) -> Position:
    """What an iterator stands for.

    Raises:
        InvalidArgument: it is none.
        ExpiredIterator: it was given out more than five minutes ago.
    """
    try:
        raw = base64.b64decode(iterator, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidArgument("Invalid ShardIterator.") from None
    signature, text = raw[8 : 8 + _SIGNATURE], raw[8 + _SIGNATURE :]
    if not raw.startswith(_HEADER) or signature != _signature(world, text):
        raise InvalidArgument("Invalid ShardIterator.")
    position = Position(*json.loads(text))
    now = world.clock.now
    if now - position.given > LIFE * SECOND:
        raise ExpiredIterator.of(datetime_of(position.given), datetime_of(now), LIFE * 1000)
    return position


def start_of(stream: Stream, shard: Shard, parameters: Mapping[str, Any]) -> int:
    """The sequence number at which GetShardIterator's parameters say to begin.

    Raises:
        ValidationError, InvalidArgument: they do not fit together.
    """
    kind = parameters["ShardIteratorType"]
    if kind not in TYPES:
        rule = f"Member must satisfy enum value set: [{', '.join(TYPES)}]"
        raise ValidationError.of("shardIteratorType", kind, rule)
    if kind == "TRIM_HORIZON":
        return shard.position_at(stream.oldest)
    if kind == "LATEST":
        return shard.end
    if kind == "AT_TIMESTAMP":
        return _at_timestamp(stream, shard, parameters.get("Timestamp"))
    number = _sequence_number(shard, parameters.get("StartingSequenceNumber"), kind)
    return number + 1 if kind == "AFTER_SEQUENCE_NUMBER" else number


def _at_timestamp(stream: Stream, shard: Shard, timestamp: datetime.datetime | None) -> int:
    if timestamp is None:
        raise InvalidArgument("Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP.")
    instant = instant_of(timestamp)
    if instant > stream.world.clock.now:
        raise InvalidArgument(
            "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis."
        )
    return shard.position_at(max(instant, stream.oldest))


def _sequence_number(shard: Shard, text: str | None, kind: str) -> int:
    if not text:
        raise InvalidArgument(
            f"Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and "
            f"StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. "
            f"Request specified {kind} and no StartingSequenceNumber."
        )
    number = int(text) if text.isdigit() else -1
    if not shard.starting_sequence_number <= number < shard.end:
        raise InvalidArgument(f"StartingSequenceNumber {text} is not one of {shard.shard_id}.")
    return number


def _signature(world: World, text: bytes) -> bytes:
    key = f"kinesis.iterator/{world.seeds.seed}".encode()
    return hashlib.blake2b(text, digest_size=_SIGNATURE, key=key[:64]).digest()
