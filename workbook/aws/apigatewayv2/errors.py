"""The errors of API Gateway's second API, with AWS's codes and, where an answer of AWS is known, its text."""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class NotFound(ServiceException):
    """There is no such API, route, integration, stage or deployment."""

    code = "NotFoundException"

    @classmethod
    def of(cls, kind: str, identifier: str) -> NotFound:
        """No `kind` ("API", "Route" ...) has this identifier."""
        return cls(f"Invalid {kind} identifier specified {identifier}")


class BadRequest(ServiceException):
    """A parameter is not accepted."""

    code = "BadRequestException"


class Conflict(ServiceException):
    """It exists already, or is in use."""

    code = "ConflictException"
