"""The errors of the CloudWatch API, with AWS's codes."""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class ValidationError(ServiceException):
    """A parameter, or their combination, is not accepted."""

    code = "ValidationError"


class ResourceNotFound(ServiceException):
    """There is no such alarm."""

    code = "ResourceNotFound"

    @classmethod
    def alarms(cls, names: list[str]) -> ResourceNotFound:
        """Of several alarms, the first that does not exist is named (unverified)."""
        return cls(f"Alarm [{', '.join(names)}] does not exist")
