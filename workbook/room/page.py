"""The instructor's page of a room.

    [Refresh] [x] keep it up to date
    who is where, who may need help, common mistakes, what learners shared
    what one of them shared   [Show this to all] [Close]
    show a scenario or a text to all
    [Remove all that was sent]  then  [Yes, remove it] [Keep it]

No name goes into a saved notebook: what is saved says only how to see the room.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

import ipywidgets

from workbook.flow.keyguard import KeyGuard
from workbook.lab import LabError
from workbook.room.exhibits import Exhibit, ExhibitError
from workbook.room.face import overview_text
from workbook.room.pulse import Pulse
from workbook.room.room import Room, what_is_shown
from workbook.room.show_form import ShowForm
from workbook.room.stage import FULL_WIDTH, ROW, button, close_lines, replace, status, widget_of
from workbook.room.transport import RoomError
from workbook.room.view import RoomView
from workbook.scenarios import SettingError
from workbook.scenarios.framework.settings import Value

SECONDS = 3.0
"""Between two looks."""
NOTHING_KEPT = "Run this cell to see the room. Nothing of it is saved with the notebook."
NO_ROOM = (
    "No room is named. In a terminal: workbook room FOLDER, with the folder that all share. "
    'Or here: room.page("the folder")'
)
_TROUBLES = (RoomError, ExhibitError, SettingError, LabError)


class RoomPage(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """The room, alive.

    Args:
        room: the instructor's side of it; without one, the page says how to open one.
    """

    def __init__(self, room: Room | None) -> None:
        self._one_at_a_time = threading.Lock()
        self.said = ipywidgets.HTML(layout=FULL_WIDTH)
        self.trouble = ipywidgets.HTML(layout=FULL_WIDTH)
        self.out_of_reach = ipywidgets.HTML(layout=FULL_WIDTH)
        if room is None:
            super().__init__([ipywidgets.HTML(f"<p>{NO_ROOM}</p>", layout=FULL_WIDTH)])
            self.room = None
            return
        self.room = room
        self.view = RoomView(self.look)
        self.pulse = Pulse(self._look_again, SECONDS)
        self.stage = ipywidgets.VBox(layout=FULL_WIDTH)
        self.form = ShowForm(self.show, lambda: self.act(self._take_down))
        self.shown = ipywidgets.HTML(layout=FULL_WIDTH)
        self._exhibit: Exhibit | None = None
        self.sure = button("Yes, remove it", "This cannot be undone", lambda: self.act(self._empty))
        self.keep_it = button("Keep it", "Leave everything as it is", lambda: self.act(self._keep))
        self._refresh()
        self._tell_what_is_shown()
        self._asking(yes=False)
        super().__init__([*self._parts(), self.pulse, KeyGuard()], layout=FULL_WIDTH)

    def _parts(self) -> list[ipywidgets.Widget]:
        live = ipywidgets.Checkbox(
            value=True, description="keep it up to date", indent=False, layout={"width": "auto"}
        )
        ipywidgets.link((live, "value"), (self.pulse, "beats"))
        refresh = button(
            "Refresh", "Look again now", lambda: self.act(self._refresh_and_say, self.out_of_reach)
        )
        remove = button(
            "Remove all that was sent", "For the end of the workshop", lambda: self.act(self._ask)
        )
        head = ipywidgets.HTML(close_lines("<h3>Show to all</h3>"), layout=FULL_WIDTH)
        return [
            ipywidgets.HBox([refresh, live], layout=ROW),
            self.out_of_reach,
            self.view,
            self.said,
            self.trouble,
            self.stage,
            ipywidgets.VBox([head, self.shown, self.form], layout=FULL_WIDTH),
            ipywidgets.HBox([remove, self.sure, self.keep_it], layout=ROW),
        ]

    # ---- looking

    @property
    def _open(self) -> Room:
        assert self.room is not None  # noqa: S101 - without a room there are no buttons
        return self.room

    def _refresh(self) -> None:
        self.view.show(self._open.look(), self._open.transport.place)

    def _look_again(self) -> None:
        """By itself: says nothing, unless something is wrong."""
        self.act(self._refresh, self.out_of_reach)

    def _refresh_and_say(self) -> None:
        overview = self._open.look()
        self.view.show(overview, self._open.transport.place)
        self._say(overview.words)

    def look(self, learner: str, number: int) -> None:
        """Show what a learner shared, below the grid."""

        def look() -> None:
            self._exhibit = self._open.shared(learner, number)
            self._put(widget_of(self._exhibit, run=True))
            self._say(f"{self._exhibit.title}: see below.")

        self.act(look)

    def _put(self, widget: ipywidgets.Widget | None) -> None:
        if widget is None:
            replace(self.stage)
            return
        row = [
            button("Show this to all", "Every learner sees it", lambda: self.act(self._show_it)),
            button("Close", "Look at it no more", lambda: self.act(lambda: self._put(None))),
        ]
        replace(self.stage, widget, ipywidgets.HBox(row, layout=ROW))

    # ---- showing

    def show(self, thing: object, settings: Mapping[str, Value]) -> None:
        """Show something to all."""

        def show() -> None:
            given: dict[str, Any] = dict(settings)
            exhibit = self._open.show(thing, **given)
            self._tell_what_is_shown()
            self._say(f"All see now: {exhibit.title}.")

        self.act(show)

    def _show_it(self) -> None:
        self._open.show(self._exhibit)
        self._tell_what_is_shown()
        self._say("All see it now.")

    def _take_down(self) -> None:
        was_there = self._open.take_down()
        self._tell_what_is_shown()
        self._say("Nothing is shown any more." if was_there else "Nothing was shown.")

    def _tell_what_is_shown(self) -> None:
        try:
            exhibit = what_is_shown(self._open.transport)
            html = "<p>Nothing is shown now.</p>" if exhibit is None else exhibit.html()
        except (RoomError, ExhibitError) as error:
            html = f"<p>{escape(str(error))}</p>"
        self.shown.value = close_lines(html)

    # ---- the end of a workshop

    def _ask(self) -> None:
        self._asking(yes=True)
        self._say("Remove what learners sent, and what is shown? Their own computers keep their progress.")

    def _empty(self) -> None:
        removed = self._open.empty()
        self._asking(yes=False)
        self._put(None)
        self._refresh()
        self._tell_what_is_shown()
        self._say(f"Removed: {removed}. Learners who are still in the room send again.")

    def _keep(self) -> None:
        self._asking(yes=False)
        self._say("")

    def _asking(self, *, yes: bool) -> None:
        for each in (self.sure, self.keep_it):
            each.layout.display = "" if yes else "none"

    # ---- all of it

    def act(self, action: Callable[[], None], trouble: ipywidgets.HTML | None = None) -> None:
        """Do one thing at a time, and say what goes wrong: nobody would see it elsewhere.

        Args:
            action: what to do.
            trouble: where to say it; near the form, if not given.
        """
        place = self.trouble if trouble is None else trouble
        with self._one_at_a_time:
            try:
                action()
                place.value = ""
            except _TROUBLES as error:
                place.value = f'<div role="alert">{escape(str(error))}</div>'
            except Exception as error:  # noqa: BLE001 - shown; a button has no other place for it
                place.value = f'<div role="alert">{escape(f"{type(error).__name__}: {error}")}</div>'

    def _say(self, text: str) -> None:
        self.said.value = status(text)

    def text(self) -> str:
        """The room in words.

        Raises:
            RoomError: it cannot be reached.
        """
        return overview_text(self._open.look(), self._open.transport.place)

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - as IPython's
        """The live page, and beside it a face that names nobody."""
        live = super()._repr_mimebundle_(**options) or {}
        return {**live, "text/html": f"<p>{NOTHING_KEPT}</p>", "text/plain": repr(self)}

    def __repr__(self) -> str:
        return NOTHING_KEPT
