"""Reads what a learner's process sends: a value, a failure, a time to wait. All else is tampering.

All of it may be forged, and what is said about it stands in the instructor's report and on a terminal. So
it is looked at before it is used, even where only a number could be meant, and no more of it is repeated than
can be read.
"""

from __future__ import annotations

from typing import Any

from workbook.grading.plain import NotPlain, from_plain
from workbook.teaching.printed import cut
from workbook.teaching.trouble import Troubled
from workbook.teaching.verdict import Trouble

KINDS = {"empty", "form", "syntax", "exception", "no-end", "busy", "exit", "check"}
_YEAR = 366 * 86400.0
_LONGEST = 200


class Tampered(Exception):
    """The other side has sent what its library never sends; the text can be shown anywhere."""

    def __init__(self, text: str) -> None:
        super().__init__(shown(text))


def shown(value: object, longest: int = _LONGEST) -> str:
    """The beginning of what was sent, without what would move a terminal's cursor or turn a line around."""
    text = str(value)
    plain = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text[:longest])
    return plain if len(text) <= longest else f"{plain}..."


def seconds_of(value: object) -> float:
    """A time to wait.

    Raises:
        Tampered: it is none.
    """
    if isinstance(value, int | float) and 0 <= value <= 100 * _YEAR:
        return float(value)
    raise Tampered(f"a wait of {shown(value, 40)} seconds")


def value_of(sent: object) -> Any:  # noqa: ANN401 - whatever a function returned
    """What a function returned.

    Raises:
        Tampered: it cannot be read.
    """
    try:
        return from_plain(sent)
    except (NotPlain, RecursionError) as error:
        raise Tampered(f"a value that cannot be read: {error}") from error


def failure_of(told: object) -> Exception:
    """What a learner's code ended with, to be raised."""
    facts = told if isinstance(told, dict) else {}
    kind, text, traceback = facts.get("kind"), facts.get("text"), facts.get("traceback")
    if not isinstance(kind, str) or kind not in KINDS:
        return Tampered(f"a failure of kind {shown(kind, 40)!r}")
    return Troubled(Trouble(kind, cut(str(text)), cut(traceback) if isinstance(traceback, str) else ""))
