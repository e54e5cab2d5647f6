"""Which hops were completed after somebody had read them.

A hop is recorded when it begins: an invocation that takes a minute gets its outcome a minute later. Who
fetches a trace page by page has it already by then, and asks here what became of it.
"""

from __future__ import annotations


class Amended:
    """The numbers of such hops, in the order in which they were completed."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._read = 0
        self.count = 0
        """How often that happened."""

    def read(self, number: int) -> None:
        """Somebody has read the hops up to this number."""
        self._read = max(self._read, number)

    def note(self, number: int) -> None:
        """A hop was completed."""
        if number <= self._read:
            self.count += 1
            self._numbers.pop(number, None)
            self._numbers[number] = self.count

    def since(self, count: int, most: int) -> tuple[list[int], int]:
        """The numbers of the hops that were completed after the first `count` times, oldest first.

        At most `most` are told; and up to which time they are, which the next question passes as `count`.
        """
        found = []
        for number, when in reversed(self._numbers.items()):
            if when <= count:
                break
            found.append((number, when))
        told = found[::-1][:most]
        return [number for number, _ in told], told[-1][1] if len(told) < len(found) else self.count

    def forget(self, until: int) -> None:
        """Hops up to this number are kept no longer."""
        self._numbers = {number: when for number, when in self._numbers.items() if number > until}
