"""Patterns for dates and times, as Java's DateTimeFormatter reads them: yyyy/MM/dd/HH.

A run of one letter is a field, and how long it is says how it is written; what stands in single quotes is
text, and so is everything that is no letter. Letters for which Java has other meanings (eras, week-based
years, time zones ...) are refused by name.

Source: Amazon Data Firehose Developer Guide, "Understand custom prefixes for Amazon S3 objects"; Java's
documentation of DateTimeFormatter.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator

_TOKENS = re.compile(r"'(?P<text>(?:[^']|'')*)'|(?P<field>([A-Za-z])\3*)|(?P<other>[^A-Za-z']+)")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_JAVA = frozenset("yuMLdDHhKkmsSEaAnNGQqYwWecVzOXxZBgpv")
"""Letters that mean something to Java."""


class BadPattern(ValueError):
    """What a pattern says means nothing."""


class UnknownField(BadPattern):
    """A pattern has a letter that Java knows and the lab does not."""


def check_pattern(pattern: str) -> None:
    """Let a pattern pass that can be written.

    Raises:
        UnknownField: it has a field that is not simulated.
        BadPattern: it is none.
    """
    for field in _fields(pattern):
        if field[0] not in _JAVA:
            raise BadPattern(field)
        if field[0] not in _FIELDS:
            raise UnknownField(field)


def written(pattern: str, moment: datetime.datetime) -> str:
    """`moment` as the pattern has it; the pattern has been checked."""
    parts = []
    for token in _TOKENS.finditer(pattern):
        if token["field"] is not None:
            parts.append(_FIELDS[token["field"][0]](moment, len(token["field"])))
        elif token["text"] is not None:
            parts.append(token["text"].replace("''", "'") or "'")
        else:
            parts.append(token["other"])
    return "".join(parts)


def _fields(pattern: str) -> Iterator[str]:
    position = 0
    for token in _TOKENS.finditer(pattern):
        if token.start() != position:  # a quote that is not closed
            break
        position = token.end()
        if token["field"] is not None:
            yield token["field"]
    if position != len(pattern):
        raise BadPattern(pattern[position:])


def _number(value: int, width: int) -> str:
    return f"{value:0{width}}"


def _year(moment: datetime.datetime, width: int) -> str:
    return _number(moment.year % 100 if width == 2 else moment.year, width)


def _name(names: tuple[str, ...], index: int, width: int) -> str:
    return names[index] if width == 4 else names[index][: 1 if width == 5 else 3]


def _month(moment: datetime.datetime, width: int) -> str:
    return _number(moment.month, width) if width < 3 else _name(_MONTHS, moment.month - 1, width)


def _weekday(moment: datetime.datetime, width: int) -> str:
    return _name(_DAYS, moment.weekday(), width)


def _half_day(moment: datetime.datetime, _width: int) -> str:
    return "AM" if moment.hour < 12 else "PM"


def _fraction(moment: datetime.datetime, width: int) -> str:
    return f"{moment.microsecond:06}".ljust(width, "0")[:width]


_FIELDS: dict[str, Callable[[datetime.datetime, int], str]] = {
    "y": _year,
    "u": _year,
    "M": _month,
    "L": _month,
    "d": lambda moment, width: _number(moment.day, width),
    "D": lambda moment, width: _number(moment.timetuple().tm_yday, width),
    "H": lambda moment, width: _number(moment.hour, width),
    "k": lambda moment, width: _number(moment.hour or 24, width),
    "K": lambda moment, width: _number(moment.hour % 12, width),
    "h": lambda moment, width: _number(moment.hour % 12 or 12, width),
    "m": lambda moment, width: _number(moment.minute, width),
    "s": lambda moment, width: _number(moment.second, width),
    "S": _fraction,
    "E": _weekday,
    "a": _half_day,
}
