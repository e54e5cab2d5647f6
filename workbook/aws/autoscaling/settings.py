"""What a group is set to, from AWS's parameters, which are checked before anything changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend

from workbook.aws.autoscaling.errors import ValidationError
from workbook.aws.autoscaling.launch_templates import find_template
from workbook.aws.autoscaling.termination import check_policies
from workbook.aws.limits import limit
from workbook.aws.operations import Call, NotSimulated, refuse_parameters

DEFAULT_COOLDOWN = limit("autoscaling.cooldown.default")
LONGEST_WARMUP = limit("autoscaling.warmup")

_CHANGEABLE = frozenset(
    {
        *(
            "AutoScalingGroupName",
            "LaunchTemplate",
            "MinSize",
            "MaxSize",
            "DesiredCapacity",
            "DefaultCooldown",
        ),
        *("AvailabilityZones", "HealthCheckType", "HealthCheckGracePeriod", "TerminationPolicies"),
        *("NewInstancesProtectedFromScaleIn", "DefaultInstanceWarmup"),
    }
)
_AT_CREATION = _CHANGEABLE | {"Tags"}


@dataclass(frozen=True)
class GroupSettings:
    """The settings of a group. Durations in seconds."""

    template: Mapping[str, Any]
    """A LaunchTemplateSpecification, looked up anew for each launch."""
    least: int
    most: int
    zones: tuple[str, ...]
    cooldown: int = DEFAULT_COOLDOWN
    warmup: int | None = None
    """DefaultInstanceWarmup; None where it is not enabled."""
    termination_policies: tuple[str, ...] = ("Default",)
    protects_new: bool = False
    grace: int = 0
    """HealthCheckGracePeriod."""

    @classmethod
    def of_new_group(cls, call: Call) -> GroupSettings:
        """From the parameters of CreateAutoScalingGroup."""
        parameters = call.parameters
        refuse_parameters(parameters, _AT_CREATION, "CreateAutoScalingGroup")
        _check_name(str(parameters["AutoScalingGroupName"]))
        if not parameters.get("LaunchTemplate"):
            raise ValidationError(
                "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or "
                "MixedInstancesPolicy parameter."
            )
        if not parameters.get("AvailabilityZones"):
            raise ValidationError("At least one Availability Zone or VPC Subnet is required.")
        sizes = int(parameters["MinSize"]), int(parameters["MaxSize"])
        return cls(parameters["LaunchTemplate"], *sizes, ()).with_parameters(call)

    def changed(self, call: Call) -> GroupSettings:
        """With the parameters of UpdateAutoScalingGroup, where they are given."""
        refuse_parameters(call.parameters, _CHANGEABLE, "UpdateAutoScalingGroup")
        return self.with_parameters(call)

    def with_parameters(self, call: Call) -> GroupSettings:
        """As these, with the parameters of a request where they are given; checked."""
        given = {name: value for name, value in call.parameters.items() if value is not None}
        if given.get("HealthCheckType", "EC2") != "EC2":
            raise NotSimulated(f"HealthCheckType={given['HealthCheckType']}", "Use EC2, or leave it out.")
        settings = replace(
            self,
            template=given.get("LaunchTemplate") or self.template,
            least=int(given.get("MinSize", self.least)),
            most=int(given.get("MaxSize", self.most)),
            zones=tuple(given.get("AvailabilityZones") or self.zones),
            cooldown=int(given.get("DefaultCooldown", self.cooldown)),
            warmup=_warmup(given.get("DefaultInstanceWarmup"), self.warmup),
            termination_policies=tuple(given.get("TerminationPolicies") or self.termination_policies),
            protects_new=bool(given.get("NewInstancesProtectedFromScaleIn", self.protects_new)),
            grace=int(given.get("HealthCheckGracePeriod", self.grace)),
        )
        settings.check(call)
        return settings

    def check(self, call: Call) -> None:
        """Let settings pass that fit together, and that name what exists."""
        if self.least < 0 or self.most < 0:
            raise ValidationError("Min and max bounds must be 0 or more")
        if self.most < self.least:
            raise ValidationError(
                f"Max bound, {self.most}, must be greater than or equal to min bound, {self.least}"
            )
        known = [zone.name for zone in RegionsAndZonesBackend.zones.get(call.region, [])]
        for zone in self.zones:
            if zone not in known:
                raise ValidationError(
                    f"Invalid availability zones: [{zone}]. {call.region} has {', '.join(known)}"
                )
        check_policies(self.termination_policies)
        find_template(call.account, call.region, self.template)

    def check_desired(self, desired: int) -> int:
        """Let a desired capacity within the bounds pass."""
        if not self.least <= desired <= self.most:
            raise ValidationError(
                f"Desired capacity:{desired} must be between the specified min size:{self.least} "
                f"and max size:{self.most}"
            )
        return desired

    def within(self, capacity: int) -> int:
        """The capacity nearest to this one that the bounds allow: policies never leave them."""
        return min(max(capacity, self.least), self.most)


def _check_name(name: str) -> None:
    if ":" in name or not all(33 <= ord(character) <= 126 for character in name):
        raise ValidationError(
            f"AutoScalingGroupName '{name}' may have ASCII characters from 33 to 126 and no colon"
        )


def _warmup(given: object, before: int | None) -> int | None:
    if given is None:
        return before
    seconds = int(str(given))
    if not -1 <= seconds <= LONGEST_WARMUP:
        raise ValidationError(
            f"DefaultInstanceWarmup must be from 0 to {LONGEST_WARMUP}, or -1 to turn it off"
        )
    return None if seconds == -1 else seconds
