"""The banner in a live notebook: the verdict, a button for the next hint, and one for the solution.

Hints come one at a time, easiest first, and stay. The solution is behind a button that says what it shows;
nothing else gives it away. JupyterLab itself renders the texts, so code in them looks like code.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import ipywidgets

from workbook.flow.keyguard import KeyGuard
from workbook.teaching.catalogue import find_exercise
from workbook.teaching.contract import Exercise
from workbook.teaching.hints import solution_text
from workbook.teaching.progress import book
from workbook.teaching.texts import Texts, texts_of
from workbook.teaching.verdict import Verdict
from workbook.teaching.verdict_html import verdict_html

_FULL_WIDTH = {"width": "100%"}
_WITHIN = {"width": "auto"}
"""As wide as there is room beside the margins; 100 % would be those wider, and cut a word at the right."""


class Banner(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A verdict with the help that there is."""

    def __init__(self, verdict: Verdict) -> None:
        shown = ipywidgets.HTML(page(verdict_html(verdict)), layout=_WITHIN)
        super().__init__([shown, *_help_for(verdict), KeyGuard()], layout=_FULL_WIDTH)

    def __repr__(self) -> str:
        return "<a verdict, with its hints>"  # without an address, so that it is the same in each run


def _help_for(verdict: Verdict) -> list[ipywidgets.Widget]:
    """The buttons; none where the authors have written nothing yet."""
    try:
        exercise = find_exercise(verdict.exercise)
        return [HelpButtons(exercise, texts_of(exercise), passed=verdict.passed)]
    except LookupError:
        return []


class HelpButtons(ipywidgets.VBox):  # type: ignore[misc]  # as above
    """The next hint, and the solution with its explanation.

    Args:
        exercise: Which one.
        texts: What its authors wrote.
        passed: Whether the answer was right; then there are no hints.
    """

    def __init__(self, exercise: Exercise, texts: Texts, *, passed: bool) -> None:
        self._exercise = exercise
        self._hints = () if passed else texts.hints
        self._shown = 0
        self._seen = book().exercise(exercise.id).hints
        self._offer = "Compare with the solution" if passed else "Show the solution"
        self.next_hint = _button("", "The next hint, the easiest first", self.show_hint)
        self.solution = _button(self._offer, "The solution, and why it is right", self.show_solution)
        self.said = ipywidgets.HTML(layout=_FULL_WIDTH)
        self.hints = ipywidgets.VBox(layout=_FULL_WIDTH)
        self.solved = ipywidgets.VBox(layout=_FULL_WIDTH)
        buttons = ipywidgets.HBox([self.next_hint, self.solution], layout={"flex_flow": "row wrap"})
        self._name_hint()
        super().__init__([buttons, self.said, self.hints, self.solved], layout=_FULL_WIDTH)

    def show_hint(self) -> None:
        """Show the next hint below those that are there, and with it those seen after earlier checks."""
        if self._shown == len(self._hints):
            return
        self._shown = self._next
        self.hints.children = tuple(map(self._numbered, range(1, self._shown + 1)))
        self._say(f"Hint {self._shown} of {len(self._hints)} is below.")
        self._name_hint()
        book().record_hint(self._exercise.id, self._shown)

    def show_solution(self) -> None:
        """Show the solution and its explanation; hide them when they are there."""
        is_there = bool(self.solved.children)
        self.solved.children = () if is_there else (markdown(solution_text(self._exercise)),)
        self.solution.description = self._offer if is_there else "Hide the solution"
        self._say("" if is_there else "The solution is below, with its explanation.")
        if not is_there:
            book().record_solution(self._exercise.id)

    @property
    def _next(self) -> int:
        """The number of the hint that the next press ends with."""
        return min(max(self._shown, self._seen) + 1, len(self._hints))

    def _numbered(self, number: int) -> ipywidgets.Output:
        return markdown(f"**Hint {number} of {len(self._hints)}.** {self._hints[number - 1]}")

    def _name_hint(self) -> None:
        left = len(self._hints) - self._shown
        self.next_hint.layout.display = "" if self._hints else "none"
        self.next_hint.disabled = not left
        self.next_hint.description = f"Hint {self._next} of {len(self._hints)}" if left else "No more hints"

    def _say(self, text: str) -> None:
        self.said.value = page(f'<div role="status" aria-live="polite">{escape(text)}</div>')


def page(html: str) -> str:
    """HTML as JupyterLab shows it in an output: its letters, its lines, its tables."""
    return f'<div class="jp-RenderedHTMLCommon" style="padding:0">{html}</div>'


def markdown(text: str) -> ipywidgets.Output:
    """A text that JupyterLab renders."""
    shown = {
        "output_type": "display_data",
        "data": {"text/markdown": text, "text/plain": text},
        "metadata": {},
    }
    return ipywidgets.Output(outputs=(shown,), layout=_FULL_WIDTH)


def _button(name: str, tip: str, action: Callable[[], None]) -> ipywidgets.Button:
    button = ipywidgets.Button(description=name, tooltip=tip, layout={"width": "auto"})
    button.on_click(lambda _: action())
    return button
