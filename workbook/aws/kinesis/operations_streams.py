"""Operations on streams and shards: create, describe, list, delete, retention, tags.

Source: service model of Kinesis; error texts recorded by users and public test suites. Where none was found
the text is ours (unverified).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any

from moto.utilities.utils import get_partition

from workbook.aws.kinesis import registry
from workbook.aws.kinesis.errors import (
    InvalidArgument,
    LimitExceeded,
    ResourceInUse,
    ResourceNotFound,
    ValidationError,
)
from workbook.aws.kinesis.stream import SHARDS_ON_DEMAND, Stream, shown_shard
from workbook.aws.limits import limit
from workbook.aws.operations import Answer, Call, refuse_parameters
from workbook.engine.clock import datetime_of

_NAME = re.compile(r"[a-zA-Z0-9_.-]{1,128}")
_MODES = ("PROVISIONED", "ON_DEMAND")
LEAST_RECORD = limit("kinesis.record.least")
MOST_RECORD = limit("kinesis.record.most")
LONGEST_RETENTION = limit("kinesis.retention.most")
SHORTEST_RETENTION = limit("kinesis.retention.default")
MOST_IN_CREATION = limit("kinesis.streams-in-creation")
MOST_TAGS = limit("kinesis.tags")
_PAGE_OF_SHARDS = 100
_PAGE_OF_LIST_SHARDS = 1000
_PAGE_OF_STREAMS = 100


def create_stream(call: Call) -> Answer:
    """Make a stream; it is ACTIVE some seconds later."""
    known = frozenset({"StreamName", "ShardCount", "StreamModeDetails", "Tags", "MaxRecordSizeInKiB"})
    refuse_parameters(call.parameters, known, "CreateStream")
    name = str(call.parameters["StreamName"])
    if _NAME.fullmatch(name) is None:
        rule = "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
        raise ValidationError.of("streamName", name, rule)
    streams = registry.streams_of(call.world, call.account, call.region)
    if name in streams:
        raise ResourceInUse(f"Stream {name} under account {call.account} already exists.")
    if sum(stream.status == "CREATING" for stream in streams.values()) >= MOST_IN_CREATION:
        raise LimitExceeded(
            f"This request would exceed the limit of {MOST_IN_CREATION} streams in the CREATING state"
        )
    mode, shards = _capacity(call.parameters)
    largest = _largest_record(call.parameters.get("MaxRecordSizeInKiB"))
    tags = dict(call.parameters.get("Tags") or {})
    _check_tags(tags)
    arn = f"arn:{get_partition(call.region)}:kinesis:{call.region}:{call.account}:stream/{name}"
    stream = Stream(call.world, name, arn, call.account, mode, shards, largest, tags)
    registry.create(call.world, call.account, call.region, stream)
    return None


def _capacity(parameters: Mapping[str, Any]) -> tuple[str, int]:
    """Mode and number of shards."""
    mode = (parameters.get("StreamModeDetails") or {}).get("StreamMode", "PROVISIONED")
    shards = parameters.get("ShardCount")
    if mode not in _MODES:
        raise ValidationError.of(
            "streamModeDetails.streamMode",
            mode,
            f"Member must satisfy enum value set: [{', '.join(_MODES)}]",
        )
    if mode == "ON_DEMAND":
        if shards is not None:
            raise InvalidArgument("ShardCount must not be set for a stream in ON_DEMAND mode.")
        return mode, SHARDS_ON_DEMAND
    if shards is None:
        raise InvalidArgument("ShardCount must be set for a stream in PROVISIONED mode.")
    if shards < 1:
        rule = "Member must have value greater than or equal to 1"
        raise ValidationError.of("shardCount", shards, rule)
    return mode, int(shards)


def _largest_record(size: int | None) -> int:
    if size is None:
        return LEAST_RECORD
    if not LEAST_RECORD <= size <= MOST_RECORD:
        bound = (
            f"greater than or equal to {LEAST_RECORD}"
            if size < LEAST_RECORD
            else f"less than or equal to {MOST_RECORD}"
        )
        raise ValidationError.of("maxRecordSizeInKiB", size, f"Member must have value {bound}")
    return size


def delete_stream(call: Call) -> Answer:
    """Delete a stream and all that is in it."""
    refuse_parameters(
        call.parameters, frozenset({"StreamName", "StreamARN", "EnforceConsumerDeletion"}), "DeleteStream"
    )
    registry.delete(call.world, call.account, call.region, stream_of(call))
    return None


def describe_stream(call: Call) -> Answer:
    """The stream with its shards."""
    stream = stream_of(call)
    most = min(call.parameters.get("Limit") or _PAGE_OF_SHARDS, _PAGE_OF_SHARDS)
    start = _shard_index(call.parameters.get("ExclusiveStartShardId"))
    shards = stream.shards[start : start + most]
    more = start + most < len(stream.shards)
    return {"StreamDescription": stream.description(shards, more=more)}


def describe_stream_summary(call: Call) -> Answer:
    """The stream without its shards."""
    return {"StreamDescriptionSummary": stream_of(call).summary()}


def list_streams(call: Call) -> Answer:
    """Names of streams, in their order."""
    names = sorted(registry.streams_of(call.world, call.account, call.region))
    after = call.parameters.get("NextToken") or call.parameters.get("ExclusiveStartStreamName") or ""
    most = min(call.parameters.get("Limit") or _PAGE_OF_STREAMS, _PAGE_OF_STREAMS)
    later = [name for name in names if name > after]
    shown = later[:most]
    streams = registry.streams_of(call.world, call.account, call.region)
    answer: dict[str, Any] = {
        "StreamNames": shown,
        "HasMoreStreams": len(later) > most,
        "StreamSummaries": [_summary(streams[name]) for name in shown],
    }
    if len(later) > most:
        answer["NextToken"] = shown[-1]
    return answer


def _summary(stream: Stream) -> dict[str, Any]:
    return {
        "StreamName": stream.name,
        "StreamARN": stream.arn,
        "StreamStatus": stream.status,
        "StreamModeDetails": {"StreamMode": stream.mode},
        "StreamCreationTimestamp": datetime_of(stream.created),
    }


def list_shards(call: Call) -> Answer:
    """The shards of a stream, all of which are open."""
    known = frozenset({"StreamName", "StreamARN", "MaxResults", "ExclusiveStartShardId", "NextToken"})
    refuse_parameters(call.parameters, known, "ListShards")
    stream, start = _first_of_page(call)
    end = start + min(call.parameters.get("MaxResults") or _PAGE_OF_LIST_SHARDS, _PAGE_OF_LIST_SHARDS)
    answer: dict[str, Any] = {"Shards": [shown_shard(shard) for shard in stream.shards[start:end]]}
    if end < len(stream.shards):
        answer["NextToken"] = base64.urlsafe_b64encode(f"{end} {stream.name}".encode()).decode()
    return answer


def _first_of_page(call: Call) -> tuple[Stream, int]:
    """Stream and index of the first shard, as the token says or the other parameters."""
    token = call.parameters.get("NextToken")
    if token is None:
        return stream_of(call), _shard_index(call.parameters.get("ExclusiveStartShardId"))
    if call.parameters.get("StreamName"):
        raise InvalidArgument("NextToken and StreamName cannot be provided together.")
    try:
        start, _, name = base64.urlsafe_b64decode(token.encode()).decode().partition(" ")
        return _named_stream(call, name), int(start)
    except ValueError:
        raise InvalidArgument("Invalid NextToken.") from None


def _shard_index(after: str | None) -> int:
    """The index of the shard behind one that is named."""
    if after is None:
        return 0
    number = after.rpartition("-")[2]
    return int(number) + 1 if number.isdigit() else 0


def increase_stream_retention_period(call: Call) -> Answer:
    """Keep records longer, up to a year."""
    return _set_retention(call, longer=True)


def decrease_stream_retention_period(call: Call) -> Answer:
    """Keep records less long, at least a day; what is older is gone at once."""
    return _set_retention(call, longer=False)


def _set_retention(call: Call, *, longer: bool) -> Answer:
    stream, hours = stream_of(call), int(call.parameters["RetentionPeriodHours"])
    if hours < SHORTEST_RETENTION:
        raise InvalidArgument(
            f"Minimum allowed retention period is {SHORTEST_RETENTION} hours. Requested retention period "
            f"({hours} hours) is too short."
        )
    if hours > LONGEST_RETENTION:
        raise InvalidArgument(
            f"Maximum allowed retention period is {LONGEST_RETENTION} hours. Requested retention period "
            f"({hours} hours) is too long."
        )
    if hours != stream.retention and longer != (hours > stream.retention):
        wrong, way = ("shorter", "longer") if longer else ("longer", "shorter")
        raise InvalidArgument(
            f"Requested retention period ({hours} hours) for stream {stream.name} can not be {wrong} than "
            f"existing retention period ({stream.retention} hours). Ask for one that is {way}."
        )
    stream.retention = hours
    call.world.trace.record("configure", stream.arn, settings=stream.settings())
    return None


def add_tags_to_stream(call: Call) -> Answer:
    """Add tags, or change their values."""
    stream = stream_of(call)
    tags = {**stream.tags, **dict(call.parameters.get("Tags") or {})}
    _check_tags(tags)
    stream.tags = tags
    return None


def remove_tags_from_stream(call: Call) -> Answer:
    """Take tags away; those that are not there are no error."""
    stream = stream_of(call)
    for key in call.parameters.get("TagKeys") or ():
        stream.tags.pop(key, None)
    return None


def list_tags_for_stream(call: Call) -> Answer:
    """Tags in the order of their keys."""
    after, most = call.parameters.get("ExclusiveStartTagKey") or "", call.parameters.get("Limit") or MOST_TAGS
    tags = [(key, value) for key, value in sorted(stream_of(call).tags.items()) if key > after]
    shown = [{"Key": key, "Value": value} for key, value in tags[:most]]
    return {"Tags": shown, "HasMoreTags": len(tags) > most}


def _check_tags(tags: Mapping[str, str]) -> None:
    if len(tags) > MOST_TAGS:
        raise InvalidArgument(f"Failed to add tags: a stream has at most {MOST_TAGS} tags, not {len(tags)}.")


def stream_of(call: Call) -> Stream:
    """The stream that a request names by StreamName or StreamARN, in whatever state.

    Raises:
        InvalidArgument: it names none.
        ResourceNotFound: there is no such stream.
    """
    return _named_stream(call, stream_name(call))


def _named_stream(call: Call, name: str) -> Stream:
    stream = registry.streams_of(call.world, call.account, call.region).get(name)
    if stream is None:
        raise ResourceNotFound.stream(name, call.account)
    return stream


def stream_name(call: Call) -> str:
    """The name in a request: StreamName, or the end of StreamARN.

    Raises:
        InvalidArgument: it has neither.
    """
    name, arn = call.parameters.get("StreamName"), call.parameters.get("StreamARN")
    if not name and not arn:
        raise InvalidArgument("Either the StreamName or the StreamARN parameter must be set.")
    return str(name or str(arn).partition(":stream/")[2])
