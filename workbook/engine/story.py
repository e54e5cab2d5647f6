"""Hops to be read: as lines of text, as a table in a notebook, as a graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from workbook.engine.facts import CONTENT, facts_text, seconds_since
from workbook.engine.hop import Hop
from workbook.engine.naming import short_id, short_name
from workbook.engine.readable import Readable
from workbook.engine.tables import html_table

if TYPE_CHECKING:
    import networkx

__all__ = ["CONTENT", "Story", "short_name"]


class Story(Readable):
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

    @property
    def _reading(self) -> tuple[Sequence[Hop], int]:
        return self.hops, self._start

    def text(self) -> str:
        """One line a hop: its number, when, what, where, and after `<-` the hops that caused it."""
        return "\n".join(self._line(hop) for hop in self.hops)

    def graph(self) -> networkx.DiGraph[int]:
        """A graph from cause to effect: nodes are hop numbers, with the hop as attribute `hop`."""
        import networkx  # noqa: PLC0415 - 0.1 s that a lesson without graphs need not pay

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
        message = short_id(hop.message or "")
        where = short_name(hop.resource)
        seconds = f"{seconds_since(self._start, hop.time):.3f}"
        facts = facts_text(hop, self._start)
        return [f"#{hop.number}", seconds, hop.kind, where, message, hop.outcome, facts, causes]

    def _line(self, hop: Hop) -> str:
        message = f"  message {short_id(hop.message)}" if hop.message else ""
        outcome = "" if hop.outcome == "ok" else f"  {hop.outcome}"
        seconds = f"{seconds_since(self._start, hop.time):.3f}"
        shown = facts_text(hop, self._start)
        facts = f"  ({shown})" if shown else ""
        causes = f"  <- {', '.join(f'#{cause}' for cause in hop.causes)}" if hop.causes else ""
        what = f"{hop.kind:<11} {short_name(hop.resource)}"
        return f"#{hop.number:<4} {seconds:>11} s  {what}{message}{outcome}{facts}{causes}"
