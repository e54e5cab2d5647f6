"""`choose("vt-1")`: the settings that an exercise asks for, each with its control."""

from __future__ import annotations

from html import escape

from workbook.scenarios.framework.controls import Control
from workbook.teaching.answer_panel import AnswerPanel, asked_by
from workbook.teaching.asked import Settings
from workbook.teaching.contract import Exercise


def choose(exercise_id: str) -> ChoosingPanel:
    """A panel to choose settings in, and to check them.

    Args:
        exercise_id: as in the task: "vt-1".

    Raises:
        LookupError: there is no such exercise.
        ValueError: it does not ask for settings.
    """
    return ChoosingPanel(*asked_by(exercise_id, Settings, "choose"))


class ChoosingPanel(AnswerPanel):
    """Controls that begin with AWS's defaults."""

    def __init__(self, exercise: Exercise, asked: Settings) -> None:
        self.controls = {
            each.name: Control(each, each.default, self._choose_again) for each in asked.settings
        }
        super().__init__(exercise, [each.widget for each in self.controls.values()])

    @property
    def answer(self) -> object:
        """The settings by name; not checked."""
        return {name: control.value for name, control in self.controls.items()}

    def _choose_again(self) -> None:
        """A control was moved: the verdict that is shown is on another answer."""
        self._say("Not checked yet.")

    def _rows(self) -> list[tuple[str, str, str]]:
        controls = self.controls.values()
        return [(each.setting.about, each.setting.shown(each.value), each.setting.range) for each in controls]

    def face_html(self) -> str:
        """A table of the settings, with value and range."""
        left = 'style="text-align:left"'
        cells = ["".join(f"<td {left}>{escape(cell)}</td>" for cell in row) for row in self._rows()]
        head = "".join(f"<th {left}>{name}</th>" for name in ("Setting", "Value", "Range"))
        body = "".join(f"<tr>{row}</tr>" for row in cells)
        return f'<table style="margin:0 0 1em"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'

    def face_text(self) -> str:
        """A line for each setting."""
        return "\n".join(f"  {about}: {value} ({range_})" for about, value, range_ in self._rows())
