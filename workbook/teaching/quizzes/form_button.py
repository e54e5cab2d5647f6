"""A button that sends what is chosen in a form along with the press.

JupyterLab holds back changes of a widget while the kernel is busy, and different widgets may be heard on
different threads. So a plain button can overtake the choice that was made before it was pressed, and an older
one would be judged.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import anywidget
import ipywidgets
import traitlets

from workbook.teaching.quizzes.question_form import Form, given_in

_HERE = Path(__file__).parent


class FormButton(anywidget.AnyWidget):
    """The button.

    Args:
        description: what stands on it.
        tooltip: what it does.
        action: is called with what is chosen in `form`.
    """

    _esm = _HERE / "form_button.js"
    description = traitlets.Unicode().tag(sync=True)
    tooltip = traitlets.Unicode().tag(sync=True)
    form = traitlets.Instance(ipywidgets.Widget, allow_none=True).tag(
        sync=True, **ipywidgets.widget_serialization
    )

    def __init__(self, description: str, tooltip: str, action: Callable[[object], None]) -> None:
        super().__init__(description=description, tooltip=tooltip, layout={"width": "auto"})
        self._action = action
        self.on_msg(lambda _button, content, _buffers: action(content["given"]))

    def click(self) -> None:
        """Press it, as the browser does."""
        form: Form | None = self.form
        self._action(None if form is None else given_in(form))

    def __repr__(self) -> str:
        return f"FormButton({self.description!r})"  # anywidget's holds an address
