"""The facts of a hop, as people read them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from workbook.engine.clock import SECOND, datetime_of, instant_of
from workbook.engine.hop import Hop
from workbook.engine.naming import short_name

CONTENT = frozenset({"body", "attributes", "settings", "output", "data", "cause"})
"""Facts that say what a message or a resource holds, not what happened: shown where one asks for them."""


def written_settings(value: object) -> object:
    """Settings as a hop keeps them: a copy that is JSON, dates and times being ISO 8601 in UTC.

    A time without a time zone is UTC, as everywhere in a lab, and not the computer's own.
    """
    if isinstance(value, Mapping):
        return {name: written_settings(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [written_settings(one) for one in value]
    if isinstance(value, datetime.datetime):
        return datetime_of(instant_of(value)).isoformat().replace("+00:00", "Z")
    return value


def seconds_since(start: int, instant: int) -> float:
    """From one instant to another (microseconds), in seconds."""
    return (instant - start) / SECOND


def facts_text(hop: Hop, start: int) -> str:
    """Facts by name, short, without content.

    One whose name ends in "_at" is an instant; it is shown in seconds from `start`.
    """
    return ", ".join(
        f"{name.replace('_', ' ')} {_shown(name, value, start)}"
        for name, value in hop.facts.items()
        if name not in CONTENT
    )


def _shown(name: str, value: object, start: int) -> str:
    if name.endswith("_at") and isinstance(value, int):
        return f"{seconds_since(start, value):.3f} s"
    return short_name(str(value))
