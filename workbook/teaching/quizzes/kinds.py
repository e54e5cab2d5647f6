"""The kinds of questions: what a learner may answer, what is right, and whether an evidence agrees.

    single, multiple   Choice     ["b"]
    order              Order      ["c", "a", "b"]
    matching           Matching   {"a": "a queue", "b": "a topic"}
    numeric            Number     45

Answers are plain JSON. Each kind says in its `form` what an answer looks like, and `checked` refuses another.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbook.teaching.asked import AnswerError


@dataclass(frozen=True)
class Option:
    """One thing to choose, to put into order, or to find a partner for."""

    id: str
    text: str
    why: str
    """Why it is right or wrong, or why it has its place."""


@dataclass(frozen=True)
class Slip:
    """A wrong number that people arrive at, and how they do."""

    value: float
    why: str


@dataclass(frozen=True)
class Choice:
    """One option is right, or several of them are."""

    options: tuple[Option, ...]
    right: frozenset[str]
    several: bool

    @property
    def form(self) -> str:
        """What an answer looks like, for people."""
        return f"choose {_COUNTS.get(len(self.right), len(self.right))}" if self.several else "choose one"

    @property
    def key(self) -> dict[str, bool]:
        """Each option, and whether it is right."""
        return {option.id: option.id in self.right for option in self.options}

    def checked(self, given: object) -> list[str]:
        """The chosen ids, sorted.

        Raises:
            AnswerError: they are not as many as asked for, or one is unknown.
        """
        chosen = sorted({str(each) for each in given}) if isinstance(given, list | tuple | set) else []
        if len(chosen) == len(self.right) and set(chosen) <= set(self.key):
            return chosen
        raise _not_an_answer(given, f"{self.form} of {', '.join(self.key)}")

    def is_right(self, given: object) -> bool:
        """Whether exactly the right ones were chosen."""
        return set(self.checked(given)) == self.right

    def disagreement(self, found: object) -> str:
        """What an evidence found otherwise, in words; empty if it agrees."""
        if not isinstance(found, Mapping):
            return "an evidence of choices gives a mapping of options to True or False"
        missing = self.right - set(found)
        if missing:
            return f"it says nothing of {_names(missing)}, which is right"
        return _different(self.key, found)


@dataclass(frozen=True)
class Order:
    """All options, in the order in which they happen."""

    options: tuple[Option, ...]
    """In the right order."""

    form = "put them into the order in which they happen"

    @property
    def key(self) -> list[str]:
        """The ids in the right order."""
        return [option.id for option in self.options]

    def checked(self, given: object) -> list[str]:
        """The ids in the order that was given.

        Raises:
            AnswerError: some are missing, unknown or given twice.
        """
        if isinstance(given, list | tuple) and sorted(map(str, given)) == sorted(self.key):
            return [str(each) for each in given]
        raise _not_an_answer(given, f"a list of all of {', '.join(sorted(self.key))}, each once")

    def is_right(self, given: object) -> bool:
        """Whether this is the order."""
        return self.checked(given) == self.key

    def disagreement(self, found: object) -> str:
        """What an evidence found otherwise, in words; empty if it agrees."""
        if not isinstance(found, Sequence) or isinstance(found, str):
            return "an evidence of an order gives a list of options"
        return "" if list(found) == self.key else f"it found {list(found)}, and the key is {self.key}"


@dataclass(frozen=True)
class Matching:
    """What goes with each option."""

    options: tuple[Option, ...]
    matches: Mapping[str, str]
    """Option to the text of its partner; several options may have the same one."""

    form = "choose what goes with each"

    @property
    def key(self) -> dict[str, str]:
        """Each option, and what goes with it."""
        return dict(self.matches)

    @property
    def partners(self) -> list[str]:
        """All that there is to choose from, by alphabet."""
        return sorted(set(self.matches.values()))

    def checked(self, given: object) -> dict[str, str]:
        """Option to what was chosen for it.

        Raises:
            AnswerError: one is missing or unknown.
        """
        if isinstance(given, Mapping) and set(given) == set(self.matches):
            chosen = {str(option): str(partner) for option, partner in given.items()}
            if set(chosen.values()) <= set(self.partners):
                return chosen
        partners = "; ".join(self.partners)
        raise _not_an_answer(given, f"for each of {', '.join(self.matches)} one of these: {partners}")

    def is_right(self, given: object) -> bool:
        """Whether each was matched rightly."""
        return self.checked(given) == self.key

    def disagreement(self, found: object) -> str:
        """What an evidence found otherwise, in words; empty if it agrees."""
        if not isinstance(found, Mapping) or len(found) < 2:
            return "an evidence of a matching gives a mapping of at least two options to their partners"
        return _different(self.key, found)


@dataclass(frozen=True)
class Number:
    """A number with a unit."""

    answer: float
    unit: str
    why: str
    tolerance: float = 0
    """So much more or less is right, too."""
    slips: tuple[Slip, ...] = ()

    @property
    def form(self) -> str:
        """What an answer looks like, for people."""
        return f"a number of {self.unit}"

    @property
    def key(self) -> float:
        """The number."""
        return self.answer

    def checked(self, given: object) -> float:
        """The number that was given.

        Raises:
            AnswerError: it is none.
        """
        try:
            number = float(str(given).replace(",", ""))
        except ValueError as error:
            raise _not_an_answer(given, self.form) from error
        if not math.isfinite(number):
            raise _not_an_answer(given, self.form)
        return number

    def is_right(self, given: object) -> bool:
        """Whether it is near enough."""
        return abs(self.checked(given) - self.answer) <= self.tolerance

    def slip(self, given: object) -> Slip | None:
        """The typical slip that leads to this number, if one does."""
        number = self.checked(given)
        return next((slip for slip in self.slips if slip.value == number), None)

    def disagreement(self, found: object) -> str:
        """What an evidence found otherwise, in words; empty if it agrees."""
        if isinstance(found, bool) or not isinstance(found, int | float):
            return "an evidence of a number gives a number"
        near = abs(found - self.answer) <= self.tolerance
        return "" if near else f"it found {found:g}, and the key is {self.answer:g} {self.unit}"


Kind = Choice | Order | Matching | Number
_COUNTS = {2: "two", 3: "three", 4: "four", 5: "five"}


def _not_an_answer(given: object, form: str) -> AnswerError:
    return AnswerError(f"{given!r} is no answer here; give {form}")


def _names(ids: frozenset[str] | set[str]) -> str:
    return ", ".join(sorted(ids))


def _different(key: Mapping[str, object], found: Mapping[str, object]) -> str:
    unknown = set(found) - set(key)
    if unknown:
        return f"it speaks of {_names(unknown)}, and there is no such option"
    wrong = [
        f"of {name} it found {found[name]!r}" for name in key if name in found and found[name] != key[name]
    ]
    return f"{', '.join(wrong)}, and the key says otherwise" if wrong else ""
