"""Replays: an archive's events of a span of time, sent to the rules of their bus once more.

    STARTING ── RUNNING: minute after minute of the events' time ── COMPLETED
                   └──────── CANCELLING ── CANCELLED

Within a minute the order is not the original one; the lab draws it from its seed. How long AWS takes is not
documented: here a replay starts after a second and needs one for each minute that has events (unverified).

Source: service model, StartReplay; Amazon EventBridge User Guide, "Archiving and replaying events".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbook.aws.eventbridge.buses import find_bus
from workbook.aws.eventbridge.events import facts_of
from workbook.aws.eventbridge.names import bus_address
from workbook.aws.eventbridge.routing import route
from workbook.engine.clock import SECOND, datetime_of

if TYPE_CHECKING:
    from workbook.aws.eventbridge.archives import Archive
    from workbook.aws.eventbridge.events import Event
    from workbook.engine.hop import Hop
    from workbook.engine.world import World

MINUTE = 60 * SECOND
STEP = SECOND
"""Microseconds until a replay starts, and for each minute of events."""

STARTING, RUNNING, COMPLETED = "STARTING", "RUNNING", "COMPLETED"
CANCELLING, CANCELLED = "CANCELLING", "CANCELLED"

Kept = tuple["Event", int]


@dataclass
class Replay:
    """One replay; `given` are StartReplay's parameters. Instants in microseconds."""

    world: World
    name: str
    arn: str
    given: Mapping[str, Any]
    archive: Archive
    start: int
    end: int
    started: int
    state: str = STARTING
    ended: int | None = None
    last_replayed: int | None = None
    _hop: Hop | None = None
    _slices: Iterator[list[Kept]] = field(default_factory=lambda: iter(()))

    def begin(self) -> None:
        """Start, in virtual time."""
        trace = self.world.trace
        self._hop = trace.record("create", self.arn, settings=self.settings())
        with trace.under(self._hop):
            self._then(self._run)

    def cancel(self) -> None:
        """Stop after what is being replayed."""
        self.state = CANCELLING

    def _run(self) -> None:
        if self.state == STARTING:
            self.state = RUNNING
            self._slices = slices(self.archive.between(self.start, self.end))
        if self.state == CANCELLING:
            self._finish(CANCELLED)
            return
        minute = next(self._slices, None)
        if minute is None:
            self._finish(COMPLETED)
            return
        self._replay(minute)
        self._then(self._run)

    def _replay(self, minute: list[Kept]) -> None:
        world, destination = self.world, self.given["Destination"]
        bus = find_bus(world, bus_address(destination["Arn"], "", ""))
        world.seeds.stream("eventbridge.replay").shuffle(minute)
        for event, kept in minute:
            again = event.replayed(self.name, world.clock.now)
            causes = [kept] if self._hop is None else [kept, self._hop.number]
            hop = world.trace.record(
                "replay",
                destination["Arn"],
                message=again.id,
                causes=causes,
                size=again.size,
                replay=self.arn,
                **facts_of(again),
            )
            self.last_replayed = event.time
            if bus is not None:
                route(world, bus, again, hop, destination.get("FilterArns"))

    def _then(self, step: Any) -> None:  # noqa: ANN401 - a bound method
        self.world.kernel.at(self.world.clock.now + STEP, step, name=f"the replay {self.name}")

    def _finish(self, state: str) -> None:
        self.state, self.ended = state, self.world.clock.now
        self.world.trace.record("configure", self.arn, settings=self.settings())

    def listed(self) -> dict[str, Any]:
        """As ListReplays shows it."""
        shown = {
            "ReplayName": self.name,
            "EventSourceArn": self.given["EventSourceArn"],
            "State": self.state,
            "EventStartTime": datetime_of(self.start),
            "EventEndTime": datetime_of(self.end),
            "EventLastReplayedTime": _moment(self.last_replayed),
            "ReplayStartTime": datetime_of(self.started),
            "ReplayEndTime": _moment(self.ended),
        }
        return {name: value for name, value in shown.items() if value is not None}

    def described(self) -> dict[str, Any]:
        """As DescribeReplay shows it."""
        shown = {
            **self.listed(),
            "ReplayArn": self.arn,
            "Description": self.given.get("Description"),
            "Destination": self.given["Destination"],
        }
        return {name: value for name, value in shown.items() if value is not None}

    def settings(self) -> dict[str, Any]:
        """As the trace shows it."""
        return {
            name: value
            for name, value in self.described().items()
            if not name.endswith(("Time", "ReplayArn"))
        }


def slices(kept: list[Kept]) -> Iterator[list[Kept]]:
    """Events in the order of their time, cut into the minutes that have any."""
    minute: list[Kept] = []
    for one in kept:
        if minute and one[0].time // MINUTE != minute[0][0].time // MINUTE:
            yield minute
            minute = []
        minute.append(one)
    if minute:
        yield minute


def _moment(instant: int | None) -> Any:  # noqa: ANN401 - a datetime or None
    return None if instant is None else datetime_of(instant)
