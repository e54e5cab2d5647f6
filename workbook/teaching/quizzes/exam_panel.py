"""The exam in a notebook.

    20 questions in 40 minutes     [Begin]
    Time left: 39:12
    Question 3 of 20; 2 answered
    its text, its controls
    [Back] [Next] [Hand in]        then  [Yes, hand in] [Go on]
    the result by domain, and what was wrong, explained

Nothing is judged before it is handed in, and one may go back. When the time is over, what is chosen counts.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from html import escape
from typing import Any

import ipywidgets

from workbook.flow.keyguard import KeyGuard
from workbook.scenarios.framework.troubles import trouble_html
from workbook.teaching.help_buttons import markdown, page
from workbook.teaching.quizzes.countdown import Countdown
from workbook.teaching.quizzes.exam import WEIGHTS, Exam, Result
from workbook.teaching.quizzes.explanation import explanation_html, question_html, where_to_read
from workbook.teaching.quizzes.form_button import FormButton
from workbook.teaching.quizzes.question import DOMAINS
from workbook.teaching.quizzes.question_view import FULL_WIDTH, QuestionView, button, renewed, status
from workbook.teaching.quizzes.sitting import Answered

_ROW = {"flex_flow": "row wrap", "align_items": "center"}


class ExamPanel(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """An exam; `exam` makes it."""

    def __init__(self, exam: Exam) -> None:
        self.exam = exam
        self._number = 0
        self._one_at_a_time = threading.Lock()
        self.view: QuestionView | None = None
        self.clock: Countdown | None = None
        self.top = ipywidgets.VBox(layout=FULL_WIDTH)
        self.asked = ipywidgets.VBox(layout=FULL_WIDTH)
        self.said = ipywidgets.HTML(layout=FULL_WIDTH)
        self.review = ipywidgets.VBox(layout=FULL_WIDTH)
        self.begin = button("Begin", "The time begins", self._press(self._begin))
        self.back = FormButton("Back", "To the question before", self._noting(lambda: self._turn(-1)))
        self.next = FormButton("Next", "To the next question", self._noting(lambda: self._turn(1)))
        self.hand_in = FormButton("Hand in", "End the exam", self._noting(self._ask_whether))
        self.sure = button("Yes, hand in", "End the exam now", self._press(self._finish))
        self.go_on = button("Go on", "Go on with the exam", self._press(lambda: self._turn(0)))
        every = [self.begin, self.back, self.next, self.hand_in, self.sure, self.go_on]
        self._buttons = ipywidgets.HBox(every, layout=_ROW)
        self._offer(self.begin)
        self.top.children = [ipywidgets.HTML(page(self._announced()), layout=FULL_WIDTH)]
        parts = [self.top, self.asked, self._buttons, self.said, self.review, KeyGuard()]
        super().__init__(parts, layout=FULL_WIDTH)

    # ---- what the buttons do

    def _press(self, action: Callable[[], None]) -> Callable[[], None]:
        def pressed() -> None:
            with self._one_at_a_time:
                try:
                    action()
                except Exception as error:  # noqa: BLE001 - it is shown; who clicked is its reader
                    self.said.value = page(trouble_html(error))

        return pressed

    def _noting(self, action: Callable[[], None]) -> Callable[[object], None]:
        """Write down what is chosen, and then do it."""

        def noted(given: object) -> None:
            if self.view is not None:
                self.exam.give(self.view.question, given)
            action()

        return lambda given: self._press(lambda: noted(given))()

    def _begin(self) -> None:
        if self.clock is not None or not self.exam.sitting.questions:
            return
        self.exam.begin()
        self.clock = Countdown(self.exam.left)
        self.clock.observe(lambda _: self._time_is_over(), names="is_over")
        renewed(self.top, self.clock)
        self._turn(0)

    def _turn(self, by: int) -> None:
        """Show the question so many further on."""
        if not self.exam.left:
            self._finish()
            return
        questions = self.exam.sitting.questions
        self._number = min(max(self._number + by, 0), len(questions) - 1)
        question = questions[self._number]
        self.view = QuestionView(
            self.exam.sitting,
            question,
            self._head(),
            self.exam.given(question),
            takes_focus=True,
            answer=self._noting(lambda: self._turn(1)),
        )
        for each in (self.back, self.next, self.hand_in):
            each.look_at([self.view.form])
        renewed(self.asked, self.view)
        self.said.value = ""
        is_first, is_last = self._number == 0, self._number == len(questions) - 1
        self._offer(*([] if is_first else [self.back]), *([] if is_last else [self.next]), self.hand_in)

    def _ask_whether(self) -> None:
        left = len(self.exam.sitting.questions) - self._answered
        open_ones = f"{left} {'question has' if left == 1 else 'questions have'} no whole answer yet. "
        self.said.value = status(f"{open_ones if left else ''}Hand in and end the exam?")
        self._offer(self.sure, self.go_on)
        self.sure.focus()

    def _finish(self) -> None:
        result = self.exam.hand_in()
        if self.clock is not None:
            self.clock.runs = False
        self._offer()
        renewed(self.top, ipywidgets.HTML(page(_result_html(result)), layout=FULL_WIDTH))
        renewed(self.asked)
        self.view = None
        self.said.value = status(_result_line(result))
        renewed(self.review, *[part for each in result.wrong for part in self._explained(each)])

    def _time_is_over(self) -> None:
        given = None if self.view is None else self.view.given
        self._noting(self._finish)(given)

    # ---- showing

    @property
    def _answered(self) -> int:
        return sum(self.exam.is_answered(each) for each in self.exam.sitting.questions)

    def _head(self) -> str:
        return f"Question {self._number + 1} of {len(self.exam.sitting.questions)}; {self._answered} answered"

    def _offer(self, *buttons: ipywidgets.DOMWidget) -> None:
        for each in self._buttons.children:
            each.layout.display = "" if each in buttons else "none"

    def _explained(self, answered: Answered) -> list[ipywidgets.Widget]:
        options = self.exam.sitting.options(answered.question)
        html = f"<hr>{question_html(answered.question)}{explanation_html(answered, options)}"
        return [ipywidgets.HTML(page(html), layout=FULL_WIDTH), markdown(where_to_read(answered.question))]

    def _announced(self) -> str:
        questions, minutes = len(self.exam.sitting.questions), self.exam.seconds / 60
        weights = ", ".join(f"{DOMAINS[domain]} {weight} %" for domain, weight in WEIGHTS.items())
        return (
            f"<p><b>Exam: {questions} questions in {minutes:g} minutes</b></p>"
            f"<p>They are weighted as the domains of SAA-C03 are ({weights}), as far as there are questions. "
            "Real time runs from Begin on. Explanations come at the end.</p>"
        )

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - as IPython's
        """The live exam, and beside it a face that needs no kernel."""
        live = super()._repr_mimebundle_(**options) or {}
        face = f"{self._announced()}<p>Run this cell to sit it.</p>"
        return {**live, "text/html": face, "text/plain": repr(self)}

    def __repr__(self) -> str:
        questions, minutes = len(self.exam.sitting.questions), self.exam.seconds / 60
        return f"Exam: {questions} questions in {minutes:g} minutes. Run this cell to sit it."


def _result_line(result: Result) -> str:
    return f"The exam is over: {result.right} of {len(result.answered)} right."


def _result_html(result: Result) -> str:
    left = 'style="text-align:left"'
    lines = "".join(
        f"<tr><th scope='row' {left}>{escape(name)}</th>"
        f"<td {left}>{weight} %</td><td {left}>{right} of {of}</td></tr>"
        for name, weight, right, of in result.by_domain()
    )
    head = f"<tr><th {left}>Domain</th><th {left}>Weight in the exam</th><th {left}>Right</th></tr>"
    more = (
        "<p>What was wrong is below, with its explanation. "
        "<code>quiz(missed=True)</code> asks again what you answered.</p>"
    )
    return (
        f"<p><b>{escape(_result_line(result))}</b></p><table><thead>{head}</thead><tbody>{lines}</tbody></table>"
        f"{more if result.wrong else ''}"
    )
