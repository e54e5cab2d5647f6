"""A panel for an exercise that needs no code: controls, a button, and the verdict below.

    One number for the whole bakery (vt-1)
    the controls, which `choose`, `arrange` and `mark` give
    [Check]                                          one at a time; what is chosen stays as it is
    the verdict, with its hints

It checks what `check("vt-1", ...)` checks. A saved notebook shows what there is to choose, and that call.
"""

from __future__ import annotations

import abc
import threading
from collections.abc import Sequence
from html import escape
from typing import Any, TypeVar

import ipywidgets

from workbook.flow.input_button import InputButton, inputs_in
from workbook.flow.keyguard import KeyGuard
from workbook.scenarios.framework.troubles import trouble_html
from workbook.teaching.asked import Asked
from workbook.teaching.catalogue import find_exercise
from workbook.teaching.contract import Exercise
from workbook.teaching.help_buttons import page

_FULL_WIDTH = {"width": "100%"}
_WRAPPED = {"flex_flow": "row wrap", "align_items": "flex-start", "width": "100%"}
Kind = TypeVar("Kind", bound=Asked)


def asked_by(exercise_id: str, kind: type[Kind], panel: str) -> tuple[Exercise, Kind]:
    """The exercise of that id, and what it asks for, where the panel of this name fits it.

    Raises:
        LookupError: there is no such exercise.
        ValueError: it asks for something else; the text says how it is answered.
    """
    exercise = find_exercise(exercise_id)
    if isinstance(exercise.asks, kind):
        return exercise, exercise.asks
    message = f"{panel}({exercise_id!r}): this exercise asks for something else, {exercise.asks.form}"
    raise ValueError(f"{message}; answer it with check({exercise_id!r}, ...)")


class AnswerPanel(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """The panel of one exercise.

    Args:
        exercise: which one.
        controls: what an answer is chosen with.
    """

    def __init__(self, exercise: Exercise, controls: Sequence[ipywidgets.Widget]) -> None:
        self.exercise = exercise
        self._one_at_a_time = threading.Lock()
        self.button = InputButton("Check", "Try your answer on the system", self.check, inputs_in(controls))
        self.said = ipywidgets.HTML(layout=_FULL_WIDTH)
        self.verdict = ipywidgets.VBox(layout=_FULL_WIDTH)
        title = ipywidgets.HTML(page(f"<b>{escape(self._title)}</b>"), layout=_FULL_WIDTH)
        box = ipywidgets.HBox(list(controls), layout=_WRAPPED)
        row = ipywidgets.HBox([self.button])  # by itself it would be as wide as the panel
        super().__init__([title, box, row, self.said, self.verdict, KeyGuard()], layout=_FULL_WIDTH)

    @property
    @abc.abstractmethod
    def answer(self) -> object:
        """What is chosen now, as `check` takes it; not checked."""

    @abc.abstractmethod
    def face_html(self) -> str:
        """What there is to choose, for a notebook without a kernel."""

    @abc.abstractmethod
    def face_text(self) -> str:
        """The same in words."""

    def check(self) -> None:
        """Check what is chosen, and show the verdict below."""
        from workbook.teaching.checking import check

        with self._one_at_a_time:
            self.button.disabled = True
            self._say("Checking ...")
            try:
                self._show(check(self.exercise.id, self.answer).widget)
                self._say("Checked; the verdict is below.")
            except Exception as error:  # noqa: BLE001 - it is shown; who clicked is its reader
                self.said.value = page(trouble_html(error))
            finally:
                self.button.disabled = False

    def _show(self, banner: ipywidgets.Widget) -> None:
        before = self.verdict.children
        self.verdict.children = [banner]
        for widget in before:
            widget.close()

    def _say(self, text: str) -> None:
        self.said.value = page(f'<div role="status" aria-live="polite">{escape(text)}</div>')

    @property
    def _title(self) -> str:
        return f"{self.exercise.title} ({self.exercise.id})"

    @property
    def call(self) -> str:
        """The call that checks the same answer."""
        return f"check({self.exercise.id!r}, {self.answer!r})"

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - as IPython's
        """The live panel, and beside it a face that needs no kernel."""
        live = super()._repr_mimebundle_(**options) or {}
        note = "Run this cell to choose with the mouse or the keyboard; in code it is "
        html = (
            f"<p><b>{escape(self._title)}</b></p>{self.face_html()}"
            f"<p>{note}<code>{escape(self.call)}</code>.</p>"
        )
        return {**live, "text/html": html, "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"{self._title}\n{self.face_text()}\nIn code: {self.call}"
