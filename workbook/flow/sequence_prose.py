"""A sequence in words: every row as a line, or where there are many, what they come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from workbook.engine.clock import SECOND, datetime_of
from workbook.flow.durations import duration_text
from workbook.flow.marks import plain
from workbook.flow.sequence_bars import Bar, End, Stay
from workbook.flow.sequence_rows import Row, Rows
from workbook.flow.sequence_steps import Step
from workbook.flow.sequence_times import Times
from workbook.flow.system import Node

_MOST_LINES = 14


def sequence_prose(
    lanes: Sequence[Node], rows: Rows, bars: Iterable[Bar], times: Times, now: int, notes: Sequence[str]
) -> str:
    """The lines, at most some twenty however much happened."""
    if not rows.shown:
        return "\n".join(["Sequence: nothing has happened yet that could be shown.", *notes])
    took = duration_text((now - times.start) / SECOND)
    names = ", ".join(plain(node.label) for node in lanes)
    lines = [f"Sequence of {took} from {datetime_of(times.start):%Y-%m-%d %H:%M:%S} UTC; lanes: {names}."]
    steps = [step for row in rows.shown for step in row.steps]
    if len(steps) <= _MOST_LINES:
        lines += [f"{times.said(step.time)}: {plain(step.sentence)}." for step in steps]
    else:
        lines += _summary(rows.shown, times)
    lines += _endings(bars)
    return "\n".join([*lines, *notes])


def _summary(rows: Sequence[Row], times: Times) -> Iterator[str]:
    half = _MOST_LINES // 2
    shown = list(rows)
    if len(shown) > _MOST_LINES:
        between = sum(len(row.steps) for row in shown[half:-half])
        yield from (_line(row, times) for row in shown[:half])
        yield f"... {between} more ..."
        shown = shown[-half:]
    yield from (_line(row, times) for row in shown)


def _line(row: Row, times: Times) -> str:
    time = times.said(row.time)
    first: Step = row.steps[0]
    if len(row.steps) == 1:
        return f"{time}: {plain(first.sentence)}."
    return f"{time}: {plain(first.sentence)}, and {len(row.steps) - 1} like it."


def _endings(bars: Iterable[Bar]) -> Iterator[str]:
    """How the times in flight ended."""
    ends = Counter(bar.ending for bar in bars if bar.stay is Stay.IN_FLIGHT)
    said = {
        End.DELETED: "ended with the delete in time",
        End.RAN_OUT: "ended because the visibility timeout ran out",
        End.GIVEN_BACK: "ended because the message was given back",
        End.OPEN: "go on",
    }
    parts = [f"{ends[end]} {text}" for end, text in said.items() if ends[end]]
    if parts:
        yield f"Times in flight: {'; '.join(parts)}."
