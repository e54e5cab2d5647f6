"""Where nodes stand across the layers: as straight before their neighbours as order and room allow."""

from __future__ import annotations

from collections.abc import Sequence

from workbook.flow.layers import Pair
from workbook.flow.plan import Plan

_ROUNDS = 12
_CROOKED = 8.0
"""A line that rises by less looks like a mistake."""


def spread(plan: Plan, steps: Sequence[Pair]) -> dict[str, float]:
    """Where everything stands across the layers: as straight before its neighbours as the order allows."""
    gap, room = plan.gap, plan.room
    middle: dict[str, float] = {}
    for column in plan.columns:
        packed = _packed([room / 2] * len(column), [plan.size[item][1] for item in column], gap, room)
        middle.update(zip(column, packed, strict=True))
    neighbours: dict[str, list[str]] = {}
    for source, target in steps:
        if source in middle and target in middle:
            neighbours.setdefault(source, []).append(target)
            neighbours.setdefault(target, []).append(source)
    for turn in range(_ROUNDS):
        for column in plan.columns if turn % 2 == 0 else reversed(plan.columns):
            wanted = [_mean([middle[other] for other in neighbours.get(item, [item])]) for item in column]
            packed = _packed(wanted, [plan.size[item][1] for item in column], gap, room)
            middle.update(zip(column, packed, strict=True))
    for column in plan.columns:
        wanted = [
            _nearest(middle[item], [middle[other] for other in neighbours.get(item, ())]) for item in column
        ]
        packed = _packed(wanted, [plan.size[item][1] for item in column], gap, room)
        middle.update(zip(column, packed, strict=True))
    return {item: round(place, 1) for item, place in middle.items()}


def _nearest(place: float, others: Sequence[float]) -> float:
    """The nearest of others, where one is so near that a line to it would look crooked; else the place."""
    nearest = min(others, key=lambda other: abs(other - place), default=place)
    return nearest if abs(nearest - place) <= _CROOKED else place


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _packed(wanted: Sequence[float], sizes: Sequence[float], gap: float, room: float) -> list[float]:
    """Middles as near to the wanted ones as the order, the gap and the room allow.

    Without their sizes and gaps, the middles need only not fall: the nearest such numbers are found by
    joining neighbours that would (the method of pooled adjacent violators).
    """
    offsets: list[float] = []
    taken = 0.0
    for size in sizes:
        offsets.append(taken + size / 2)
        taken += size + gap
    pools: list[tuple[float, int]] = []
    for want, offset in zip(wanted, offsets, strict=True):
        total, count = want - offset, 1
        while pools and pools[-1][0] / pools[-1][1] >= total / count:
            total, count = total + pools[-1][0], count + pools[-1][1]
            pools.pop()
        pools.append((total, count))
    spare = max(0.0, room - (taken - gap))
    free = [min(max(total / count, 0.0), spare) for total, count in pools for _ in range(count)]
    return [place + offset for place, offset in zip(free, offsets, strict=True)]
