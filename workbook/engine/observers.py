"""Who wants to know that something happened, told while it happens.

Observers are held weakly: one that nobody else holds any more is told nothing and is forgotten, so a picture
in a cell that was run again costs nothing.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable


class Observers:
    """Methods that are called, without arguments, for each hop."""

    __slots__ = ("methods",)

    def __init__(self) -> None:
        self.methods: list[weakref.WeakMethod[Callable[[], None]]] = []
        """Empty when nobody watches: who records a hop looks at this and nothing else."""

    def add(self, method: Callable[[], None]) -> None:
        """Tell a bound method from now on, as long as its object lives."""
        self.methods = [*self._living(), weakref.WeakMethod(method)]

    def remove(self, method: Callable[[], None]) -> None:
        """Tell it no longer; harmless if it was not told before."""
        self.methods = [known for known in self._living() if known() != method]

    def tell(self) -> None:
        """Call every method whose object lives."""
        forgotten = False
        for known in self.methods:  # a new list whenever it changes, so calls may add and remove
            method = known()
            if method is None:
                forgotten = True
            else:
                method()
        if forgotten:
            self.methods = self._living()

    def _living(self) -> list[weakref.WeakMethod[Callable[[], None]]]:
        return [known for known in self.methods if known() is not None]
