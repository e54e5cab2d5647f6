"""Time zones from the pinned package `tzdata`, never from the system.

Python's zoneinfo looks at the system's database first. Countries change their clocks now and then, so two
machines may disagree about an hour in the future; a lesson has to print the same on both.
"""

from __future__ import annotations

import functools
import importlib.resources
import zoneinfo


@functools.cache
def _names() -> frozenset[str]:
    return frozenset(importlib.resources.files("tzdata").joinpath("zones").read_text("ascii").split())


def is_zone(name: str) -> bool:
    """Whether the IANA database has a time zone of this name, e.g. `Europe/Berlin`."""
    return name in _names()


@functools.cache
def zone_of(name: str) -> zoneinfo.ZoneInfo:
    """The time zone of an IANA name.

    Raises:
        LookupError: there is no such zone.
    """
    if not is_zone(name):
        message = f"{name!r} is no time zone of the IANA database; use one such as 'Europe/Berlin' or 'UTC'"
        raise LookupError(message)
    file = importlib.resources.files("tzdata.zoneinfo").joinpath(*name.split("/"))
    with file.open("rb") as stream:
        return zoneinfo.ZoneInfo.from_file(stream, key=name)
