"""The metrics AWS/Lambda, added up while functions run.

    Invocations, Errors, Throttles, Duration         each invocation
    ConcurrentExecutions                             how many ran when an invocation began, that one included
    AsyncEventsReceived, AsyncEventAge,              each asynchronous event
    AsyncEventsDropped, DeadLetterErrors, DestinationDeliveryFailures, RecursiveInvocationsDropped
    UnreservedConcurrentExecutions                   of all functions without a reservation

A value counts for the function, for what was invoked of it (`Resource`: the function, a version or an alias),
for the version that an alias led to, and for all functions together. What becomes of an invocation counts for
the minute in which it began, also where it ends in a later one.

Source: Lambda Developer Guide, "Types of metrics for Lambda functions" and "Viewing metrics" (dimensions).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from workbook.aws.awslambda.names import LATEST
from workbook.aws.awslambda.throttling import concurrency_of, reserved_of
from workbook.aws.metrics import MINUTE, Datum, Tally, dimensions_of, publications
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaBackend

    from workbook.aws.awslambda.registry import Target
    from workbook.engine.world import World

MILLISECOND = SECOND // 1_000
NAMESPACE = "AWS/Lambda"

Dimensions = tuple[tuple[str, str], ...]
"""Names and values."""

_ALL: tuple[Dimensions, ...] = ((),)
"""For all functions together."""
_IN_MILLISECONDS = frozenset({"Duration", "AsyncEventAge"})


class FunctionMetrics:
    """The metrics of all functions in one account and Region."""

    def __init__(self, world: World, backend: LambdaBackend) -> None:
        self._world = world
        self._backend = backend
        self._publications = publications(world, backend.account_id, backend.region_name)

    def add(self, target: Target, name: str, value: float) -> None:
        """Something happened, now, that a metric adds up."""
        self.add_since(self._world.clock.now, name, value, _dimensions_of(target, None))

    def begin(self, target: Target, version: str) -> Begun:
        """An invocation begins; `version` is what runs. It holds its unit of concurrency already."""
        begun = Begun(self, self._world.clock.now, _dimensions_of(target, version))
        concurrency = concurrency_of(self._world, self._backend)
        name = target.function.function_name
        begun.add("ConcurrentExecutions", concurrency.running(name), begun.dimensions[:-1])
        begun.add("ConcurrentExecutions", concurrency.total, _ALL)
        if reserved_of(target.function) is None:
            begun.add("UnreservedConcurrentExecutions", concurrency.unreserved, _ALL)
        return begun

    def throttled(self, target: Target) -> None:
        """An invocation was refused for want of concurrency."""
        self.add(target, "Throttles", 1)
        self.add(target, "Errors", 0)

    def add_since(self, instant: int, name: str, value: float, dimensions: Iterable[Dimensions]) -> None:
        """A value of a metric that counts for the minute of `instant`, which may have ended."""
        unit = "Milliseconds" if name in _IN_MILLISECONDS else "Count"
        minute = instant // MINUTE
        ended = minute < self._world.clock.now // MINUTE
        for each in dimensions:
            if ended:
                datum = Datum(NAMESPACE, name, each, minute * MINUTE, unit, Tally(value))
                self._publications.publish(datum)
            else:
                self._publications.add(NAMESPACE, name, each, value, unit)


class Begun:
    """An invocation in progress."""

    def __init__(self, metrics: FunctionMetrics, instant: int, dimensions: tuple[Dimensions, ...]) -> None:
        self.dimensions = dimensions
        self._metrics = metrics
        self._instant = instant

    def add(self, name: str, value: float, dimensions: Iterable[Dimensions] | None = None) -> None:
        """A value of a metric, of the minute in which the invocation began."""
        where = self.dimensions if dimensions is None else dimensions
        self._metrics.add_since(self._instant, name, value, where)

    def end(self, *, failed: bool, duration: int) -> None:
        """The invocation has ended; `duration` is in microseconds."""
        self.add("Invocations", 1)
        self.add("Errors", int(failed))
        self.add("Throttles", 0)
        self.add("Duration", duration / MILLISECOND)


def metrics_of(world: World, backend: LambdaBackend) -> FunctionMetrics:
    """The metrics of an account's functions in a Region, kept for the world's life."""
    place = (backend.account_id, backend.region_name)
    return world.kept_in("lambda.metrics", place, lambda: FunctionMetrics(world, backend))


def _dimensions_of(target: Target, version: str | None) -> tuple[Dimensions, ...]:
    """For which sets of dimensions a value counts; the last one is for all functions."""
    name = target.function.function_name
    qualifier = target.arn.partition(":function:")[2].partition(":")[2]
    function = {"FunctionName": name}
    resource = {**function, "Resource": f"{name}:{qualifier}" if qualifier else name}
    sets = [function, resource]
    if target.alias is not None and version not in {None, LATEST}:
        sets.append({**resource, "ExecutedVersion": str(version)})
    return (*map(dimensions_of, sets), ())
