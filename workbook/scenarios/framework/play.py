"""One scenario in one lab: set up, triggered, stepped through, run to its end.

This is what the buttons of a panel do, and what a run without a screen does.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from workbook.engine.clock import SECOND
from workbook.scenarios.framework.account import Account
from workbook.scenarios.framework.shown_code import arguments_for

if TYPE_CHECKING:
    from workbook.lab import Lab
    from workbook.scenarios.framework.scenario import Scenario
    from workbook.scenarios.framework.settings import Value

MOST_INSTANTS = 10_000
"""At so many instants in a row nothing need happen that leaves a hop; then one step is over all the same."""


class Play:
    """Drives one scenario; every method may be called from any thread."""

    def __init__(self, lab: Lab, scenario: Scenario, settings: Mapping[str, Value]) -> None:
        """`settings` holds a checked value for each of the scenario's settings."""
        self.lab = lab
        self.scenario = scenario
        self.settings = dict(settings)
        self.triggered = 0
        self.idle = True
        self._system: object = None
        self._began = 0

    def set_up(self) -> None:
        """Begin again: an empty lab at its first instant, and the scenario's system in it."""
        self.triggered = 0
        self.lab.reset()
        scenario = self.scenario
        self._system = scenario.build(self.lab, **arguments_for(scenario.build, self.settings))
        self._began = self.lab.world.clock.now

    def trigger(self) -> None:
        """Send what the scenario is about."""
        trigger = self.scenario.trigger
        if not self.triggered:
            self._began = self.lab.world.clock.now
        self.triggered += 1
        self.idle = False
        with _no_garbage_collection():
            trigger(self.lab, self._system, **arguments_for(trigger, self.settings))

    def step(self) -> bool:
        """Let time pass until something has happened, that is, has left a hop; False when all is done."""
        before = len(self.lab.trace)
        for _ in range(MOST_INSTANTS):
            self.idle = self.lab.run_until_idle(limit=0)
            instant = self.lab.world.kernel.next_instant()
            if len(self.lab.trace) > before:
                return True
            if self.idle or instant is None:
                return False
            self.lab.advance(max(0, instant - self.lab.world.clock.now) / SECOND)
        return True

    def run(self) -> None:
        """Trigger if nothing was yet; let time pass until all is done, or the scenario's limit is reached."""
        if not self.triggered:
            self.trigger()
        with _no_garbage_collection():
            self.idle = self.lab.run_until_idle(limit=self.scenario.limit_for(self.settings))

    def account(self) -> Account:
        """What happened so far."""
        scenario = self.scenario
        measure = scenario.measure
        findings = measure(self.lab.trace, **arguments_for(measure, self.settings))
        words = tuple((each.about, each.shown(self.settings[each.name])) for each in scenario.settings)
        seconds = (self.lab.world.clock.now - self._began) / SECOND
        return Account(
            name=scenario.name,
            title=scenario.title,
            question=scenario.question,
            settings=dict(self.settings),
            settings_in_words=words,
            findings=findings,
            seconds=seconds,
            ended=self.idle,
        )


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Leave cycles for later.

    Hundreds of new execution environments make so many objects that Python looks through all messages and
    hops again and again for some to drop: half of the time that a burst of 10,000 took.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
