"""An exhibit as a widget: a flow that plays, a scenario's panel, or a text."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets

from workbook.room.exhibits import Exhibit, ExhibitError, RunShown, ScenarioShown

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbook.scenarios.framework.panel import Panel

FULL_WIDTH = {"width": "100%"}
ROW = {"flex_flow": "row wrap", "align_items": "center"}


def button(name: str, tip: str, action: Callable[[], None]) -> ipywidgets.Button:
    """A button as wide as its name."""
    made = ipywidgets.Button(description=name, tooltip=tip, layout={"width": "auto"})
    made.on_click(lambda _: action())
    return made


def status(text: str) -> str:
    """A sentence that screen readers read out when it changes; empty for none."""
    return f'<div role="status" aria-live="polite">{escape(text)}</div>' if text else ""


def close_lines(html: str) -> str:
    """Text with lines as close as those of text; ipywidgets gives each the height of a button."""
    return f'<div style="line-height:1.4">{html}</div>'


def widget_of(exhibit: Exhibit, *, run: bool) -> ipywidgets.Widget:
    """What shows an exhibit.

    Args:
        exhibit: what to show.
        run: whether a scenario shall run at once, with its picture; otherwise it is only described.

    Raises:
        ExhibitError: a run cannot be drawn.
        LabError: a scenario is to run, and a lab is open in this notebook.
    """
    if isinstance(exhibit, RunShown):
        head = ipywidgets.HTML(f"<b>{escape(exhibit.title)}</b>", layout=FULL_WIDTH)
        return ipywidgets.VBox([head, _live(exhibit)], layout=FULL_WIDTH)
    if isinstance(exhibit, ScenarioShown) and run:
        return panel_of(exhibit, run=True)
    return ipywidgets.HTML(close_lines(exhibit.html()), layout=FULL_WIDTH)


def _live(run: RunShown) -> ipywidgets.Widget:
    try:
        return run.flow().widget
    except ExhibitError:
        raise
    except Exception as error:  # as in RunShown.flow: what the facts of hops break is found only here
        message = f"this run cannot be played: {type(error).__name__}"
        raise ExhibitError(message) from error


def panel_of(exhibit: ScenarioShown, *, run: bool) -> Panel:
    """The panel of a scenario, in a lab of its own.

    Args:
        exhibit: the scenario and its settings.
        run: whether it shall run at once.

    Raises:
        LabError: a lab is open in this notebook.
    """
    settings: dict[str, Any] = dict(exhibit.settings)
    return exhibit.scenario.panel(run=run, **settings)


def replace(box: ipywidgets.VBox, *widgets: ipywidgets.Widget) -> None:
    """Put widgets into a box, in the place of those in it, of which nothing stays behind."""
    before = box.children
    box.children = widgets
    for each in before:
        _close(each)


def _close(widget: ipywidgets.Widget) -> None:
    """Forget a widget with all that belongs to it: ipywidgets would keep each part for ever."""
    parts = [getattr(widget, name, None) for name in ("layout", "style")]
    for part in (*getattr(widget, "children", ()), *parts):
        if isinstance(part, ipywidgets.Widget):
            _close(part)
    widget.close()
