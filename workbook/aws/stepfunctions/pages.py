"""Answers in pages, as Step Functions gives them: maxResults entries (0 means 100), and nextToken."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from workbook.aws.limits import limit
from workbook.aws.stepfunctions.errors import InvalidToken


def page(name: str, entries: Sequence[object], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """One page of `entries` under `name`.

    Raises:
        InvalidToken: the token is none that an earlier answer gave.
    """
    start = _position(parameters.get("nextToken"))
    end = start + (int(parameters.get("maxResults") or 0) or limit("stepfunctions.list-page"))
    answer: dict[str, Any] = {name: list(entries[start:end])}
    if end < len(entries):
        answer["nextToken"] = base64.urlsafe_b64encode(str(end).encode()).decode()
    return answer


def _position(token: str | None) -> int:
    if token is None:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, binascii.Error):
        raise InvalidToken from None
