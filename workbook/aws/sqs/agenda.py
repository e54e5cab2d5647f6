"""Things that will happen at known instants, each of which may still be called off.

A heap finds the next one in O(log n). Calling one off marks its entry instead of searching for it; entries
called off are swept out once they outnumber the others, so the heap stays about as large as its contents and
every operation O(log n) amortised.

An appointment is a list `[due, number, item]`, because the heap compares it some ten times and lists compare
in C; the number is different in each, so a comparison never gets as far as the item.
"""

from __future__ import annotations

import heapq
from typing import Any, Generic, TypeVar, cast

Item = TypeVar("Item")

_DUE, _NUMBER, _ITEM = range(3)


class Appointment(list[Any], Generic[Item]):
    """An item and the instant at which it is due; without item once it is over or called off."""

    __slots__ = ()

    @property
    def due(self) -> int:
        """The instant, in whatever unit the agenda counts."""
        return cast("int", self[_DUE])


class Agenda(Generic[Item]):
    """Appointments in the order in which they fall due; equal instants in the order of booking."""

    __slots__ = ("_heap", "_live", "_number")

    def __init__(self) -> None:
        self._heap: list[Appointment[Item]] = []
        self._live = 0
        self._number = 0

    def __len__(self) -> int:
        return self._live

    def book(self, due: int, item: Item) -> Appointment[Item]:
        """Note `item` for the instant `due`."""
        self._number += 1
        appointment: Appointment[Item] = Appointment((due, self._number, item))
        heapq.heappush(self._heap, appointment)
        self._live += 1
        return appointment

    def cancel(self, appointment: Appointment[Item]) -> None:
        """Call an appointment off; one that is over or called off already stays so."""
        if appointment[_ITEM] is None:
            return
        appointment[_ITEM] = None
        self._live -= 1
        if len(self._heap) > 2 * self._live + 32:
            self._sweep()

    def next_due(self) -> int | None:
        """The instant of the next appointment, or None when there is none."""
        heap = self._heap
        while heap:
            first = heap[0]
            if first[_ITEM] is not None:
                return cast("int", first[_DUE])
            heapq.heappop(heap)
        return None

    def pop(self) -> Item:
        """Take the next item off the agenda.

        Raises:
            IndexError: there is none.
        """
        while True:
            appointment = heapq.heappop(self._heap)
            item = appointment[_ITEM]
            if item is not None:
                appointment[_ITEM] = None
                self._live -= 1
                return cast("Item", item)

    def peek(self) -> Item | None:
        """The item that is due next, which stays on the agenda; None when there is none."""
        return None if self.next_due() is None else cast("Item", self._heap[0][_ITEM])

    def clear(self) -> None:
        """Call everything off."""
        for appointment in self._heap:
            appointment[_ITEM] = None
        self._heap.clear()
        self._live = 0

    def _sweep(self) -> None:
        self._heap = [appointment for appointment in self._heap if appointment[_ITEM] is not None]
        heapq.heapify(self._heap)
