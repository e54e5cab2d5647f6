"""Answers in pages, as EventBridge asks for them: Limit and NextToken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbook.aws.eventbridge.errors import InvalidToken
from workbook.aws.paging import InvalidNextToken, page

LARGEST = 100


def limited(name: str, entries: Sequence[object], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """One page of `entries` under `name`.

    Raises:
        InvalidToken: the token is none of an earlier answer.
    """
    wanted = {"MaxRecords": parameters.get("Limit"), "NextToken": parameters.get("NextToken")}
    try:
        return page(name, entries, wanted, default=LARGEST, largest=LARGEST)
    except InvalidNextToken:
        raise InvalidToken from None
