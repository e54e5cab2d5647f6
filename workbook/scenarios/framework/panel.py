"""A scenario with its controls: trigger it, step through it, run it, begin again, and see what happens.

    the question
    controls, each with unit and range          a changed value counts from the next beginning
    [Trigger] [Step] [Run] [Reset]  [Show the code]
    what just happened, in a sentence
    the flow of messages, the chart, the answer

Each button does what a method of `Play` does. JupyterLab calls back on any of its threads, so one thing is
done at a time; and what goes wrong is shown in the panel, because nobody would see it elsewhere.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets

from workbook.flow.input_button import InputButton, inputs_in
from workbook.flow.keyguard import KeyGuard
from workbook.scenarios.framework.account import Account, Event
from workbook.scenarios.framework.code_button import CodeButton
from workbook.scenarios.framework.controls import Control
from workbook.scenarios.framework.face import face_html, face_text
from workbook.scenarios.framework.own_lab import open_own_lab
from workbook.scenarios.framework.play import Play, without_garbage_collection
from workbook.scenarios.framework.settings import Value
from workbook.scenarios.framework.troubles import trouble_html

if TYPE_CHECKING:
    from workbook.flow.flow import Flow
    from workbook.lab import Lab
    from workbook.scenarios.framework.scenario import Scenario

MOST_SENTENCES = 3
"""Of what happened at once, so many sentences are shown; of more, the last one and a number."""
_FULL_WIDTH = {"width": "100%"}
_THE_PANELS_LAB = """\
from workbook.scenarios import own_lab

lab = own_lab()  # the panel's
"""


class Panel(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """The panel of one scenario; `Scenario.panel` makes it."""

    def __init__(
        self, scenario: Scenario, lab: Lab | None, settings: Mapping[str, Value], *, run: bool
    ) -> None:
        """Set the scenario up in `lab`, or in one of its own; with `run`, let it run to its end."""
        self.scenario = scenario
        self._is_own = lab is None
        self._one_at_a_time = threading.Lock()
        self._changed = False
        self.play = self._new_play(settings) if lab is None else Play(lab, scenario, settings)
        self.controls = {
            each.name: Control(each, settings[each.name], self._choose) for each in scenario.settings
        }
        self.said = ipywidgets.HTML(layout=_FULL_WIDTH)
        self.trouble = ipywidgets.HTML(layout=_FULL_WIDTH)
        self.picture = ipywidgets.VBox(layout=_FULL_WIDTH)
        self.chart = ipywidgets.VBox(layout=_FULL_WIDTH)
        self._flow: Flow | None = None
        self.answer = ipywidgets.HTML(layout=_FULL_WIDTH)
        self.code = CodeButton()
        self.buttons = {
            "Trigger": self._button("Trigger", "Send what the scenario is about", self.trigger),
            "Step": self._button("Step", "Let the next thing happen", self.step),
            "Run": self._button("Run", "Let time pass until nothing is left to do", self.run),
            "Reset": self._button("Reset", "Begin again, with these settings and an empty lab", self.reset),
        }
        with without_garbage_collection():
            self._begin()
            if run:
                self.play.run()
                self._tell(self.play.news())
            self._show()
        super().__init__(self._parts(), layout=_FULL_WIDTH)

    # ---- what the buttons do

    def trigger(self) -> None:
        """Send what the scenario is about."""
        self._act(self._trigger)

    def step(self) -> None:
        """Let the next thing happen."""
        self._act(self._step)

    def run(self) -> None:
        """Trigger if nothing was yet, and let time pass until nothing is left to do."""
        self._act(self._run)

    def reset(self) -> None:
        """Begin again, with the settings that are chosen now."""
        self._act(self._reset)

    def _trigger(self) -> str:
        self._begin_again_if_changed()
        self.play.trigger()
        return ""

    def _step(self) -> str:
        self._begin_again_if_changed()
        if not self.play.triggered:
            return "Nothing is under way. Trigger it first."
        return "" if self.play.step() else "Nothing is left to do."

    def _run(self) -> str:
        self._begin_again_if_changed()
        self.play.run()
        return ""

    def _reset(self) -> str:
        self._begin()
        return "Everything is as at the beginning."

    def _act(self, action: Callable[[], str]) -> None:
        """Do one thing and show what came of it, or what went wrong."""
        with self._one_at_a_time, without_garbage_collection():
            self._enable(enabled=False)
            try:
                self.trouble.value = ""
                note = action()
                self._tell(self.play.news(), note)
                self._show()
            except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - it is shown; who clicked is its reader
                self.trouble.value = trouble_html(error)
            finally:
                self._enable(enabled=True)

    def _enable(self, *, enabled: bool) -> None:
        for button in self.buttons.values():
            button.disabled = not enabled

    # ---- beginning

    def _new_play(self, settings: Mapping[str, Value]) -> Play:
        """A play in a lab of the panel's own."""
        lab = open_own_lab(self.scenario.seed, self.scenario.name.replace("-", "_"))
        return Play(lab, self.scenario, settings, is_new=True)

    def _begin(self) -> None:
        """Set the scenario up with the values that are chosen.

        Raises:
            SettingError: one of them is out of its range; everything stays as it was.
        """
        settings = self.scenario.checked({name: each.value for name, each in self.controls.items()})
        if self._is_own and self.play.lab.world.kernel.closed:
            self.play, self._flow = self._new_play(settings), None
        self.play.settings = settings
        self.play.set_up()
        self.code.code = self._code()
        self._changed = False

    def _code(self) -> str:
        code = self.scenario.code(**self.play.settings)
        return f"{_THE_PANELS_LAB}\n{code}" if self._is_own else code

    def _begin_again_if_changed(self) -> None:
        if self._changed or not self.play.is_current:
            self._begin()

    def _choose(self) -> None:
        """A control was moved."""
        self._changed = True
        self.said.value = _status("The next step begins anew, with these settings.")

    # ---- showing

    def _button(self, name: str, tip: str, action: Callable[[], None]) -> InputButton:
        return InputButton(name, tip, action, inputs_in(each.widget for each in self.controls.values()))

    def _parts(self) -> list[ipywidgets.Widget]:
        scenario = self.scenario
        heading = (
            f"<b>{escape(scenario.title)}</b><br>{escape(scenario.question)}<br>{escape(scenario.watch)}"
        )
        row = {"flex_flow": "row wrap", "align_items": "flex-start"}
        return [
            ipywidgets.HTML(_lines(heading), layout=_FULL_WIDTH),
            ipywidgets.HBox([each.widget for each in self.controls.values()], layout=row),
            ipywidgets.HBox([*self.buttons.values(), self.code], layout=row),
            self.said,
            self.trouble,
            self.picture,
            self.chart,
            self.answer,
            KeyGuard(),
        ]

    def _tell(self, news: list[Event], note: str = "") -> None:
        told = [f"After {event.seconds:,.1f} s: {event.text}." for event in news[-MOST_SENTENCES:]]
        if len(news) > MOST_SENTENCES:
            told = [f"{len(news):,} things happened.", *told[-1:]]
        self.said.value = _status(" ".join([*told, note]).strip() or self.scenario.watch)

    def _show(self) -> None:
        if self._flow is None:
            self._flow = self.play.live_flow()
            self.picture.children = [self._flow.widget]
        else:
            self._flow.refresh()
        chart, before = self.play.chart(), self.chart.children
        self.chart.children = [] if chart is None else [chart.widget]
        for widget in before:
            widget.close()
        self.answer.value = _lines(self.account().answer_html()) if self.play.triggered else ""

    def account(self) -> Account:
        """What happened so far."""
        return self.play.account()

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        """The live panel, and beside it a face that needs no kernel."""
        live = super()._repr_mimebundle_(**options) or {}
        account = self.account()
        pictures = [
            picture.html() for picture in (self.play.flow(), self.play.chart()) if picture is not None
        ]
        return {**live, "text/html": face_html(account, pictures), "text/plain": face_text(account)}

    def __repr__(self) -> str:
        return f"<panel of {self.scenario.name}>"


def _status(text: str) -> str:
    return _lines(f'<div role="status" aria-live="polite">{escape(text)}</div>')


def _lines(html: str) -> str:
    """Text as close as text is; ipywidgets gives each line the height of a button."""
    return f'<div style="line-height:1.4">{html}</div>'
