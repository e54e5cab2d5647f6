"""Lists in pages of 100, in the order in which things were made (AWS's order is its own).

A token names the last entry that was shown, so what is made or deleted between two pages repeats or hides
nothing else.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Any

from workbook.aws.limits import limit
from workbook.aws.sns.errors import InvalidParameter

PAGE = limit("sns.page")


def page(
    name: str,
    entries: Iterable[tuple[int, Any]],
    parameters: Mapping[str, Any],
    most: int | None = None,
) -> dict[str, Any]:
    """One page of at most ``most`` entries (100) under ``name``; each comes with its serial number, in order.

    Raises:
        InvalidParameter: NextToken is none that an earlier page has given.
    """
    after = _serial_in(parameters.get("NextToken"))
    rest = [entry for entry in entries if entry[0] > after]
    size = most or PAGE
    answer: dict[str, Any] = {name: [shown for _, shown in rest[:size]]}
    if len(rest) > size:
        answer["NextToken"] = base64.b64encode(f"after {rest[size - 1][0]}".encode()).decode()
    return answer


def _serial_in(token: str | None) -> int:
    if not token:
        return 0
    try:
        word, _, serial = base64.b64decode(token, validate=True).decode().partition(" ")
        if word == "after":
            return int(serial)
    except (ValueError, binascii.Error):
        pass
    raise InvalidParameter.of("NextToken")  # unverified
