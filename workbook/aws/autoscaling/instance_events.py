"""The events that a group's instances emit: of Auto Scaling, and of EC2 itself.

Sources: Amazon EC2 Auto Scaling User Guide, "EventBridge events"; Amazon EC2 User Guide, "State change events
for your instances". The lab's instances are in no subnet and leave "Subnet ID" out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbook.aws.service_events import Detail, emit
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.aws.autoscaling.activities import Activity
    from workbook.aws.autoscaling.group import Group


def emit_instance_state(group: Group, instance_id: str, state: str) -> None:
    """Tell EventBridge of EC2's state of an instance: pending, running, shutting-down, terminated."""
    what = "EC2 Instance State-change Notification"
    detail = {"instance-id": instance_id, "state": state}
    _emit(group, "aws.ec2", what, [_instance_arn(group, instance_id)], lambda: detail)


def emit_activity(group: Group, what: str, activity: Activity, instance_id: str | None = None) -> None:
    """Tell EventBridge that an activity ended: `what` is "EC2 Instance Launch Successful" or the like."""
    instances = [] if instance_id is None else [_instance_arn(group, instance_id)]
    _emit(
        group,
        "aws.autoscaling",
        what,
        [group.arn, *instances],
        lambda: _detail(group, activity, instance_id),
    )


def _emit(group: Group, source: str, what: str, resources: list[str], detail: Detail) -> None:
    emit(
        group.world,
        group.account,
        group.region,
        source=source,
        detail_type=what,
        resources=resources,
        detail=detail,
    )


def _detail(group: Group, activity: Activity, instance_id: str | None) -> dict[str, Any]:
    return {
        "StatusCode": "Failed" if activity.status == "Failed" else "InProgress",
        "Description": activity.description,
        "AutoScalingGroupName": group.name,
        "ActivityId": activity.activity_id,
        "Details": {"Availability Zone": activity.zone},
        "RequestId": activity.activity_id,
        "StatusMessage": activity.message or "",
        "EndTime": _moment(activity.end or activity.start),
        "EC2InstanceId": instance_id or "",
        "StartTime": _moment(activity.start),
        "Cause": activity.cause,
    }


def _moment(instant: int) -> str:
    moment = datetime_of(instant)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _instance_arn(group: Group, instance_id: str) -> str:
    partition = group.arn.split(":")[1]
    return f"arn:{partition}:ec2:{group.region}:{group.account}:instance/{instance_id}"
