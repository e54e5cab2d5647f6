"""Where the items of each row stand: near the middle of what they are joined to, in order, none upon another.

Each row is moved towards its neighbours, down and up in turn. Within a row, items that want to stand too near
each other are pushed apart by equal parts, so a state stands over the middle of what it leads to.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

_SWEEPS = 8
Pair = tuple[str, str]


def middles_of(
    rows: Sequence[Sequence[str]], widths: Mapping[str, float], pairs: Sequence[Pair], gap: float
) -> dict[str, float]:
    """The middle of each item, in units from the left edge of all, which is 0."""
    middles: dict[str, float] = {}
    for row in rows:
        x = 0.0
        for item in row:
            middles[item] = x + widths[item] / 2
            x += widths[item] + gap
        for item in row:
            middles[item] -= (x - gap) / 2
    above, below = _neighbours(pairs)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        for row in rows if down else reversed(rows):
            joined = above if down else below
            wanted = [_middle(item, joined.get(item, ()), middles) for item in row]
            middles.update(zip(row, _apart(row, wanted, widths, gap), strict=True))
    left = min((middles[item] - widths[item] / 2 for row in rows for item in row), default=0.0)
    return {item: middle - left for item, middle in middles.items()}


def _neighbours(pairs: Sequence[Pair]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    above: dict[str, list[str]] = {}
    below: dict[str, list[str]] = {}
    for upper, lower in pairs:
        above.setdefault(lower, []).append(upper)
        below.setdefault(upper, []).append(lower)
    return above, below


def _middle(item: str, joined: Sequence[str], middles: Mapping[str, float]) -> float:
    return sum(middles[one] for one in joined) / len(joined) if joined else middles[item]


def _apart(
    row: Sequence[str], wanted: Sequence[float], widths: Mapping[str, float], gap: float
) -> list[float]:
    """Places in this order, each as near to its wish as those beside it allow (least squares)."""
    offsets = [0.0]
    for left, right in itertools.pairwise(row):
        offsets.append(offsets[-1] + (widths[left] + widths[right]) / 2 + gap)
    groups: list[tuple[float, int]] = []  # of items that touch: what the first wants on average, and how many
    for wish, offset in zip(wanted, offsets, strict=True):
        mean, count = wish - offset, 1
        while groups and groups[-1][0] > mean:
            before, many = groups.pop()
            mean, count = (before * many + mean * count) / (many + count), many + count
        groups.append((mean, count))
    bases = [mean for mean, count in groups for _ in range(count)]
    return [base + offset for base, offset in zip(bases, offsets, strict=True)]
