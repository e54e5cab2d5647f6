"""The operations about activities, and GetActivityTask, by which a worker asks for work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbook.aws.limits import limit
from workbook.aws.operations import NotSimulated
from workbook.aws.stepfunctions.activities import Activity, Offer
from workbook.aws.stepfunctions.errors import ActivityLimitExceeded, ActivityWorkerLimitExceeded
from workbook.aws.stepfunctions.operations_tags import check_tags
from workbook.aws.stepfunctions.pages import page
from workbook.aws.stepfunctions.registry import Registry, demand_kind, registry_of, tags_of
from workbook.aws.stepfunctions.revisions import AWS_OWNED
from workbook.aws.stepfunctions.starting import check_name
from workbook.engine.clock import SECOND, datetime_of
from workbook.engine.signals import Signal

if TYPE_CHECKING:
    from workbook.aws.operations import Call


def create_activity(call: Call) -> dict[str, Any]:
    """Make an activity, or find the one of this name, whose tags stay as they are."""
    given, registry = call.parameters, _registry(call)
    check_name(given["name"])
    encryption = given.get("encryptionConfiguration")
    if encryption is not None and encryption != AWS_OWNED:
        what = f"CreateActivity: encryptionConfiguration {encryption.get('type')}"
        raise NotSimulated(what, f"Leave it out, or give {dict(AWS_OWNED)!r}.")
    arn = f"{registry.prefix}:activity:{given['name']}"
    activity = registry.activities.get(arn)
    if activity is None:
        activity = _make(call, registry, arn)
    return {"activityArn": arn, "creationDate": datetime_of(activity.created)}


def _make(call: Call, registry: Registry, arn: str) -> Activity:
    most = limit("stepfunctions.activities")
    if len(registry.activities) >= most:
        raise ActivityLimitExceeded.of(most)
    tags = tags_of(call.parameters.get("tags") or [])
    check_tags(tags)
    name = call.parameters["name"]
    offered = Signal(call.world.kernel, f"a task of the activity {name}")
    activity = registry.activities[arn] = Activity(arn, name, call.world.clock.now, offered, tags)
    call.world.trace.record("create", arn, settings=activity.settings())
    return activity


def describe_activity(call: Call) -> dict[str, Any]:
    """Show an activity."""
    return _registry(call).activity(call.parameters["activityArn"]).description()


def delete_activity(call: Call) -> dict[str, Any]:
    """Delete an activity; one that does not exist is no error."""
    arn = call.parameters["activityArn"]
    demand_kind(arn, "activity")
    if _registry(call).activities.pop(arn, None) is not None:
        call.world.trace.record("remove", arn)
    return {}


def list_activities(call: Call) -> dict[str, Any]:
    """All activities, in the order of their making (the order is unverified)."""
    activities = [activity.summary() for activity in _registry(call).activities.values()]
    return page("activities", activities, call.parameters)


def get_activity_task(call: Call) -> dict[str, Any]:
    """Give a worker the task that has waited longest; wait for one for up to a minute.

    Where none came there is no token in the answer.
    """
    activity = _registry(call).activity(call.parameters["activityArn"])
    most = limit("stepfunctions.activity.pollers")
    if activity.pollers >= most:
        raise ActivityWorkerLimitExceeded.of(most)
    activity.pollers += 1
    try:
        offer = _await_offer(call, activity)
    finally:
        activity.pollers -= 1
    if offer is None:
        return {}
    worker = call.parameters.get("workerName")
    facts = {} if worker is None else {"worker": worker}
    call.world.trace.record("take-task", activity.arn, message=offer.task.token, **facts)
    offer.start(worker)
    return {"taskToken": offer.task.token, "input": offer.text}


def _await_offer(call: Call, activity: Activity) -> Offer | None:
    kernel = call.world.kernel
    until = call.world.clock.now + limit("stepfunctions.activity.poll") * SECOND
    kernel.at_work(works=False)
    offer = activity.next_offer()
    while offer is None and activity.offered.wait(until):
        offer = activity.next_offer()
    kernel.at_work(works=offer is not None)
    return offer


def _registry(call: Call) -> Registry:
    return registry_of(call.world, call.account, call.region)
