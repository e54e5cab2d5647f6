"""What the browser needs to draw a chart anew for another stretch of time: the numbers behind it.

Times are whole microseconds since the first hop, each as the difference to the one before, because thousands
of them are sent and most are small.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workbook.engine.clock import datetime_of
from workbook.flow.chart_measures import Happenings, Measure
from workbook.flow.chart_picture import Window, differing, panels_of
from workbook.flow.chart_subjects import Subject


def chart_data(subjects: Sequence[Subject], window: Window) -> dict[str, object]:
    """The window, the panels and the strips, in the order in which they are drawn."""
    panels, strips = [], []
    for subject in subjects:
        for place, measure in panels_of(subject):
            beside = subject.measures[place + 1] if measure.column == "age_of_oldest" else None
            panels.append(_panel(subject.node.label, measure, differing(measure, beside), window.start))
        strips += [
            _strip(subject.node.label, trouble, window)
            for trouble in subject.happenings
            if trouble.between(window.first, window.last)
        ]
    return {
        "began": datetime_of(window.start).isoformat(),
        "first": window.first - window.start,
        "last": window.last - window.start,
        "panels": panels,
        "strips": strips,
    }


def _panel(resource: str, measure: Measure, beside: Measure | None, start: int) -> dict[str, object]:
    return {
        "resource": resource,
        "name": measure.name,
        "age": measure.is_age,
        "times": _differences(measure.times, start),
        "values": _values(measure, start),
        "beside": None
        if beside is None
        else {"times": _differences(beside.times, start), "values": _values(beside, start)},
    }


def _values(measure: Measure, start: int) -> list[int | None]:
    if not measure.is_age:
        return list(measure.values)
    return [None if value is None else value - start for value in measure.values]


def _strip(resource: str, trouble: Happenings, window: Window) -> dict[str, object]:
    times = [time for time in trouble.times if window.first <= time <= window.last]
    return {"resource": resource, "name": trouble.name, "times": _differences(times, window.start)}


def _differences(times: Iterable[int], start: int) -> list[int]:
    differences, before = [], start
    for time in times:
        differences.append(time - before)
        before = time
    return differences
