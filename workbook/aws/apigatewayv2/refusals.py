"""What an HTTP API answers by itself: a status and one message, in JSON."""

from __future__ import annotations

import json

from workbook.aws.endpoints import HttpResponse


class Refused(Exception):
    """The API answers in the place of an integration; `reason` is for the trace alone."""

    def __init__(self, status: int, message: str, reason: str) -> None:
        super().__init__(reason)
        self.response = HttpResponse(
            status,
            json.dumps({"message": message}, separators=(",", ":")),
            {"content-type": "application/json"},
            facts={"reason": reason},
        )
