"""What one entry of an event pattern's array says about one value.

    "paid"        {"prefix": "us-"}        {"exists": false}

Each operator is compiled once to a small object with ``accepts(value)``, so that matching an event parses
nothing, and with ``words``, which say the same to a reader. A value is a scalar of JSON (text, number, true,
false, null); arrays and objects are taken apart by :mod:`workbook.aws.patterns.matcher`.

No regular expression is used: a wildcard is a list of literal pieces that are searched for from left to
right, which no pattern or text, however hostile, can make slow.

Sources: AWS's own matcher, published as ``aws/event-ruler`` (operators, number range); answers of
EventBridge recorded in public test suites (which values match).
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

Scalar = str | int | float | bool | None
"""A JSON value that is neither an object nor an array."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers that a service compares as numbers: their range and their digits behind the point."""

    largest: float
    decimals: int

    def holds(self, value: float) -> bool:
        """Whether a number is in the range."""
        return -self.largest <= value <= self.largest

    def rounded(self, value: float) -> float:
        """A number with the digits that count."""
        return round(value, self.decimals)


class Test(Protocol):
    """One compiled entry of a pattern's array."""

    @property
    def words(self) -> str:
        """What the entry asks of a value, in plain words: "starts with "us-""."""

    def accepts(self, value: Scalar) -> bool:
        """Whether a value that is there satisfies this entry."""


@dataclass(frozen=True, slots=True)
class Equals:
    """The value itself: text letter by letter, ``300`` also as ``300.0``, but ``1`` not as ``true``."""

    wanted: Scalar
    numbers: Numbers

    @property
    def words(self) -> str:
        """See :meth:`Test.words`."""
        return f"is {json.dumps(self.wanted, ensure_ascii=False)}"

    def accepts(self, value: Scalar) -> bool:
        """See :meth:`Test.accepts`."""
        wanted = self.wanted
        if isinstance(wanted, int | float) and not isinstance(wanted, bool):
            return self._accepts_number(wanted, value)
        return type(value) is type(wanted) and value == wanted

    def _accepts_number(self, wanted: float, value: Scalar) -> bool:
        """Beyond the range AWS compares the digits as written; equal integers are equal there too."""
        if not isinstance(value, int | float) or isinstance(value, bool):
            return False
        if self.numbers.holds(wanted) and self.numbers.holds(value):
            return self.numbers.rounded(value) == self.numbers.rounded(wanted)
        return value == wanted


@dataclass(frozen=True, slots=True)
class Exists:
    """``{"exists": true}``: any value that is there, null included."""

    words: str = "is there"

    def accepts(self, value: Scalar) -> bool:  # noqa: ARG002 - the value does not matter
        """See :meth:`Test.accepts`."""
        return True


@dataclass(frozen=True, slots=True)
class Absent:
    """``{"exists": false}``: satisfied by a field that is not there, and so by no value."""

    words: str = "is not there"

    def accepts(self, value: Scalar) -> bool:  # noqa: ARG002 - there is a value
        """See :meth:`Test.accepts`."""
        return False


@dataclass(frozen=True, slots=True)
class Text:
    """Something said of text only: a prefix, a suffix, equality without regard to case, a wildcard."""

    words: str
    says: Callable[[str], bool]

    def accepts(self, value: Scalar) -> bool:
        """See :meth:`Test.accepts`."""
        return isinstance(value, str) and self.says(value)


@dataclass(frozen=True, slots=True)
class NoneOf:
    """``anything-but``: whatever is there and satisfies none of these. A missing field never matches."""

    tests: tuple[Test, ...]

    @property
    def words(self) -> str:
        """See :meth:`Test.words`."""
        values = [test.words.removeprefix("is ") for test in self.tests if isinstance(test, Equals)]
        if len(values) == len(self.tests):
            return f"is there, and anything but {' or '.join(values)}"
        return f"is there, and none of: {'; '.join(test.words for test in self.tests)}"

    def accepts(self, value: Scalar) -> bool:
        """See :meth:`Test.accepts`."""
        return not any(test.accepts(value) for test in self.tests)


@dataclass(frozen=True, slots=True)
class Range:
    """``numeric``: a number between two ends, each of which may belong to the range or not."""

    numbers: Numbers
    bottom: float | None = None
    bottom_included: bool = True
    top: float | None = None
    top_included: bool = True

    @property
    def words(self) -> str:
        """See :meth:`Test.words`."""
        if self.bottom is not None and self.bottom == self.top:
            return f"is the number {self.bottom:g}"
        ends = []
        if self.bottom is not None:
            ends.append(f"{'at least' if self.bottom_included else 'above'} {self.bottom!r}")
        if self.top is not None:
            ends.append(f"{'at most' if self.top_included else 'below'} {self.top!r}")
        return f"is a number {' and '.join(ends)}"

    def accepts(self, value: Scalar) -> bool:
        """See :meth:`Test.accepts`."""
        if type(value) is bool or not isinstance(value, int | float) or not self.numbers.holds(value):
            return False
        number = self.numbers.rounded(value)
        if self.bottom is not None and (
            number < self.bottom or (number == self.bottom and not self.bottom_included)
        ):
            return False
        return self.top is None or number < self.top or (number == self.top and self.top_included)


@dataclass(frozen=True, slots=True)
class Network:
    """``cidr``: an IPv4 or IPv6 address in text, from the given address to the end of its network.

    Also a text that *is* an IPv6 address, which AWS compares as an address: ``::1`` is ``0:0:0:0:0:0:0:1``.
    """

    first: Address
    last: Address

    @property
    def words(self) -> str:
        """See :meth:`Test.words`."""
        if self.first == self.last:
            return f"is the address {self.first}"
        return f"is an address from {self.first} to {self.last}"

    def accepts(self, value: Scalar) -> bool:
        """See :meth:`Test.accepts`."""
        if not isinstance(value, str):
            return False
        try:
            address = ipaddress.ip_address(value)
        except ValueError:
            return False
        return address.version == self.first.version and int(self.first) <= int(address) <= int(self.last)


@dataclass(frozen=True, slots=True)
class Wildcard:
    """Literal pieces with anything between them: ``order-*-eu`` is the pieces ``order-`` and ``-eu``."""

    pieces: tuple[str, ...]

    def matches(self, text: str) -> bool:
        """Whether the pieces occur in this order, the first at the beginning and the last at the end."""
        first, *middle = self.pieces
        if not middle:
            return text == first
        *between, last = middle
        if not text.startswith(first):
            return False
        position = len(first)
        for piece in between:
            found = text.find(piece, position)
            if found < 0:
                return False
            position = found + len(piece)
        return text.endswith(last) and len(text) - len(last) >= position
