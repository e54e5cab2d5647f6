"""The live view of a flow: one anywidget over one ES module, that plays in the browser by itself.

The kernel sends the whole stage as one text, and nothing else passes: no time, no selection. So many copies
of a picture may be open, and each is its reader's own. What comes back is only how many places show it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from workbook.engine.observers import Observers
from workbook.flow.following import Follower

HERE = Path(__file__).parent
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


class LiveFlow(anywidget.AnyWidget):
    """A flow that plays, scrubs and answers clicks.

    Args:
        stage: What it shows, as `stage_json` makes it.
    """

    _esm = HERE / "flow.js"
    _css = HERE / "flow.css"
    stage = traitlets.Unicode().tag(sync=True)
    problem = traitlets.Unicode().tag(sync=True)
    following = traitlets.Bool().tag(sync=True)
    views = traitlets.Int().tag(sync=True)

    def __init__(self, stage: str) -> None:
        self._follower: Follower | None = None
        self._was_seen = False
        super().__init__(stage=stage)

    # ---- following

    def follow(self, again: Callable[[], str], observers: Observers, now: Callable[[], int]) -> None:
        """Show the stage that `again` makes, when those who tell `observers` have news or time has passed.

        `now` is AWS's time in microseconds.
        """
        self._again = again
        self._follower = Follower(self._update, self._is_wanted, now)
        self._follower.watch_cells()
        observers.add(self._follower.hear)
        self.following = True

    def refresh(self) -> None:
        """Show what has happened until now; does nothing where it does not follow."""
        if self._follower is not None:
            self._follower.refresh()

    def _update(self) -> None:
        try:
            self.stage = self._again()
            self.problem = ""
        except Exception as error:  # noqa: BLE001 - shown in its place; a lesson must not break by its picture
            self.problem = f"The picture could not be brought up to date: {type(error).__name__}: {error}"

    def _is_wanted(self) -> bool:
        """Whether somebody sees it; before a browser has drawn it for the first time, somebody will."""
        return self.comm is not None and (self.views > 0 or not self._was_seen)

    @traitlets.observe("views")
    def _see(self, _: object) -> None:
        self._was_seen = True
        if self._follower is not None:
            self._follower.catch_up()

    def close(self) -> None:
        """End the view and stop following."""
        self._follower = None
        super().close()

    # ---- itself

    def __repr__(self) -> str:
        return "<the flow, live>"  # without an address, so that it is the same in each run

    def view(self) -> dict[str, Any]:
        """The part of a mime bundle that JupyterLab turns into this view."""
        bundle = self._repr_mimebundle_()
        return {WIDGET_VIEW: bundle[0][WIDGET_VIEW]} if bundle else {}
