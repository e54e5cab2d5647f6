"""A trace that has forgotten its beginning, as pictures can draw it: whole stories only.

    forgotten │ kept
    send ──── │ ──> receive ──> delete          left out: it began in what is forgotten
              │ send ──> receive ──> delete     shown

A picture follows each hop to its causes, and asks of each resource how it was set. So of what is kept, only
hops
are shown all of whose causes are kept, too; and before them the last word on each resource that still exists.
They are numbered anew, for pictures find a hop by its number. Counts and seconds start where the lab did.
"""

from __future__ import annotations

from workbook.engine.hop import Hop
from workbook.engine.trace import Trace

_GO_ON = frozenset(
    {"receive", "hide", "delay", "return", "delete", "expire", "purge", "move", "dead-letter", "duplicate"}
)
"""What happens to messages that are there already."""


def whole_stories(trace: Trace) -> Trace:
    """The trace itself where nothing of it is forgotten; else a new one of the stories that are whole."""
    if not trace.forgotten:
        return trace
    shown = _Shown(trace[0])
    for hop in trace.standing:
        shown.add(hop._replace(causes=()))
    for hop in trace:
        if shown.knows_beginning_of(hop):
            shown.add(hop)
    return Trace.made_of(shown.hops)


class _Shown:
    """The hops that are shown, and by what numbers."""

    def __init__(self, first: Hop) -> None:
        self.hops = [first]
        self._numbers: dict[int, int] = {}
        self._messages: set[str] = set()

    def knows_beginning_of(self, hop: Hop) -> bool:
        if not all(cause in self._numbers for cause in hop.causes):
            return False
        return hop.message is None or hop.message in self._messages or hop.kind not in _GO_ON

    def add(self, hop: Hop) -> None:
        number = self._numbers[hop.number] = len(self.hops) + 1
        self.hops.append(
            hop._replace(number=number, causes=tuple(map(self._numbers.__getitem__, hop.causes)))
        )
        if hop.message is not None:
            self._messages.add(hop.message)


def told_of(trace: Trace) -> str:
    """What a picture says of hops that are forgotten; nothing where none are."""
    if not trace.forgotten:
        return ""
    return f"the first {trace.forgotten:,} hops are forgotten, and what began in them is left out"


def joined(*words: str) -> str:
    """Captions, as one; those that say nothing are left out."""
    return "; ".join(filter(None, words))


def sentence(words: str) -> str:
    """Words as a sentence of their own."""
    return f"{words[0].upper()}{words[1:]}." if words else ""
