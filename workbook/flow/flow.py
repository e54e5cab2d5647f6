"""`lab.flow()`: the picture of all that happened, or of the part that one asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.engine.trace import Trace
from workbook.flow.kept import joined, told_of, whole_stories
from workbook.flow.layout import WIDE
from workbook.flow.live import LivePicture
from workbook.flow.moves import Move
from workbook.flow.narrowing import Message, Only, Since, instant_since, narrowed
from workbook.flow.picture import draw
from workbook.flow.prose import describe
from workbook.flow.scene import Scene
from workbook.flow.stage import stage_json

if TYPE_CHECKING:
    from workbook.flow.comparison import Comparison

__all__ = ["Flow", "Message", "Only", "Since", "flow_of", "instant_since", "narrowed"]


class Flow(LivePicture):
    """The flow of messages through a system: a snapshot of what happened until it was made.

    Args:
        scene: What is shown.
        caption: What it is narrowed to, in words.
        instant: The time (microseconds) whose counts are shown; the end of the scene, where none is given.
        width: Units that the picture may be wide; 900 fill a notebook.
    """

    def __init__(
        self, scene: Scene, *, caption: str = "", instant: int | None = None, width: float = WIDE
    ) -> None:
        self.scene = scene
        self.caption = caption
        self.instant = scene.now if instant is None else instant
        self.width = width

    def at(self, seconds: Since) -> Flow:
        """The same system with the counts of another time.

        Args:
            seconds: Seconds since the first hop of the trace, as a number or a timedelta; or a datetime.

        Raises:
            TypeError: it is nothing of these.
            ValueError: it lies before the first hop.
        """
        instant = instant_since(self.scene, seconds, "at")
        return Flow(self.scene, caption=self.caption, instant=instant, width=self.width)

    def narrow(self, width: float = 464) -> Flow:
        """The same laid out for a narrow window: from top to bottom, at most `width` units wide.

        Raises:
            ValueError: `width` is less than one node with its margins takes.
        """
        if width < 200:
            message = f"narrow(width={width}): a node alone takes 170 units; pass 200 or more"
            raise ValueError(message)
        return Flow(self.scene, caption=self.caption, instant=self.instant, width=width)

    @property
    def moves(self) -> tuple[Move, ...]:
        """What is shown to have happened, in order."""
        return tuple(move for move in self.scene.moves if move.time <= self.instant)

    def compare(
        self, other: Flow, *, names: tuple[str, str] = ("first run", "second run"), tolerance: float = 0.25
    ) -> Comparison:
        """This run and another beside each other, with the first thing in which they differ.

            before = lab.flow()
            lab.reset()
            ...                          # the same again, with another visibility timeout
            before.compare(lab.flow())

        Messages are told apart by their numbers, resources by their names: ids are others in any run.

        Args:
            other: Another flow.
            names: What to call the two.
            tolerance: Seconds by which the same thing may happen earlier or later.

        Raises:
            TypeError: `other` is no Flow.
        """
        from workbook.flow.comparison import Comparison  # noqa: PLC0415 - it is made of flows

        if not isinstance(other, Flow):
            message = f"compare({type(other).__name__}): pass a flow, e.g. before.compare(lab.flow())"
            raise TypeError(message)
        return Comparison(self, other, names=names, tolerance=tolerance)

    def _stage(self) -> str:
        narrow = self.narrow().svg()
        other = None if narrow == self._svg else narrow
        return stage_json(self.scene, self._svg, self._prose, narrow=other, instant=self.instant)

    def _become(self, newer: Flow) -> None:
        self.scene, self.caption, self.instant = newer.scene, newer.caption, newer.instant

    def _draw(self) -> str:
        return draw(self.scene, instant=self.instant, caption=self.caption, width=self.width)

    def _describe(self) -> str:
        return describe(self.scene, instant=self.instant, caption=self.caption)


def flow_of(
    trace: Trace,
    now: int,
    *,
    of: Message | None = None,
    since: Since | None = None,
    only: Only | None = None,
) -> Flow:
    """The flow that a trace tells until the instant `now` (microseconds), narrowed as `Lab.flow` says."""
    whole = whole_stories(trace)
    scene, caption = narrowed(Scene.of(list(whole), now), whole, of=of, since=since, only=only)
    return Flow(scene, caption=joined(caption, told_of(trace)))
