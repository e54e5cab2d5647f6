"""One EC2 instance of a group, from its launch until it is gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from workbook.aws.autoscaling.activities import Activity
    from workbook.aws.autoscaling.launch_templates import Template
    from workbook.aws.autoscaling.programs import Run
    from workbook.engine.hop import Hop

PENDING, IN_SERVICE, TERMINATING = "Pending", "InService", "Terminating"
"""Lifecycle states (EC2 Auto Scaling User Guide, "instance lifecycle"); hooks and pools would add more."""


@dataclass(eq=False)
class Instance:
    """What a group knows of one of its instances. Instants are in microseconds, durations in seconds."""

    instance_id: str
    zone: str
    template: Template
    protected: bool
    launched: int
    warmup: int
    """How long it takes to warm up once it is in service."""
    activity: Activity
    """The activity that launched it, and later the one that ends it."""
    hop: Hop
    """What happened to it last."""
    state: str = PENDING
    health: str = "Healthy"
    in_service: int | None = None
    """Since when it is in service."""
    run: Run | None = None
    """What it does: the group's program, while it is in service."""

    @property
    def is_active(self) -> bool:
        """Whether it counts for the group's desired capacity."""
        return self.state != TERMINATING

    def is_warm(self, now: int) -> bool:
        """Whether it is in service and its warm-up is over."""
        return self.in_service is not None and now >= self.in_service + self.warmup * SECOND

    def description(self) -> dict[str, Any]:
        """As DescribeAutoScalingGroups shows it."""
        return {
            "InstanceId": self.instance_id,
            "InstanceType": self.template.instance_type,
            "AvailabilityZone": self.zone,
            "LifecycleState": self.state,
            "HealthStatus": self.health,
            "LaunchTemplate": self.template.specification(),
            "ProtectedFromScaleIn": self.protected,
        }
