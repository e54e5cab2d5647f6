"""The state of an alarm, from its last data points: a pure function, with AWS's words for the reason.

    M out of N      M of the last N data points must breach the threshold
    missing data    CloudWatch asks for more than N points, and fills in only what is missing then

Rules and tables: Amazon CloudWatch User Guide, "Using Amazon CloudWatch alarms", "How alarm state is
evaluated when data is missing". The guide asks for 5 points where N is 3; for other N the number is not
documented, so two more than N is ours (unverified). Reasons are worded as in events of AWS recorded in public
repositories (2019 to 2026): how many data points are needed is told only where DatapointsToAlarm was given.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from workbook.engine.clock import datetime_of

COMPARISONS: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")
MORE_POINTS = 2
"""How many more data points than EvaluationPeriods are looked at (unverified)."""
_SHOWN_IN_ONE = 4
"""Recorded reasons of up to 4 points show all of them; longer ones show those that crossed the threshold."""

Point = tuple[int, float | None]
"""When a period began (microseconds), and its value, or None where there is none."""


@dataclass(frozen=True)
class Rule:
    """What an alarm looks for."""

    comparison: str
    threshold: float
    periods: int
    """EvaluationPeriods: N."""
    needed: int
    """DatapointsToAlarm: M."""
    missing: str
    """TreatMissingData."""
    m_out_of_n: bool = False
    """Whether DatapointsToAlarm was given, which AWS's reasons tell."""

    def breaches(self, value: float) -> bool:
        """Whether a value is on the wrong side of the threshold."""
        return COMPARISONS[self.comparison][0](value, self.threshold)


class Judgement(NamedTuple):
    """The state, why, and the newest value; state None when it shall stay as it is."""

    state: str | None
    reason: str
    newest: float | None
    evaluated: Sequence[tuple[int, float]] = ()
    """The data points that counted, oldest first."""


def judge(rule: Rule, points: Sequence[Point]) -> Judgement:
    """The state that follows from `points`, oldest first: MORE_POINTS more than the rule's periods."""
    existing = [(begin, value) for begin, value in points if value is not None]
    evaluated = existing[-rule.periods :]
    filled = rule.periods - len(evaluated)
    breaching = [point for point in evaluated if rule.breaches(point[1])]
    newest = evaluated[-1][1] if evaluated else None
    state = _state(rule, points, len(breaching), len(evaluated), filled)
    if state is None:
        return Judgement(None, "", newest, evaluated)
    if state == "INSUFFICIENT_DATA":
        return Judgement(state, _insufficient(rule.periods), newest, evaluated)
    crossing = breaching if state == "ALARM" else [each for each in evaluated if each not in breaching]
    if not crossing:
        return Judgement(state, _filled(rule, state, filled), newest, evaluated)
    return Judgement(state, _crossed(rule, state, crossing, filled), newest, evaluated)


def _state(rule: Rule, points: Sequence[Point], breaching: int, evaluated: int, filled: int) -> str | None:
    if filled and rule.missing == "breaching":
        breaching += filled
    if breaching >= rule.needed:
        return "ALARM"
    if not filled or rule.missing in {"breaching", "notBreaching"} or breaching < evaluated:
        return "OK"
    if rule.missing == "ignore":
        return None
    oldest = points[0][1]
    return "ALARM" if oldest is not None and rule.breaches(oldest) else "INSUFFICIENT_DATA"


def _insufficient(periods: int) -> str:
    return f"Insufficient Data: {_count(periods, 'datapoint')} {_were(periods)} unknown."


def _filled(rule: Rule, state: str, filled: int) -> str:
    periods = _count(rule.periods, "period")
    return (
        f"Threshold Crossed: no datapoints were received for {periods} and {_treated(rule, state, filled)}."
    )


def _treated(rule: Rule, state: str, filled: int) -> str:
    """How missing points counted; `missing` and `ignore` do not say it."""
    as_what = {"breaching": "Breaching", "notBreaching": "NonBreaching"}.get(
        rule.missing, "Breaching" if state == "ALARM" else "NonBreaching"
    )
    return f"{_count(filled, 'missing datapoint')} {_were(filled)} treated as [{as_what}]"


def _crossed(rule: Rule, state: str, crossing: Sequence[tuple[int, float]], filled: int) -> str:
    number = len(crossing)
    newest_first = [_shown(begin, value) for begin, value in reversed(crossing)]
    few = f" [{', '.join(newest_first)}]" if number <= _SHOWN_IN_ONE else ""
    words = f"{_were(number)} {'' if state == 'ALARM' else 'not '}{COMPARISONS[rule.comparison][1]}"
    what = (
        f"{number} out of the last {rule.periods} datapoints"
        if rule.m_out_of_n
        else _count(number, "datapoint")
    )
    reason = f"Threshold Crossed: {what}{few} {words} the threshold ({rule.threshold})"
    if filled and rule.missing in {"breaching", "notBreaching"}:
        reason += f" and {_treated(rule, state, filled)}"
    if not few:
        which = "crossed" if state == "ALARM" else "did not cross"
        reason += f". The most recent datapoints which {which} the threshold: [{', '.join(newest_first[:5])}]"
    return f"{reason} {_least(rule, state)}." if rule.m_out_of_n else f"{reason}."


def _least(rule: Rule, state: str) -> str:
    least = rule.needed if state == "ALARM" else rule.periods - rule.needed + 1
    transition = "OK -> ALARM" if state == "ALARM" else "ALARM -> OK"
    return f"(minimum {_count(least, 'datapoint')} for {transition} transition)"


def _shown(begin: int, value: float) -> str:
    return f"{float(value)} ({datetime_of(begin):%d/%m/%y %H:%M:%S})"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"
