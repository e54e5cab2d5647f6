"""Hops as a pandas DataFrame: one row a hop, in columns that can be read, sorted and summed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbook.engine.clock import datetime_of
from workbook.engine.facts import CONTENT, facts_text, seconds_since
from workbook.engine.hop import Hop
from workbook.engine.naming import short_name

if TYPE_CHECKING:
    import pandas

_COLUMNS = ["time", "seconds", "kind", "resource", "message", "outcome", "size", "causes", "facts"]
_CONTENT = ["attributes", "body", "settings"]
"""Content that has a column in each frame with content; the rest of it has one where there is any."""


def frame_of(hops: Sequence[Hop], start: int, *, content: bool) -> pandas.DataFrame:
    """The frame that `Readable.frame` describes; seconds count from the instant `start`."""
    import pandas  # noqa: PLC0415 - 0.3 s that a lesson without tables need not pay

    asked = _contents(hops) if content else []
    columns = [*_COLUMNS, *asked]
    rows = [[*_row(hop, start), *(hop.facts.get(name) for name in asked)] for hop in hops]
    return pandas.DataFrame(rows, columns=["number", *columns]).set_index("number")


def _row(hop: Hop, start: int) -> list[object]:
    return [
        hop.number,
        datetime_of(hop.time),
        seconds_since(start, hop.time),
        hop.kind,
        short_name(hop.resource),
        hop.message,
        hop.outcome,
        hop.size,
        hop.causes,
        facts_text(hop, start),
    ]


def _contents(hops: Sequence[Hop]) -> list[str]:
    more = sorted(CONTENT.difference(_CONTENT))
    return [*_CONTENT, *(name for name in more if any(name in hop.facts for hop in hops))]
