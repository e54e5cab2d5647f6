"""`lab.chart()`: what lay in queues, how old it was, who was at work and what went wrong, over AWS time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from workbook.engine.clock import SECOND, datetime_of
from workbook.flow.bundle import Bundle, Picture
from workbook.flow.chart_data import chart_data
from workbook.flow.chart_picture import NARROW, WIDE, Form, Window, counts_all_beside, draw_chart
from workbook.flow.chart_prose import chart_prose
from workbook.flow.chart_queues import REPEATEDLY
from workbook.flow.chart_subjects import Subject, is_charted, subjects_of
from workbook.flow.flow import Since, instant_since
from workbook.flow.kept import sentence
from workbook.flow.notebook import in_a_notebook
from workbook.flow.resources import Kind
from workbook.flow.scene import Scene
from workbook.flow.system import Node

if TYPE_CHECKING:
    import pandas

    from workbook.flow.explorer import Explorer

MOST_SUBJECTS = 6
"""Resources that are shown where none is named."""


class Chart(Picture):
    """Numbers over time, of what a scene shows; made by `lab.chart()`.

    Args:
        scene: The whole of what happened.
        nodes: The queues, functions and groups that it is about.
        first: When it begins (microseconds); where none is given, when the scene does.
        last: When it ends.
        forgotten: That a trace has forgotten its beginning, in words.
    """

    def __init__(
        self,
        scene: Scene,
        nodes: Sequence[Node],
        *,
        first: int | None = None,
        last: int | None = None,
        forgotten: str = "",
    ) -> None:
        start = scene.hops[0].time if scene.hops else scene.now
        begin, end = start if first is None else first, scene.now if last is None else last
        self._scene = scene
        self._nodes = tuple(nodes)
        self._forgotten = forgotten
        self._window = Window(start, begin, max(end, begin + 1))

    @cached_property
    def subjects(self) -> list[Subject]:
        """The resources with their measures."""
        return subjects_of(self._scene, self._nodes)

    @property
    def window(self) -> Window:
        """The time that is shown."""
        return self._window

    def frame(self) -> pandas.DataFrame:
        """The numbers as a pandas DataFrame: a row for each instant at which something of a resource changed.

        Columns: time (UTC timestamp), seconds (since the first hop), resource, then for each measure its
        value from then on: counts of messages, `age_of_oldest` in seconds (missing while there is nothing),
        `failed_runs` and the like in all so far. What a resource does not have is missing in its rows.
        """
        import pandas  # noqa: PLC0415 - 0.3 s that a lesson without tables need not pay

        rows = [row for subject in self.subjects for row in self._rows(subject)]
        columns = list(dict.fromkeys(name for row in rows for name in row))
        return pandas.DataFrame(rows, columns=columns or ["time", "seconds", "resource"])

    def _rows(self, subject: Subject) -> list[dict[str, object]]:
        window = self._window
        instants = {window.first, window.last}
        series = [one.times for one in subject.measures] + [one.times for one in subject.happenings]
        for times in series:
            instants.update(time for time in times if window.first <= time <= window.last)
        return [self._row(subject, instant) for instant in sorted(instants)]

    def _row(self, subject: Subject, instant: int) -> dict[str, object]:
        row: dict[str, object] = {
            "time": datetime_of(instant),
            "seconds": (instant - self._window.start) / SECOND,
            "resource": subject.node.label,
        }
        row.update({measure.column: measure.at(instant) for measure in subject.measures})
        row.update({trouble.column: trouble.until(instant) for trouble in subject.happenings})
        return row

    @property
    def _notes(self) -> list[str]:
        told = [sentence(self._forgotten)] if self._forgotten else []
        kinds = {node.kind for node in self._nodes}
        if not any(kind.is_queue for kind in kinds):
            return told
        note = "Age: what CloudWatch's ApproximateAgeOfOldestMessage measures, here at every instant."
        if Kind.QUEUE in kinds:
            note += (
                f" In a standard queue it leaves out messages that were received {REPEATEDLY} times or more"
                + ("; the dashed line counts them, too." if counts_all_beside(self.subjects) else ".")
            )
        return [*told, note]

    def _draw(self) -> str:
        return self._drawn(WIDE)

    def narrow_svg(self) -> str:
        """The picture for a column of 400 pixels."""
        return self._drawn(NARROW)

    def _drawn(self, form: Form) -> str:
        return draw_chart(self.subjects, self._window, self._notes, form)

    def _describe(self) -> str:
        return chart_prose(self.subjects, self._window, self._notes)

    def _live(self) -> Bundle:
        return self.widget.view() if in_a_notebook() else {}

    @cached_property
    def widget(self) -> Explorer:
        """The live view, made when it is first asked for: to be put among other widgets."""
        from workbook.flow.explorer import Explorer  # noqa: PLC0415 - loads ipywidgets; a still picture need not

        facts = chart_data(self.subjects, self._window)
        return Explorer("chart", self.svg(), self.narrow_svg(), self.prose(), facts)


def chart_of(
    scene: Scene,
    names: Sequence[str],
    *,
    since: Since | None = None,
    until: Since | None = None,
    forgotten: str = "",
) -> Chart:
    """The chart of some resources of a scene, as `Lab.chart` says."""
    nodes = [_named(scene, name) for name in dict.fromkeys(names)] if names else _usual(scene)
    start = scene.hops[0].time if scene.hops else scene.now
    first = start if since is None else instant_since(scene, since, "since")
    last = scene.now if until is None else min(scene.now, instant_since(scene, until, "until"))
    if last < first:
        seconds = (scene.now - start) / SECOND
        message = (
            f"since={since!r}, until={until!r}: there is no time between them; "
            f"it is {seconds:.3f} s after the first hop now"
        )
        raise ValueError(message)
    return Chart(scene, nodes, first=first, last=last, forgotten=forgotten)


def _usual(scene: Scene) -> list[Node]:
    """The queues in which something lay, or where there is none, whatever can be charted."""
    used = dict.fromkeys(change.queue for change in scene.changes)
    nodes = sorted(scene.system.nodes, key=lambda node: node.dead_letter)
    queues = [node for node in nodes if node.place in used]
    return (queues or [node for node in nodes if is_charted(node.kind)])[:MOST_SUBJECTS]


def _named(scene: Scene, name: str) -> Node:
    charted = [node for node in scene.system.nodes if is_charted(node.kind)]
    if not isinstance(name, str):
        message = f"chart({name!r}): pass names of queues, functions or groups, e.g. lab.chart('orders')"
        raise TypeError(message)
    found = next((node for node in charted if name in {node.label, node.place}), None)
    if found is None:
        there = ", ".join(dict.fromkeys(node.label for node in charted))
        message = f"chart({name!r}): no queue, function or group of that name; " + (
            f"there are {there}" if there else "there is none in this trace yet"
        )
        raise LookupError(message)
    return found
