"""An exercise: what is asked for, the situations an answer is put into, and what must hold in them.

    Situation.play(lab, answer)   builds the learner's system in a fresh lab, and drives it
    Property.judge(run)           reads from trace and state whether one thing held
    Mistake.recognised(run)       says of a wrong answer that it is wrong in a way that is known

An examiner of flesh and blood does not read the code first: they use the system, and look at what it does.
So nothing here ever sees the text of an answer. An exercise holds no state; each check begins with new labs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbook.engine.seeds import Chaos
from workbook.teaching.asked import Asked

if TYPE_CHECKING:
    from workbook.engine.trace import Trace
    from workbook.lab import Lab
    from workbook.teaching.answer import Answer

LEVELS = {1: "one setting or one call", 2: "a small system, or a repair", 3: "a design"}


@dataclass(frozen=True)
class Finding:
    """Whether a property held in a situation, and if not, what was expected and what happened instead."""

    holds: bool
    expected: str = ""
    happened: str = ""


def held() -> Finding:
    """The property held."""
    return Finding(holds=True)


def broken(*, expected: str, happened: str) -> Finding:
    """The property did not hold.

    Args:
        expected: what should have happened, as a whole sentence.
        happened: what happened instead, as a whole sentence; name messages by what is in them.
    """
    return Finding(holds=False, expected=expected, happened=happened)


class Unfit(Exception):
    """The system that was built lacks what the task names, so the situation cannot be played.

    Args:
        expected: what the task asks for, as a whole sentence.
        happened: what is there instead.
    """

    def __init__(self, *, expected: str, happened: str) -> None:
        super().__init__(f"{expected} {happened}")
        self.finding = broken(expected=expected, happened=happened)


@dataclass(frozen=True)
class Run:
    """One situation after it was played; its lab is still open."""

    lab: Lab
    situation: Situation
    answer: Answer
    made: object
    """What `play` returned, for those who judge."""

    @property
    def trace(self) -> Trace:
        """All that happened in it."""
        return self.lab.trace


@dataclass(frozen=True, kw_only=True)
class Situation:
    """Something that the learner's system must live through."""

    name: str
    """One word or two, unique within its exercise."""
    set_up: str
    """What is done, in whole sentences, for the verdict."""
    play: Callable[[Lab, Answer], object]
    chaos: Chaos | None = None
    """The chance that standard queues duplicate and reorder; none by default."""
    only: Callable[[object], bool] | None = None
    """For answers that are a value: whether this situation is worth playing for it."""


@dataclass(frozen=True, kw_only=True)
class Property:
    """One thing that must hold, and what it is worth."""

    name: str
    """What must hold, as a sentence without its full stop: "no parcel is lost"."""
    points: int
    judge: Callable[[Run], Finding]
    situations: tuple[str, ...] = ()
    """The names of those in which it is judged; in all if none is given."""

    def judged_in(self, situation: Situation) -> bool:
        """Whether it is judged there."""
        return not self.situations or situation.name in self.situations


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """A typical mistake, recognised by what the system did."""

    name: str
    """Like "timeout-too-short"; the authors' copy has a cell that makes it."""
    recognised: Callable[[Run], bool]
    message: str
    """What went wrong, why, and where to read about it: one to three sentences to the learner."""


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One exercise. Its task, hints and solution are in `solutions/`; this is its check."""

    id: str
    """What learners call it: "dlq-1"."""
    title: str
    lesson: str
    """The lesson, and so the notebook, that it belongs to: "03_dead_letter_queues"."""
    level: int
    topic: str
    asks: Asked
    situations: tuple[Situation, ...]
    properties: tuple[Property, ...]
    mistakes: tuple[Mistake, ...] = ()

    @property
    def points(self) -> int:
        """What a right answer is worth."""
        return sum(property_.points for property_ in self.properties)

    def __repr__(self) -> str:
        return f"<Exercise {self.id}: {self.title}>"


def problems_of(exercise: Exercise) -> Sequence[str]:
    """What an author has left undone or written twice; empty if it may be published."""
    situations = [situation.name for situation in exercise.situations]
    named = {name for property_ in exercise.properties for name in property_.situations}
    found = {
        f"level {exercise.level} is none of {', '.join(map(str, LEVELS))}": exercise.level not in LEVELS,
        "it has no situation": not situations,
        "it has no property": not exercise.properties,
        "two situations have one name": len(set(situations)) < len(situations),
        "two mistakes have one name": len({each.name for each in exercise.mistakes}) < len(exercise.mistakes),
        f"properties name unknown situations: {sorted(named - set(situations))}": bool(
            named - set(situations)
        ),
    }
    return [problem for problem, is_there in found.items() if is_there]
