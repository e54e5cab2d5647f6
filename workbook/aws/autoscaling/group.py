"""An Auto Scaling group: it wants so many instances, and launches and terminates until it has them.

    Pending  ──LAUNCHING──>  InService  ── chosen ──>  Terminating  ──STOPPING──>  gone

The group acts the instant it notices a difference. AWS takes some seconds to notice, and about a minute to
launch; it documents neither, so both durations are ours (unverified). Every step is an activity, with AWS's
own words for the cause, and a hop: `scale` -> `launch` -> `in-service`, or `scale` -> `terminate`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from moto.utilities.utils import get_partition

from workbook.aws.autoscaling.activities import (
    Activity,
    at,
    changing,
    difference,
    joined,
    selected,
    shrinking,
)
from workbook.aws.autoscaling.cooldown import Cooldown
from workbook.aws.autoscaling.errors import ValidationError
from workbook.aws.autoscaling.instance import IN_SERVICE, TERMINATING, Instance
from workbook.aws.autoscaling.instance_events import emit_activity, emit_instance_state
from workbook.aws.autoscaling.launch_templates import find_template
from workbook.aws.autoscaling.termination import choose
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from workbook.aws.autoscaling.policies import Policy
    from workbook.aws.autoscaling.programs import Program
    from workbook.aws.autoscaling.settings import GroupSettings
    from workbook.engine.hop import Hop
    from workbook.engine.world import World

LAUNCHING = 60 * SECOND
"""Microseconds from the launch of an instance until it is in service (unverified)."""
STOPPING = 30 * SECOND
"""Microseconds from the choice of an instance until it is gone; its program ends at once (unverified)."""

ALL_PROTECTED = (
    "Could not scale to desired capacity because all remaining instances are protected from scale-in."
)


class Group:
    """One group of one account and Region."""

    def __init__(self, world: World, account: str, region: str, name: str, settings: GroupSettings) -> None:
        """A group without instances; `scale` gives it its first ones."""
        self.world, self.account, self.region, self.name = world, account, region, name
        self.settings = settings
        self.desired = 0
        self.created = world.clock.now
        self.deleting = False
        self.tags: list[dict[str, Any]] = []
        self.metrics: list[str] = []
        self.instances: dict[str, Instance] = {}
        """All that are not gone, in the order of their launch."""
        self.activities: list[Activity] = []
        """Oldest first."""
        self.policies: dict[str, Policy] = {}
        self.cooldown = Cooldown()
        self.program: Program | None = None
        self._because = ""
        self._when_empty: Callable[[], object] | None = None
        identifier = world.seeds.uuid("autoscaling.group")
        partition = get_partition(region)
        beginning = f"arn:{partition}:autoscaling:{region}:{account}:autoScalingGroup"
        self.arn = f"{beginning}:{identifier}:autoScalingGroupName/{name}"

    # ---- what it has

    @property
    def active(self) -> list[Instance]:
        """The instances that count for the desired capacity."""
        return [instance for instance in self.instances.values() if instance.is_active]

    def in_state(self, state: str) -> list[Instance]:
        """The instances in one lifecycle state."""
        return [instance for instance in self.instances.values() if instance.state == state]

    @property
    def warming(self) -> int:
        """How many instances are launching or warming up: they do not count as capacity yet."""
        return sum(not instance.is_warm(self.world.clock.now) for instance in self.active)

    # ---- changing the desired capacity

    def scale(
        self, desired: int, sentence: str, *, policy: Policy | None = None, warmup: int | None = None
    ) -> list[Activity]:
        """Want `desired` instances from now on, and see to it; the activities that this began.

        `sentence` says why, up to "changing the desired capacity"; `warmup` is that of the new instances,
        in seconds, where it is not the group's own.
        """
        before, now = self.desired, self.world.clock.now
        self._because = at(now, f"{sentence} {changing(before, desired)}")
        self.desired = desired
        facts: dict[str, Any] = {} if policy is None else {"policy": policy.name}
        facts |= {"from": before, "to": desired, "reason": self._because}
        hop = self.world.trace.record("scale", self.arn, **facts)
        with self.world.trace.under(hop):
            return self.reconcile(warmup)

    def decline(self, policy: Policy, outcome: str, reason: str) -> None:
        """Write down that a policy was asked and changed nothing, and why."""
        now = self.desired
        facts: dict[str, Any] = {"policy": policy.name, "from": now, "to": now, "reason": reason}
        self.world.trace.record("scale", self.arn, outcome=outcome, **facts)

    def reconcile(self, warmup: int | None = None) -> list[Activity]:
        """Launch or terminate until there are as many active instances as desired."""
        before = len(self.active)
        noticed = difference(self.world.clock.now, before, self.desired)
        began = [self._launch(noticed, warmup) for _ in range(before, self.desired)]
        for _ in range(self.desired, before):
            instance = self._choose()
            if instance is None:
                began.append(self._note_that_all_are_protected())
                break
            began.append(self._scale_in(instance, before))
        self._because = "" if began else self._because
        return began

    # ---- instances

    def _launch(self, noticed: str, warmup: int | None) -> Activity:
        cause, zone, now = joined(self._because, noticed), self._emptiest_zone(), self.world.clock.now
        try:
            template = find_template(self.account, self.region, self.settings.template)
        except ValidationError as error:
            return self._note_that_a_launch_failed(cause, zone, str(error.message))
        instance_id = f"i-0{self.world.seeds.stream('autoscaling.instance').getrandbits(64):016x}"
        activity = self._begin(f"Launching a new EC2 instance: {instance_id}", cause, zone)
        hop = self.world.trace.record(
            "launch",
            self.arn,
            instance=instance_id,
            zone=zone,
            type=template.instance_type,
        )
        own = self.settings.warmup or 0
        instance = Instance(
            instance_id=instance_id,
            zone=zone,
            template=template,
            protected=self.settings.protects_new,
            launched=now,
            warmup=own if warmup is None else warmup,
            activity=activity,
            hop=hop,
        )
        self.instances[instance_id] = instance
        with self.world.trace.under(hop):
            emit_instance_state(self, instance_id, "pending")
        self._later(LAUNCHING, self._put_in_service, instance)
        return activity

    def _put_in_service(self, instance: Instance) -> None:
        if instance.state == TERMINATING:
            return
        instance.state, instance.in_service = IN_SERVICE, self.world.clock.now
        instance.activity.finish(self.world.clock.now)
        instance.hop = self.world.trace.record(
            "in-service", self.arn, causes=[instance.hop], instance=instance.instance_id, zone=instance.zone
        )
        with self.world.trace.under(instance.hop):
            emit_instance_state(self, instance.instance_id, "running")
            emit_activity(self, "EC2 Instance Launch Successful", instance.activity, instance.instance_id)
        self.start_program(instance)

    def start_program(self, instance: Instance) -> None:
        """Let an instance run the group's program, in the place of what it ran before."""
        if instance.run is not None:
            instance.run.stop()
            instance.run = None
        if self.program is not None and instance.state == IN_SERVICE:
            instance.run = self.program.start(self, instance)

    def terminate(self, instance: Instance, cause: str, *, reason: str | None = None) -> Activity:
        """End an instance; what its program had not finished is left as it is.

        `cause` is the activity's; `reason` the part of it that the hop tells, where its causes tell the rest.
        """
        instance.state = TERMINATING
        if instance.activity.in_progress:
            instance.activity.finish(self.world.clock.now, "Cancelled")
        activity = self._begin(f"Terminating EC2 instance: {instance.instance_id}", cause, instance.zone)
        instance.activity = activity
        hop = self.world.trace.record(
            "terminate",
            self.arn,
            causes=self._present_cause(instance.hop),
            instance=instance.instance_id,
            zone=instance.zone,
            reason=reason or cause,
        )
        instance.hop = hop
        with self.world.trace.under(hop):
            emit_instance_state(self, instance.instance_id, "shutting-down")
        if instance.run is not None:
            instance.run.stop()
            instance.run = None
        self._later(STOPPING, self._gone, instance)
        return activity

    def _gone(self, instance: Instance) -> None:
        del self.instances[instance.instance_id]
        instance.activity.finish(self.world.clock.now)
        self.world.trace.amend(instance.hop, outcome="ok", ended_at=self.world.clock.now)
        with self.world.trace.under(instance.hop):
            emit_instance_state(self, instance.instance_id, "terminated")
            emit_activity(self, "EC2 Instance Terminate Successful", instance.activity, instance.instance_id)
        if not self.instances and self._when_empty is not None:
            self._when_empty()

    def when_empty(self, act: Callable[[], object]) -> None:
        """Do something once the last instance is gone, or now if there is none."""
        if self.instances:
            self._when_empty = act
        else:
            act()

    def replace(self, instance: Instance, sentence: str) -> Activity:
        """Terminate an instance that is not wanted any more, and launch another one in its place."""
        activity = self.terminate(instance, at(self.world.clock.now, sentence))
        with self.world.trace.under(instance.hop):
            self.reconcile()
        return activity

    def remove(self, instance: Instance, sentence: str) -> Activity:
        """Terminate an instance, and want one less."""
        before, now = self.desired, self.world.clock.now
        because = at(now, f"{sentence}, {shrinking(len(self.active), before - 1)}")
        self.desired = before - 1
        facts: dict[str, Any] = {"from": before, "to": before - 1, "reason": because}
        hop = self.world.trace.record("scale", self.arn, **facts)
        with self.world.trace.under(hop):
            return self.terminate(instance, because)

    def _scale_in(self, instance: Instance, before: int) -> Activity:
        now = self.world.clock.now
        noticed = difference(now, before, self.desired)
        chosen = selected(now, instance.instance_id)
        return self.terminate(instance, joined(self._because, noticed, chosen), reason=chosen)

    def _choose(self) -> Instance | None:
        chance = self.world.seeds.stream("autoscaling.termination")
        return choose(self.active, self.settings.termination_policies, self.world.clock.now, chance)

    def _emptiest_zone(self) -> str:
        zones = self.settings.zones
        counts = {zone: sum(instance.zone == zone for instance in self.active) for zone in zones}
        return min(zones, key=lambda zone: counts[zone])

    # ---- activities

    def _begin(self, description: str, cause: str, zone: str) -> Activity:
        identifier = self.world.seeds.uuid("autoscaling.activity")
        now = self.world.clock.now
        activity = Activity(identifier, self.name, self.arn, description, cause, now, zone)
        self.activities.append(activity)
        return activity

    def _note_that_all_are_protected(self) -> Activity:
        activity = self._begin("Terminating EC2 instances", self._because, self.settings.zones[0])
        activity.finish(self.world.clock.now, "Cancelled", ALL_PROTECTED)
        self.world.trace.record("terminate", self.arn, outcome="Cancelled", reason=ALL_PROTECTED)
        return activity

    def _note_that_a_launch_failed(self, cause: str, zone: str, problem: str) -> Activity:
        """The template is gone. AWS tries again by itself; here the next change of the group does."""
        message = f"{problem} Launching EC2 instance failed."
        activity = self._begin(f"Launching a new EC2 instance.  Status Reason: {message}", cause, zone)
        activity.finish(self.world.clock.now, "Failed", message)
        hop = self.world.trace.record("launch", self.arn, outcome="Failed", zone=zone, reason=message)
        with self.world.trace.under(hop):
            emit_activity(self, "EC2 Instance Launch Unsuccessful", activity)
        return activity

    def _present_cause(self, otherwise: Hop) -> Sequence[Hop | int]:
        cause = self.world.trace.cause
        return [otherwise] if cause is None else [cause, otherwise]

    def _later(self, delay: int, act: Any, instance: Instance) -> None:  # noqa: ANN401 - a method of this class
        name = f"instance {instance.instance_id}"
        with self.world.trace.from_nothing():
            self.world.kernel.at(self.world.clock.now + delay, act, instance, name=name)
