"""Hops to be read: as lines of text, as a table in a notebook, as a DataFrame, as a graph."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from workbook.engine.clock import SECOND, datetime_of
from workbook.engine.hop import Hop
from workbook.engine.tables import html_table

if TYPE_CHECKING:
    import networkx
    import pandas

_COLUMNS = ["time", "seconds", "kind", "resource", "message", "outcome", "size", "causes", "facts"]
CONTENT = frozenset({"body", "attributes", "settings"})
"""Facts that say what a message or a resource holds, not what happened: shown where one asks for them."""
_UUID = re.compile(r"([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Story:
    """Some hops of a trace, in the order in which they happened.

    Seconds are counted from `start` (microseconds since the Unix epoch), the first hop of the whole trace.
    """

    def __init__(self, hops: Sequence[Hop], start: int) -> None:
        self.hops = list(hops)
        self._start = start

    def __len__(self) -> int:
        return len(self.hops)

    def __iter__(self) -> Iterator[Hop]:
        return iter(self.hops)

    def __repr__(self) -> str:
        return self.text()

    def text(self) -> str:
        """One line a hop: its number, when, what, where, and after `<-` the hops that caused it."""
        return "\n".join(self._line(hop) for hop in self.hops)

    def frame(self) -> pandas.DataFrame:
        """A DataFrame with one row a hop, indexed by its number.

        Columns: time (UTC timestamp), seconds (since the lab's first hop), kind, resource (short name),
        message, outcome, size (bytes), causes (numbers), facts (text).
        """
        import pandas  # noqa: PLC0415 - 0.3 s that a lesson without tables need not pay

        rows = [self._row(hop) for hop in self.hops]
        return pandas.DataFrame(rows, columns=["number", *_COLUMNS]).set_index("number")

    def graph(self) -> networkx.DiGraph[int]:
        """A graph from cause to effect: nodes are hop numbers, with the hop as attribute `hop`."""
        import networkx  # noqa: PLC0415 - as pandas above

        graph: networkx.DiGraph[int] = networkx.DiGraph()
        graph.add_nodes_from((hop.number, {"hop": hop}) for hop in self.hops)
        here = set(graph)
        graph.add_edges_from(
            (cause, hop.number) for hop in self.hops for cause in hop.causes if cause in here
        )
        return graph

    def _repr_html_(self) -> str:
        head = ("hop", "seconds", "what", "where", "message", "outcome", "more", "because of")
        return html_table(head, [self._cells(hop) for hop in self.hops], whole="frame()", prose="more")

    def _cells(self, hop: Hop) -> list[str]:
        causes = ", ".join(f"#{cause}" for cause in hop.causes)
        message = (hop.message or "")[:8]
        where = short_name(hop.resource)
        seconds = f"{self._seconds(hop.time):.3f}"
        return [f"#{hop.number}", seconds, hop.kind, where, message, hop.outcome, self._facts(hop), causes]

    def _line(self, hop: Hop) -> str:
        message = f"  message {hop.message[:8]}" if hop.message else ""
        outcome = "" if hop.outcome == "ok" else f"  {hop.outcome}"
        shown = self._facts(hop)
        facts = f"  ({shown})" if shown else ""
        causes = f"  <- {', '.join(f'#{cause}' for cause in hop.causes)}" if hop.causes else ""
        what = f"{hop.kind:<11} {short_name(hop.resource)}"
        return f"#{hop.number:<4} {self._seconds(hop.time):>11.3f} s  {what}{message}{outcome}{facts}{causes}"

    def _row(self, hop: Hop) -> list[object]:
        time, seconds = datetime_of(hop.time), self._seconds(hop.time)
        where, facts = short_name(hop.resource), self._facts(hop)
        return [
            hop.number,
            time,
            seconds,
            hop.kind,
            where,
            hop.message,
            hop.outcome,
            hop.size,
            hop.causes,
            facts,
        ]

    def _seconds(self, instant: int) -> float:
        return (instant - self._start) / SECOND

    def _facts(self, hop: Hop) -> str:
        """Facts by name, short. One whose name ends in "_at" is an instant, shown like the times of hops."""
        return ", ".join(
            f"{name.replace('_', ' ')} {self._shown(name, value)}"
            for name, value in hop.facts.items()
            if name not in CONTENT
        )

    def _shown(self, name: str, value: object) -> str:
        if name.endswith("_at") and isinstance(value, int):
            return f"{self._seconds(value):.3f} s"
        return short_name(str(value))


def short_name(name: str) -> str:
    """What people call a thing: the last part of its ARN, the beginning of its UUID."""
    last = name.rpartition(":")[2] if name.startswith("arn:") else name
    return _UUID.sub(r"\1", last)
