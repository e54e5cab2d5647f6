"""CloudWatch's minute: first those who publish a metric each minute do so, then alarms look at what there is.

AWS evaluates an alarm once a minute, later than the metrics' minute ended (by one to two minutes, it seems;
unverified, and not simulated). Here both happen at the full minute, in this order, so what a lesson shows
does not depend on luck; alarms with a period below a minute look every ten seconds. It is an endless
schedule, so it is no work: a lab with alarms can be idle.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbook.aws.metrics import MINUTE
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from workbook.engine.world import World

OFTEN = 10 * SECOND
"""Microseconds between two looks of an alarm with a period of less than a minute."""
_STATE = "cloudwatch.minutes"


class Minutes:
    """Who has to do something each minute; nothing is scheduled while nobody has."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._publishers: dict[object, Callable[[], object]] = {}
        self._alarms: dict[object, Callable[[], object]] = {}
        self._often: dict[object, Callable[[], object]] = {}
        self._scheduled = self._scheduled_often = False

    def publish(self, key: object, publish: Callable[[], object]) -> None:
        """Call `publish` each minute, until `forget(key)`."""
        self._publishers[key] = publish
        self._schedule()

    def evaluate(self, key: object, evaluate: Callable[[], object], *, often: bool = False) -> None:
        """Call `evaluate` each minute after all publishers, or each 10 seconds, until `forget(key)`."""
        self._alarms[key] = evaluate
        self._often.pop(key, None)
        if often:
            self._often[key] = evaluate
            self._schedule_often()
        self._schedule()

    def forget(self, key: object) -> None:
        """No more of this; harmless when there was none."""
        for step in (self._publishers, self._alarms, self._often):
            step.pop(key, None)

    def _schedule(self) -> None:
        if self._scheduled or not (self._publishers or self._alarms):
            return
        self._scheduled = True
        following = (self._world.clock.now // MINUTE + 1) * MINUTE
        with self._world.trace.from_nothing():
            self._world.kernel.at(following, self._minute, name="CloudWatch's minute", daemon=True)

    def _minute(self) -> None:
        self._scheduled = False
        self._act(self._publishers)
        self._act(self._alarms)
        self._schedule()

    def _schedule_often(self) -> None:
        if self._scheduled_often or not self._often:
            return
        self._scheduled_often = True
        following = (self._world.clock.now // OFTEN + 1) * OFTEN
        with self._world.trace.from_nothing():
            name = "CloudWatch's ten seconds"
            self._world.kernel.at(following, self._ten_seconds, name=name, daemon=True)

    def _ten_seconds(self) -> None:
        self._scheduled_often = False
        if self._world.clock.now % MINUTE:  # at the full minute they are evaluated with all others
            self._act(self._often)
        self._schedule_often()

    @staticmethod
    def _act(step: dict[object, Callable[[], object]]) -> None:
        for key, act in list(step.items()):
            if key in step:  # one that came before may have ended this one
                act()


def minutes_of(world: World) -> Minutes:
    """The one of this world."""
    return world.kept(_STATE, lambda: Minutes(world))
