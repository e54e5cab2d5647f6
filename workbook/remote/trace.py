"""The trace of a lab that is somewhere else, fetched page by page, and what was completed since."""

from __future__ import annotations

import threading

from workbook.engine.clock import Clock
from workbook.engine.exports import hop_of
from workbook.engine.hop import Hop
from workbook.engine.trace import Trace
from workbook.remote.connection import Connection, Json


class FetchedTrace(Trace):
    """As much of a trace as was fetched; `fetch` brings it up to date.

    All that reads a trace reads this one: filters, stories, tables, pictures.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__(Clock(0))
        self.now = 0
        """AWS's time when it was last fetched, in microseconds."""
        self._connection = connection
        self._amendments = 0
        self._standing: list[Hop] = []
        self._one_at_a_time = threading.Lock()

    def fetch(self) -> bool:
        """Bring it up to date; whether anything has changed, be it only the time."""
        with self._one_at_a_time:
            before = self.now, len(self), self._amendments
            page = self._page()
            if not self._goes_on_with(page):
                self._forget_all()
                page = self._page()
            self._take(page)
            while len(self) < page["last"]:
                page = self._page()
                self._take(page)
        return before != (self.now, len(self), self._amendments)

    @property
    def standing(self) -> list[Hop]:
        """Of what the server has forgotten, the last hop that set each resource, in order."""
        return list(self._standing)

    def _page(self) -> Json:
        """The next page, with the last hop that is here: by it one sees whether it is the same lab still."""
        after = max(0, len(self) - 1)
        return self._connection.get("/trace", after=after, amended_after=self._amendments)

    def _goes_on_with(self, page: Json) -> bool:
        """Whether a page belongs behind what is here; not if the lab began anew, or forgot some."""
        if not len(self):
            return True
        if page["oldest"] > len(self) or page["amendments"] < self._amendments or not page["hops"]:
            return False
        ours, theirs = self[-1], hop_of(page["hops"][0])
        return (ours.number, ours.time, ours.kind, ours.resource, ours.message) == (
            theirs.number,
            theirs.time,
            theirs.kind,
            theirs.resource,
            theirs.message,
        )

    def _take(self, page: Json) -> None:
        if not len(self):
            self._forgotten = page["oldest"] - 1
            self._begin = page["start"]
            self._standing = [hop_of(record) for record in page["standing"]]
        for record in [*page["amended"], *page["hops"]]:
            self._put(hop_of(record))
        self._amendments = page["amendments"]
        self.now = page["now"]

    def _put(self, hop: Hop) -> None:
        place = hop.number - 1 - self._forgotten
        if place == len(self._hops):
            self._hops.append(hop)
            if hop.message is not None:
                self._last_of[hop.message] = hop.number
        elif place >= 0:
            self._hops[place] = hop

    def _forget_all(self) -> None:
        self._hops.clear()
        self._last_of.clear()
        self._standing.clear()
        self._forgotten = self._amendments = 0
        self._begin = None
