"""The errors of API Gateway's first API, with AWS's codes and, where an answer of AWS is known, its text."""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class NotFound(ServiceException):
    """There is no such API, resource, method, integration, stage or deployment."""

    code = "NotFoundException"

    @classmethod
    def of(cls, kind: str, shown: str = "") -> NotFound:
        """No `kind` ("Resource", "Method" ...) has this identifier; of an API, AWS shows it."""
        return cls(f"Invalid {kind} identifier specified{f' {shown}' if shown else ''}")


class BadRequest(ServiceException):
    """A parameter is not accepted."""

    code = "BadRequestException"


class Conflict(ServiceException):
    """It exists already."""

    code = "ConflictException"
