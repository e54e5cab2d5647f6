"""The operations on groups and their instances.

Sources: service model of Auto Scaling (botocore). Texts of refusals are AWS's where an answer of AWS was
found recorded; the others are ours (unverified).
"""

from __future__ import annotations

from typing import Any

from workbook.aws.autoscaling.activities import at
from workbook.aws.autoscaling.errors import (
    AlreadyExists,
    ResourceInUse,
    ScalingActivityInProgress,
    ValidationError,
)
from workbook.aws.autoscaling.group import Group
from workbook.aws.autoscaling.group_metrics import METRICS, collect
from workbook.aws.autoscaling.instance import IN_SERVICE, Instance
from workbook.aws.autoscaling.registry import groups_of
from workbook.aws.autoscaling.settings import GroupSettings
from workbook.aws.autoscaling.target_tracking import remove_alarms
from workbook.aws.limits import limit
from workbook.aws.operations import Answer, Call, NotSimulated, refuse_parameters
from workbook.aws.paging import page
from workbook.engine.clock import SECOND, datetime_of

MOST_PROTECTED = limit("autoscaling.protected-in-one-call")
PAGE = limit("autoscaling.page")


def create_auto_scaling_group(call: Call) -> Answer:
    """Create a group, and launch its first instances."""
    groups, name = (
        groups_of(call.world, call.account, call.region),
        str(call.parameters["AutoScalingGroupName"]),
    )
    if name in groups.present:
        raise AlreadyExists(name)
    settings = GroupSettings.of_new_group(call)
    wanted = call.parameters.get("DesiredCapacity")
    desired = settings.check_desired(settings.least if wanted is None else int(wanted))
    group = Group(call.world, call.account, call.region, name, settings)
    group.tags = [_tag(tag, name) for tag in call.parameters.get("Tags") or []]
    groups.present[name] = group
    call.world.trace.record("create", group.arn, settings=_configuration(group))
    if desired:
        group.scale(desired, "a user request created an AutoScalingGroup")
    return None


def update_auto_scaling_group(call: Call) -> Answer:
    """Change the settings of a group; a desired capacity outside of new bounds moves to the nearer one."""
    group = _group(call)
    settings = group.settings.changed(call)
    wanted = call.parameters.get("DesiredCapacity")
    desired = settings.within(group.desired) if wanted is None else settings.check_desired(int(wanted))
    group.settings = settings
    call.world.trace.record("configure", group.arn, settings=_configuration(group))
    if desired != group.desired:
        bounds = f"min: {settings.least}, max: {settings.most}, desired: {desired}"
        group.scale(desired, f"a user request update of AutoScalingGroup constraints to {bounds}")
    return None


def delete_auto_scaling_group(call: Call) -> Answer:
    """Delete a group without instances at once; with ForceDelete, also one with, as soon as they are gone."""
    group = _group(call)
    if group.instances and not call.parameters.get("ForceDelete"):
        raise ResourceInUse
    for policy in group.policies.values():
        remove_alarms(group, policy)
    group.policies.clear()
    collect(group, [])
    call.world.trace.record("remove", group.arn)
    group.deleting, group.desired = True, 0
    for instance in group.active:
        group.terminate(
            instance, at(call.world.clock.now, "a user request force deleted the AutoScalingGroup.")
        )
    group.when_empty(lambda: _forget(group))
    return None


def describe_auto_scaling_groups(call: Call) -> Answer:
    """Show groups, with their instances."""
    parameters = call.parameters
    _refuse_filters(parameters, "DescribeAutoScalingGroups")
    names = parameters.get("AutoScalingGroupNames") or []
    present = groups_of(call.world, call.account, call.region).present.values()
    chosen = [_shown(group) for group in present if not names or group.name in names]
    if parameters.get("IncludeInstances") is False:
        chosen = [{**group, "Instances": []} for group in chosen]
    return page("AutoScalingGroups", chosen, parameters, default=50, largest=PAGE)


def describe_auto_scaling_instances(call: Call) -> Answer:
    """Show instances, of all groups or those with these ids."""
    ids = call.parameters.get("InstanceIds") or []
    shown = [
        {
            "AutoScalingGroupName": group.name,
            **instance.description(),
            "HealthStatus": instance.health.upper(),
        }
        for group in groups_of(call.world, call.account, call.region).present.values()
        for instance in group.instances.values()
        if not ids or instance.instance_id in ids
    ]
    return page("AutoScalingInstances", shown, call.parameters, default=50, largest=50)


def describe_scaling_activities(call: Call) -> Answer:
    """Show what groups did, the newest activity first."""
    parameters = call.parameters
    _refuse_filters(parameters, "DescribeScalingActivities")
    groups, name = groups_of(call.world, call.account, call.region), parameters.get("AutoScalingGroupName")
    chosen = [groups.find(str(name))] if name else list(groups.present.values())
    if parameters.get("IncludeDeletedGroups"):
        chosen += groups.deleted
    ids = parameters.get("ActivityIds") or []
    activities = [
        activity
        for group in chosen
        for activity in group.activities
        if not ids or activity.activity_id in ids
    ]
    activities.sort(key=lambda activity: activity.start)
    newest_first = [activity.shown() for activity in reversed(activities)]
    return page("Activities", newest_first, parameters, default=PAGE, largest=PAGE)


def set_desired_capacity(call: Call) -> Answer:
    """Want another number of instances, within the group's bounds."""
    group, wanted = _group(call), int(call.parameters["DesiredCapacity"])
    if wanted > group.settings.most:
        which = f"above max value {group.settings.most}"
        raise ValidationError(f"New SetDesiredCapacity value {wanted} is {which} for the AutoScalingGroup.")
    if wanted < group.settings.least:
        which = f"below min value {group.settings.least}"
        raise ValidationError(f"New SetDesiredCapacity value {wanted} is {which} for the AutoScalingGroup.")
    honours = bool(call.parameters.get("HonorCooldown"))
    blocking = group.cooldown.blocking(call.world.clock.now)
    if honours and blocking is not None:
        raise ScalingActivityInProgress.blocked_by(blocking.activity_id)
    if wanted != group.desired:
        began = group.scale(wanted, "a user request explicitly set group desired capacity")
        if honours:
            group.cooldown.begin(began, group.settings.cooldown)
    return None


def set_instance_protection(call: Call) -> Answer:
    """Protect instances from scale-in, or no more; then a group that had to keep too many scales in."""
    group, ids = _group(call), [str(each) for each in call.parameters["InstanceIds"]]
    protected = bool(call.parameters["ProtectedFromScaleIn"])
    if len(ids) > MOST_PROTECTED:
        raise ValidationError(f"You can specify up to {MOST_PROTECTED} instances in one call, not {len(ids)}")
    instances = [_member(group, each) for each in ids]
    for instance in instances:
        if instance.state != IN_SERVICE:
            text = f"is not in InService state but {instance.state}, so its protection cannot be changed"
            raise ValidationError(f"The instance {instance.instance_id} {text}.")
    for instance in instances:
        instance.protected = protected
        call.world.trace.record("protect", group.arn, instance=instance.instance_id, protected=protected)
    if not protected:
        group.reconcile()
    return {}


def set_instance_health(call: Call) -> Answer:
    """Mark an instance; an unhealthy one is terminated and replaced at once, protected or not."""
    groups = groups_of(call.world, call.account, call.region)
    group, instance = groups.group_of(str(call.parameters["InstanceId"]))
    health = str(call.parameters["HealthStatus"])
    if health not in {"Healthy", "Unhealthy"}:
        raise ValidationError(f"HealthStatus '{health}' must be Healthy or Unhealthy")
    if health == "Unhealthy" and _in_grace(group, instance, call):
        return None
    instance.health = health
    if health == "Unhealthy" and instance.is_active:
        group.replace(instance, "an instance was taken out of service in response to a user health-check.")
    return None


def terminate_instance_in_auto_scaling_group(call: Call) -> Answer:
    """Terminate one instance, and launch another one unless the desired capacity shall decrease."""
    refuse_parameters(
        call.parameters,
        frozenset({"InstanceId", "ShouldDecrementDesiredCapacity"}),
        "TerminateInstanceInAutoScalingGroup",
    )
    groups = groups_of(call.world, call.account, call.region)
    group, instance = groups.group_of(str(call.parameters.get("InstanceId")))
    if not instance.is_active:
        raise ValidationError(f"The instance {instance.instance_id} is already terminating.")
    sentence = f"instance {instance.instance_id} was taken out of service in response to a user request"
    if not call.parameters["ShouldDecrementDesiredCapacity"]:
        return {"Activity": group.replace(instance, f"{sentence}.").shown()}
    if group.desired - 1 < group.settings.least:
        raise ValidationError(
            f"Currently, desiredSize equals minSize ({group.settings.least}). Terminating instance without "
            "replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity "
            "flag to false or lower group's min size."
        )
    return {"Activity": group.remove(instance, sentence).shown()}


def enable_metrics_collection(call: Call) -> Answer:
    """Publish metrics of the group each minute: all, or those that are named."""
    group, names = _group(call), [str(name) for name in call.parameters.get("Metrics") or METRICS]
    if call.parameters["Granularity"] != "1Minute":
        raise ValidationError("Granularity must be 1Minute")
    for name in names:
        if name not in METRICS:
            raise NotSimulated(f"The group metric {name}", f"Use {', '.join(METRICS)}.")
    collect(group, [name for name in METRICS if name in {*names, *group.metrics}])
    return None


def disable_metrics_collection(call: Call) -> Answer:
    """Publish these metrics no more, or none at all."""
    group = _group(call)
    names = call.parameters.get("Metrics") or list(METRICS)
    collect(group, [name for name in group.metrics if name not in names])
    return None


# ---- helpers


def _group(call: Call) -> Group:
    """The group that a request is about, if it can still be changed."""
    group = groups_of(call.world, call.account, call.region).find(
        str(call.parameters["AutoScalingGroupName"])
    )
    if group.deleting:
        raise ValidationError(f"AutoScalingGroup '{group.name}' is pending delete")
    return group


def _member(group: Group, instance_id: str) -> Instance:
    if instance_id not in group.instances:
        raise ValidationError.not_in_group(instance_id, group.name)
    return group.instances[instance_id]


def _in_grace(group: Group, instance: Instance, call: Call) -> bool:
    if call.parameters.get("ShouldRespectGracePeriod") is False or instance.in_service is None:
        return False
    return call.world.clock.now < instance.in_service + group.settings.grace * SECOND


def _forget(group: Group) -> None:
    groups = groups_of(group.world, group.account, group.region)
    groups.present.pop(group.name, None)
    groups.deleted.append(group)


def _refuse_filters(parameters: Any, operation: str) -> None:  # noqa: ANN401 - a mapping
    if parameters.get("Filters"):
        raise NotSimulated(f"{operation}: Filters", "Leave it out, and choose from the answer.")


def _tag(tag: dict[str, Any], group_name: str) -> dict[str, Any]:
    owner = {"ResourceId": group_name, "ResourceType": "auto-scaling-group"}
    return {
        **owner,
        "Key": tag["Key"],
        "Value": tag.get("Value", ""),
        "PropagateAtLaunch": tag.get("PropagateAtLaunch", False),
    }


def _configuration(group: Group) -> dict[str, Any]:
    """What a group is set to, without what it does."""
    settings = group.settings
    shown = {
        "AutoScalingGroupName": group.name,
        "AutoScalingGroupARN": group.arn,
        "LaunchTemplate": dict(settings.template),
        "MinSize": settings.least,
        "MaxSize": settings.most,
        "DesiredCapacity": group.desired,
        "DefaultCooldown": settings.cooldown,
        "AvailabilityZones": list(settings.zones),
        "HealthCheckType": "EC2",
        "HealthCheckGracePeriod": settings.grace,
        "TerminationPolicies": list(settings.termination_policies),
        "NewInstancesProtectedFromScaleIn": settings.protects_new,
    }
    return shown if settings.warmup is None else {**shown, "DefaultInstanceWarmup": settings.warmup}


def _shown(group: Group) -> dict[str, Any]:
    shown = {
        **_configuration(group),
        "LoadBalancerNames": [],
        "TargetGroupARNs": [],
        "Instances": [instance.description() for instance in group.instances.values()],
        "CreatedTime": datetime_of(group.created),
        "SuspendedProcesses": [],
        "EnabledMetrics": [{"Metric": name, "Granularity": "1Minute"} for name in group.metrics],
        "Tags": group.tags,
    }
    return {**shown, "Status": "Delete in progress"} if group.deleting else shown
