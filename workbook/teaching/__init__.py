"""Exercises, their checks, a quiz and a learner's progress.

from workbook.teaching import check
check("dlq-1")                  # judges the function of this notebook that the task asks for
hint("dlq-1")                   # the easiest; hint("dlq-1", 2) is the next
solution("dlq-1")               # with the reason
choose("vt-1")                  # a panel, for an exercise that asks for settings
arrange(...), mark(...)         # the same for an order, and for the part that has to be mended
"""

from __future__ import annotations

import importlib

_PLACES = {
    "arrange": "arranging",
    "check": "checking",
    "choose": "choosing",
    "exercise": "checking",
    "hint": "hints",
    "mark": "marking",
    "solution": "hints",
}
__all__ = ["arrange", "check", "choose", "exercise", "hint", "mark", "solution"]


def __getattr__(name: str) -> object:
    if name in _PLACES:
        return getattr(importlib.import_module(f"{__name__}.{_PLACES[name]}"), name)
    message = f"module {__name__!r} has no attribute {name!r}; it offers {', '.join(__all__)}"
    raise AttributeError(message)
