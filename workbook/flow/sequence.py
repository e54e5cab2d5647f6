"""The trace as lanes by resource, time downwards: who sent what to whom, and when.

The picture for visibility timeouts, retries and order, which a picture of the system cannot show: there all
that happens to a queue happens in one spot.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from workbook.engine.clock import SECOND
from workbook.engine.trace import Trace
from workbook.flow.bundle import Bundle, Picture
from workbook.flow.callers import Callers
from workbook.flow.flow import Message, Only, Since, narrowed
from workbook.flow.kept import sentence, told_of, whole_stories
from workbook.flow.notebook import in_a_notebook
from workbook.flow.scene import Scene
from workbook.flow.sequence_bars import Bar, bars_of
from workbook.flow.sequence_data import sequence_data
from workbook.flow.sequence_lanes import lanes_of
from workbook.flow.sequence_layout import NARROW, WIDE, Form, bars_shown
from workbook.flow.sequence_picture import draw_sequence
from workbook.flow.sequence_prose import sequence_prose
from workbook.flow.sequence_rows import Rows, rows_of
from workbook.flow.sequence_steps import steps_of
from workbook.flow.sequence_times import Times
from workbook.flow.system import Node

if TYPE_CHECKING:
    from workbook.flow.explorer import Explorer


class Sequence(Picture):
    """A sequence of what a scene shows; made by `lab.sequence()`.

    Args:
        scene: What is shown.
        caption: What it is narrowed to, in words.
        forgotten: That a trace has forgotten its beginning, in words.
    """

    def __init__(self, scene: Scene, caption: str = "", forgotten: str = "") -> None:
        self.scene = scene
        self._caption = caption
        self._forgotten = forgotten

    @cached_property
    def _callers(self) -> Callers:
        return Callers(self.scene.hops, self.scene.wiring)

    @cached_property
    def rows(self) -> Rows:
        """What happened, from the top down."""
        return rows_of(steps_of(self.scene, self._callers))

    @cached_property
    def lanes(self) -> list[Node]:
        """Whose lanes there are, from the left."""
        touched = [place for row in self.rows.shown for place in (row.source, row.target)]
        return lanes_of(self.scene, dict.fromkeys(touched))

    @cached_property
    def bars(self) -> list[Bar]:
        """What goes on for a while, in the order in which it began."""
        bars = bars_of(self.scene, self._callers)
        return bars_shown(bars, self.rows.shown, self.lanes, narrowed=self.scene.narrowed)

    @property
    def _start(self) -> int:
        """Times are counted from the first hop of the trace, so what is read here fits `since=`."""
        return self.scene.hops[0].time if self.scene.hops else self.scene.now

    @cached_property
    def _times(self) -> Times:
        return Times.of(self._start, self.rows.shown)

    @property
    def _notes(self) -> list[str]:
        notes = [sentence(self._forgotten)] if self._forgotten else []
        notes += [f"Narrowed: {self._caption}."] if self._caption else []
        if self.rows.bundling.value:
            notes.append(f"Much happens here: {self.rows.bundling.value}.")
        if self.rows.left_out:
            steps = sum(len(row.steps) for row in self.rows.left_out)
            seconds = (self.rows.left_out[0].time - self._start) / SECOND
            notes.append(
                f"{steps:,} more are left out, from second {seconds:,.3f} on. To see less at a time: "
                "lab.sequence(of=message), since=seconds or only=names."
            )
        return notes

    def _draw(self) -> str:
        return self._drawn(WIDE)

    def narrow_svg(self) -> str:
        """The picture for a column of 400 pixels."""
        return self._drawn(NARROW)

    def _drawn(self, form: Form) -> str:
        return draw_sequence(
            self.lanes,
            self.rows,
            self.bars,
            self.scene.letters,
            self._times,
            self.scene.now,
            self._notes,
            form,
        )

    def _describe(self) -> str:
        return sequence_prose(self.lanes, self.rows, self.bars, self._times, self.scene.now, self._notes)

    def _live(self) -> Bundle:
        return self._explorer.view() if in_a_notebook() else {}

    @cached_property
    def _explorer(self) -> Explorer:
        from workbook.flow.explorer import Explorer  # noqa: PLC0415 - loads ipywidgets; a still picture need not

        facts = sequence_data(self.rows.shown, self.scene.letters, self._times)
        return Explorer("sequence", self.svg(), self.narrow_svg(), self.prose(), facts)


def sequence_of(
    trace: Trace,
    now: int,
    *,
    of: Message | None = None,
    since: Since | None = None,
    only: Only | None = None,
) -> Sequence:
    """The sequence that a trace tells until the instant `now` (microseconds), narrowed as `Lab.flow` says."""
    whole = whole_stories(trace)
    scene, caption = narrowed(Scene.of(list(whole), now), whole, of=of, since=since, only=only)
    return Sequence(scene, caption, told_of(trace))
