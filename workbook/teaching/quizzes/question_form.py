"""The controls with which a question is answered, made of a browser's own: fieldset, radio, select, input.

Those of ipywidgets cut long texts and have no group that a screen reader would name. An order has a list of
its own, whose lines are moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import anywidget
import traitlets

from workbook.teaching.arranger import Arranger
from workbook.teaching.quizzes.kinds import Choice, Kind, Matching, Number, Option, Order

_HERE = Path(__file__).parent


class QuestionForm(anywidget.AnyWidget):
    """Choices, selections or a number.

    Args:
        asks: what is asked for.
        options: in the order in which they are shown.
    """

    _esm = _HERE / "question_form.js"
    _css = _HERE / "question_form.css"
    kind = traitlets.Unicode().tag(sync=True)
    legend = traitlets.Unicode().tag(sync=True)
    options = traitlets.List(traitlets.List(traitlets.Unicode())).tag(sync=True)
    partners = traitlets.List(traitlets.Unicode()).tag(sync=True)
    given = traitlets.Any().tag(sync=True)
    """What is chosen now, as `Kind.checked` takes it; the browser may hold it back for a moment."""
    takes_focus = traitlets.Bool().tag(sync=True)
    """Whether it asks for the keyboard when it appears: after the first question, where one goes on."""

    def __init__(self, asks: Kind, options: Sequence[Option], given: object = None) -> None:
        kind, empty = _kind(asks)
        super().__init__(
            kind=kind,
            legend=f"{asks.form[0].upper()}{asks.form[1:]}.",
            options=[[option.id, option.text] for option in options],
            partners=asks.partners if isinstance(asks, Matching) else [],
            given=empty if given is None else given,
        )

    def __repr__(self) -> str:
        return "QuestionForm()"  # anywidget's holds an address, which is another in every run


def _kind(asks: Kind) -> tuple[str, object]:
    """How it is shown, and what is given before anything was chosen."""
    if isinstance(asks, Choice):
        return ("multiple" if asks.several else "single"), []
    return ("numeric", "") if isinstance(asks, Number) else ("matching", {})


Form = QuestionForm | Arranger


def form_for(asks: Kind, options: Sequence[Option], given: object = None) -> Form:
    """The controls for a question; `given` is what was chosen before, if it was shown already."""
    if not isinstance(asks, Order):
        return QuestionForm(asks, options, given)
    texts = {option.id: option.text for option in options}
    order = [str(each) for each in given] if isinstance(given, list) else list(texts)
    return Arranger([(name, texts[name]) for name in order], label="What happens first stands on top")


def given_in(form: Form) -> object:
    """What is chosen now."""
    return list(form.order) if isinstance(form, Arranger) else form.given
