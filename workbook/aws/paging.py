"""Answers in pages, for services that call the parameters MaxRecords and NextToken."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from moto.core.exceptions import ServiceException


class InvalidNextToken(ServiceException):
    """The token is none that an earlier answer has given."""

    code = "InvalidNextToken"
    message = "The token you provided is invalid or expired."


def page(
    name: str, entries: Sequence[object], parameters: Mapping[str, Any], *, default: int, largest: int = 100
) -> dict[str, Any]:
    """One page of `entries` under `name`, as `MaxRecords` and `NextToken` ask for.

    Raises:
        InvalidNextToken: the token is not one of ours.
    """
    start = _position(parameters.get("NextToken"))
    end = start + min(int(parameters.get("MaxRecords") or default), largest)
    answer: dict[str, Any] = {name: list(entries[start:end])}
    if end < len(entries):
        answer["NextToken"] = base64.urlsafe_b64encode(str(end).encode()).decode()
    return answer


def _position(token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, binascii.Error):
        raise InvalidNextToken from None
