"""Answers in pages: so many entries, and a token for the next ones.

All services page alike and name it differently, so a service says once how it does (`Pages`).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from moto.core.exceptions import ServiceException


class InvalidNextToken(ServiceException):
    """The token is none that an earlier answer has given."""

    code = "InvalidNextToken"
    message = "The token you provided is invalid or expired."


@dataclass(frozen=True)
class Pages:
    """How one service gives its lists."""

    size: int
    """Entries of a page where the request does not say."""
    largest: int | None = None
    """More than that are not given, whatever the request says; None where the API refuses such a request."""
    maximum: str = "MaxResults"
    """The parameter for the number of entries; 0 counts as not given."""
    next_page: str = "NextToken"
    """The parameter, and the field of the answer, for the next page."""
    invalid: Callable[[], Exception] = InvalidNextToken
    """The error for a token that no earlier answer has given."""

    def page(self, name: str, entries: Sequence[object], parameters: Mapping[str, Any]) -> dict[str, Any]:
        """One page of `entries` under `name`, as the request's parameters ask for.

        Raises:
            Exception: `invalid()`: the token is not one of ours.
        """
        start = self._position(parameters.get(self.next_page))
        count = int(parameters.get(self.maximum) or self.size)
        end = start + (count if self.largest is None else min(count, self.largest))
        answer: dict[str, Any] = {name: list(entries[start:end])}
        if end < len(entries):
            answer[self.next_page] = base64.urlsafe_b64encode(str(end).encode()).decode()
        return answer

    def _position(self, token: str | None) -> int:
        if not token:
            return 0
        try:
            return int(base64.urlsafe_b64decode(token.encode()))
        except (ValueError, binascii.Error):
            raise self.invalid() from None


def page(
    name: str, entries: Sequence[object], parameters: Mapping[str, Any], *, default: int, largest: int = 100
) -> dict[str, Any]:
    """One page of `entries` under `name`, for services that call the parameters MaxRecords and NextToken.

    Raises:
        InvalidNextToken: the token is not one of ours.
    """
    return Pages(default, largest, "MaxRecords").page(name, entries, parameters)
