"""Scaling policies: what they are, and what AWS lets them be.

    TargetTrackingScaling     keeps a metric near a target; makes its own two alarms
    StepScaling               an adjustment for each size of the breach; alarms are yours
    SimpleScaling             one adjustment, and a cooldown after it; alarms are yours

Sources: service model of Auto Scaling, PutScalingPolicy; EC2 Auto Scaling User Guide, "Step and simple
scaling policies" (rules on steps). Texts of refusals are ours (unverified).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbook.aws.autoscaling.adjustments import ADJUSTMENT_TYPES, PERCENT
from workbook.aws.autoscaling.errors import ValidationError
from workbook.aws.cloudwatch.queries import MetricQuery, Watched
from workbook.aws.operations import NotSimulated

if TYPE_CHECKING:
    from workbook.aws.autoscaling.group import Group

TARGET_TRACKING, STEP, SIMPLE = "TargetTrackingScaling", "StepScaling", "SimpleScaling"
KINDS = (TARGET_TRACKING, STEP, SIMPLE)
_ONLY = {
    TARGET_TRACKING: {"TargetTrackingConfiguration", "EstimatedInstanceWarmup"},
    STEP: {
        *("AdjustmentType", "MinAdjustmentMagnitude", "StepAdjustments", "MetricAggregationType"),
        "EstimatedInstanceWarmup",
    },
    SIMPLE: {"AdjustmentType", "MinAdjustmentMagnitude", "ScalingAdjustment", "Cooldown"},
}
_OF_ALL = {"AutoScalingGroupName", "PolicyName", "PolicyType", "Enabled"}


@dataclass(eq=False)
class Policy:
    """One policy of a group; `settings` are PutScalingPolicy's parameters."""

    name: str
    arn: str
    kind: str
    settings: Mapping[str, Any]
    alarms: list[str] = field(default_factory=list)
    """The names of the alarms that it has made itself: high, then low."""

    @property
    def enabled(self) -> bool:
        """Whether it does anything."""
        return self.settings.get("Enabled") is not False

    @property
    def target(self) -> Mapping[str, Any]:
        """Its TargetTrackingConfiguration."""
        configuration: Mapping[str, Any] = self.settings["TargetTrackingConfiguration"]
        return configuration

    @property
    def scales_in(self) -> bool:
        """Whether a target tracking policy removes instances, too."""
        return not self.target.get("DisableScaleIn")

    def warmup(self, group: Group) -> int:
        """Seconds: its own, else the group's, else the group's default cooldown."""
        own = self.settings.get("EstimatedInstanceWarmup")
        if own is not None:
            return int(own)
        return group.settings.cooldown if group.settings.warmup is None else group.settings.warmup

    def adjusts_by(self) -> tuple[str, int]:
        """Adjustment type and least change, for `adjusted`."""
        return str(self.settings["AdjustmentType"]), int(self.settings.get("MinAdjustmentMagnitude") or 0)


def check_policy(parameters: Mapping[str, Any]) -> str:
    """The kind of policy that the parameters ask for, if they fit together.

    Raises:
        ValidationError: they do not; the text names the parameter.
        NotSimulated: they ask for something that is not simulated.
    """
    kind = str(parameters.get("PolicyType") or SIMPLE)
    if kind == "PredictiveScaling":
        raise NotSimulated("PolicyType=PredictiveScaling", f"Use {', '.join(KINDS)}.")
    if kind not in KINDS:
        raise ValidationError(f"PolicyType '{kind}' must be one of {', '.join(KINDS)}")
    for name, value in parameters.items():
        if value is not None and name not in _OF_ALL | _ONLY[kind]:
            raise ValidationError(f"{name} cannot be used with the policy type {kind}")
    if kind == TARGET_TRACKING:
        watched_by(parameters)
        return kind
    _check_adjustment(parameters)
    if kind == STEP:
        _check_steps(parameters.get("StepAdjustments") or [])
    elif parameters.get("ScalingAdjustment") is None:
        raise ValidationError("ScalingAdjustment is required for the policy type SimpleScaling")
    return kind


def _check_adjustment(parameters: Mapping[str, Any]) -> None:
    kind = parameters.get("AdjustmentType")
    if kind not in ADJUSTMENT_TYPES:
        raise ValidationError(f"AdjustmentType '{kind}' must be one of {', '.join(ADJUSTMENT_TYPES)}")
    if parameters.get("MinAdjustmentMagnitude") and kind != PERCENT:
        raise ValidationError(f"MinAdjustmentMagnitude can only be used with {PERCENT}")
    if kind == "ExactCapacity" and int(parameters.get("ScalingAdjustment") or 0) < 0:
        raise ValidationError("ScalingAdjustment must not be negative for ExactCapacity")


def _check_steps(steps: Sequence[Mapping[str, Any]]) -> None:
    if not steps:
        raise ValidationError("At least one StepAdjustment must be specified")
    bounds = sorted(
        ((step.get("MetricIntervalLowerBound"), step.get("MetricIntervalUpperBound")) for step in steps),
        key=lambda pair: (pair[0] is not None, pair[0] or 0),
    )
    for lower, upper in bounds:
        if lower is None and upper is None:
            raise ValidationError("Lower and upper bound cannot both be null in a StepAdjustment")
        if lower is not None and upper is not None and lower >= upper:
            raise ValidationError(f"The lower bound {lower} must be less than the upper bound {upper}")
    for (_, upper), (lower, _) in itertools.pairwise(bounds):
        if upper is None or lower is None or lower < upper:
            raise ValidationError("StepAdjustment intervals can't overlap")
        if lower > upper:
            raise ValidationError("StepAdjustment intervals can't have gaps between them")
    _check_ends(bounds)


def _check_ends(bounds: Sequence[tuple[Any, Any]]) -> None:
    if any(lower is not None and lower < 0 for lower, _ in bounds) and bounds[0][0] is not None:
        raise ValidationError(
            "With a negative lower bound, there must be a StepAdjustment with a null lower bound"
        )
    if any(upper is not None and upper > 0 for _, upper in bounds) and bounds[-1][1] is not None:
        raise ValidationError(
            "With a positive upper bound, there must be a StepAdjustment with a null upper bound"
        )


def watched_by(parameters: Mapping[str, Any]) -> Watched:
    """What the alarms of a target tracking policy watch."""
    configuration = parameters.get("TargetTrackingConfiguration")
    if not configuration:
        raise ValidationError(
            "TargetTrackingConfiguration is required for the policy type TargetTrackingScaling"
        )
    if configuration.get("PredefinedMetricSpecification"):
        kind = configuration["PredefinedMetricSpecification"].get("PredefinedMetricType")
        advice = "Instances have no CPU, network or load balancer here: use CustomizedMetricSpecification."
        raise NotSimulated(f"The predefined metric {kind}", advice)
    if float(configuration["TargetValue"]) <= 0:
        raise ValidationError("TargetValue must be greater than 0")
    metric = configuration.get("CustomizedMetricSpecification")
    if not metric:
        raise ValidationError(
            "You must specify either PredefinedMetricSpecification or CustomizedMetricSpecification"
        )
    if metric.get("Metrics"):
        return Watched.of_queries(metric["Metrics"], default_period=60)
    missing = [name for name in ("MetricName", "Namespace", "Statistic") if not metric.get(name)]
    if missing:
        raise ValidationError(f"CustomizedMetricSpecification needs {', '.join(missing)}, or Metrics")
    return Watched.single(
        MetricQuery.of(metric, metric["Statistic"], metric.get("Unit")), int(metric.get("Period") or 60)
    )
