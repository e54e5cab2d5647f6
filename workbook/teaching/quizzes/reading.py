"""Reads questions from TOML, and says in which file, question and key something is wrong.

Whoever writes questions is no programmer of this package: an error names the place and the remedy.
"""

from __future__ import annotations

import datetime
import difflib
import tomllib
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from workbook.teaching.quizzes.kinds import Choice, Kind, Matching, Number, Option, Order, Slip
from workbook.teaching.quizzes.question import DOMAINS, LEVELS, TOPICS, Question

Value = TypeVar("Value")
_NO_DEFAULT: Any = object()


class QuestionError(ValueError):
    """A file of questions cannot be used; the text names file, question and key."""


def read_questions(text: str, file: str) -> tuple[Question, ...]:
    """The questions of one file.

    Args:
        text: its TOML.
        file: its name without the ending.

    Raises:
        QuestionError: something is missing, unknown or of the wrong kind.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = f"questions/{file}.toml is no TOML: {error}"
        raise QuestionError(message) from error
    top = _Table(tables, f"questions/{file}.toml")
    entries = top.tables("question")
    top.nothing_else()
    return tuple(_question(entry, file) for entry in entries)


class _Table:
    """A table of TOML that knows where it stands and which of its keys were asked for."""

    def __init__(self, values: Mapping[str, Any], place: str) -> None:
        self._values = values
        self._asked: set[str] = set()
        self.place = place

    def error(self, text: str) -> QuestionError:
        return QuestionError(f"{self.place}: {text}")

    def get(self, key: str, kind: type[Value] | tuple[type[Value], ...], default: Any = _NO_DEFAULT) -> Any:  # noqa: ANN401 - of that type
        self._asked.add(key)
        if key not in self._values:
            if default is _NO_DEFAULT:
                message = f"`{key}` is missing"
                raise self.error(message)
            return default
        value = self._values[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            message = f"`{key} = {value!r}` should be {_KINDS[kind]}"
            raise self.error(message)
        return value

    def text(self, key: str, default: Any = _NO_DEFAULT) -> str:  # noqa: ANN401 - a text, or nothing
        value = " ".join(self.get(key, str, default).split())
        if not value and default is _NO_DEFAULT:
            message = f"`{key}` is empty"
            raise self.error(message)
        return value

    def one_of(self, key: str, choices: tuple[Value, ...], kind: type[Value]) -> Value:
        value: Value = self.get(key, kind)
        if value not in choices:
            message = f"`{key} = {value!r}` is none of {', '.join(map(str, choices))}"
            raise self.error(message)
        return value

    def tables(self, key: str) -> list[_Table]:
        entries = self.get(key, list, [])
        return [
            _Table(entry, f"{self.place}, {key} {entry.get('id', f'number {number}')}")
            for number, entry in enumerate(entries, start=1)
        ]

    def nothing_else(self) -> None:
        """Refuse keys that nobody asked for: most are misspelt."""
        for key in sorted(set(self._values) - self._asked):
            near = difflib.get_close_matches(key, self._asked, n=1)
            meant = f"did you mean `{near[0]}`?" if near else f"the keys are {', '.join(sorted(self._asked))}"
            message = f"`{key}` is no key here; {meant}"
            raise self.error(message)


_NUMBER = (int, float)
_KINDS: Mapping[Any, str] = {
    str: "a text in quotes",
    int: "a whole number",
    bool: "true or false",
    list: "a list",
    datetime.date: "a date like 2026-11-28, without quotes",
    _NUMBER: "a number",
}


def _question(entry: _Table, file: str) -> Question:
    kind = entry.one_of("kind", tuple(_READERS), str)
    question = Question(
        id=entry.text("id"),
        topic=entry.one_of("topic", TOPICS, str),
        domain=entry.one_of("domain", tuple(DOMAINS), str),
        lesson=entry.text("lesson"),
        level=entry.one_of("level", tuple(LEVELS), int),
        text=entry.text("text"),
        asks=_READERS[kind](entry, kind),
        source=entry.text("source"),
        checked=entry.get("checked", datetime.date),
        facts=tuple(map(str, entry.get("facts", list))),
        file=file,
        older=entry.text("older", ""),
        evidence=entry.text("evidence", ""),
        no_evidence=entry.text("no_evidence", ""),
    )
    entry.nothing_else()
    if bool(question.evidence) == bool(question.no_evidence):
        message = "it needs either `evidence` (a function) or `no_evidence` (why behaviour cannot show it)"
        raise entry.error(message)
    return question


def _choice(entry: _Table, kind: str) -> Choice:
    tables = entry.tables("option")
    right = {table.text("id") for table in tables if table.get("right", bool, default=False)}
    options = _options(entry, tables)
    several = kind == "multiple"
    if several != (len(right) > 1) or not 0 < len(right) < len(options):
        wanted = "two or more right options, and a wrong one" if several else "exactly one right option"
        message = f'kind = "{kind}" needs {wanted}; `right = true` stands at {len(right)} of {len(options)}'
        raise entry.error(message)
    return Choice(options, frozenset(right), several=several)


def _order(entry: _Table, _kind: str) -> Order:
    tables = entry.tables("option")
    places = [table.get("place", int) for table in tables]
    options = _options(entry, tables)
    if sorted(places) != list(range(1, len(options) + 1)):
        message = f"`place` of its options should be 1 to {len(options)}, each once; it is {places}"
        raise entry.error(message)
    return Order(tuple(option for _, option in sorted(zip(places, options, strict=True), key=lambda p: p[0])))


def _matching(entry: _Table, _kind: str) -> Matching:
    tables = entry.tables("option")
    matches = {table.text("id"): table.text("match") for table in tables}
    options = _options(entry, tables)
    if len(set(matches.values())) < 2:
        message = "`match` is the same at all of its options: there is nothing to choose"
        raise entry.error(message)
    return Matching(options, matches)


def _number(entry: _Table, _kind: str) -> Number:
    slips = entry.tables("slip")
    number = Number(
        answer=entry.get("answer", _NUMBER),
        unit=entry.text("unit"),
        why=entry.text("why"),
        tolerance=entry.get("tolerance", _NUMBER, 0),
        slips=tuple(Slip(slip.get("value", _NUMBER), slip.text("why")) for slip in slips),
    )
    for slip, table in zip(number.slips, slips, strict=True):
        table.nothing_else()
        if number.is_right(slip.value):
            message = f"`value = {slip.value!r}` is right, so it is no slip"
            raise table.error(message)
    return number


def _options(entry: _Table, tables: list[_Table]) -> tuple[Option, ...]:
    options = tuple(Option(table.text("id"), table.text("text"), table.text("why")) for table in tables)
    for table in tables:
        table.nothing_else()
    if len({option.id for option in options}) < len(options):
        message = "two of its options have the same `id`"
        raise entry.error(message)
    if len(options) < 3:
        message = f"it has {len(options)} options; three are the least that can be asked"
        raise entry.error(message)
    return options


_READERS: Mapping[str, Callable[[_Table, str], Kind]] = {
    "single": _choice,
    "multiple": _choice,
    "order": _order,
    "matching": _matching,
    "numeric": _number,
}
