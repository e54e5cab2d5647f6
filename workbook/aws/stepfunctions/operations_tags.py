"""The operations about tags. Only state machines and activities have some; versions and aliases have none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.limits import limit
from workbook.aws.stepfunctions.errors import TooManyTags
from workbook.aws.stepfunctions.registry import Registry, registry_of, tags_of

if TYPE_CHECKING:
    from workbook.aws.operations import Call


def tag_resource(call: Call) -> None:
    """Set tags of a state machine."""
    machine = _registry(call).tagged(call.parameters["resourceArn"])
    tags = {**machine.tags, **tags_of(call.parameters["tags"])}
    check_tags(tags)
    machine.tags = tags
    call.world.trace.record("configure", machine.arn, settings=machine.settings(), tags=dict(tags))


def untag_resource(call: Call) -> None:
    """Remove tags of a state machine; a tag that it does not have is no error."""
    machine = _registry(call).tagged(call.parameters["resourceArn"])
    for key in call.parameters["tagKeys"]:
        machine.tags.pop(key, None)
    call.world.trace.record("configure", machine.arn, settings=machine.settings(), tags=dict(machine.tags))


def list_tags_for_resource(call: Call) -> dict[str, Any]:
    """The tags of a state machine."""
    machine = _registry(call).tagged(call.parameters["resourceArn"])
    return {"tags": [{"key": key, "value": value} for key, value in machine.tags.items()]}


def _registry(call: Call) -> Registry:
    return registry_of(call.world, call.account, call.region)


def check_tags(tags: Mapping[str, str]) -> None:
    """Let the tags of one resource pass.

    Raises:
        TooManyTags: there are more than one may have.
    """
    most = limit("stepfunctions.tags")
    if len(tags) > most:
        raise TooManyTags(f"Too many tags: a resource may have {most}, and would have {len(tags)}.")
