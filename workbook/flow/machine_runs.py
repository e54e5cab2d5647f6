"""What a state machine did, read from the trace: its executions, and each visit of each of its states."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from workbook.engine.hop import Hop
from workbook.flow.messages import Letter, letters_of


class Fate(enum.Enum):
    """How a visit of a state ended, or an execution; the value is the word for it."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    CAUGHT = "caught"
    FAILED = "failed"
    STOPPED = "stopped"


_STOPPED = frozenset({"ABORTED", "TIMED_OUT"})


@dataclass(slots=True)
class Visit:
    """A state from its entry to its exit."""

    hop: Hop
    execution: int
    """The number of its execution."""
    place: tuple[tuple[str, int], ...]
    """In which items it happened: the names of the Maps around it, each with an index; outmost first."""
    around: Visit | None = None
    """The visit of the Map or Parallel that it stands right within."""
    index: int | None = None
    """The index of its item, where it stands right within a Map."""
    failures: list[Hop] = field(default_factory=list)
    """Its attempts that failed."""
    children: list[Visit] = field(default_factory=list)
    """The visits within it, of a Map or a Parallel."""

    @property
    def state(self) -> str:
        """The name of the state."""
        return str(self.hop.facts["state"])

    @property
    def ended(self) -> int | None:
        """When it was left, in microseconds; None while it goes on."""
        value = self.hop.facts.get("ended_at")
        return value if isinstance(value, int) else None

    @property
    def caught(self) -> Hop | None:
        """The failure that a catcher took, if one did."""
        last = self.failures[-1] if self.failures else None
        return last if last is not None and "caught" in last.facts else None

    @property
    def retries(self) -> int:
        """How often it was, or is to be, tried again."""
        return sum("retry_at" in failure.facts for failure in self.failures)

    def fate(self, instant: int | None = None) -> Fate:
        """What has become of it, now or at an instant (microseconds)."""
        if self.ended is None or (instant is not None and self.ended > instant):
            return Fate.RUNNING
        if self.hop.outcome == "ok":
            return Fate.SUCCEEDED if self.caught is None else Fate.CAUGHT
        return Fate.STOPPED if self.hop.outcome in _STOPPED else Fate.FAILED


@dataclass(slots=True)
class Run:
    """One execution, from its start or redrive to its end; a redrive is a run of its own."""

    number: int
    """The number that all pictures give the execution, as a message of the trace; a redrive has the same."""
    hop: Hop
    visits: list[Visit] = field(default_factory=list)
    """Of all states, in the order of their entries."""

    @property
    def is_redrive(self) -> bool:
        """Whether it goes on with an execution that had ended badly."""
        return self.hop.kind == "redrive-execution"

    @property
    def name(self) -> str:
        """The name of the execution."""
        return str(self.hop.message).rpartition(":")[2]

    @property
    def ended(self) -> int | None:
        """When it ended, in microseconds; None while it goes on."""
        value = self.hop.facts.get("ended_at")
        return value if isinstance(value, int) else None

    def fate(self, instant: int | None = None) -> Fate:
        """What has become of it, now or at an instant (microseconds)."""
        if self.ended is None or (instant is not None and self.ended > instant):
            return Fate.RUNNING
        if self.hop.outcome == "ok":
            return Fate.SUCCEEDED
        return Fate.STOPPED if self.hop.outcome in _STOPPED else Fate.FAILED


def runs_of(hops: Sequence[Hop], machine_arn: str) -> list[Run]:
    """The executions of a machine in the order of their starts; `hops` is a trace from its first hop."""
    reader = _Reader(letters_of(hops))
    for hop in hops:
        if hop.resource.partition("/")[0] == machine_arn:  # behind the slash: the run of a distributed Map
            reader.read(hop)
    return reader.runs


class _Reader:
    """Goes through the hops of one machine; causes come before effects."""

    def __init__(self, letters: Mapping[str, Letter]) -> None:
        self.runs: list[Run] = []
        self._latest: dict[str, Run] = {}
        """By the ARN of the execution."""
        self._whose: dict[int, Run] = {}
        """By the hop that began a run or a visit: an express execution that ran twice has one ARN."""
        self._letters = letters
        self._visits: dict[int, Visit] = {}
        self._items: dict[int, tuple[Visit, int]] = {}
        """By the hop that began the execution of an item of a distributed Map: the Map, and the index."""
        self._begun: Counter[int] = Counter()
        self._indexes: dict[str, int] = {}

    def read(self, hop: Hop) -> None:
        execution = str(hop.message)
        begins = hop.kind in {"start-execution", "redrive-execution"}
        if begins and "/" in hop.resource:
            self._begin_item(hop, execution)
        elif begins:
            run = Run(self._letters[execution].number, hop)
            self._latest[execution] = self._whose[hop.number] = run
            self.runs.append(run)
        elif hop.kind == "enter-state" and execution in self._latest:
            self._enter(hop, self._whose.get(hop.causes[-1] if hop.causes else 0, self._latest[execution]))
        elif hop.kind == "fail-state" and hop.causes and hop.causes[-1] in self._visits:
            self._visits[hop.causes[-1]].failures.append(hop)

    def _begin_item(self, hop: Hop, execution: str) -> None:
        """An item of a distributed Map has an execution of its own, and belongs to the Map's all the same."""
        around = self._visits.get(hop.causes[-1]) if hop.causes else None
        if around is not None:
            if execution not in self._indexes:  # it keeps its index when its Map Run is redriven
                self._indexes[execution] = self._begun[around.hop.number]
                self._begun[around.hop.number] += 1
            self._items[hop.number] = around, self._indexes[execution]
            self._latest[execution] = self._whose[around.hop.number]

    def _around(self, hop: Hop) -> tuple[Visit | None, int | None]:
        cause = hop.causes[-1] if hop.causes else 0
        if cause in self._items:
            return self._items[cause]
        index = hop.facts.get("iteration")
        return self._visits.get(cause), index if isinstance(index, int) else None

    def _enter(self, hop: Hop, run: Run) -> None:
        around, index = self._around(hop)
        place = () if around is None else around.place
        if around is not None and index is not None:
            place = (*place, (around.state, index))
        visit = self._visits[hop.number] = Visit(hop, run.number, place, around, index)
        self._whose[hop.number] = run
        run.visits.append(visit)
        if around is not None:
            around.children.append(visit)


@dataclass(frozen=True, slots=True)
class Count:
    """What has become of the visits of one state."""

    by_fate: Mapping[Fate, int]
    retries: int
    items: int
    """Items that a Map has to go through, as far as is known."""
    items_done: int
    items_failed: int

    @property
    def visits(self) -> int:
        """How often it was entered."""
        return sum(self.by_fate.values())

    @property
    def fate(self) -> Fate | None:
        """The one that a picture shows first: what goes on, else what went wrong, else what went well."""
        order = (Fate.RUNNING, Fate.FAILED, Fate.CAUGHT, Fate.STOPPED, Fate.SUCCEEDED)
        return next((fate for fate in order if self.by_fate.get(fate)), None)


def counts_of(runs: Sequence[Run], instant: int) -> dict[str, Count]:
    """By the name of a state, what has become of its visits until an instant (microseconds)."""
    visits: dict[str, list[Visit]] = {}
    for run in runs:
        for visit in run.visits:
            if visit.hop.time <= instant:
                visits.setdefault(visit.state, []).append(visit)
    return {state: _count(found, instant) for state, found in visits.items()}


def _count(visits: Sequence[Visit], instant: int) -> Count:
    fates: dict[Fate, int] = {}
    items = done = failed = 0
    for visit in visits:
        fate = visit.fate(instant)
        fates[fate] = fates.get(fate, 0) + 1
        whole, over, broken = items_of(visit, instant)
        items, done, failed = items + whole, done + over, failed + broken
    retries = sum(
        "retry_at" in failure.facts and failure.time <= instant
        for visit in visits
        for failure in visit.failures
    )
    return Count(fates, retries, items, done, failed)


def items_of(visit: Visit, instant: int) -> tuple[int, int, int]:
    """How many items a Map has, and how many of those were done, and had failed, at an instant.

    An item is done when a state of it was left that leads nowhere.
    """
    last: dict[int, Visit] = {}
    for child in visit.children:
        if child.index is not None and child.hop.time <= instant:
            last[child.index] = child
    known = visit.hop.facts.get("items")
    fates = [child.fate(instant) for child in last.values() if "next" not in child.hop.facts]
    whole = known if isinstance(known, int) else len(last)
    return whole, fates.count(Fate.SUCCEEDED), fates.count(Fate.FAILED) + fates.count(Fate.STOPPED)


def place_text(visit: Visit) -> str | None:
    """In which item of which Map a state was entered: "Each[3]"; None outside of all."""
    return " ".join(f"{name}[{index}]" for name, index in visit.place) or None
