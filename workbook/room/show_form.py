"""The form by which an instructor shows something to all: a scenario with its settings, or a text."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import ipywidgets

from workbook.flow.input_button import InputButton, inputs_in
from workbook.room.stage import FULL_WIDTH, ROW, button, replace
from workbook.scenarios import SCENARIOS, Scenario
from workbook.scenarios.framework.controls import Control
from workbook.scenarios.framework.settings import Value

_WIDE = {"description_width": "initial"}
Show = Callable[[object, Mapping[str, Value]], None]


class ShowForm(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """Choose a scenario or write a text, and show it.

    Args:
        show: called with the scenario and its settings, or with a text and none.
        take_down: called when nothing shall be shown any more.
    """

    def __init__(self, show: Show, take_down: Callable[[], None]) -> None:
        self._show = show
        self.choice = ipywidgets.Dropdown(
            description="Scenario",
            options=[(f"{each.title} ({name})", each) for name, each in SCENARIOS.items()],
            style=_WIDE,
            layout={"width": "auto", "max_width": "100%"},
        )
        self.settings = ipywidgets.HBox(layout={"flex_flow": "row wrap", "align_items": "flex-start"})
        self.controls: dict[str, Control] = {}
        self.text = ipywidgets.Textarea(description="Text", style=_WIDE, layout={"width": "auto"}, rows=3)
        self.scenario_button = InputButton(
            "Show the scenario to all", "With these settings", self.show_scenario
        )
        self.choice.observe(lambda _: self._choose(), names="value")
        self._choose()
        row = [
            self.scenario_button,
            InputButton("Show the text to all", "As it stands in the field", self.show_text, [self.text]),
            button("Show nothing", "Take down what is shown to all", take_down),
        ]
        parts = [self.choice, self.settings, self.text, ipywidgets.HBox(row, layout=ROW)]
        super().__init__(parts, layout=FULL_WIDTH)

    def _choose(self) -> None:
        """Offer the settings of the chosen scenario."""
        scenario: Scenario = self.choice.value
        self.controls = {each.name: Control(each, each.default, lambda: None) for each in scenario.settings}
        widgets = [control.widget for control in self.controls.values()]
        replace(self.settings, *widgets)
        self.scenario_button.look_at([self.choice, *inputs_in(widgets)])

    def show_scenario(self) -> None:
        """Show the chosen scenario with the chosen settings."""
        self._show(self.choice.value, {name: each.value for name, each in self.controls.items()})

    def show_text(self) -> None:
        """Show what was written."""
        self._show(self.text.value, {})
