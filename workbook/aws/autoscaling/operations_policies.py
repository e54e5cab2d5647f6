"""The operations on scaling policies."""

from __future__ import annotations

from typing import Any

from moto.utilities.utils import get_partition

from workbook.aws.autoscaling.errors import ScalingActivityInProgress, ValidationError
from workbook.aws.autoscaling.group import Group
from workbook.aws.autoscaling.policies import SIMPLE, STEP, TARGET_TRACKING, Policy, check_policy
from workbook.aws.autoscaling.registry import groups_of
from workbook.aws.autoscaling.scaling import scale_by_steps, scale_simply
from workbook.aws.autoscaling.target_tracking import make_alarms, remove_alarms
from workbook.aws.cloudwatch.alarms import alarms_of
from workbook.aws.limits import limit
from workbook.aws.operations import Answer, Call
from workbook.aws.paging import page

PAGE = limit("autoscaling.page")


def put_scaling_policy(call: Call) -> Answer:
    """Create a policy, or overwrite the one of this name."""
    group = groups_of(call.world, call.account, call.region).find(
        str(call.parameters["AutoScalingGroupName"])
    )
    kind, name = check_policy(call.parameters), str(call.parameters["PolicyName"])
    settings = {key: value for key, value in call.parameters.items() if value is not None}
    before = group.policies.get(name)
    arn = _new_arn(call, group, name) if before is None else before.arn
    policy = Policy(name, arn, kind, settings)
    if before is not None and before.kind == kind:
        policy.alarms = before.alarms
    elif before is not None:
        remove_alarms(group, before)
    group.policies[name] = policy
    if before is None:
        call.world.trace.record("create", arn, group=group.name, settings=settings)
    else:
        call.world.trace.record("configure", arn, group=group.name, settings=settings)
    if kind == TARGET_TRACKING:
        make_alarms(call, group, policy)
    return {"PolicyARN": arn, "Alarms": _alarms(call, policy)}


def describe_policies(call: Call) -> Answer:
    """Show policies: of a group, of some names, of some types."""
    groups, parameters = groups_of(call.world, call.account, call.region), call.parameters
    name = parameters.get("AutoScalingGroupName")
    chosen = [groups.find(str(name))] if name else list(groups.present.values())
    names, kinds = parameters.get("PolicyNames") or [], parameters.get("PolicyTypes") or []
    shown = [
        _shown(call, group, policy)
        for group in chosen
        for policy in group.policies.values()
        if (not names or policy.name in names or policy.arn in names) and (not kinds or policy.kind in kinds)
    ]
    return page("ScalingPolicies", shown, parameters, default=50, largest=PAGE)


def delete_policy(call: Call) -> Answer:
    """Delete a policy; with a target tracking policy go its alarms."""
    group, policy = _found(call)
    remove_alarms(group, policy)
    del group.policies[policy.name]
    call.world.trace.record("remove", policy.arn)
    return None


def execute_policy(call: Call) -> Answer:
    """Let a policy act now, as if an alarm had asked; not for target tracking."""
    group, policy = _found(call)
    sentence = f"a user request executed policy {policy.name}"
    if policy.kind == STEP:
        _execute_steps(call, group, policy, sentence)
    elif policy.kind == SIMPLE:
        blocking = group.cooldown.blocking(call.world.clock.now)
        if call.parameters.get("HonorCooldown") and blocking is not None:
            raise ScalingActivityInProgress.blocked_by(blocking.activity_id)
        scale_simply(group, policy, sentence)
    else:
        raise ValidationError("Target tracking policies cannot be executed by a request")
    return None


def _execute_steps(call: Call, group: Group, policy: Policy, sentence: str) -> None:
    value, threshold = call.parameters.get("MetricValue"), call.parameters.get("BreachThreshold")
    if value is None or threshold is None:
        raise ValidationError("MetricValue and BreachThreshold are required for the policy type StepScaling")
    scale_by_steps(group, policy, sentence, float(value), float(threshold))


def _found(call: Call) -> tuple[Group, Policy]:
    name, group_name = str(call.parameters["PolicyName"]), call.parameters.get("AutoScalingGroupName")
    found = groups_of(call.world, call.account, call.region).policy(name, group_name)
    if found is None:
        raise ValidationError(f"PolicyName not found: {name}")
    return found


def _new_arn(call: Call, group: Group, name: str) -> str:
    identifier = call.world.seeds.uuid("autoscaling.policy")
    beginning = f"arn:{get_partition(call.region)}:autoscaling:{call.region}:{call.account}:scalingPolicy"
    return f"{beginning}:{identifier}:autoScalingGroupName/{group.name}:policyName/{name}"


def _alarms(call: Call, policy: Policy) -> list[dict[str, str]]:
    """The alarms that call a policy: its own, or those that a learner made for it."""
    present = alarms_of(call.world, call.account, call.region).present.values()
    return [
        {"AlarmName": alarm.name, "AlarmARN": alarm.arn}
        for alarm in present
        if any(policy.arn in (alarm.settings.get(name) or []) for name in ("AlarmActions", "OKActions"))
    ]


def _shown(call: Call, group: Group, policy: Policy) -> dict[str, Any]:
    tracked = {"DisableScaleIn": False, **policy.target} if policy.kind == TARGET_TRACKING else None
    return {
        **policy.settings,
        "AutoScalingGroupName": group.name,
        "PolicyARN": policy.arn,
        "PolicyType": policy.kind,
        "Enabled": policy.enabled,
        "TargetTrackingConfiguration": tracked,
        "StepAdjustments": policy.settings.get("StepAdjustments") or [],
        "Alarms": _alarms(call, policy),
    }
