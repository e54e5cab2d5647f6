"""The errors of the CloudWatch API, with AWS's codes."""

from __future__ import annotations

from collections.abc import Sequence

from moto.core.exceptions import ServiceException


class ValidationError(ServiceException):
    """A parameter, or their combination, is not accepted."""

    code = "ValidationError"

    @classmethod
    def enum(cls, parameter: str, value: str, allowed: Sequence[str]) -> ValidationError:
        """A value that is none of those that a parameter takes."""
        return cls(
            f"1 validation error detected: Value '{value}' at '{parameter}' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{', '.join(allowed)}]"
        )


class ResourceNotFound(ServiceException):
    """There is no such alarm."""

    code = "ResourceNotFound"

    @classmethod
    def alarms(cls, names: list[str]) -> ResourceNotFound:
        """Of several alarms, the first that does not exist is named (unverified)."""
        return cls(f"Alarm [{', '.join(names)}] does not exist")


class ResourceNotFoundException(ServiceException):
    """There is nothing with this ARN that could have tags."""

    code = "ResourceNotFoundException"


class InvalidFormat(ServiceException):
    """A text that should be JSON is none."""

    code = "InvalidFormat"


class InvalidParameterCombination(ServiceException):
    """Parameters that exclude each other."""

    code = "InvalidParameterCombination"
