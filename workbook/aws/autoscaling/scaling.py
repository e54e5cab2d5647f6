"""What a policy does when an alarm asks it, once a minute for as long as the alarm lasts.

Instances that launch or warm up are no capacity yet when a group scales out, so an alarm that goes on does
not add the same instances again; and nothing is removed while there are any. Instances that terminate still
are capacity when it scales in, so an alarm that goes on does not remove more than the metric tells. Source:
EC2 Auto Scaling User Guide, "Instance warmup" of target tracking and of step scaling policies.

Target tracking scales in by one instance a minute (unverified: AWS says "more gradually" and no number;
recorded activities show one instance a minute).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.autoscaling.adjustments import adjusted, for_target, step_for
from workbook.aws.autoscaling.instance import TERMINATING
from workbook.aws.autoscaling.policies import SIMPLE, STEP, TARGET_TRACKING, Policy
from workbook.aws.autoscaling.registry import groups_of
from workbook.aws.cloudwatch.alarms import AlarmCall, alarms_of

if TYPE_CHECKING:
    from workbook.aws.autoscaling.group import Group
    from workbook.engine.world import World


def answer_alarm(world: World, policy_arn: str, call: AlarmCall) -> None:
    """An alarm asks for a policy; one that does not exist, or is disabled, does nothing."""
    region, account = policy_arn.split(":")[3:5]
    found = groups_of(world, account, region).policy(policy_arn, None)
    if found is None or not found[1].enabled or found[0].deleting:
        return
    group, policy = found
    sentence = f"a monitor alarm {call.alarm.name} in state {call.alarm.state} triggered policy {policy.name}"
    if policy.kind == SIMPLE:
        scale_simply(group, policy, sentence)
    elif call.value is not None and policy.kind == STEP:
        scale_by_steps(group, policy, sentence, call.value, call.alarm.rule.threshold)
    elif call.value is not None and policy.kind == TARGET_TRACKING:
        _track(group, policy, sentence, call)


# ---- simple scaling


def scale_simply(group: Group, policy: Policy, sentence: str) -> None:
    """One adjustment, unless an activity is in progress or a cooldown is not over."""
    kind, least = policy.adjusts_by()
    adjustment = int(policy.settings["ScalingAdjustment"])
    wanted = group.settings.within(adjusted(group.desired, kind, adjustment, least))
    if wanted == group.desired:
        return
    reason = _why_not_now(group)
    if reason:
        group.decline(policy, "Cooldown", f"{sentence}, but {reason}")
        return
    own = policy.settings.get("Cooldown")
    activities = group.scale(wanted, sentence, policy=policy)
    group.cooldown.begin(activities, group.settings.cooldown if own is None else int(own))


def _why_not_now(group: Group) -> str | None:
    now = group.world.clock.now
    if any(instance.activity.in_progress for instance in group.instances.values()):
        return "a scaling activity is in progress"
    if group.cooldown.blocking(now) is not None:
        return f"the cooldown has {group.cooldown.left(now)} s left"
    return None


# ---- step scaling


def scale_by_steps(group: Group, policy: Policy, sentence: str, value: float, threshold: float) -> None:
    """The adjustment of the step in which the metric lies."""
    adjustment = step_for(policy.settings["StepAdjustments"], value - threshold)
    if adjustment is None:
        reason = f"{sentence}, but no step adjustment fits the metric value {value} and threshold {threshold}"
        group.decline(policy, "NoStep", reason)
        return
    kind, least = policy.adjusts_by()
    out = adjusted(_capacity_to_scale_out(group), kind, adjustment, least)
    into = adjusted(_capacity_to_scale_in(group), kind, adjustment, least)
    _scale_towards(group, policy, sentence, out=out, into=into)


# ---- target tracking


def _track(group: Group, policy: Policy, sentence: str, call: AlarmCall) -> None:
    assert call.value is not None  # noqa: S101 - asked for before
    target = float(policy.target["TargetValue"])
    if call.alarm.name not in policy.alarms:
        return  # somebody else's alarm: only its own two tell what is too much and too little
    if call.alarm.name == policy.alarms[0]:
        out = for_target(_capacity_to_scale_out(group), call.value, target)
        _scale_towards(group, policy, sentence, out=out, into=group.desired)
    elif _all_are_ready_to_scale_in(group):
        capacity = _capacity_to_scale_in(group)
        into = max(for_target(capacity, call.value, target), capacity - 1)
        _scale_towards(group, policy, sentence, out=group.desired, into=into)


def _all_are_ready_to_scale_in(group: Group) -> bool:
    """A group scales in only if all of its target tracking policies that do so want it."""
    alarms = alarms_of(group.world, group.account, group.region).present
    lows = [
        policy.alarms[1]
        for policy in group.policies.values()
        if policy.kind == TARGET_TRACKING and policy.enabled and policy.scales_in
    ]
    return all(name in alarms and alarms[name].state == "ALARM" for name in lows)


# ---- what both have in common


def _capacity_to_scale_out(group: Group) -> int:
    return len(group.active) - group.warming


def _capacity_to_scale_in(group: Group) -> int:
    return len(group.active) + len(group.in_state(TERMINATING))


def _scale_towards(group: Group, policy: Policy, sentence: str, *, out: int, into: int) -> None:
    """Scale out to `out`, if that is more than desired; else in to `into`, unless something warms up."""
    wanted = group.settings.within(out)
    if wanted > group.desired:
        group.scale(wanted, sentence, policy=policy, warmup=policy.warmup(group))
        return
    wanted = group.settings.within(into)
    if wanted < group.desired and not group.warming:
        group.scale(wanted, sentence, policy=policy)
