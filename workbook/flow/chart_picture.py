"""Draws a chart: small multiples below each other that share the axis of time.

Each measure has a panel of its own, with its own height of scale and its name above it: nobody has to look up
a legend, and a queue of ten thousand does not flatten the five consumers beside it. Counts are steps, because
they change at instants; an age is a slope, because it grows all the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from workbook.engine.clock import SECOND, datetime_of
from workbook.flow.chart_measures import Happenings, Measure
from workbook.flow.chart_paths import age_path, area_path, step_paths
from workbook.flow.chart_scales import time_ticks, top_age, top_count
from workbook.flow.chart_subjects import Subject
from workbook.flow.durations import duration_text
from workbook.flow.marks import (
    box,
    broken,
    coordinate,
    drawing,
    glyph,
    group,
    shape,
    shortened,
    stroke,
    width_of,
    words,
)
from workbook.flow.moves import Status
from workbook.flow.palette import (
    DEAD_LETTER,
    DELAYED,
    FAINT,
    GLYPHS,
    IN_FLIGHT,
    INK,
    KINDS,
    PALE,
    RUNNING,
    VISIBLE,
    Colour,
)


@dataclass(frozen=True, slots=True)
class Form:
    """The measures of a chart, in pixels."""

    width: float
    left: float
    """Where the axis of time begins."""
    right: float
    """From its end to the edge."""
    size: float
    """Of the letters."""
    apart: float
    """Between two ticks of time at least."""


WIDE = Form(900, 74, 80, 12, 80)
NARROW = Form(400, 50, 62, 11, 66)
NOTHING = "There is no queue, function or group yet."
PANEL = 54.0
"""The height of a measure's plot."""
STRIP = 24.0
"""The height of what happened at instants."""
_TITLE = 22.0
_BESIDE_A_MARK = 7.0
"""From the middle of a mark to the number of those that it stands for."""
_AGE = Colour(PALE.light, PALE.dark)
_COLOURS = {
    "visible": VISIBLE.colour,
    "in_flight": IN_FLIGHT.colour,
    "delayed": DELAYED.colour,
    "age_of_oldest": _AGE,
    "age_counting_all": _AGE,
}


@dataclass(frozen=True, slots=True)
class Window:
    """The time that is shown."""

    start: int
    """Times are counted from here (microseconds)."""
    first: int
    last: int


def draw_chart(subjects: Sequence[Subject], window: Window, notes: Sequence[str], form: Form) -> str:
    """The SVG of a chart."""
    if not subjects:
        text = words(12, 24, NOTHING, PALE, size=form.size + 1)
        return drawing([text], "wb-chart", form.width, 40, NOTHING)
    painter = _Painter(window, form)
    marks = [painter.title()]
    for number, subject in enumerate(subjects):
        marks += painter.subject(number, subject)
    marks += painter.axis()
    marks += painter.notes(notes)
    return drawing(marks, "wb-chart", form.width, painter.y + 4, "Chart over AWS time")


class _Painter:
    """Draws from the top down; `y` is where it has got to."""

    def __init__(self, window: Window, form: Form) -> None:
        self._window = window
        self._form = form
        self._right = form.width - form.right
        most = max(2, int((self._right - form.left) / form.apart))
        self._ticks = time_ticks(window.first, window.last, window.start, most)
        self.y = 30.0

    def x(self, instant: float) -> float:
        """Where an instant lies."""
        window = self._window
        share = (instant - window.first) / max(1, window.last - window.first)
        return self._form.left + share * (self._right - self._form.left)

    def title(self) -> str:
        """When it was."""
        window = self._window
        took = duration_text((window.last - window.first) / SECOND)
        text = f"{datetime_of(window.first):%Y-%m-%d %H:%M:%S} UTC, {took}"
        return words(12, 20, text, PALE, size=self._form.size)

    # ---- subjects

    def subject(self, number: int, subject: Subject) -> Iterator[str]:
        """The panels of one resource below its name."""
        form, node = self._form, subject.node
        colour = DEAD_LETTER if node.dead_letter else KINDS[node.kind]
        self.y += 14 if number else 6
        name = shortened(node.label, form.width - 200, form.size + 2, bold=True)
        yield box(12, self.y + 2, 4, 15, colour, radius=2)
        yield words(22, self.y + 14, name, INK, size=form.size + 2, weight=600)
        after = 30 + width_of(name, form.size + 2, bold=True)
        yield words(after, self.y + 14, node.word, PALE, size=form.size - 1)
        self.y += 24
        shown = panels_of(subject)
        for place, measure in shown:
            beside = subject.measures[place + 1] if measure.column == "age_of_oldest" else None
            yield self._panel(f"{number}.{place}", measure, differing(measure, beside))
        for trouble in subject.happenings:
            if trouble.between(self._window.first, self._window.last):
                yield self._strip(trouble)

    def _panel(self, name: str, measure: Measure, beside: Measure | None) -> str:
        form, window = self._form, self._window
        most = measure.most(window.first, window.last)
        whole = max(most, beside.most(window.first, window.last)) if beside is not None else most
        top = top_age(whole) if measure.is_age else top_count(whole)
        colour = _COLOURS.get(measure.column, RUNNING.colour)
        base = self.y + _TITLE + PANEL
        marks = [
            *self._panel_title(measure, most, colour),
            *self._grid(base, _value_text(measure, top)),
            *self._lines(measure, beside, base, top, colour),
            *self._last(measure, base, top, colour),
        ]
        width = self._right - form.left
        marks.append(box(form.left, base - PANEL, width, PANEL, colour, opacity=0, css="wb-plot"))
        self.y = base + 8
        return group(marks, "wb-panel", panel=name, top=coordinate(top), base=coordinate(base))

    def _panel_title(self, measure: Measure, most: float, colour: Colour) -> Iterator[str]:
        form, y = self._form, self.y + 13
        yield box(form.left, y - 9, 9, 9, colour, radius=2)
        name = shortened(measure.name, form.width - form.left - 110, form.size)
        yield words(form.left + 15, y, name, INK, size=form.size)
        text = f"at most {_value_text(measure, most)}"
        yield words(self._right, y, text, PALE, size=form.size - 1, anchor="end")

    def _grid(self, base: float, top: str) -> Iterator[str]:
        form = self._form
        lines = [f"M{coordinate(self.x(tick))} {coordinate(base)}v-{PANEL:g}" for tick, _ in self._ticks]
        yield stroke("".join(lines) or "M0 0", FAINT, width=0.7, css="wb-ticks")
        for y, text in ((base - PANEL, top), (base, "0")):
            yield stroke(f"M{form.left:g} {coordinate(y)}H{coordinate(self._right)}", FAINT)
            yield words(form.left - 6, y + 4, text, PALE, size=form.size - 2, anchor="end", css="wb-scale")

    def _lines(
        self, measure: Measure, beside: Measure | None, base: float, top: float, colour: Colour
    ) -> Iterator[str]:
        window = self._window

        def height(value: float) -> float:
            return base - PANEL * value / top

        if measure.is_age:
            path, hidden = age_path(measure, window.first, window.last, self.x, height), ""
        else:
            path, hidden = step_paths(measure, window.first, window.last, self.x, height)
        if beside is not None:
            other = age_path(beside, window.first, window.last, self.x, height)
            yield stroke(other, colour, width=1.2, dashes="3 3", css="wb-beside")
        yield shape(area_path(path, base), colour, opacity=0.16, css="wb-area")
        yield stroke(hidden or "M0 0", colour, width=0.8, opacity=0.4, css="wb-brief")
        yield stroke(path, colour, width=1.7, css="wb-value")

    def _last(self, measure: Measure, base: float, top: float, colour: Colour) -> Iterator[str]:
        """The value at the end, beside the end of the line."""
        value = measure.at(self._window.last)
        if value is None:
            return
        y = base - PANEL * value / top
        yield box(self._right - 2.5, y - 2.5, 5, 5, colour, radius=2.5, css="wb-end")
        text = _value_text(measure, value)
        yield words(self._right + 6, y + 4, text, INK, size=self._form.size - 1, weight=600, css="wb-now")

    def _strip(self, trouble: Happenings) -> str:
        """Marks where something happened; those that would overlap are one, with their number."""
        form, window = self._form, self._window
        mark = GLYPHS[Status[trouble.glyph]]
        y = self.y + _TITLE + 8
        marks = [
            glyph(mark, form.left + 5, self.y + 9, scale=0.75),
            words(form.left + 15, self.y + 13, trouble.name, INK, size=form.size),
            stroke(f"M{form.left:g} {coordinate(y)}H{coordinate(self._right)}", FAINT),
        ]
        times = [time for time in trouble.times if window.first <= time <= window.last]
        after = self._right + 6
        for x, count in _clusters(map(self.x, times), form.size + 3):
            said = str(count) if count > 1 else ""
            number = words(_BESIDE_A_MARK, -4, said, INK, size=form.size - 2, weight=600, halo=True)
            place = f"translate({coordinate(x)} {coordinate(y)})"
            marks.append(
                f'<g class="wb-happened" transform="{place}">{glyph(mark, 0, 0, scale=0.85)}{number}</g>'
            )
            after = max(after, x + _BESIDE_A_MARK + width_of(said, form.size - 2, bold=True) + 5)
        total = f"{len(times):,}"
        marks.append(words(after, y + 4, total, INK, size=form.size - 1, weight=600, css="wb-now"))
        self.y = y + 14
        return group(marks, "wb-strip", trouble.name, y=coordinate(y))

    # ---- around

    def axis(self) -> Iterator[str]:
        """The time, which all panels share."""
        form, y = self._form, self.y + 14
        ticks = [
            words(self.x(tick), y, text, PALE, size=form.size - 1, anchor="middle", css="wb-tick")
            for tick, text in self._ticks
        ]
        yield group(ticks, "wb-axis", y=coordinate(y))
        self.y = y + 8

    def notes(self, notes: Sequence[str]) -> Iterator[str]:
        """What one must know to read it right."""
        for note in notes:
            for line in broken(note, self._form.width - 24, self._form.size - 1):
                self.y += 16
                yield words(12, self.y, line, PALE, size=self._form.size - 1)
        self.y += 8


def panels_of(subject: Subject) -> list[tuple[int, Measure]]:
    """The measures that get a panel, with their places: the depth, and whatever ever was not nothing."""
    return [
        (place, measure)
        for place, measure in enumerate(subject.measures)
        if measure.column != "age_counting_all" and (measure.column == "visible" or not measure.is_flat)
    ]


def differing(measure: Measure, beside: Measure | None) -> Measure | None:
    """The second age, where it ever is another than the first."""
    if beside is None or (measure.times, measure.values) == (beside.times, beside.values):
        return None
    return beside


def counts_all_beside(subjects: Iterable[Subject]) -> bool:
    """Whether some panel shows the age of all messages besides the metric's."""
    found = (
        (measure, subject.measures[place + 1])
        for subject in subjects
        for place, measure in panels_of(subject)
        if measure.column == "age_of_oldest"
    )
    return any(differing(measure, beside) is not None for measure, beside in found)


def _value_text(measure: Measure, value: float) -> str:
    if measure.is_age:
        return duration_text(value) if value else "0"
    return f"{value:,.0f}"


def _clusters(places: Iterable[float], apart: float) -> Iterator[tuple[float, int]]:
    """Places, with how many there are; those nearer than `apart` to the first of a cluster belong to it."""
    first, count = 0.0, 0
    for place in places:
        if count and place - first < apart:
            count += 1
            continue
        if count:
            yield first, count
        first, count = place, 1
    if count:
        yield first, count
