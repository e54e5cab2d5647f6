"""A chart in words: for each resource its largest and last values, and what went wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workbook.engine.clock import SECOND, datetime_of
from workbook.flow.chart_measures import Measure
from workbook.flow.chart_picture import NOTHING, Window, panels_of
from workbook.flow.chart_subjects import Subject
from workbook.flow.durations import duration_text
from workbook.flow.marks import plain


def chart_prose(subjects: Sequence[Subject], window: Window, notes: Sequence[str]) -> str:
    """Two lines for each resource, after one that says when it was."""
    took = duration_text((window.last - window.first) / SECOND)
    begin = f"{datetime_of(window.first):%Y-%m-%d %H:%M:%S} UTC"
    lines = [f"Chart of {took} from {begin}."]
    if not subjects:
        lines.append(NOTHING)
    for subject in subjects:
        lines += _lines(subject, window)
    return "\n".join([*lines, *notes])


def _lines(subject: Subject, window: Window) -> Iterator[str]:
    said = [_said(measure, window) for _, measure in panels_of(subject)]
    yield f"{plain(subject.node.label)} ({subject.node.word}): {'; '.join(said)}."
    counted = [(trouble, trouble.between(window.first, window.last)) for trouble in subject.happenings]
    troubles = [f"{trouble.name} {count:,}" for trouble, count in counted if count]
    if troubles:
        yield f"{plain(subject.node.label)}, what went wrong: {', '.join(troubles)}."


def _said(measure: Measure, window: Window) -> str:
    most, last = measure.most(window.first, window.last), measure.at(window.last)
    if measure.is_age:
        end = "none is left" if last is None else f"{duration_text(last)} at the end"
        return f"{measure.name} at most {duration_text(most)}, {end}"
    return f"{plain(measure.name)} at most {most:,.0f}, {last or 0:,.0f} at the end"
