"""Exercises, their checks, a quiz and a learner's progress.

from workbook.teaching import check
check("dlq-1")                  # judges the function of this notebook that the task asks for
"""

from __future__ import annotations

import importlib

_PLACES = {
    "check": "checking",
    "exercise": "checking",
    "hint": "hints",
    "solution": "hints",
}
__all__ = ["check", "exercise", "hint", "solution"]


def __getattr__(name: str) -> object:
    if name in _PLACES:
        return getattr(importlib.import_module(f"{__name__}.{_PLACES[name]}"), name)
    message = f"module {__name__!r} has no attribute {name!r}; it offers {', '.join(__all__)}"
    raise AttributeError(message)
