"""Long lists come in pages: MaxResults says how long a page is, NextToken where the next one begins.

Without MaxResults a list ends after 1,000 entries and there is no token, as botocore's model of ListQueues
says.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import NamedTuple

from workbook.aws.limits import limit
from workbook.aws.sqs.calls import Call
from workbook.aws.sqs.errors import InvalidParameterValue
from workbook.aws.sqs.validation import optional_integer, optional_text


class Page(NamedTuple):
    """Some entries, and the token of the page that follows, if one does."""

    items: Sequence[str]
    next_token: str | None


def page_of(call: Call, items: Sequence[str]) -> Page:
    """The page of ``items`` (in order) that a request asks for; a token tells the last entry that was shown.

    Raises:
        InvalidParameterValue: MaxResults is not 1 to 1,000 (0 counts as absent), or the token is none of
        ours.
    """
    longest = limit("sqs.list.page")
    size = _page_size(call, longest)
    token = optional_text(call.parameters, "NextToken")
    if token:
        shown = _decoded(token)
        items = [item for item in items if item > shown]
    chosen = items[: size or longest]
    more = size is not None and len(items) > len(chosen)
    return Page(chosen, base64.b64encode(chosen[-1].encode()).decode() if more else None)


def _page_size(call: Call, longest: int) -> int | None:
    reason = f"MaxResults must be an integer between 1 and {longest}."
    try:
        return optional_integer(call.parameters, "MaxResults", 0, longest, reason) or None
    except InvalidParameterValue:
        raise InvalidParameterValue(f"Value for parameter MaxResults is invalid. Reason: {reason}") from None


def _decoded(token: str) -> str:
    try:
        text = base64.b64decode(token, validate=True).decode()
    except (binascii.Error, ValueError):
        raise InvalidParameterValue("Invalid or expired next token.") from None
    if not text.startswith("http"):
        raise InvalidParameterValue("Invalid or expired next token.")
    return text
