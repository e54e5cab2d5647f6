"""What the instructor shows to all, in a learner's notebook; it changes when they show something else."""

from __future__ import annotations

import threading
from typing import Any

import ipywidgets

from workbook.flow.keyguard import KeyGuard
from workbook.lab import LabError
from workbook.room.exhibits import Exhibit, ExhibitError, ScenarioShown
from workbook.room.pulse import Pulse
from workbook.room.room import what_is_shown
from workbook.room.stage import FULL_WIDTH, ROW, button, panel_of, replace, status, widget_of
from workbook.room.transport import RoomError, Transport

SECONDS = 5.0
"""Between two looks."""
NOTHING = "Your instructor shows nothing now. What they show will come here by itself."


class ShownPanel(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """What is shown to all.

    Args:
        transport: what carries the room.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._one_at_a_time = threading.Lock()
        self._exhibit: Exhibit | None = None
        self._file = ""
        self.said = ipywidgets.HTML(status(NOTHING), layout=FULL_WIDTH)
        self.stage = ipywidgets.VBox(layout=FULL_WIDTH)
        self.opener = button("Open it here", "Open the scenario's panel in this notebook", self.open_it)
        self.opener.layout.display = "none"
        again = button("Look again", "Look now if there is something new", self.look)
        self.look()
        row = ipywidgets.HBox([self.opener, again], layout=ROW)
        super().__init__(
            [self.said, self.stage, row, Pulse(self.look, SECONDS), KeyGuard()], layout=FULL_WIDTH
        )

    def look(self) -> None:
        """Show what is shown now; the same again changes nothing."""
        with self._one_at_a_time:
            try:
                self._take(what_is_shown(self._transport))
            except (RoomError, ExhibitError) as error:
                self._say(str(error))

    def _take(self, exhibit: Exhibit | None) -> None:
        file = "" if exhibit is None else exhibit.file()
        if file == self._file:
            return
        replace(self.stage, *([] if exhibit is None else [widget_of(exhibit, run=False)]))
        self._exhibit, self._file = exhibit, file
        self.opener.layout.display = "" if isinstance(exhibit, ScenarioShown) else "none"
        self._say(NOTHING if exhibit is None else f"Your instructor shows: {exhibit.title}")

    def open_it(self) -> None:
        """Open the scenario that is shown, in a lab of its own; nothing of it has happened yet."""
        with self._one_at_a_time:
            if not isinstance(self._exhibit, ScenarioShown):
                return
            try:
                replace(self.stage, panel_of(self._exhibit, run=False))
            except LabError as error:
                self._say(str(error))

    def _say(self, text: str) -> None:
        self.said.value = status(text)

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - as IPython's
        """The live panel, and beside it a face that needs no kernel."""
        live = super()._repr_mimebundle_(**options) or {}
        html = f"<p>{NOTHING}</p>" if self._exhibit is None else self._exhibit.html()
        return {**live, "text/html": html, "text/plain": repr(self)}

    def __repr__(self) -> str:
        return NOTHING if self._exhibit is None else self._exhibit.text()
