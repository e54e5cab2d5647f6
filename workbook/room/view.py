"""The room as a page: a grid of learners and exercises, who is stuck, what is common, what was shared.

The kernel sends the whole of it as one text whenever it has changed, and the browser changes what differs, in
place: whoever reads a row, or has a cell in focus, keeps it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import anywidget
import traitlets

from workbook.room.face import LEGEND, MOST_COMMON, NOBODY
from workbook.room.overview import Cell, Common, Overview, Standing
from workbook.teaching.progress.summary import title_of

HERE = Path(__file__).parent
Look = Callable[[str, int], None]


class RoomView(anywidget.AnyWidget):
    """Shows an overview.

    Args:
        look: called with a learner's key and a number when somebody wants to see what was shared.
    """

    _esm = HERE / "view.js"
    _css = HERE / "view.css"
    state = traitlets.Unicode().tag(sync=True)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.on_msg(self._hear)

    def show(self, overview: Overview, place: str) -> None:
        """Show another state of the room; the same again sends nothing."""
        self.state = state_json(overview, place)

    def _hear(self, _widget: object, content: object, _buffers: object) -> None:
        if isinstance(content, dict) and isinstance(content.get("look"), list):
            learner, number = content["look"]
            self._look(str(learner), int(number))

    def __repr__(self) -> str:
        return "<the room>"  # nobody's name goes into a saved notebook


def state_json(overview: Overview, place: str) -> str:
    """What the browser shows, as JSON: texts only, which it never takes for HTML."""
    state = {
        "words": overview.words if overview.learners else NOBODY.format(place=place),
        "legend": LEGEND,
        "exercises": [
            {"id": each.id, "about": f"{each.title} ({title_of(each.lesson)})"} for each in overview.exercises
        ],
        "begun": overview.begun,
        "learners": [_learner(each) for each in overview.learners],
        "stuck": [{"name": f"{one.name}, {one.exercise}", "words": one.words} for one in overview.stuck],
        "common": [_common(one) for one in overview.common[:MOST_COMMON]],
        "shared": [
            {"key": [learner.key, each.number], "name": learner.name, "title": each.title}
            for learner in overview.learners
            for each in learner.shared
        ],
        "problems": overview.problems,
    }
    return json.dumps(state, ensure_ascii=False, separators=(",", ":"))


def _learner(learner: Standing) -> dict[str, object]:
    return {
        "key": learner.key,
        "name": learner.name,
        "solved": learner.solved,
        "last": _ago(learner.minutes),
        "cells": [_cell(cell) if cell.tried.tries else None for cell in learner.cells],
    }


def _cell(cell: Cell) -> dict[str, str]:
    known = f"; recognised: {', '.join(cell.tried.mistakes)}" if cell.tried.mistakes else ""
    kind = "solved" if cell.tried.solved else "stuck" if cell.stuck else "tried"
    return {"kind": kind, "sign": cell.sign, "words": f"{cell.words}{known}"}


def _common(one: Common) -> dict[str, str]:
    learners = "1 learner" if one.learners == 1 else f"{one.learners} learners"
    times = "once" if one.times == 1 else f"{one.times} times"
    return {"name": f"{one.exercise}, {one.id}", "count": f"{learners}, {times}", "message": one.message}


def _ago(minutes: int | None) -> str:
    if minutes is None:
        return "no try yet"
    return "now" if not minutes else f"{minutes} min ago"
