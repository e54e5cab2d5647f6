"""Lists in pages: at most 50 entries each, with a marker for the next (API reference of ListFunctions)."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from workbook.aws.awslambda.errors import InvalidParameterValue, ValidationError

LARGEST_PAGE = 50
LARGEST_MAX_ITEMS = 10_000


def page(name: str, entries: Sequence[Any], parameters: dict[str, Any]) -> dict[str, Any]:
    """One page of `entries` under `name`, as `Marker` and `MaxItems` ask for."""
    wanted = parameters.get("MaxItems")
    if wanted is not None and not 1 <= int(wanted) <= LARGEST_MAX_ITEMS:
        bound = (
            "greater than or equal to 1" if int(wanted) < 1 else f"less than or equal to {LARGEST_MAX_ITEMS}"
        )
        raise ValidationError.of("maxItems", wanted, f"Member must have value {bound}")
    start = _position(parameters.get("Marker"))
    end = start + min(int(wanted or LARGEST_PAGE), LARGEST_PAGE)
    answer: dict[str, Any] = {name: list(entries[start:end])}
    if end < len(entries):
        answer["NextMarker"] = base64.urlsafe_b64encode(str(end).encode()).decode()
    return answer


def _position(marker: str | None) -> int:
    if not marker:
        return 0
    try:
        return int(base64.urlsafe_b64decode(marker.encode()))
    except ValueError:
        raise InvalidParameterValue("Invalid NextToken value.") from None
