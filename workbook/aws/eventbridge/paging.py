"""Answers in pages, as EventBridge asks for them: Limit and NextToken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbook.aws.paging import page

LARGEST = 100


def limited(name: str, entries: Sequence[object], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """One page of `entries` under `name`.

    Raises:
        InvalidNextToken: the token is none of an earlier answer.
    """
    wanted = {"MaxRecords": parameters.get("Limit"), "NextToken": parameters.get("NextToken")}
    return page(name, entries, wanted, default=LARGEST, largest=LARGEST)
