"""A button that sends along what its inputs show in the moment in which it is pressed.

JupyterLab holds back changes of a widget while the kernel is busy, and different widgets may be heard on
different threads. So a plain button can overtake the choice that was made before it was pressed, and an older
one would be judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets
import traitlets

_HERE = Path(__file__).parent
_TRAITS = ("given", "order", "index", "value")
"""What holds a choice in the browser, the first that a widget has: lists of options tell their index only."""
_TEXTS = (ipywidgets.HTML, ipywidgets.Label)
"""Their values are nobody's choice."""


class InputButton(anywidget.AnyWidget):
    """The button.

    Args:
        description: what stands on it.
        tooltip: what it does.
        action: is called when the inputs have what the browser shows.
        inputs: the widgets with which something is chosen.
    """

    _esm = _HERE / "input_button.js"
    description = traitlets.Unicode().tag(sync=True)
    tooltip = traitlets.Unicode().tag(sync=True)
    disabled = traitlets.Bool().tag(sync=True)
    inputs = traitlets.List(traitlets.Instance(ipywidgets.Widget)).tag(
        sync=True, **ipywidgets.widget_serialization
    )
    holders = traitlets.List(traitlets.Unicode()).tag(sync=True)
    """The trait of each input in which the browser has its choice."""

    def __init__(
        self,
        description: str,
        tooltip: str,
        action: Callable[[], object],
        inputs: Iterable[ipywidgets.Widget] = (),
    ) -> None:
        super().__init__(description=description, tooltip=tooltip, layout={"width": "auto", "margin": "2px"})
        self._action = action
        self.look_at(inputs)
        self.on_msg(lambda _button, content, _buffers: self._press(content["shown"]))

    def look_at(self, inputs: Iterable[ipywidgets.Widget]) -> None:
        """From now on, send along what these show."""
        self.inputs = list(inputs)
        self.holders = [_trait_of(each) for each in self.inputs]

    def click(self) -> None:
        """Press it, as the browser does."""
        self._action()

    def _press(self, shown: list[tuple[str, Any]]) -> None:
        """What is shown comes by the input's id: a second press may still tell of inputs that are gone."""
        values = dict(shown)
        for each, trait in zip(self.inputs, self.holders, strict=True):
            if each.model_id in values:
                setattr(each, trait, values[each.model_id])
        self._action()

    def __repr__(self) -> str:
        return f"InputButton({self.description!r})"  # anywidget's holds an address


def inputs_in(widgets: Iterable[ipywidgets.Widget]) -> Iterator[ipywidgets.Widget]:
    """Those of the widgets, and of what is in them, with which something is chosen."""
    for each in widgets:
        yield from inputs_in(getattr(each, "children", ()))
        if not isinstance(each, _TEXTS) and any(each.has_trait(name) for name in _TRAITS):
            yield each


def _trait_of(widget: ipywidgets.Widget) -> str:
    return next(name for name in _TRAITS if widget.has_trait(name))
