"""A button that sends what is chosen in the form of a question along with the press."""

from __future__ import annotations

from collections.abc import Callable

from workbook.flow.input_button import InputButton
from workbook.teaching.quizzes.question_form import Form, given_in


class FormButton(InputButton):
    """The button.

    Args:
        description: what stands on it.
        tooltip: what it does.
        action: is called with what is chosen in the form; None where it looks at none.
    """

    def __init__(self, description: str, tooltip: str, action: Callable[[object], None]) -> None:
        super().__init__(description, tooltip, lambda: action(self._given))

    @property
    def _given(self) -> object:
        form: Form | None = next(iter(self.inputs), None)
        return None if form is None else given_in(form)
