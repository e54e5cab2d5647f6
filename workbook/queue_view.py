"""Looks into a queue as nobody on AWS can: every message, visible or not, without receiving it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Protocol

from workbook.aws.sqs.message import Counts, Snapshot
from workbook.engine.clock import datetime_of
from workbook.engine.story import short_name
from workbook.engine.tables import html_table

if TYPE_CHECKING:
    import pandas

_COLUMNS = ["message", "state", "body", "receives", "sent", "available_at", "group"]


class Looked(Protocol):
    """A queue that can be looked into, here or in a server."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def closed(self) -> bool:
        """Whether it was deleted."""

    def counts(self) -> Counts:
        """How many messages are visible, in flight and delayed."""

    def contents(self) -> list[Snapshot]:
        """Every message in it, in order."""


class QueueView:
    """The contents of one queue at the moment you look; looking changes nothing.

    Of a queue that was deleted there is nothing to look into: AWS's QueueDoesNotExist is raised.
    """

    def __init__(self, queue: Looked) -> None:
        self._queue = queue

    @property
    def visible(self) -> int:
        """Messages that a consumer could receive now."""
        return self._queue.counts().visible

    @property
    def in_flight(self) -> int:
        """Messages that were received and neither deleted nor given back yet."""
        return self._queue.counts().in_flight

    @property
    def delayed(self) -> int:
        """Messages whose delay has not ended."""
        return self._queue.counts().delayed

    def __len__(self) -> int:
        return sum(self._queue.counts())

    def __repr__(self) -> str:
        if self._queue.closed:
            return f"<queue {self._queue.name}: deleted>"
        return (
            f"<queue {self._queue.name}: {self.visible} visible, {self.in_flight} in flight, "
            f"{self.delayed} delayed>"
        )

    def frame(self) -> pandas.DataFrame:
        """A DataFrame with one row a message, in order of arrival.

        Columns: message (id), state ("visible", "in flight", "delayed"), body, receives (how often it was
        received), sent and available_at (UTC; empty when visible now), group (MessageGroupId).
        """
        import pandas  # noqa: PLC0415 - 0.3 s that a lesson without tables need not pay

        frame = pandas.DataFrame([_row(snapshot) for snapshot in self._queue.contents()], columns=_COLUMNS)
        frame["sent"] = pandas.to_datetime(frame["sent"], utc=True)  # a time in an empty table, too
        return frame

    def _repr_html_(self) -> str:
        if self._queue.closed:
            return f"<p>{escape(repr(self).strip('<>'))}</p>"
        rows = [_row(snapshot) for snapshot in self._queue.contents()]
        caption = escape(repr(self).strip("<>"))
        if not rows:
            return f"<p>{caption}</p>"
        used = [place for place in range(len(_COLUMNS)) if any(row[place] is not None for row in rows)]
        head = [_COLUMNS[place].replace("_", " ") for place in used]
        cells = [[short_name(_shown(row[place])) for place in used] for row in rows]
        return f"<p>{caption}</p>{html_table(head, cells, whole='frame()')}"


def _row(snapshot: Snapshot) -> list[object]:
    available = None if snapshot.available_at is None else datetime_of(snapshot.available_at)
    return [
        snapshot.message_id,
        snapshot.state.value,
        snapshot.body,
        snapshot.receive_count,
        datetime_of(snapshot.sent),
        available,
        snapshot.group_id,
    ]


def _shown(value: object) -> str:
    if value is None:
        return ""
    text = f"{value:%H:%M:%S}" if hasattr(value, "strftime") else str(value)
    return text if len(text) <= 60 else text[:57] + "..."
