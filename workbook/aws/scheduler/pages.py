"""Answers in pages, as Scheduler gives them: at most MaxResults entries, and a token for the next ones."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from workbook.aws.limits import limit
from workbook.aws.scheduler.errors import ValidationError


def page(name: str, entries: Sequence[object], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """One page of `entries` under `name`.

    Raises:
        ValidationError: the token is none that an earlier answer gave (text unverified).
    """
    start = _position(parameters.get("NextToken"))
    end = start + int(parameters.get("MaxResults") or limit("scheduler.list-page"))
    answer: dict[str, Any] = {name: list(entries[start:end])}
    if end < len(entries):
        answer["NextToken"] = base64.urlsafe_b64encode(str(end).encode()).decode()
    return answer


def _position(token: str | None) -> int:
    if token is None:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, binascii.Error):
        raise ValidationError("Invalid NextToken.") from None
