"""`mark("shop-1")`: the flow of a broken system, and its resources to choose the one to be mended from."""

from __future__ import annotations

from html import escape

import ipywidgets

from workbook.flow.widget import LiveFlow
from workbook.teaching.answer_panel import AnswerPanel, asked_by
from workbook.teaching.asked import Resource
from workbook.teaching.contract import Exercise
from workbook.teaching.examiner import waiting
from workbook.teaching.help_buttons import page
from workbook.teaching.looking import Look

_FULL_WIDTH = {"width": "100%"}


def mark(exercise_id: str) -> MarkingPanel:
    """A panel with the flow of a broken system, to mark in it what has to be mended, and to check that.

    Args:
        exercise_id: as in the task.

    Raises:
        LookupError: there is no such exercise.
        ValueError: it does not ask for a resource.
        ExaminerLost: the process that plays the system has ended.
    """
    exercise, asked = asked_by(exercise_id, Resource, "mark")
    look = Look.from_json(waiting.ask({"exercise": exercise_id, "look": True}))
    return MarkingPanel(exercise, asked, look)


class MarkingPanel(AnswerPanel):
    """The flow, which plays, and a button for each resource; nothing is marked at the beginning."""

    def __init__(self, exercise: Exercise, asked: Resource, look: Look) -> None:
        self._asked = asked
        self.look = look
        said = ipywidgets.HTML(page(f"<p>{escape(look.set_up)}</p>"), layout=_FULL_WIDTH)
        flow = ipywidgets.VBox([LiveFlow(look.stage)], layout=_FULL_WIDTH)
        self.choices = ipywidgets.RadioButtons(
            options=asked.choices,
            value=None,
            description="To be mended:",
            style={"description_width": "initial"},
            layout={"width": "auto"},
        )
        self.choices.observe(lambda _: self._say("Not checked yet."), names="value")
        super().__init__(exercise, [said, flow, self.choices])

    @property
    def answer(self) -> object:
        """The name of the resource that is marked; None while none is."""
        return self.choices.value

    def check(self) -> None:
        """Check what is marked; as long as nothing is, say that."""
        if self.answer is None:
            self._say("Mark the resource that has to be mended, then check.")
            return
        super().check()

    @property
    def call(self) -> str:
        """The call that checks an answer; the reader's own stands in the place of the dots."""
        return f"check({self.exercise.id!r}, ...)"

    def face_html(self) -> str:
        """The picture, and the resources."""
        names = ", ".join(f"<code>{escape(name)}</code>" for name in self._asked.choices)
        return f"<p>{escape(self.look.set_up)}</p>{self.look.html}<p>Which one has to be mended: {names}?</p>"

    def face_text(self) -> str:
        """The picture in words, and the resources."""
        names = ", ".join(self._asked.choices)
        return f"{self.look.set_up}\n{self.look.prose}\nWhich one has to be mended: {names}?"
