"""How large a group shall be: pure arithmetic, from a policy and a capacity to a capacity.

    10 instances, +25 %       ->  12    (2.5, rounded towards 0; what is between 0 and 1 counts as 1)
    10 instances, metric 30 at a target of 10   ->  30

Rounding of percentages, steps and their bounds: EC2 Auto Scaling User Guide, "Step and simple scaling
policies". Target tracking: "Target tracking scaling policies" says that it scales out in proportion to the
metric, scales in more gradually, and rounds so that there are rather too many instances than too few; the
formula itself is not documented, so this one is ours (unverified).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

CHANGE, EXACT, PERCENT = "ChangeInCapacity", "ExactCapacity", "PercentChangeInCapacity"
ADJUSTMENT_TYPES = (CHANGE, EXACT, PERCENT)


def adjusted(capacity: int, kind: str, adjustment: int, least_change: int = 0) -> int:
    """The capacity after an adjustment; `least_change` is MinAdjustmentMagnitude, for percentages."""
    if kind == EXACT:
        return adjustment
    if kind == CHANGE:
        return max(0, capacity + adjustment)
    change = _rounded(capacity * adjustment / 100)
    if change and abs(change) < least_change:
        change = least_change if change > 0 else -least_change
    return max(0, capacity + change)


def _rounded(change: float) -> int:
    """Towards 0, except that what is not 0 is at least 1."""
    if 0 < abs(change) < 1:
        return 1 if change > 0 else -1
    return math.trunc(change)


def step_for(steps: Sequence[Mapping[str, Any]], breach: float) -> int | None:
    """The ScalingAdjustment of the step in whose bounds the breach lies: metric minus threshold.

    Above the threshold the lower bound belongs to a step and the upper one does not; below, it is the other
    way round.
    """
    for step in steps:
        lower = _bound(step, "MetricIntervalLowerBound", -math.inf)
        upper = _bound(step, "MetricIntervalUpperBound", math.inf)
        if lower <= breach < upper if breach >= 0 else lower < breach <= upper:
            return int(step["ScalingAdjustment"])
    return None


def _bound(step: Mapping[str, Any], name: str, otherwise: float) -> float:
    value = step.get(name)
    return otherwise if value is None else float(value)


def for_target(capacity: int, metric: float, target: float) -> int:
    """How many instances bring a metric that is shared among `capacity` of them to its target: rounded up."""
    return math.ceil(capacity * metric / target - 1e-9)
