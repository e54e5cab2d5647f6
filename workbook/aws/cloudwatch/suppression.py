"""A composite alarm's actions can wait for another alarm: its suppressor.

    change of state ── suppressor in ALARM? ── yes ─────────────> suppressed by Alarm
                              │ no                                   │ suppressor leaves ALARM
                              v                                      v
                  suppressed by WaitPeriod                suppressed by ExtensionPeriod
                     │            └─ suppressor goes into ALARM ──^    │      └─ it goes into ALARM again ──^
                     v after WaitPeriod                                v after ExtensionPeriod
                   actions                                          actions

Sources: service model of CloudWatch, PutCompositeAlarm: ActionsSuppressor, ActionsSuppressorWaitPeriod and
ActionsSuppressorExtensionPeriod. When the alarm changes again while its actions wait, those of its newest
state are called in the end, and those of the states in between never (unverified).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from workbook.aws.cloudwatch.composite_alarm import CompositeAlarm
    from workbook.aws.cloudwatch.states import Alarm
    from workbook.engine.world import World

BY_ALARM, BY_WAIT, BY_EXTENSION = "Alarm", "WaitPeriod", "ExtensionPeriod"


class Suppression:
    """When the actions of one composite alarm are called."""

    def __init__(self, world: World, alarm: CompositeAlarm, act: Callable[[CompositeAlarm], object]) -> None:
        """`act` calls the actions of the alarm's present state."""
        self._world, self._alarm, self._act = world, alarm, act
        self._turn = 0
        """Counts up whenever a period begins or ends, so that an older timer knows that it is over."""

    def changed(self, suppressor: Alarm | None) -> None:
        """The alarm has a new state: call its actions, now or later."""
        if self._alarm.suppressor is None:
            self._act(self._alarm)
        elif suppressor is not None and suppressor.state == "ALARM":
            self._wait(BY_ALARM, None)
        elif self._alarm.suppressed_by is None:
            self._wait(BY_WAIT, int(self._alarm.settings["ActionsSuppressorWaitPeriod"]))

    def suppressor_changed(self, suppressor: Alarm) -> None:
        """The suppressor has a new state: it matters while actions wait."""
        if self._alarm.suppressed_by is None:
            return
        if suppressor.state == "ALARM":
            self._wait(BY_ALARM, None)
        elif self._alarm.suppressed_by == BY_ALARM:
            self._wait(BY_EXTENSION, int(self._alarm.settings["ActionsSuppressorExtensionPeriod"]))

    def end(self) -> None:
        """The alarm is gone, or is another one now."""
        self._turn += 1
        self._alarm.suppressed_by = None

    def _wait(self, why: str, period: int | None) -> None:
        """Keep the actions back, for a number of seconds or until the suppressor changes."""
        self._turn += 1
        self._alarm.suppressed_by = why
        facts: dict[str, Any] = {}
        if period is not None:
            facts["until_at"] = self._world.clock.now + period * SECOND
        self._world.trace.record("suppress", self._alarm.arn, by=why, **facts)
        if period is not None:
            name = f"the {why} of {self._alarm.name}"
            self._world.kernel.at(facts["until_at"], self._over, self._turn, name=name)

    def _over(self, turn: int) -> None:
        if turn != self._turn:
            return
        self._alarm.suppressed_by = None
        hop = self._alarm.hop
        assert hop is not None  # noqa: S101 - only a change makes actions wait
        with self._world.trace.under(hop):
            self._act(self._alarm)
