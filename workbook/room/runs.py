"""A run as it travels: the hops of a trace as `lab.trace.json()` writes them, read back with distrust.

A picture is never sent. It is drawn anew by whoever looks, from hops of which each field was checked: so what
somebody shares can be wrong, and cannot be a program.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from workbook.engine.hop import Hop

MOST_HOPS = 3_000
_LATEST = 253_402_300_799_999_999
"""Microseconds since the Unix epoch: the end of the year 9999, after which there are no dates."""
_LONGEST = 10_000  # letters of a name
_LARGEST = 2**40  # bytes


class RunError(ValueError):
    """It is no run of a lab; the text says what is wrong with it."""


def hops_from(records: object) -> tuple[Hop, ...]:
    """The hops that were exported.

    Args:
        records: the list "hops" of an export.

    Raises:
        RunError: it is something else, or more than `MOST_HOPS`.
    """
    if not isinstance(records, list) or len(records) > MOST_HOPS:
        message = f"a run is a list of at most {MOST_HOPS:,} hops"
        raise RunError(message)
    _require_plain(records)
    hops = tuple(_hop(record, place) for place, record in enumerate(records, start=1))
    if any(later.time < earlier.time for earlier, later in pairwise(hops)):
        message = "its hops are not in the order of time"
        raise RunError(message)
    return hops


def _require_plain(records: object) -> None:
    """What Python's reader of JSON takes and no browser does: no numbers, and halves of letters."""
    try:
        json.dumps(records, ensure_ascii=False, allow_nan=False).encode()
    except ValueError as error:
        message = "there are numbers or letters in it that are none"
        raise RunError(message) from error


def instant_from(value: object) -> int:
    """An instant in microseconds since the Unix epoch.

    Raises:
        RunError: it is none, or after the year 9999.
    """
    if type(value) is not int or not 0 <= value <= _LATEST:
        message = "a time is no whole number of microseconds"
        raise RunError(message)
    return value


def _hop(record: Any, place: int) -> Hop:  # noqa: ANN401 - what JSON gives
    if not isinstance(record, Mapping) or record.get("number") != place:
        message = f"hop {place} is not there, or not in its place"
        raise RunError(message)
    about = record.get("message")
    size, facts = record.get("size"), record.get("facts")
    if type(size) is not int or not 0 <= size <= _LARGEST or not isinstance(facts, Mapping):
        message = f"hop {place} has a size or facts of no such form"
        raise RunError(message)
    return Hop(
        number=place,
        time=instant_from(record.get("microseconds")),
        kind=_name(record.get("kind"), place),
        resource=_name(record.get("resource"), place),
        message=None if about is None else _name(about, place),
        causes=_causes(record.get("causes"), place),
        outcome=_name(record.get("outcome"), place),
        size=size,
        facts=facts,
    )


def _causes(value: object, place: int) -> tuple[int, ...]:
    if not isinstance(value, Sequence) or not all(type(each) is int and each > 0 for each in value):
        message = f"hop {place} has causes that are no hops"
        raise RunError(message)
    if any(each >= place for each in value):
        message = f"hop {place} comes before what caused it"
        raise RunError(message)
    return tuple(value)


def _name(value: object, place: int) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST:
        message = f"hop {place} has a name that is no text, or too long"
        raise RunError(message)
    return value
