"""The tags of topics.

Sources: botocore 1.44, SNS TagResource; refusals of AWS recorded in public test suites (2023).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from workbook.aws.limits import limit
from workbook.aws.operations import Answer, Call
from workbook.aws.sns.errors import (
    InvalidParameter,
    NotFound,
    ResourceNotFound,
    TagLimitExceeded,
    ValidationError,
)
from workbook.aws.sns.permissions import demand_access
from workbook.aws.sns.registry import demand_topic
from workbook.aws.sns.topic_attributes import shown_attributes

if TYPE_CHECKING:
    from workbook.aws.sns.topic import Topic

MOST_TAGS = limit("sns.tags")
_LONGEST_KEY, _LONGEST_VALUE = 128, 256

Tags = Sequence[Mapping[str, str]]


def read_tags(given: Tags | None) -> dict[str, str]:
    """The tags of a request.

    Raises:
        InvalidParameter: a key occurs twice.
        ValidationError: a key or a value is too long.
        TagLimitExceeded: there are more than 50.
    """
    tags: dict[str, str] = {}
    for index, tag in enumerate(given or (), start=1):
        key, value = tag["Key"], tag.get("Value", "")
        _check_length(f"tags.{index}.member.key", key, _LONGEST_KEY)
        _check_length(f"tags.{index}.member.value", value, _LONGEST_VALUE)
        if key in tags:
            raise InvalidParameter("Invalid parameter: Duplicated keys are not allowed.")
        tags[key] = value
    _check_number(tags)
    return tags


def tag_resource(call: Call) -> Answer:
    """Add tags to a topic, or change their values."""
    topic = _demand_tagged(call, "TagResource")
    tags = {**topic.tags, **read_tags(call.parameters.get("Tags"))}
    _check_number(tags)
    topic.tags = tags
    _record(call, topic)
    return {}


def untag_resource(call: Call) -> Answer:
    """Take tags off a topic; those that it has not do no harm."""
    topic = _demand_tagged(call, "UntagResource")
    for key in call.parameters.get("TagKeys") or ():
        topic.tags.pop(key, None)
    _record(call, topic)
    return {}


def list_tags_for_resource(call: Call) -> Answer:
    """The tags of a topic."""
    topic = _demand_tagged(call, "ListTagsForResource")
    return {"Tags": [{"Key": key, "Value": value} for key, value in topic.tags.items()]}


def _demand_tagged(call: Call, action: str) -> Topic:
    try:
        topic = demand_topic(call.world, str(call.parameters["ResourceArn"]), call.region, "ResourceArn")
    except NotFound:
        raise ResourceNotFound from None
    demand_access(call, topic, action)
    return topic


def _record(call: Call, topic: Topic) -> None:
    settings = shown_attributes(topic, call.world.clock.now)
    call.world.trace.record("configure", topic.arn, settings=settings, tags=dict(topic.tags))


def _check_length(where: str, text: str, longest: int) -> None:
    if len(text) > longest:
        raise ValidationError(
            f"1 validation error detected: Value '{text}' at '{where}' failed to satisfy constraint: "
            f"Member must have length less than or equal to {longest}"
        )


def _check_number(tags: Mapping[str, str]) -> None:
    if len(tags) > MOST_TAGS:
        raise TagLimitExceeded
