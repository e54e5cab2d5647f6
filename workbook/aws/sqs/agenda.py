"""Things that will happen at known instants, each of which may still be called off.

A heap finds the next one in O(log n).  Calling one off marks its entry instead of searching for it;
entries called off are swept out once they outnumber the others, so the heap never grows beyond
twice its contents, and every operation stays O(log n) amortised.
"""

from __future__ import annotations

import heapq
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Appointment(Generic[Item]):
    """An item and the instant at which it is due (microseconds)."""

    __slots__ = ("due", "item", "number")

    def __init__(self, due: int, number: int, item: Item) -> None:
        self.due = due
        self.number = number
        self.item: Item | None = item


class Agenda(Generic[Item]):
    """Appointments in the order in which they fall due; equal instants in the order of booking."""

    __slots__ = ("_heap", "_live", "_number")

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Appointment[Item]]] = []
        self._live = 0
        self._number = 0

    def __len__(self) -> int:
        return self._live

    def book(self, due: int, item: Item) -> Appointment[Item]:
        """Note `item` for the instant `due`."""
        self._number += 1
        appointment = Appointment(due, self._number, item)
        heapq.heappush(self._heap, (due, self._number, appointment))
        self._live += 1
        return appointment

    def cancel(self, appointment: Appointment[Item]) -> None:
        """Call an appointment off; one that is over or called off already stays so."""
        if appointment.item is None:
            return
        appointment.item = None
        self._live -= 1
        if len(self._heap) > 2 * self._live + 32:
            self._sweep()

    def next_due(self) -> int | None:
        """The instant of the next appointment, or None when there is none."""
        heap = self._heap
        while heap and heap[0][2].item is None:
            heapq.heappop(heap)
        return heap[0][0] if heap else None

    def pop(self) -> Item:
        """Take the next item off the agenda.  IndexError when there is none."""
        while True:
            appointment = heapq.heappop(self._heap)[2]
            item = appointment.item
            if item is not None:
                appointment.item = None
                self._live -= 1
                return item

    def peek(self) -> Item | None:
        """The item that is due next, which stays on the agenda; None when there is none."""
        return None if self.next_due() is None else self._heap[0][2].item

    def clear(self) -> None:
        """Call everything off."""
        for _, _, appointment in self._heap:
            appointment.item = None
        self._heap.clear()
        self._live = 0

    def _sweep(self) -> None:
        self._heap = [entry for entry in self._heap if entry[2].item is not None]
        heapq.heapify(self._heap)
