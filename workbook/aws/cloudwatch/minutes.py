"""CloudWatch's minute: first those who publish a metric each minute do so, then alarms look at what there is.

AWS evaluates an alarm once a minute, with a delay of one to two minutes because metrics arrive late. Here
both happen at the full minute, in this order, so what a lesson shows does not depend on luck (the delay is
not documented, and not simulated). It is an endless schedule, so it is no work: a lab with alarms can be
idle.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbook.aws.metrics import MINUTE

if TYPE_CHECKING:
    from workbook.engine.world import World

_STATE = "cloudwatch.minutes"


class Minutes:
    """Who has to do something each minute; nothing is scheduled while nobody has."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._publishers: dict[object, Callable[[], object]] = {}
        self._alarms: dict[object, Callable[[], object]] = {}
        self._scheduled = False

    def publish(self, key: object, publish: Callable[[], object]) -> None:
        """Call `publish` each minute, until `forget(key)`."""
        self._publishers[key] = publish
        self._schedule()

    def evaluate(self, key: object, evaluate: Callable[[], object]) -> None:
        """Call `evaluate` each minute, after all publishers, until `forget(key)`."""
        self._alarms[key] = evaluate
        self._schedule()

    def forget(self, key: object) -> None:
        """No more of this; harmless when there was none."""
        self._publishers.pop(key, None)
        self._alarms.pop(key, None)

    def _schedule(self) -> None:
        if self._scheduled or not (self._publishers or self._alarms):
            return
        self._scheduled = True
        following = (self._world.clock.now // MINUTE + 1) * MINUTE
        with self._world.trace.from_nothing():
            self._world.kernel.at(following, self._minute, name="CloudWatch's minute", daemon=True)

    def _minute(self) -> None:
        self._scheduled = False
        for step in (self._publishers, self._alarms):
            for key, act in list(step.items()):
                if key in step:  # one that came before may have ended this one
                    act()
        self._schedule()


def minutes_of(world: World) -> Minutes:
    """The one of this world."""
    found = world.state.get(_STATE)
    if found is None:
        found = world.state[_STATE] = Minutes(world)
    assert isinstance(found, Minutes)  # noqa: S101 - nobody else writes under this name
    return found
