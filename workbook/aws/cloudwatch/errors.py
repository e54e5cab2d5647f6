"""The errors of the CloudWatch API, with AWS's codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.core.exceptions import ServiceException

from workbook.aws.constraints import constraint_errors


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


class ResourceNotFoundException(ServiceException):
    """There is nothing with this ARN that could have tags."""

    code = "ResourceNotFoundException"


class InvalidFormat(ServiceException):
    """A text that should be JSON is none."""

    code = "InvalidFormat"


class InvalidParameterCombination(ServiceException):
    """Parameters that exclude each other."""

    code = "InvalidParameterCombination"


def check_model(operation: str, parameters: Mapping[str, Any]) -> None:
    """Enumerations and greatest lengths of a request, which botocore leaves to the service.

    Raises:
        ValidationError: the service model does not allow a value.
    """
    errors = constraint_errors("cloudwatch", operation, parameters)
    if errors is not None:
        raise ValidationError(errors)
