"""How often something happened."""

from __future__ import annotations

from collections.abc import Iterable

from workbook.engine.hop import Hop
from workbook.scenarios.framework.account import counted, times
from workbook.scenarios.framework.reading import hops_of

__all__ = ["calls_of", "counted", "of_all", "times"]


def of_all(trace: Iterable[Hop], *kinds: str, at: str | None = None) -> int:
    """How many hops of these kinds there are; with `at` only those at the resource of that short name."""
    return sum(1 for _ in hops_of(trace, *kinds, at=at))


def calls_of(trace: Iterable[Hop], operation: str) -> int:
    """How many boto3 calls asked for this operation, such as "SendMessage"."""
    return sum(hop.resource.rpartition(":")[2] == operation for hop in hops_of(trace, "api-call"))
