"""The quiz in a notebook: one question at a time.

    Question 3 of 10                             2 of 2 right
    its text, its controls
    [Answer]      then  [Next question] [Show me]
    right or wrong, why of every option, where to read on
    what the lab shows, on request

"Show me" runs the evidence in another process, so whatever lab the learner has open stays as it is.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from html import escape
from typing import Any

import ipywidgets

from workbook.flow.keyguard import KeyGuard
from workbook.scenarios.framework.troubles import trouble_html
from workbook.teaching.asked import AnswerError
from workbook.teaching.examiner import waiting
from workbook.teaching.help_buttons import markdown, page
from workbook.teaching.quizzes.explaining import lesson_link, lesson_title, verdict_line
from workbook.teaching.quizzes.explanation import (
    evidence_html,
    explanation_html,
    options_html,
    question_html,
    where_to_read,
)
from workbook.teaching.quizzes.form_button import FormButton
from workbook.teaching.quizzes.question import Question
from workbook.teaching.quizzes.question_view import FULL_WIDTH, QuestionView, button, renewed, status
from workbook.teaching.quizzes.sitting import Answered, Sitting

_ROW = {"flex_flow": "row wrap"}


class QuizPanel(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A quiz.

    Args:
        sitting: its questions.
        title: what it is about: "Quiz on sqs".
        nothing: what is said if there is no question.
    """

    def __init__(self, sitting: Sitting, title: str, nothing: str) -> None:
        self.sitting = sitting
        self.title = title
        self._nothing = nothing
        self._number = 0
        self._one_at_a_time = threading.Lock()
        self.view: QuestionView | None = None
        self.asked = ipywidgets.VBox(layout=FULL_WIDTH)
        self.answer = FormButton("Answer", "See whether it is right, and why", self._given)
        self.next = button("Next question", "Go on", self._press(self._next))
        self.show_me = button("Show me", "Run it in a lab, and see what happens", self._press(self._show_me))
        self.said = ipywidgets.HTML(layout=FULL_WIDTH)
        self.explained = ipywidgets.VBox(layout=FULL_WIDTH)
        self.shown = ipywidgets.VBox(layout=FULL_WIDTH)
        buttons = ipywidgets.HBox([self.answer, self.next, self.show_me], layout=_ROW)
        self._ask(takes_focus=False)
        parts = [self.asked, buttons, self.said, self.explained, self.shown, KeyGuard()]
        super().__init__(parts, layout=FULL_WIDTH)

    @property
    def question(self) -> Question | None:
        """The one that is asked now; None when all are done."""
        questions = self.sitting.questions
        return questions[self._number] if self._number < len(questions) else None

    # ---- what the buttons do

    def _press(self, action: Callable[[], None]) -> Callable[[], None]:
        """One thing at a time, and what goes wrong is shown here: nobody would see it elsewhere."""

        def pressed() -> None:
            with self._one_at_a_time:
                try:
                    action()
                except AnswerError as error:
                    self.said.value = status(f"Not answered yet: {error}.")
                except Exception as error:  # noqa: BLE001 - it is shown; who clicked is its reader
                    self.said.value = page(trouble_html(error))

        return pressed

    def _given(self, given: object) -> None:
        self._press(lambda: self._answer(given))()

    def _answer(self, given: object) -> None:
        question = self.question
        if question is None or question.id in self.sitting.answers:
            return
        try:
            answered = self.sitting.answer(question, given)
        except AnswerError as error:
            message = question.asks.form
            raise AnswerError(message) from error
        if question.evidence:
            waiting.prepare()
        self._explain(answered)
        self._offer(answered)
        self.said.value = status(f"{verdict_line(answered)} {self.sitting.score}. The explanation is below.")
        self.next.focus()

    def _next(self) -> None:
        if self.question is None or self.question.id not in self.sitting.answers:
            return
        self._number += 1
        for box in (self.explained, self.shown):
            renewed(box)
        self.said.value = ""
        if self.question is None:
            self._finish()
        else:
            self._ask(takes_focus=True)

    def _show_me(self) -> None:
        question = self.question
        if question is None or not question.evidence or question.id not in self.sitting.answers:
            return
        self.show_me.disabled = True
        self.said.value = status("A lab of its own runs it ...")
        try:
            shown = waiting.ask({"question": question.id})
            self._explain(self.sitting.answers[question.id], shown["each"])
            renewed(self.shown, ipywidgets.HTML(page(evidence_html(shown)), layout=FULL_WIDTH))
            self.said.value = status("What happened in the lab is below.")
        finally:
            self.show_me.disabled = False

    # ---- showing

    def _ask(self, *, takes_focus: bool) -> None:
        question = self.question
        self._offer(None)
        if question is None:
            renewed(self.asked, ipywidgets.HTML(page(f"<p>{escape(self._nothing)}</p>"), layout=FULL_WIDTH))
            return
        self.view = QuestionView(
            self.sitting, question, self._head(), takes_focus=takes_focus, answer=self._given
        )
        self.answer.look_at([self.view.form])
        renewed(self.asked, self.view)

    def _head(self) -> str:
        place = f"Question {self._number + 1} of {len(self.sitting.questions)}"
        return f"{place}; so far {self.sitting.score}" if self.sitting.answers else place

    def _offer(self, answered: Answered | None) -> None:
        """The buttons that make sense now."""
        is_last = self._number + 1 >= len(self.sitting.questions)
        self.next.description = "See the result" if is_last else "Next question"
        visible = {
            self.answer: answered is None and self.question is not None,
            self.next: answered is not None,
            self.show_me: answered is not None and bool(answered.question.evidence),
        }
        for each, is_visible in visible.items():
            each.layout.display = "" if is_visible else "none"

    def _explain(self, answered: Answered, each: dict[str, str] | None = None) -> None:
        options = self.sitting.options(answered.question)
        reason = answered.question.no_evidence
        why_not = f"<p>The lab cannot show this: {escape(reason)}</p>" if reason else ""
        html = explanation_html(answered, options, each) + why_not
        renewed(
            self.explained,
            ipywidgets.HTML(page(html), layout=FULL_WIDTH),
            markdown(where_to_read(answered.question)),
        )

    def _finish(self) -> None:
        self._offer(None)
        renewed(self.asked, ipywidgets.HTML(page(f"<p><b>{self._result()}</b></p>"), layout=FULL_WIDTH))
        self.said.value = status(self._result())
        wrong = [each.question for each in self.sitting.answers.values() if not each.right]
        lessons = {lesson_link(each): lesson_title(each) for each in wrong}
        if lessons:
            links = "; ".join(f"[{title}]({link})" for link, title in sorted(lessons.items()))
            renewed(self.explained, markdown(f"To read again: {links}. `quiz(missed=True)` asks them again."))

    def _result(self) -> str:
        return f"{self.title}: {self.sitting.score}."

    # ---- without a kernel

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - as IPython's
        """The live quiz, and beside it a face that needs no kernel and gives nothing away."""
        live = super()._repr_mimebundle_(**options) or {}
        return {**live, "text/html": self._face_html(), "text/plain": repr(self)}

    def _face_html(self) -> str:
        head = f"<p><b>{escape(self._face_head())}</b></p>"
        if not self.sitting.questions:
            return f"{head}<p>{escape(self._nothing)}</p>"
        question = self.sitting.questions[0]
        return f"{head}{question_html(question)}{options_html(self.sitting.options(question))}"

    def _face_head(self) -> str:
        count = len(self.sitting.questions)
        how = f", {count} questions. Run this cell to answer them. The first one:" if count else "."
        return f"{self.title}{how}"

    def __repr__(self) -> str:
        if not self.sitting.questions:
            return f"{self._face_head()}\n{self._nothing}"
        question = self.sitting.questions[0]
        options = [f"  - {option.text}" for option in self.sitting.options(question)]
        return "\n".join([self._face_head(), question.text, *options])
