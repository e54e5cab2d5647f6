"""What a pattern says of one event, with the clause that decided: in words, and as a page.

    does not match
    decided by: detail.celsius is a number above 8: found "9.5"

The verdict is that of TestEventPattern, and so are the errors. An explanation goes with it, which AWS does
not give: each clause of the pattern with the values of the event at which it looked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from workbook.aws.patterns import EventPattern, Explained, InvalidEvent, InvalidEventPattern
from workbook.aws.patterns.event_tests import MANDATORY_FIELDS, parsed_event

_ALL = "all of these"
_ONE = "one of these"


@dataclass(frozen=True)
class Verdict:
    """The answer to one pattern and one event."""

    explained: Explained | None = None
    """None where pattern or event is none."""
    trouble: str = ""
    """Why there is no answer."""

    @property
    def matches(self) -> bool | None:
        """Whether the pattern lets the event through; None where there is no answer."""
        return None if self.explained is None else self.explained.holds

    @property
    def headline(self) -> str:
        """The answer, in two or three words."""
        return {True: "matches", False: "does not match", None: "no answer"}[self.matches]

    @property
    def deciding(self) -> tuple[str, ...]:
        """The clauses for which it does not match, each in a sentence without its full stop."""
        if self.explained is None:
            return ()
        return tuple(_whole_sentence(clause) for clause in self.explained.deciding())

    def text(self) -> str:
        """The verdict for a terminal: answer, what decided, and each clause in its line."""
        if self.explained is None:
            return f"{self.headline}: {self.trouble}"
        lines = [self.headline, *(f"decided by: {sentence}" for sentence in self.deciding)]
        return "\n".join([*lines, *_lines(self.explained, "  ")])

    def html(self) -> str:
        """The verdict for a page; the clauses that decided are in bold."""
        if self.explained is None:
            style = "white-space:pre-wrap;overflow-wrap:anywhere;margin:0"
            return f'<p><b>{self.headline}</b></p><pre style="{style}">{escape(self.trouble)}</pre>'
        decided = "".join(f"<br>decided by: <b>{escape(sentence)}</b>" for sentence in self.deciding)
        deciding = tuple(self.explained.deciding())
        clauses = _list(self.explained, deciding)
        return f"<p>{_mark(holds=self.explained.holds)} <b>{self.headline}</b>{decided}</p>{clauses}"


def verdict(pattern: str, event: str) -> Verdict:
    """Hold an event against a pattern, both as JSON text; what is none of either is said in words."""
    try:
        compiled = EventPattern(pattern)
    except InvalidEventPattern as error:
        return Verdict(trouble=f"InvalidEventPatternException: {error}")
    try:
        return Verdict(compiled.explain(parsed_event(event)))
    except InvalidEvent as error:
        return Verdict(trouble=f"ValidationException: {error}\n{_what_the_event_lacks(event)}")


def _what_the_event_lacks(text: str) -> str:
    try:
        event: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        return f"It is no JSON: {error}."
    if not isinstance(event, dict):
        return "An event is a JSON object, in braces."
    missing = [name for name in MANDATORY_FIELDS if name not in event]
    return f"An event has {', '.join(MANDATORY_FIELDS)}; this one lacks {', '.join(missing)}."


# ---- a clause in words


def _words(clause: Explained) -> str:
    """What a clause asks for."""
    if clause.kind == "every":
        return f"{clause.path}: {_ALL}" if clause.path else _ALL
    if clause.kind == "some":
        return f"{clause.path}: {_ONE} ($or)" if clause.path else f"{_ONE} ($or)"
    return f"{clause.path} {clause.asks}"


def _sentence(clause: Explained) -> str:
    looked = clause.kind in {"field", "entry"}
    sentence = f"{_words(clause)}: {clause.found}" if looked else _words(clause)
    return f"{sentence} ({clause.note})" if clause.note else sentence


def _whole_sentence(clause: Explained) -> str:
    """The same where the entries of a field do not stand below it."""
    if clause.kind != "field" or not clause.clauses:
        return _sentence(clause)
    asked = ", or ".join(entry.asks for entry in clause.clauses)
    return f"{clause.path} {asked}: {clause.found}"


def _mark(*, holds: bool) -> str:
    return f'<span aria-hidden="true">{"✓" if holds else "✗"}</span>'


def _lines(clause: Explained, indent: str) -> Iterator[str]:
    yield f"{indent}{'✓' if clause.holds else '✗'} {_sentence(clause)}"
    for part in clause.clauses:
        yield from _lines(part, indent + "  ")


def _list(clause: Explained, deciding: tuple[Explained, ...]) -> str:
    """A clause and its parts as nested lists: what a screen reader can walk through."""
    inner = "".join(_list(part, deciding) for part in clause.clauses)
    said = escape(_sentence(clause))
    if clause in deciding:
        said = f"<b>{said}</b>"
    verdict = "" if clause.holds else " <small>(does not hold)</small>"
    style = "list-style:none;margin:0;padding-left:1.4em"
    return (
        f'<ul style="{style}"><li style="overflow-wrap:anywhere">{_mark(holds=clause.holds)} '
        f"{said}{verdict}{inner}</li></ul>"
    )
