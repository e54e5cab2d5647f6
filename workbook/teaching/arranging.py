"""`arrange("sfn-1")`: things that happen, to be put into the order in which they do."""

from __future__ import annotations

from html import escape

from workbook.teaching.answer_panel import AnswerPanel, asked_by
from workbook.teaching.arranger import Arranger
from workbook.teaching.asked import Order
from workbook.teaching.contract import Exercise


def arrange(exercise_id: str) -> ArrangingPanel:
    """A panel to put things into order in, and to check it.

    Args:
        exercise_id: as in the task.

    Raises:
        LookupError: there is no such exercise.
        ValueError: it does not ask for an order.
    """
    return ArrangingPanel(*asked_by(exercise_id, Order, "arrange"))


class ArrangingPanel(AnswerPanel):
    """A list whose lines can be moved."""

    def __init__(self, exercise: Exercise, asked: Order) -> None:
        self.arranger = Arranger(list(asked.items.items()), label=exercise.title)
        self.arranger.observe(lambda _: self._say("Not checked yet."), names="order")
        super().__init__(exercise, [self.arranger])

    @property
    def answer(self) -> object:
        """The short names as they stand now, the first on top."""
        return list(self.arranger.order)

    def face_html(self) -> str:
        """The lines, numbered."""
        lines = "".join(f"<li>{escape(text)}</li>" for text in self.arranger.texts)
        return f"<p>To be put into order:</p><ol>{lines}</ol>"

    def face_text(self) -> str:
        """The lines, numbered."""
        return repr(self.arranger)
