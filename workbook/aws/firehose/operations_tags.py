"""Operations on the tags of a delivery stream.

Source: service model of Firehose. The text for too many tags is ours (unverified).
"""

from __future__ import annotations

from workbook.aws.firehose.errors import LimitExceeded
from workbook.aws.firehose.operations_streams import checked, stream_of, tags_of
from workbook.aws.firehose.stream import DeliveryStream
from workbook.aws.limits import limit
from workbook.aws.operations import Answer, Call

MOST_TAGS = limit("firehose.tags")


def tag_delivery_stream(call: Call) -> Answer:
    """Add tags, or change their values."""
    checked(call, "TagDeliveryStream")
    stream = stream_of(call)
    tags = {**stream.tags, **tags_of(call.parameters["Tags"])}
    if len(tags) > MOST_TAGS:
        message = f"A delivery stream has at most {MOST_TAGS} tags, and {stream.name} would have {len(tags)}."
        raise LimitExceeded(message)
    _set_tags(call, stream, tags)
    return None


def untag_delivery_stream(call: Call) -> Answer:
    """Take tags away; those that are not there are no error."""
    checked(call, "UntagDeliveryStream")
    stream, gone = stream_of(call), set(call.parameters["TagKeys"])
    _set_tags(call, stream, {key: value for key, value in stream.tags.items() if key not in gone})
    return None


def list_tags_for_delivery_stream(call: Call) -> Answer:
    """Tags in the order of their keys."""
    checked(call, "ListTagsForDeliveryStream")
    after = call.parameters.get("ExclusiveStartTagKey") or ""
    most = call.parameters.get("Limit") or MOST_TAGS
    tags = [(key, value) for key, value in sorted(stream_of(call).tags.items()) if key > after]
    shown = [{"Key": key, "Value": value} for key, value in tags[:most]]
    return {"Tags": shown, "HasMoreTags": len(tags) > most}


def _set_tags(call: Call, stream: DeliveryStream, tags: dict[str, str]) -> None:
    stream.tags = tags
    call.world.trace.record("configure", stream.arn, settings=stream.settings(), tags=tags)
