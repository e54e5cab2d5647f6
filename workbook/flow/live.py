"""Pictures that are live in a notebook: they play, answer clicks, and follow the lab if they are told to.

The widget is made when the picture is first shown in a kernel, so scripts and tests pay nothing for it.
"""

from __future__ import annotations

import abc
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from workbook.engine.observers import Observers
from workbook.flow.bundle import Bundle, Picture
from workbook.flow.notebook import in_a_notebook

if TYPE_CHECKING:
    from workbook.flow.widget import LiveFlow


P = TypeVar("P", bound="LivePicture")


@dataclass(frozen=True, slots=True)
class Source(Generic[P]):
    """Where a picture that follows gets its news from."""

    look: Callable[[], P]
    """Makes the picture of what has happened until now."""
    observers: Observers
    """Those who are told of each hop."""
    now: Callable[[], int]
    """AWS's time, in microseconds."""


class LivePicture(Picture):
    """A picture with a live view; subclasses give `_stage` and `_become`."""

    _source: Source[Self] | None = None

    @abc.abstractmethod
    def _stage(self) -> str:
        """What the live view needs, as JSON."""

    @abc.abstractmethod
    def _become(self, newer: Self) -> None:
        """Show what another picture shows."""

    @cached_property
    def widget(self) -> LiveFlow:
        """The live view, made when it is first asked for: to be put among other widgets."""
        from workbook.flow.widget import LiveFlow  # noqa: PLC0415 - only those who look at it live pay for it

        source = self._source
        newest = self if source is None else source.look()
        self._show(newest)
        widget = LiveFlow(newest._stage())  # noqa: SLF001 - its own kind
        if source is not None:
            widget.follow(lambda: source.look()._stage(), source.observers, source.now)  # noqa: SLF001 - its own kind
        return widget

    def follow(self, source: Source[Self]) -> None:
        """Show what `source` sees from now on.

        The live view shows it as time permits; `svg()`, words and all the rest, whenever they are asked for.
        So what a cell prints is the same in each run, however fast the screen is.
        """
        self._source = source

    def refresh(self) -> None:
        """Bring the live view up to date now; it does nothing for a snapshot.

        At the end of a cell this is done for you. Call it at the end of a widget's callback.
        """
        if "widget" in self.__dict__:
            self.widget.refresh()

    def _renew(self) -> None:
        if self._source is not None:
            self._show(self._source.look())

    def _show(self, newer: Self) -> None:
        if newer is not self:
            self._become(newer)
            self._forget()

    def _live(self) -> Bundle:
        return self.widget.view() if in_a_notebook() else {}
