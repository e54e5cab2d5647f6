"""What a trace and a story have in common: they can be read as a frame and saved as a file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbook.engine import exports
from workbook.engine.frames import frame_of
from workbook.engine.hop import Hop
from workbook.engine.selection import MessageName, Moment, Names, select

if TYPE_CHECKING:
    import pandas


class Readable(ABC):
    """Hops that can be chosen, tabulated and saved."""

    @property
    @abstractmethod
    def _reading(self) -> tuple[Sequence[Hop], int]:
        """The hops, and the instant from which seconds count."""

    def frame(
        self,
        *,
        kind: Names | None = None,
        resource: Names | None = None,
        message: MessageName | Iterable[MessageName] | None = None,
        outcome: Names | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
        content: bool = False,
    ) -> pandas.DataFrame:
        """A DataFrame with one row a hop, indexed by its number: all hops, or those that all filters choose.

            lab.trace.frame(resource="orders", outcome="failed", since=30)

        Columns: time (UTC timestamp), seconds (since the lab's first hop), kind, resource (short name),
        message (id), outcome, size (bytes), causes (numbers), facts (text).

        Args:
            kind: What happened: "send", or a list such as ["send", "receive"].
            resource: Where, by its short name ("orders", "sqs:SendMessage") or ARN; or a list.
            message: A response of boto3 with a MessageId, an id, or the beginning of one; or a list. It
                chooses hops about the message itself; `lab.trace.of(message)` also has what led to them.
            outcome: "ok", an error's code, "failed" for whatever went wrong; or a list.
            since: From this moment on: seconds or a timedelta since the first hop, or a datetime (UTC).
            until: Up to this moment, itself included; as `since`.
            content: Also show what messages and resources hold, in columns attributes, body and settings.

        Raises:
            LookupError: no hop has such a kind, resource, message or outcome; the text lists those there are.
            TypeError: a filter is of a type that it cannot be.
            ValueError: `since` lies after `until`.
        """
        hops, start = self._reading
        chosen = select(
            hops,
            start,
            kind=kind,
            resource=resource,
            message=message,
            outcome=outcome,
            since=since,
            until=until,
        )
        return frame_of(chosen, start, content=content)

    def csv(self, *, content: bool = False) -> str:
        """The hops as comma-separated values; with what messages and resources hold if `content` says so."""
        return exports.csv_text(self._reading[0], content=content)

    def json(self) -> str:
        """The hops with all their facts, as JSON."""
        return exports.json_text(self._reading[0])

    def otlp(self) -> str:
        """The hops as spans of OpenTelemetry (OTLP in JSON), for a tracing tool."""
        return exports.text_of(self._reading[0], ".otlp.json")

    def save(self, path: str | Path) -> Path:
        """Write the hops into a file: "trace.csv", "trace.json" or "trace.otlp.json"; the ending says which.

        Returns its path. An older file of that name is replaced.

        Raises:
            ValueError: the ending is of no format; the text lists those there are.
            OSError: the path is a folder, or its folder does not exist.
        """
        return exports.save(self._reading[0], path)
