"""The operations on schedule groups and on their tags; only groups have tags.

Source: service model of EventBridge Scheduler (botocore). A group is deleted at once here; on AWS it is in
the state DELETING until its schedules are gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbook.aws.scheduler.errors import Conflict, ValidationError
from workbook.aws.scheduler.firing import remove
from workbook.aws.scheduler.pages import page
from workbook.aws.scheduler.resources import DEFAULT_GROUP, Group, registry_of

if TYPE_CHECKING:
    from workbook.aws.operations import Answer, Call


def create_schedule_group(call: Call) -> dict[str, Any]:
    """Create a schedule group."""
    name = str(call.parameters["Name"])
    _refuse_default(name)
    registry = registry_of(call.world, call.account, call.region)
    if name in registry.groups:
        raise Conflict.group(name)
    group = registry.add_group(name)
    group.created = group.modified = call.world.clock.now
    group.tags = _tags(call)
    call.world.trace.record("create", group.arn, settings={"Tags": group.tags} if group.tags else {})
    return {"ScheduleGroupArn": group.arn}


def get_schedule_group(call: Call) -> Answer:
    """Show a schedule group."""
    return registry_of(call.world, call.account, call.region).group(call.parameters["Name"]).description()


def delete_schedule_group(call: Call) -> dict[str, Any]:
    """Delete a schedule group and all schedules in it."""
    name = str(call.parameters["Name"])
    _refuse_default(name)
    registry = registry_of(call.world, call.account, call.region)
    group = registry.group(name)
    for schedule in list(group.schedules.values()):
        remove(call.world, schedule)
    del registry.groups[name]
    call.world.trace.record("remove", group.arn)
    return {}


def list_schedule_groups(call: Call) -> Answer:
    """Show schedule groups in the order of their names (the order is unverified)."""
    groups = registry_of(call.world, call.account, call.region).groups
    prefix = call.parameters.get("NamePrefix") or ""
    found = [groups[name].description() for name in sorted(groups) if name.startswith(prefix)]
    return page("ScheduleGroups", found, call.parameters)


def list_tags_for_resource(call: Call) -> Answer:
    """Show the tags of a schedule group."""
    return {"Tags": [{"Key": key, "Value": value} for key, value in _group_of_arn(call).tags.items()]}


def tag_resource(call: Call) -> Answer:
    """Give a schedule group tags; a tag that it has gets its new value."""
    group = _group_of_arn(call)
    group.tags.update(_tags(call))
    return _retagged(call, group)


def untag_resource(call: Call) -> Answer:
    """Take tags from a schedule group; it need not have them."""
    group = _group_of_arn(call)
    for key in call.parameters["TagKeys"]:
        group.tags.pop(key, None)
    return _retagged(call, group)


def _retagged(call: Call, group: Group) -> Answer:
    call.world.trace.record("configure", group.arn, settings={"Tags": dict(group.tags)})
    return {}


def _group_of_arn(call: Call) -> Group:
    name = str(call.parameters["ResourceArn"]).rpartition("/")[2]
    return registry_of(call.world, call.account, call.region).group(name)


def _tags(call: Call) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in call.parameters.get("Tags") or []}


def _refuse_default(name: str) -> None:
    if name == DEFAULT_GROUP:
        raise ValidationError(f"This operation cannot be performed on schedule group {name}.")
