"""What a REST API answers by itself: a gateway response, with one message and the type of the error."""

from __future__ import annotations

import json

from workbook.aws.endpoints import HttpResponse


class Refused(Exception):
    """The API answers in the place of an integration; `reason` is for the trace alone."""

    def __init__(self, status: int, message: str, kind: str, reason: str, *, field: str = "message") -> None:
        super().__init__(reason)
        self.response = HttpResponse(
            status,
            json.dumps({field: message}),
            {"content-type": "application/json", "x-amzn-errortype": kind},
            facts={"reason": reason},
        )


def internal_error(status: int, reason: str) -> Refused:
    """A 500, or the 502 of a function that failed: the client cannot tell them but by the status."""
    return Refused(status, "Internal server error", "InternalServerErrorException", reason)


def timed_out(reason: str) -> Refused:
    """The integration took too long."""
    return Refused(504, "Endpoint request timed out", "InternalServerErrorException", reason)


def unsupported(reason: str) -> Refused:
    """The body's content type has no template, and may not pass without one."""
    return Refused(415, "Unsupported Media Type", "UnsupportedMediaTypeException", reason)
