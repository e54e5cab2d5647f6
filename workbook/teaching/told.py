"""Who is told of each verdict: nobody, unless a learner has joined a room.

Rooms stand above teaching, which therefore cannot call them; whoever wants to hear adds a listener here. What
a listener does never stops the learner: an error of its becomes a warning.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

from workbook.teaching.verdict import Verdict

Listener = Callable[[Verdict], None]
_listeners: list[Listener] = []
_NOT_ANSWERED = frozenset({"empty", "form"})


def add(listener: Listener) -> None:
    """Let `listener` be told of each verdict from now on, once however often it is added."""
    if listener not in _listeners:
        _listeners.append(listener)


def remove(listener: Listener) -> None:
    """Let it be told no more; one that was never added is no error."""
    if listener in _listeners:
        _listeners.remove(listener)


def tell(verdict: Verdict) -> None:
    """Tell all listeners, unless nothing was answered, or nothing that was asked for: that is no try."""
    if verdict.error is not None and verdict.error.kind in _NOT_ANSWERED:
        return
    for listener in tuple(_listeners):
        try:
            listener(verdict)
        except Exception as error:  # noqa: BLE001 - the learner's verdict is what matters
            warnings.warn(f"{type(error).__name__}: {error}", UserWarning, stacklevel=2)
