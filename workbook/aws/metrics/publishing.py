"""What the services of one account and Region have published, and who will bring more.

The data are kept in one list that only grows, so a reader remembers how far it has come and never looks at
anything twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Protocol

from workbook.aws.metrics.datum import MINUTE, Datum, Dimensions, Tally, dimensions_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbook.engine.world import World

_STATE = "metrics"
_Bucket = tuple[int, str, str, Dimensions, str]
"""The minute's number since the epoch, namespace, name, dimensions, unit."""


class Source(Protocol):
    """Somebody with values that cannot be counted when they happen, such as the depth of a queue."""

    def drain(self, now: int) -> Iterable[Datum]:
        """Hand over, once, what is complete: the minutes that have ended by `now`."""

    @property
    def is_over(self) -> bool:
        """Whether nothing will ever come again."""


class Publications:
    """The metrics of AWS's services in one account and Region."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._buckets: dict[_Bucket, Tally] = {}
        self._sources: list[Source] = []
        self._data: list[Datum] = []

    def add(
        self, namespace: str, name: str, dimensions: Dimensions, value: float, unit: str, times: float = 1
    ) -> None:
        """Something happened, now, so many times."""
        key = (self._world.clock.now // MINUTE, namespace, name, dimensions, unit)
        tally = self._buckets.get(key)
        if tally is None:
            self._buckets[key] = Tally(value, times)
        else:
            tally.add(value, times)

    def publish(self, datum: Datum) -> None:
        """Publish a value of a minute that has ended."""
        self._data.append(datum)

    def register(self, source: Source) -> None:
        """Ask `source`, too, whenever somebody looks."""
        self._sources.append(source)

    def data(self) -> Sequence[Datum]:
        """All values up to the last complete minute; the list only grows."""
        now = self._world.clock.now
        for source in self._sources:
            self._data.extend(source.drain(now))
        self._sources = [source for source in self._sources if not source.is_over]
        self._close_buckets(now // MINUTE)
        return self._data

    def _close_buckets(self, present: int) -> None:
        for key in [key for key in self._buckets if key[0] < present]:
            minute, namespace, name, dimensions, unit = key
            tally = self._buckets.pop(key)
            self._data.append(Datum(namespace, name, dimensions, minute * MINUTE, unit, tally))


def publications(world: World, account: str, region: str) -> Publications:
    """What is published in an account and Region of this world."""
    return world.kept_in(_STATE, (account, region), lambda: Publications(world))


class Meter:
    """Counts for one resource: a topic, a rule, a function. Cheap to make, and to keep."""

    __slots__ = ("_dimensions", "_namespace", "_publications")

    def __init__(
        self, world: World, account: str, region: str, namespace: str, dimensions: Mapping[str, str]
    ) -> None:
        """`namespace` is such as "AWS/SNS"; each set of dimensions is a metric of its own on AWS."""
        self._publications = publications(world, account, region)
        self._namespace = namespace
        self._dimensions = dimensions_of(dimensions)

    def add(self, name: str, value: float = 1, *, unit: str = "Count", times: float = 1) -> None:
        """A value of the metric `name`, in the present minute; `unit` as AWS documents it."""
        self._publications.add(self._namespace, name, self._dimensions, value, unit, times)
