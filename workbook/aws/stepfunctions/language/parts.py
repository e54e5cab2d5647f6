"""Names for what the interpreter is made of, which has no types, and the way to its modules."""

from __future__ import annotations

import importlib
from typing import Any

Env = Any
"""The interpreter's Environment: where a program is, its stack, its variables, its place in the history."""
Part = Any
"""Any other object of the interpreter: a state, a field, a failure."""
Json = Any
"""A JSON value."""

_ASL = "moto.stepfunctions.parser.asl"


def part_of(name: str) -> Part:
    """A module of the interpreter, which is loaded."""
    return importlib.import_module(f"{_ASL}.{name}")


def event_type(name: str) -> Part:
    """A type of event, as the interpreter has it."""
    return importlib.import_module("moto.stepfunctions.parser.api").HistoryEventType(name)
