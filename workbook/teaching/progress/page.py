"""The start page's widget: where a learner stands, and a way to begin an exercise anew.

    how much is done, what is next, what is weak
    the exercises, lesson by lesson
    [exercise v] [Forget]  then  [Yes, forget it] [Keep it]

The file may change while the page is open, since checks run in other notebooks: Refresh reads it again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets

from workbook.flow.input_button import InputButton
from workbook.flow.keyguard import KeyGuard
from workbook.teaching.catalogue import all_exercises
from workbook.teaching.progress.face import NOTHING_KEPT, progress_html, progress_text
from workbook.teaching.progress.place import MY_EXERCISES
from workbook.teaching.progress.progress_book import ProgressBook
from workbook.teaching.progress.records import Records
from workbook.teaching.progress.store import ProgressError
from workbook.teaching.progress.summary import Summary, summary_of

_FULL_WIDTH = {"width": "100%"}
_NONE = ""


class ProgressPage(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """What is done, what is next, which topics are weak.

    Args:
        book: the records.
        folder: the folder of the notebook that shows it, from which links lead to the exercises.
    """

    def __init__(self, book: ProgressBook, folder: Path | None = None) -> None:
        self.book = book
        self._folder = Path.cwd() if folder is None else folder
        self._one_at_a_time = threading.Lock()
        self.page = ipywidgets.HTML(layout=_FULL_WIDTH)
        self.said = ipywidgets.HTML(layout=_FULL_WIDTH)
        self.choice = ipywidgets.Dropdown(description="Begin anew", options=[("choose an exercise", _NONE)])
        self.refresh = self._button("Refresh", "Read again what was noted down", self._refresh)
        self.forget = InputButton(
            "Forget",
            "Forget what became of the chosen exercise",
            lambda: self.act(self._ask),
            [self.choice],
        )
        self.sure = self._button("Yes, forget it", "Forget it; this cannot be undone", self._forget)
        self.keep = self._button("Keep it", "Leave it as it is", self._keep)
        self.choice.observe(lambda _: self._keep(), names="value")
        self._show()
        row = {"flex_flow": "row wrap", "align_items": "center"}
        rest = ipywidgets.HBox([self.refresh, self.choice, self.forget, self.sure, self.keep], layout=row)
        alive = [rest, self.said, KeyGuard()] if book.is_kept else []
        super().__init__([self.page, *alive], layout=_FULL_WIDTH)

    def _button(self, name: str, tip: str, action: Callable[[], None]) -> ipywidgets.Button:
        button = ipywidgets.Button(description=name, tooltip=tip, layout={"width": "auto"})
        button.on_click(lambda _: self.act(action))
        return button

    # ---- what the buttons do

    def _refresh(self) -> None:
        self._show()
        self._say("This is how it stands now.")

    def _ask(self) -> None:
        if not self.choice.value:
            self._say("Choose an exercise first.")
            return
        self._asking(yes=True)
        self._say(f"Forget all checks and hints of {self.choice.value}? Your notebook is not touched.")

    def _forget(self) -> None:
        name = self.choice.value
        forgotten = self.book.reset(name)
        self._asking(yes=False)
        self._show()
        self._say(
            f"{name} is as if you had never tried it." if forgotten else f"Nothing was known of {name}."
        )

    def _keep(self) -> None:
        self._asking(yes=False)
        self._say("")

    def act(self, action: Callable[[], None]) -> None:
        """Do one thing at a time, and say what goes wrong: nobody would see it elsewhere."""
        with self._one_at_a_time:
            try:
                action()
            except ProgressError as error:
                self._say(str(error))

    # ---- showing

    def summary(self) -> Summary:
        """How it stands now.

        Raises:
            ProgressError: the file cannot be used.
        """
        return summary_of(all_exercises().values(), self.book.records())

    def _show(self) -> None:
        self._asking(yes=False)
        self.page.value = self._html()
        known = self._known().exercises
        self.choice.options = [("choose an exercise", _NONE), *((name, name) for name in sorted(known))]

    def _known(self) -> Records:
        try:
            return self.book.records()
        except ProgressError:
            return Records()

    def _html(self) -> str:
        if not self.book.is_kept:
            return f"<p>{NOTHING_KEPT}</p>"
        try:
            return progress_html(self.summary(), self._link)
        except ProgressError as error:
            return f"<p>{escape(str(error))}</p>"

    def _link(self, lesson: str) -> str:
        """The way from this notebook to a lesson's exercises; a folder of the learner's own goes first."""
        for name in (MY_EXERCISES, "exercises"):
            if (self._folder.parent / name / f"{lesson}.ipynb").is_file():
                return f"../{name}/{lesson}.ipynb"
        return ""

    def _asking(self, *, yes: bool) -> None:
        for button in (self.sure, self.keep):
            button.layout.display = "" if yes else "none"

    def _say(self, text: str) -> None:
        self.said.value = f'<div role="status" aria-live="polite">{escape(text)}</div>' if text else ""

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - as IPython's
        """The live page, and beside it a face that needs no kernel."""
        live = super()._repr_mimebundle_(**options) or {}
        return {**live, "text/html": self._html(), "text/plain": repr(self)}

    def __repr__(self) -> str:
        return progress_text(self.summary()) if self.book.is_kept else NOTHING_KEPT
