"""The metrics AWS/AutoScaling of a group, once a minute, for groups that collect them.

Source: EC2 Auto Scaling User Guide, "Amazon CloudWatch metrics for Amazon EC2 Auto Scaling". A group is
sampled at the end of a minute; the value is stamped with the minute's start, like those of queues.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbook.aws.autoscaling.instance import IN_SERVICE, PENDING, TERMINATING
from workbook.aws.cloudwatch.minutes import minutes_of
from workbook.aws.metrics import MINUTE, Datum, Tally, publications

if TYPE_CHECKING:
    from workbook.aws.autoscaling.group import Group

METRICS: dict[str, Callable[[Group], int]] = {
    "GroupMinSize": lambda group: group.settings.least,
    "GroupMaxSize": lambda group: group.settings.most,
    "GroupDesiredCapacity": lambda group: group.desired,
    "GroupInServiceInstances": lambda group: len(group.in_state(IN_SERVICE)),
    "GroupPendingInstances": lambda group: len(group.in_state(PENDING)),
    "GroupStandbyInstances": lambda _group: 0,
    "GroupTerminatingInstances": lambda group: len(group.in_state(TERMINATING)),
    "GroupTotalInstances": lambda group: len(group.instances),
    "GroupInServiceCapacity": lambda group: len(group.in_state(IN_SERVICE)),
    "GroupPendingCapacity": lambda group: len(group.in_state(PENDING)),
    "GroupStandbyCapacity": lambda _group: 0,
    "GroupTerminatingCapacity": lambda group: len(group.in_state(TERMINATING)),
    "GroupTotalCapacity": lambda group: len(group.instances),
}
"""What each metric counts. Without weights, the capacity of an instance is 1."""


def collect(group: Group, names: list[str]) -> None:
    """Collect these metrics of a group from now on, and no others."""
    group.metrics = names
    if names:
        minutes_of(group.world).publish(("group", group.arn), lambda: _publish(group))
    else:
        minutes_of(group.world).forget(("group", group.arn))


def _publish(group: Group) -> None:
    begin = group.world.clock.now - MINUTE
    dimensions = (("AutoScalingGroupName", group.name),)
    published = publications(group.world, group.account, group.region)
    for name in group.metrics:
        value = Tally(float(METRICS[name](group)))
        published.publish(Datum("AWS/AutoScaling", name, dimensions, begin, "None", value))
