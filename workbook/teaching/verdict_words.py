"""What a verdict says, in words: its headline, and a row for each property.

The text in a terminal, the page in a notebook and the words for a screen reader are all made of these.
"""

from __future__ import annotations

from typing import NamedTuple

from workbook.teaching.verdict import Judged, Verdict

TROUBLES = {
    "empty": "Nothing to check yet",
    "form": "Another form of answer is asked for",
    "syntax": "Python cannot read it",
    "exception": "Your code raised an exception",
    "no-end": "It went on without end, in AWS time",
    "busy": "It computed without end",
    "exit": "It ended the program",
    "check": "Your system could not be used",
}
"""A headline for each kind of trouble."""


class Row(NamedTuple):
    """One property: what became of it, what it was worth, and its name."""

    outcome: str
    points: str
    name: str


def headline(verdict: Verdict) -> str:
    """What became of the answer, in a few words."""
    if verdict.error is not None:
        return TROUBLES[verdict.error.kind]
    return f"{'Right' if verdict.passed else 'Not yet'}: {verdict.points} of {verdict.of} points"


def exercise_line(verdict: Verdict) -> str:
    """Which exercise it is."""
    return f"{verdict.title} ({verdict.exercise})"


def account(verdict: Verdict) -> list[tuple[str, str]]:
    """What was set up, expected, and happened in the first failure; empty where nothing was seen to fail."""
    failure = verdict.first_failure
    if failure is None or verdict.error is not None:
        return []
    said = [("Set up", failure.set_up), ("Expected", failure.expected), ("Happened", failure.happened)]
    return [(name, text) for name, text in said if text]


def rows(verdict: Verdict) -> list[Row]:
    """Every property, in the order of the exercise."""
    return [
        Row(_outcome(each, verdict), f"{each.points} of {each.of}", each.name) for each in verdict.properties
    ]


def _outcome(judged: Judged, verdict: Verdict) -> str:
    if verdict.error is not None:
        return "not judged"
    return "held" if judged.held else "broken"


def others_broken(verdict: Verdict) -> list[Judged]:
    """The properties that broke beside the first, each with what happened."""
    first = verdict.first_failure
    return [each for each in verdict.properties if not each.held and each.happened and each is not first]
