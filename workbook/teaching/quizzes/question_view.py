"""One question on the screen: its number, its text, its controls. A quiz and an exam both show it."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import ipywidgets

from workbook.teaching.help_buttons import page
from workbook.teaching.quizzes.explanation import question_html
from workbook.teaching.quizzes.question import Question
from workbook.teaching.quizzes.question_form import QuestionForm, form_for, given_in
from workbook.teaching.quizzes.sitting import Sitting

FULL_WIDTH = {"width": "100%"}


class QuestionView(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """The question with its controls.

    Args:
        sitting: it knows the order of the options.
        question: which one.
        head: what stands above it: "Question 3 of 10".
        given: what was chosen when it was shown before.
        takes_focus: whether the keyboard goes to its controls.
        answer: what Enter in a number does, with that number.
    """

    def __init__(
        self,
        sitting: Sitting,
        question: Question,
        head: str,
        given: object = None,
        *,
        takes_focus: bool,
        answer: Callable[[object], None],
    ) -> None:
        self.question = question
        self.form = form_for(question.asks, sitting.options(question), given)
        if isinstance(self.form, QuestionForm):
            self.form.takes_focus = takes_focus
            self.form.on_msg(lambda _form, content, _buffers: answer(content["given"]))
        text = page(f"<p><b>{escape(head)}</b></p>{question_html(question)}")
        super().__init__([ipywidgets.HTML(text, layout=FULL_WIDTH), self.form], layout=FULL_WIDTH)

    @property
    def given(self) -> object:
        """What is chosen now; not checked."""
        return given_in(self.form)


def button(name: str, tip: str, action: Callable[[], None]) -> ipywidgets.Button:
    """A button as wide as its words."""
    made = ipywidgets.Button(description=name, tooltip=tip, layout={"width": "auto"})
    made.on_click(lambda _: action())
    return made


def status(text: str) -> str:
    """A line that a screen reader reads when it changes."""
    return page(f'<div role="status" aria-live="polite">{escape(text)}</div>')


def renewed(box: ipywidgets.Box, *children: ipywidgets.Widget) -> None:
    """Put other widgets into a box, and close those that were in it."""
    before = box.children
    box.children = children
    for widget in before:
        if widget not in children:
            widget.close()
