"""Lists in pages: items, limit and position; 25 a page, 500 at most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbook.aws.apigateway.errors import BadRequest
from workbook.aws.paging import Pages


def page(entries: Sequence[object], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """One page of entries.

    Raises:
        BadRequest: the position is none that an answer gave (text unverified).
    """
    return _PAGES.page("items", entries, parameters)


def _invalid() -> BadRequest:
    return BadRequest("Invalid position parameter specified")


_PAGES = Pages(size=25, largest=500, maximum="limit", next_page="position", invalid=_invalid)
