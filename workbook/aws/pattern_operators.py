"""What one entry of an event pattern's array says about one value.

    "paid"        {"prefix": "us-"}        {"exists": false}

Each operator is compiled once to a small object with ``accepts(value)``, so that matching an event parses
nothing. A value is a scalar of JSON (text, number, true, false, null); arrays and objects are taken apart by
:mod:`workbook.aws.patterns`.

No regular expression is used: a wildcard is a list of literal pieces that are searched for from left to
right, which no pattern or text, however hostile, can make slow.

Sources: AWS's own matcher, published as ``aws/event-ruler`` (operators, error texts, number range); answers
of EventBridge recorded in public test suites (which values match, error texts).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

Scalar = str | int | float | bool | None
"""A JSON value that is neither an object nor an array."""

LARGEST_NUMBER = 5e9
"""``numeric`` compares numbers from -5e9 to 5e9 (Amazon EventBridge User Guide, "Numeric matching")."""

DECIMALS = 6
"""... to six digits right of the decimal point."""


class Test(Protocol):
    """One compiled entry of a pattern's array."""

    def accepts(self, value: Scalar) -> bool:
        """Whether a value that is there satisfies this entry."""


def is_number(value: object) -> bool:
    """Whether JSON calls this a number (Python calls ``True`` one, too)."""
    return isinstance(value, int | float) and not isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class Equals:
    """The value itself: text letter by letter, ``300`` also as ``300.0``, but ``1`` not as ``true``."""

    wanted: Scalar

    def accepts(self, value: Scalar) -> bool:
        """See :meth:`Test.accepts`."""
        if is_number(self.wanted):
            return is_number(value) and value == self.wanted
        return type(value) is type(self.wanted) and value == self.wanted


@dataclass(frozen=True, slots=True)
class Exists:
    """``{"exists": true}``: any value that is there, null included."""

    def accepts(self, value: Scalar) -> bool:  # noqa: ARG002 - the value does not matter
        """See :meth:`Test.accepts`."""
        return True


@dataclass(frozen=True, slots=True)
class Absent:
    """``{"exists": false}``: satisfied by a field that is not there, and so by no value."""

    def accepts(self, value: Scalar) -> bool:  # noqa: ARG002 - there is a value
        """See :meth:`Test.accepts`."""
        return False


@dataclass(frozen=True, slots=True)
class Text:
    """Something said of text only: a prefix, a suffix, equality without regard to case, a wildcard."""

    says: Callable[[str], bool]

    def accepts(self, value: Scalar) -> bool:
        """See :meth:`Test.accepts`."""
        return isinstance(value, str) and self.says(value)


@dataclass(frozen=True, slots=True)
class NoneOf:
    """``anything-but``: whatever is there and satisfies none of these. A missing field never matches."""

    tests: tuple[Test, ...]

    def accepts(self, value: Scalar) -> bool:
        """See :meth:`Test.accepts`."""
        return not any(test.accepts(value) for test in self.tests)


@dataclass(frozen=True, slots=True)
class Range:
    """``numeric``: a number between two ends, each of which may belong to the range or not."""

    bottom: float = -LARGEST_NUMBER
    bottom_included: bool = True
    top: float = LARGEST_NUMBER
    top_included: bool = True

    def accepts(self, value: Scalar) -> bool:
        """See :meth:`Test.accepts`."""
        if not isinstance(value, int | float) or isinstance(value, bool) or abs(value) > LARGEST_NUMBER:
            return False
        number = round(value, DECIMALS)
        above = number > self.bottom or (self.bottom_included and number == self.bottom)
        below = number < self.top or (self.top_included and number == self.top)
        return above and below


@dataclass(frozen=True, slots=True)
class Network:
    """``cidr``: an IPv4 or IPv6 address in text, from the given address to the end of its network."""

    first: ipaddress.IPv4Address | ipaddress.IPv6Address
    last: ipaddress.IPv4Address | ipaddress.IPv6Address

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
