"""Lists in pages: Items, MaxResults (a text) and NextToken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbook.aws.apigatewayv2.errors import BadRequest
from workbook.aws.paging import Pages


def page(entries: Sequence[object], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """One page of entries.

    Raises:
        BadRequest: MaxResults is no number, or the token none that an answer gave (texts unverified).
    """
    wanted = parameters.get("MaxResults")
    if wanted is not None and not str(wanted).isdecimal():
        raise BadRequest(f"Invalid MaxResults specified {wanted}")
    return _PAGES.page("Items", entries, parameters)


def _invalid_token() -> BadRequest:
    return BadRequest("Invalid NextToken specified")


_PAGES = Pages(size=100, largest=500, invalid=_invalid_token)
