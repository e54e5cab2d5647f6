"""How the room stands: who is at which exercise, who is stuck, which mistakes are common.

Made of what learners sent and of nothing else, anew each time; it holds no state and reads no clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from workbook.room.sent import Sent, Shared, Tried
from workbook.teaching.contract import Exercise
from workbook.teaching.progress.summary import counted

MINUTE = 60
_NOT_BEGUN = Tried()


@dataclass(frozen=True)
class Patience:
    """From when on somebody counts as stuck."""

    tries: int = 5
    """At one exercise that is not solved."""
    minutes: int = 12
    """Since the first try at it, if there were two at least and nothing else was solved meanwhile."""


@dataclass(frozen=True)
class Cell:
    """One learner at one exercise."""

    exercise: str
    tried: Tried
    stuck: bool

    @property
    def sign(self) -> str:
        """As it stands in the grid: a shape, and the number of tries."""
        tries = self.tried.tries
        if not tries:
            return "○"
        if self.tried.solved:
            return f"✓ {tries}"
        return f"▲ {tries}" if self.stuck else f"… {tries}"

    @property
    def words(self) -> str:
        """The same in words."""
        if not self.tried.tries:
            return "not begun"
        tries = _tries(self.tried.tries)
        if self.tried.solved:
            return f"solved after {tries}"
        return f"{tries}, not solved" + (", stuck" if self.stuck else "")


@dataclass(frozen=True)
class Stuck:
    """Somebody who may need help, and why."""

    name: str
    exercise: str
    tries: int
    minutes: int
    """Since the first try."""
    mistakes: tuple[str, ...]
    """The ids of what was recognised, the most frequent first."""

    @property
    def words(self) -> str:
        """Why, in words."""
        tries = _tries(self.tries)
        known = f"; recognised: {', '.join(self.mistakes)}" if self.mistakes else ""
        time = counted(self.minutes, "minute") if self.minutes else "less than a minute"
        return f"{tries} in {time}{known}"


@dataclass(frozen=True)
class Standing:
    """One learner."""

    key: str
    name: str
    """Told apart from others of the same name."""
    cells: tuple[Cell, ...]
    """One for each exercise of the overview."""
    minutes: int | None
    """Since the last try; None before the first."""
    shared: tuple[Shared, ...]

    @property
    def solved(self) -> int:
        """How many exercises."""
        return sum(cell.tried.solved for cell in self.cells)


@dataclass(frozen=True)
class Common:
    """A mistake that was recognised, with those who made it."""

    exercise: str
    id: str
    message: str
    learners: int
    times: int


@dataclass(frozen=True)
class Arrived:
    """What one learner sent, and how long ago."""

    key: str
    sent: Sent
    age: float
    """Seconds since it was written."""

    def seconds_since(self, instant: int) -> float:
        """How long ago something was: by the learner's clock until they sent it, by the room's since then."""
        return max(0.0, self.sent.written - instant) + self.age


@dataclass(frozen=True)
class Overview:
    """The whole room."""

    exercises: tuple[Exercise, ...]
    learners: tuple[Standing, ...]
    """By name."""
    stuck: tuple[Stuck, ...]
    """Who has waited longest comes first."""
    common: tuple[Common, ...]
    """Those that most learners made come first."""
    problems: tuple[str, ...] = ()
    """What could not be read, in words."""

    @cached_property
    def begun(self) -> tuple[int, ...]:
        """The places of those exercises that anybody has tried."""
        return tuple(
            place
            for place in range(len(self.exercises))
            if any(learner.cells[place].tried.tries for learner in self.learners)
        )

    @property
    def words(self) -> str:
        """The room in a sentence."""
        solved = sum(learner.solved for learner in self.learners)
        return (
            f"{counted(len(self.learners), 'learner')}, {counted(solved, 'exercise')} solved, "
            f"{len(self.stuck)} stuck."
        )


def overview_of(
    arrived: Iterable[Arrived],
    exercises: Mapping[str, Exercise],
    patience: Patience | None = None,
    problems: Sequence[str] = (),
) -> Overview:
    """How the room stands.

    Args:
        arrived: what learners sent.
        exercises: those that are shown, in their order. What learners say of others is left out.
        patience: from when on somebody is stuck.
        problems: what could not be read.
    """
    limits = patience or Patience()
    everybody = sorted(arrived, key=lambda each: (each.sent.name.casefold(), each.key))
    names = _told_apart([each.sent.name for each in everybody])
    found = [_stuck(each, name, exercises, limits) for each, name in zip(everybody, names, strict=True)]
    standings = [
        _standing(each, name, exercises, stuck)
        for each, name, stuck in zip(everybody, names, found, strict=True)
    ]
    stuck = sorted((each for each in found if each), key=lambda each: (-each.minutes, -each.tries, each.name))
    common = _common(everybody, exercises)
    return Overview(tuple(exercises.values()), tuple(standings), tuple(stuck), common, tuple(problems))


def _tries(number: int) -> str:
    return "1 try" if number == 1 else f"{number} tries"


def _told_apart(names: Sequence[str]) -> list[str]:
    """The names; the second Ada is "Ada (2)"."""
    seen: Counter[str] = Counter()
    result = []
    for name in names:
        seen[name.casefold()] += 1
        number = seen[name.casefold()]
        result.append(name if number == 1 else f"{name} ({number})")
    return result


def _standing(each: Arrived, name: str, exercises: Mapping[str, Exercise], stuck: Stuck | None) -> Standing:
    at = stuck.exercise if stuck else ""
    tried = each.sent.exercises
    cells = tuple(Cell(known, tried.get(known, _NOT_BEGUN), stuck=known == at) for known in exercises)
    last = max((one.last for one in tried.values()), default=None)
    minutes = None if last is None else int(each.seconds_since(last) // MINUTE)
    return Standing(each.key, name, cells, minutes, each.sent.shared)


def _stuck(each: Arrived, name: str, exercises: Mapping[str, Exercise], limits: Patience) -> Stuck | None:
    """Whether somebody is stuck at what they tried last; who has gone on to something else is not."""
    known = {id_: tried for id_, tried in each.sent.exercises.items() if id_ in exercises and tried.tries}
    if not known:
        return None
    id_, tried = max(known.items(), key=lambda item: (item[1].last, item[0]))
    if tried.solved:
        return None
    since_progress = max([tried.first, *(one.last for one in known.values() if one.solved)])
    minutes = int(each.seconds_since(since_progress) // MINUTE)
    if tried.tries < limits.tries and (tried.tries < 2 or minutes < limits.minutes):
        return None
    mistakes = tuple(sorted(tried.mistakes, key=lambda mistake: (-tried.mistakes[mistake], mistake)))
    return Stuck(name, id_, tried.tries, minutes, mistakes)


def _common(everybody: Iterable[Arrived], exercises: Mapping[str, Exercise]) -> tuple[Common, ...]:
    learners: Counter[tuple[str, str]] = Counter()
    times: Counter[tuple[str, str]] = Counter()
    for each in everybody:
        for id_, tried in each.sent.exercises.items():
            for mistake, count in tried.mistakes.items():
                learners[id_, mistake] += 1
                times[id_, mistake] += count
    # Messages are those of this workbook, whatever a file says; so a mistake that it does not know has none.
    messages = {
        (id_, mistake.name): mistake.message
        for id_, exercise in exercises.items()
        for mistake in exercise.mistakes
    }
    found = [
        Common(*pair, messages[pair], learners[pair], times[pair]) for pair in learners if pair in messages
    ]
    return tuple(sorted(found, key=lambda one: (-one.learners, -one.times, one.exercise, one.id)))
