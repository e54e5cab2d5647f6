"""Operations on records: PutRecord, PutRecords, GetShardIterator, GetRecords.

Source: service model of Kinesis.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.kinesis import iterators, registry
from workbook.aws.kinesis.errors import (
    InvalidArgument,
    ResourceNotFound,
    ThroughputExceeded,
    ValidationError,
)
from workbook.aws.kinesis.operations_streams import stream_name
from workbook.aws.kinesis.stream import KIBIBYTE, Stream
from workbook.aws.limits import limit
from workbook.aws.operations import Answer, Call, refuse_parameters
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.aws.kinesis.shard import Record, Shard

MOST_PUT = limit("kinesis.put-records")
LARGEST_PUT = limit("kinesis.put-records.bytes")
MOST_READ = limit("kinesis.get-records")
LONGEST_KEY = limit("kinesis.partition-key")
_NO_ENCRYPTION = {"EncryptionType": "NONE"}


def put_record(call: Call) -> Answer:
    """Put one record into the shard of its partition key."""
    known = frozenset(
        {
            *("StreamName", "StreamARN", "Data", "PartitionKey", "ExplicitHashKey"),
            "SequenceNumberForOrdering",  # records of a shard are in strict order here anyhow
        }
    )
    refuse_parameters(call.parameters, known, "PutRecord")
    stream = _active(call)
    key, data = checked_record(stream, call.parameters)
    shard = stream.shard_for(key, call.parameters.get("ExplicitHashKey"))
    record = stream.put(shard, key, data)
    return {
        "ShardId": shard.shard_id,
        "SequenceNumber": str(record.sequence_number),
        **_NO_ENCRYPTION,
    }


def put_records(call: Call) -> Answer:
    """Put up to 500 records; some may fail while others succeed."""
    refuse_parameters(call.parameters, frozenset({"StreamName", "StreamARN", "Records"}), "PutRecords")
    stream, entries = _active(call), call.parameters["Records"]
    if not 1 <= len(entries) <= MOST_PUT:
        bound = "less than or equal to 500" if entries else "greater than or equal to 1"
        raise ValidationError.of("records", f"[{len(entries)} records]", f"Member must have length {bound}")
    checked = [checked_record(stream, entry) for entry in entries]
    if sum(len(data) + len(key.encode()) for key, data in checked) > LARGEST_PUT:
        raise InvalidArgument(f"Records size exceeds {LARGEST_PUT // KIBIBYTE**2} MB limit")
    shards = [
        stream.shard_for(key, entry.get("ExplicitHashKey"))
        for (key, _), entry in zip(checked, entries, strict=True)
    ]
    results = [_put_one(stream, shard, key, data) for shard, (key, data) in zip(shards, checked, strict=True)]
    failed = sum("ErrorCode" in result for result in results)
    return {"FailedRecordCount": failed, "Records": results, **_NO_ENCRYPTION}


def _put_one(stream: Stream, shard: Shard, key: str, data: bytes) -> dict[str, str]:
    try:
        record = stream.put(shard, key, data)
    except ThroughputExceeded as error:
        return {"ErrorCode": error.code, "ErrorMessage": error.message}
    return {"SequenceNumber": str(record.sequence_number), "ShardId": shard.shard_id}


def checked_record(stream: Stream, parameters: Mapping[str, Any]) -> tuple[str, bytes]:
    """Partition key and data of a record that the stream can take.

    Raises:
        ValidationError, InvalidArgument: it cannot.
    """
    key, data = parameters.get("PartitionKey"), bytes(parameters["Data"])
    if key is None:
        raise ValidationError.of("partitionKey", "null", "Member must not be null")
    if not 1 <= len(key) <= LONGEST_KEY:
        bound = f"less than or equal to {LONGEST_KEY}" if key else "greater than or equal to 1"
        raise ValidationError.of("partitionKey", key, f"Member must have length {bound}")
    largest = stream.largest_record * KIBIBYTE
    if len(data) + len(key.encode()) > largest:
        rule = f"Member must have length less than or equal to {largest}"
        raise ValidationError.of("data", "java.nio.HeapByteBuffer", rule)
    return key, data


def get_shard_iterator(call: Call) -> Answer:
    """A place in a shard from which to read."""
    known = frozenset(
        {
            *("StreamName", "StreamARN", "ShardId", "ShardIteratorType"),
            *("StartingSequenceNumber", "Timestamp"),
        }
    )
    refuse_parameters(call.parameters, known, "GetShardIterator")
    stream = _active(call)
    shard = find_shard(stream, call.parameters["ShardId"])
    start = iterators.start_of(stream, shard, call.parameters)
    return {"ShardIterator": iterators.issue(call.world, stream, shard, start)}


def find_shard(stream: Stream, shard_id: str) -> Shard:
    """The shard with this id.

    Raises:
        ResourceNotFound: the stream has none.
    """
    shard = next((shard for shard in stream.shards if shard.shard_id == shard_id), None)
    if shard is None:
        raise ResourceNotFound.shard(shard_id, stream.name, stream.account)
    return shard


def get_records(call: Call) -> Answer:
    """Records from an iterator's place on, and the iterator of the place behind them."""
    refuse_parameters(call.parameters, frozenset({"ShardIterator", "Limit", "StreamARN"}), "GetRecords")
    most = call.parameters.get("Limit") or MOST_READ
    if most > MOST_READ:
        raise InvalidArgument(f"Limit {most} is greater than {MOST_READ}, the most of one GetRecords.")
    position = iterators.read(call.world, call.parameters["ShardIterator"])
    stream = registry.find_stream(call.world, position.stream_arn)
    if stream is None or stream.created != position.born:
        name = position.stream_arn.partition(":stream/")[2]
        raise ResourceNotFound.stream(name, call.account)
    shard = stream.shards[position.shard]
    records = stream.read(shard, position.sequence_number, int(most))
    then = records[-1].sequence_number + 1 if records else position.sequence_number
    return {
        "Records": [shown_record(record) for record in records],
        "NextShardIterator": iterators.issue(call.world, stream, shard, then),
        "MillisBehindLatest": _behind(stream, shard, then),
    }


def shown_record(record: Record) -> dict[str, Any]:
    """A record as GetRecords shows it."""
    return {
        "SequenceNumber": str(record.sequence_number),
        "ApproximateArrivalTimestamp": datetime_of(record.arrived // 1000 * 1000),
        "Data": record.data,
        "PartitionKey": record.partition_key,
        **_NO_ENCRYPTION,
    }


def _behind(stream: Stream, shard: Shard, position: int) -> int:
    """Milliseconds since the next record came in; 0 when there is none."""
    unread = shard.next_after(position)
    return 0 if unread is None else (stream.world.clock.now - unread.arrived) // 1000


def _active(call: Call) -> Stream:
    return registry.active_stream(call.world, call.account, call.region, stream_name(call))
