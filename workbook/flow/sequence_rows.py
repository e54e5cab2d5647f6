"""The rows of a sequence: steps, like ones put together where they are many.

A reader takes in some forty rows. When there are more steps, like ones that follow each other at once become
one row ("messages 3-12"); if that is not enough, all like ones of a burst do, and runs of functions that went
well are bars only; what then still does not fit is left out at the end, and the picture says so.
"""

from __future__ import annotations

import enum
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbook.flow.moves import Status
from workbook.flow.sequence_steps import Step
from workbook.flow.timeline import QUIET

MOST_ROWS = 48
"""Rows in a picture at most."""
FEW_ROWS = 32
"""As many steps are drawn one by one."""
_LONGEST = 4 * QUIET
"""Microseconds after which a burst that goes on and on is divided."""


class Bundling(enum.Enum):
    """Which steps share a row; the value says it to the reader."""

    NONE = ""
    NEIGHBOURS = "like arrows that follow each other at once are drawn as one"
    BURSTS = (
        "like arrows of a burst are drawn as one, whatever happened between them, "
        "and runs that went well as bars only"
    )


@dataclass(frozen=True, slots=True)
class Row:
    """Like steps, drawn as one."""

    steps: tuple[Step, ...]

    @property
    def time(self) -> int:
        """When the first happened."""
        return self.steps[0].time

    @property
    def until(self) -> int:
        """When the last happened."""
        return self.steps[-1].time

    @property
    def source(self) -> str:
        """The place where it begins."""
        return self.steps[0].source

    @property
    def target(self) -> str:
        """The place where it ends."""
        return self.steps[0].target

    @property
    def at_place(self) -> bool:
        """Whether nothing goes anywhere."""
        return self.source == self.target

    @property
    def status(self) -> Status | None:
        """How it ended."""
        return self.steps[0].status

    @property
    def messages(self) -> tuple[str, ...]:
        """The ids of all messages that it is about."""
        return tuple(dict.fromkeys(message for step in self.steps for message in step.messages))


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one picture."""

    shown: tuple[Row, ...]
    bundling: Bundling
    left_out: tuple[Row, ...] = ()


def rows_of(steps: Sequence[Step]) -> Rows:
    """As few steps to a row as there is room for."""
    if len(steps) <= FEW_ROWS:
        return Rows(tuple(Row((step,)) for step in steps), Bundling.NONE)
    rows = [Row(tuple(steps)) for steps in _neighbours(steps)]
    if len(rows) <= MOST_ROWS:
        return Rows(tuple(rows), Bundling.NEIGHBOURS if len(rows) < len(steps) else Bundling.NONE)
    told = [step for step in steps if step.status is not Status.RUN]
    rows = [Row(tuple(alike)) for burst in bursts_of(told) for alike in _alike(burst)]
    return Rows(tuple(rows[:MOST_ROWS]), Bundling.BURSTS, tuple(rows[MOST_ROWS:]))


def bursts_of(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """Steps between which hardly any time passes, and not much in all."""
    burst: list[Step] = []
    for step in steps:
        if burst and (step.time - burst[-1].time > QUIET or step.time - burst[0].time > _LONGEST):
            yield burst
            burst = []
        burst.append(step)
    if burst:
        yield burst


def _neighbours(steps: Sequence[Step]) -> Iterator[list[Step]]:
    for burst in bursts_of(steps):
        for _, alike in itertools.groupby(burst, key=_kind):
            yield list(alike)


def _alike(burst: Sequence[Step]) -> Iterator[list[Step]]:
    found: dict[object, list[Step]] = {}
    for step in burst:
        found.setdefault(_kind(step), []).append(step)
    yield from found.values()


def _kind(step: Step) -> object:
    return step.line, step.status, step.begins
