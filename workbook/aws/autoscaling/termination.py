"""Which instance goes first when a group scales in.

    1. the Availability Zone with the most instances, among those with one that is not protected
    2. in it, the termination policies in their order; Default is: the oldest launch template, then the
       instance closest to the next billing hour, then one at random

Where zones are balanced, the policies apply across all of them. Source: EC2 Auto Scaling User Guide, "Work
with Amazon EC2 Auto Scaling termination policies" and "Default termination policy".
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence

from workbook.aws.autoscaling.errors import ValidationError
from workbook.aws.autoscaling.instance import Instance
from workbook.aws.operations import NotSimulated
from workbook.engine.clock import SECOND

HOUR = 3600 * SECOND

_Narrow = Callable[[list[Instance], int], list[Instance]]


def check_policies(names: Sequence[str]) -> None:
    """Let a list of termination policies pass.

    Raises:
        NotSimulated: one is not simulated.
        ValidationError: Default is not the last.
    """
    for name in names:
        if name not in POLICIES:
            advice = f"Use {', '.join(POLICIES)}."
            raise NotSimulated(f"The termination policy {name}", advice)
    if "Default" in names[:-1]:
        raise ValidationError("The termination policy Default must be the last one in the list")


def choose(
    instances: Sequence[Instance], policies: Sequence[str], now: int, chance: random.Random
) -> Instance | None:
    """The instance to terminate, of those that are active; None where all are protected."""
    candidates = _of_fullest_zones(instances)
    for name in policies:
        candidates = POLICIES[name](candidates, now)
    return chance.choice(candidates) if len(candidates) > 1 else next(iter(candidates), None)


def _of_fullest_zones(instances: Sequence[Instance]) -> list[Instance]:
    counts = Counter(instance.zone for instance in instances)
    free = [instance for instance in instances if not is_protected(instance)]
    most = max((counts[instance.zone] for instance in free), default=0)
    return [instance for instance in free if counts[instance.zone] == most]


def is_protected(instance: Instance) -> bool:
    """Protection starts when an instance is in service."""
    return instance.protected and instance.in_service is not None


def _oldest(candidates: list[Instance], _now: int) -> list[Instance]:
    first = min((instance.launched for instance in candidates), default=0)
    return [instance for instance in candidates if instance.launched == first]


def _newest(candidates: list[Instance], _now: int) -> list[Instance]:
    last = max((instance.launched for instance in candidates), default=0)
    return [instance for instance in candidates if instance.launched == last]


def _closest_to_next_hour(candidates: list[Instance], now: int) -> list[Instance]:
    def left(instance: Instance) -> int:
        return HOUR - (now - instance.launched) % HOUR

    least = min((left(instance) for instance in candidates), default=0)
    return [instance for instance in candidates if left(instance) == least]


def _oldest_template(candidates: list[Instance], _now: int) -> list[Instance]:
    first = min((instance.template.version for instance in candidates), default=0)
    return [instance for instance in candidates if instance.template.version == first]


def _default(candidates: list[Instance], now: int) -> list[Instance]:
    return _closest_to_next_hour(_oldest_template(candidates, now), now)


POLICIES: dict[str, _Narrow] = {
    "Default": _default,
    "OldestInstance": _oldest,
    "NewestInstance": _newest,
    "OldestLaunchTemplate": _oldest_template,
    "ClosestToNextInstanceHour": _closest_to_next_hour,
}
"""Each narrows the candidates."""
