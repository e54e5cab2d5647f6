"""The metrics AWS/Lambda, added up minute by minute while functions run; nothing runs for them.

    Invocations, Errors, Throttles, Duration         each invocation
    ConcurrentExecutions                             how many ran when an invocation began, that one included
    AsyncEventsReceived, AsyncEventAge,              each asynchronous event
    AsyncEventsDropped, DeadLetterErrors, DestinationDeliveryFailures

A value counts for the function, for what was invoked of it (`Resource`: the function, a version or an alias),
for the version that an alias led to, and for all functions together. It is stamped with the minute in which
the function was invoked. `publishing` turns complete minutes into CloudWatch's data when somebody reads them.

Source: Lambda Developer Guide, "Types of metrics for Lambda functions" and "Viewing metrics" (dimensions).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from workbook.aws.awslambda.names import LATEST
from workbook.aws.awslambda.throttling import concurrency_of, reserved_of
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaBackend

    from workbook.aws.awslambda.registry import Target
    from workbook.engine.world import World

MINUTE = 60 * SECOND
"""Microseconds between two values of a metric."""
MILLISECOND = SECOND // 1_000

Dimensions = tuple[tuple[str, str], ...]
"""Names and values."""

_STATE = "lambda.metrics"
_IN_MILLISECONDS = frozenset({"Duration", "AsyncEventAge"})
_ONE_SAMPLE_A_MINUTE = frozenset({"DeadLetterErrors", "DestinationDeliveryFailures"})


class Datum(NamedTuple):
    """One value of one metric. `minute` is the instant at which the minute began."""

    name: str
    dimensions: Dimensions
    minute: int
    total: float
    unit: str
    smallest: float
    largest: float
    samples: int


class _Tally:
    """The values that were added up in one minute."""

    __slots__ = ("largest", "samples", "smallest", "total")

    def __init__(self) -> None:
        self.total = 0.0
        self.smallest = float("inf")
        self.largest = float("-inf")
        self.samples = 0

    def add(self, value: float) -> None:
        self.total += value
        self.smallest = min(self.smallest, value)
        self.largest = max(self.largest, value)
        self.samples += 1


class FunctionMetrics:
    """The metrics of all functions in one account and Region."""

    def __init__(self, world: World, backend: LambdaBackend) -> None:
        self._world = world
        self._backend = backend
        self._tallies: dict[tuple[int, str, Dimensions], _Tally] = {}

    def add(self, target: Target, name: str, value: float) -> None:
        """Something happened, now, that a metric adds up."""
        self._add(self._world.clock.now, name, value, _dimensions_of(target, None))

    def begin(self, target: Target, version: str) -> Begun:
        """An invocation begins; `version` is what runs. It holds its unit of concurrency already."""
        begun = Begun(self, self._world.clock.now, _dimensions_of(target, version))
        concurrency = concurrency_of(self._world, self._backend)
        name = target.function.function_name
        begun.add("ConcurrentExecutions", concurrency.running(name), begun.dimensions[:-1])
        begun.add("ConcurrentExecutions", concurrency.total, [()])
        if reserved_of(target.function) is None:
            begun.add("UnreservedConcurrentExecutions", concurrency.unreserved, [()])
        return begun

    def throttled(self, target: Target) -> None:
        """An invocation was refused for want of concurrency."""
        self.add(target, "Throttles", 1)
        self.add(target, "Errors", 0)

    def drain(self, now: int) -> Iterator[Datum]:
        """Take what is complete: all minutes that have ended by `now`."""
        ended = now // MINUTE
        for key in [key for key in self._tallies if key[0] < ended]:
            minute, name, dimensions = key
            yield _datum(name, dimensions, minute * MINUTE, self._tallies.pop(key))

    def _add(self, instant: int, name: str, value: float, dimensions: list[Dimensions]) -> None:
        minute = instant // MINUTE
        for each in dimensions:
            key = (minute, name, each)
            tally = self._tallies.get(key)
            if tally is None:
                tally = self._tallies[key] = _Tally()
            tally.add(value)


class Begun:
    """An invocation in progress: what becomes of it counts for the minute in which it began."""

    def __init__(self, metrics: FunctionMetrics, instant: int, dimensions: list[Dimensions]) -> None:
        self.dimensions = dimensions
        self._metrics = metrics
        self._instant = instant

    def add(self, name: str, value: float, dimensions: list[Dimensions] | None = None) -> None:
        """A value of a metric."""
        where = self.dimensions if dimensions is None else dimensions
        self._metrics._add(self._instant, name, value, where)  # noqa: SLF001 - two halves of one account

    def end(self, *, failed: bool, duration: int) -> None:
        """The invocation has ended; `duration` is in microseconds."""
        self.add("Invocations", 1)
        self.add("Errors", int(failed))
        self.add("Throttles", 0)
        self.add("Duration", duration / MILLISECOND)


def metrics_of(world: World, backend: LambdaBackend) -> FunctionMetrics:
    """The metrics of an account's functions in a Region, kept for the world's life."""
    everywhere = world.state.setdefault(_STATE, {})
    assert isinstance(everywhere, dict)  # noqa: S101 - nobody else writes under this name
    key = (backend.account_id, backend.region_name)
    found = everywhere.get(key)
    if found is None:
        found = everywhere[key] = FunctionMetrics(world, backend)
    assert isinstance(found, FunctionMetrics)  # noqa: S101 - as above
    return found


def metrics_there_are(world: World, account: str, region: str) -> FunctionMetrics | None:
    """As `metrics_of`; None where no function was ever used."""
    everywhere = world.state.get(_STATE)
    found = everywhere.get((account, region)) if isinstance(everywhere, dict) else None
    return found if isinstance(found, FunctionMetrics) else None


def _dimensions_of(target: Target, version: str | None) -> list[Dimensions]:
    """For which sets of dimensions a value counts; the last one is for all functions."""
    name = target.function.function_name
    qualifier = target.arn.partition(":function:")[2].partition(":")[2]
    function = ("FunctionName", name)
    resource = ("Resource", f"{name}:{qualifier}" if qualifier else name)
    sets: list[Dimensions] = [(function,), (function, resource)]
    if target.alias is not None and version not in {None, LATEST}:
        sets.append((function, resource, ("ExecutedVersion", str(version))))
    return [*sets, ()]


def _datum(name: str, dimensions: Dimensions, minute: int, tally: _Tally) -> Datum:
    unit = "Milliseconds" if name in _IN_MILLISECONDS else "Count"
    if name in _ONE_SAMPLE_A_MINUTE:
        return Datum(name, dimensions, minute, tally.total, unit, tally.total, tally.total, 1)
    return Datum(name, dimensions, minute, tally.total, unit, tally.smallest, tally.largest, tally.samples)
