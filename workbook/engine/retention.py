"""What a trace keeps when it runs for days: the newest hops, and what still stands of the older ones.

    forgotten ........ | kept ..........................
    1               k    k + 1                         n      numbers stay what they were

Without a retention a trace keeps everything, as lessons need it. A server forgets, so that its memory does
not grow with the number of calls. Of what it forgets, the last word on each resource that still exists stays:
who reads the rest must know what queue a message lay in.
"""

from __future__ import annotations

from typing import NamedTuple

from workbook.engine.hop import Hop

_HOP = 600
"""Bytes that a hop without content takes in memory, roughly."""
_ANNOUNCING = frozenset({"create", "configure", "remove"})
"""Kinds of hops by which resources say how they are set."""


class Retention(NamedTuple):
    """How much a trace keeps; what is reached first counts."""

    hops: int
    """Newest hops that are kept, at least; an eighth more before the next are forgotten at once."""
    content: int
    """Bytes of memory that they may take, roughly."""


class Weights:
    """How much a trace holds, and what stands of what it has forgotten."""

    def __init__(self, retention: Retention) -> None:
        self._retention = retention
        self._content = 0
        self._standing: dict[str, Hop] = {}

    def surplus(self, hops: list[Hop], newest: Hop) -> int:
        """Note a new hop; how many of the oldest of `hops` are to be forgotten now."""
        self._content += weight_of(newest)
        most, allowed = self._retention
        if len(hops) > most + most // 8:
            return len(hops) - most
        return self._oldest_of_surplus_content(hops) if self._content > allowed else 0

    def replace(self, before: Hop, after: Hop) -> None:
        """Note that a hop was completed."""
        self._content += weight_of(after) - weight_of(before)

    def forget(self, hop: Hop) -> None:
        """Note that a hop, the oldest, is kept no longer."""
        self._content -= weight_of(hop)
        if hop.kind == "remove":
            self._standing.pop(hop.resource, None)
        elif hop.kind in _ANNOUNCING:
            self._standing.pop(hop.resource, None)  # so that they stay in the order of their numbers
            self._standing[hop.resource] = hop

    def standing(self) -> list[Hop]:
        """The last forgotten hop that set each resource, in order."""
        return list(self._standing.values())

    def _oldest_of_surplus_content(self, hops: list[Hop]) -> int:
        """As many as weigh an eighth of what is allowed; the newest hop always stays."""
        too_much = self._content - self._retention.content * 7 // 8
        for count in range(len(hops) - 1):
            if too_much <= 0:
                return count
            too_much -= weight_of(hops[count])
        return len(hops) - 1


def weight_of(hop: Hop) -> int:
    """Bytes of memory that a hop takes, roughly: texts count, and so do those in lists and mappings."""
    return _HOP + sum(map(_weight, hop.facts.values()))


def _weight(value: object) -> int:
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, dict):
        return sum(_weight(name) + _weight(one) for name, one in value.items())
    if isinstance(value, list | tuple):
        return 8 + sum(map(_weight, value))
    return 8
