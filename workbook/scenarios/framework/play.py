"""One scenario in one lab: set up, triggered, stepped through, run to its end.

This is what the buttons of a panel do, and what a run without a screen does.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from workbook.engine.clock import SECOND, datetime_of
from workbook.flow.moves import Status
from workbook.flow.scene import Scene
from workbook.scenarios.framework.account import Account, Event, Findings
from workbook.scenarios.framework.shown_code import arguments_for

if TYPE_CHECKING:
    from workbook.engine.trace import Trace
    from workbook.flow.chart import Chart
    from workbook.flow.flow import Flow
    from workbook.flow.moves import Move
    from workbook.lab import Lab
    from workbook.scenarios.framework.scenario import Scenario
    from workbook.scenarios.framework.settings import Value

MOST_INSTANTS = 10_000
"""After so many instants at which nothing happened that one could tell, a step is over all the same."""


class Play:
    """Drives one scenario; every method may be called from any thread."""

    def __init__(
        self, lab: Lab, scenario: Scenario, settings: Mapping[str, Value], *, is_new: bool = False
    ) -> None:
        """`settings` holds a checked value for each of the scenario's settings.

        A lab that `is_new`, opened for this play just now, need not be reset before its beginning.
        """
        self.lab = lab
        self._is_new = is_new
        self.scenario = scenario
        self.settings = dict(settings)
        self.triggered = 0
        self.idle = True
        self._system: object = None
        self._began = 0
        self._hops_before = 0
        self._trace: Trace | None = None
        self._told: set[Move] = set()
        self._seen_at: tuple[int, int] | None = None
        self._scene: Scene | None = None
        self._flow: Flow | None = None

    def set_up(self) -> None:
        """Begin again: an empty lab at its first instant, and the scenario's system in it."""
        self.triggered, self.idle, self._told, self._seen_at = 0, True, set(), None
        if not self._is_new:
            self.lab.reset()
        self._is_new = False
        self._trace = self.lab.trace
        scenario = self.scenario
        self._system = scenario.build(self.lab, **arguments_for(scenario.build, self.settings))
        self._begin()

    def _begin(self) -> None:
        """What is told begins here; what was set up is no part of it, and may have ended just now."""
        self._began, self._hops_before = self.lab.world.clock.now, len(self.lab.trace)

    def trigger(self) -> None:
        """Send what the scenario is about."""
        trigger = self.scenario.trigger
        if not self.triggered:
            self._begin()
        self.triggered += 1
        self.idle = False
        with without_garbage_collection():
            trigger(self.lab, self._system, **arguments_for(trigger, self.settings))

    def step(self) -> bool:
        """Let time pass until there is something to tell; False when nothing is left that would happen."""
        before = self._telling()
        for _ in range(MOST_INSTANTS):
            self.idle = self.lab.run_until_idle(limit=0)
            if self._telling() > before:
                return True
            instant = self.lab.world.kernel.next_instant()
            if instant is None or (self.idle and not self.scenario.afterwards):
                return False
            self.lab.advance(max(0, instant - self.lab.world.clock.now) / SECOND)
        return True

    def run(self) -> None:
        """Trigger if nothing was yet; let time pass until all is done, or the scenario's limit is reached."""
        if not self.triggered:
            self.trigger()
        with without_garbage_collection():
            self.idle = self.lab.run_until_idle(limit=self.scenario.limit_for(self.settings))
            if self.scenario.afterwards:
                self.lab.advance(self.scenario.afterwards)

    @property
    def is_current(self) -> bool:
        """Whether the lab is as this play has left it; False once somebody has reset or closed it."""
        return self.lab.trace is self._trace and not self.lab.world.kernel.closed

    def _has_queue(self, name: str) -> bool:
        """Whether there is a queue of that name; some depend on the settings."""
        try:
            self.lab.queue(name)
        except LookupError:
            return False
        return True

    def news(self) -> list[Event]:
        """What has happened since this was last asked, each in a sentence."""
        self._scene = None  # a picture that looked on may have seen a hop that was not finished
        moves = [move for move in self._moves() if move not in self._told]
        self._told.update(moves)
        return [self._event(move) for move in moves]

    def _moves(self) -> list[Move]:
        """The moves since the scenario began; what was set up before is not told."""
        began, before = self._began, self._hops_before
        moves = [move for move in self.scene().moves if move.time >= began]
        return [move for move in moves if move.time > began or move.hop is None or move.hop > before]

    def _event(self, move: Move) -> Event:
        return Event(self._seconds(move.time), move.text, move.status is Status.EMPTY)

    def _telling(self) -> int:
        """How many of the moves end a step."""
        moves = self.scene().moves
        if self.scenario.tells_vain_polls:
            return len(moves)
        return sum(move.status is not Status.EMPTY for move in moves)

    def scene(self) -> Scene:
        """What there is to see so far; it is made again only when time has passed or a hop has come."""
        state = (len(self.lab.trace), self.lab.world.clock.now)
        if self._scene is None or self._seen_at != state:
            self._seen_at = state
            self._scene = Scene.of(list(self.lab.trace), self.lab.world.clock.now)
        return self._scene

    def flow(self) -> Flow:
        """The picture of it, drawn once for all who show it."""
        from workbook.flow.flow import Flow  # a run without a screen need not load what draws

        scene = self.scene()
        if self._flow is None or self._flow.scene is not scene:
            self._flow = Flow(scene)
        return self._flow

    def live_flow(self) -> Flow:
        """The picture that goes on with the lab; it shares what `scene` has found."""
        from workbook.flow.flow import Flow  # as above
        from workbook.flow.live import Source

        flow, world = Flow(self.scene()), self.lab.world
        flow.follow(Source(self.flow, world.trace.observers, lambda: self.lab.world.clock.now))
        return flow

    def chart(self) -> Chart | None:
        """The queues of the scenario since it was triggered; None while there is nothing to show."""
        queues = [name for name in self.scenario.queues if self._has_queue(name)]
        if not queues or not self.triggered or self.lab.world.clock.now <= self._began:
            return None
        from workbook.flow.chart import chart_of  # as above

        return chart_of(self.scene(), queues, since=datetime_of(self._began))

    def _seconds(self, instant: int) -> float:
        return round((instant - self._began) / SECOND, 3)

    def _findings(self) -> Findings:
        """The answer so far. Before the trigger there is none: a measure would read a run that never was."""
        if not self.triggered:
            return Findings("Nothing has happened yet.", (), ())
        measure = self.scenario.measure
        return measure(self.lab.trace, **arguments_for(measure, self.settings))

    def account(self) -> Account:
        """What happened so far."""
        scenario = self.scenario
        words = tuple((each.about, each.shown(self.settings[each.name])) for each in scenario.settings)
        return Account(
            name=scenario.name,
            title=scenario.title,
            question=scenario.question,
            settings=dict(self.settings),
            settings_in_words=words,
            findings=self._findings(),
            happened=tuple(self._event(move) for move in self._moves()),
            seconds=self._seconds(self.lab.world.clock.now),
            ended=self.idle,
            differs=scenario.differs,
        )


@contextmanager
def without_garbage_collection() -> Iterator[None]:
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
