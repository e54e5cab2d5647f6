"""The errors of the Firehose API, with AWS's codes and texts."""

from __future__ import annotations

from moto.core.exceptions import ServiceException

from workbook.aws.operations import ServiceFault


class InvalidArgument(ServiceException):
    """A parameter, or their combination, is not accepted."""

    code = "InvalidArgumentException"


class ValidationError(ServiceException):
    """A parameter breaks a rule of the service model."""

    code = "ValidationException"

    @classmethod
    def of(cls, parameter: str, value: object, rule: str) -> ValidationError:
        """The rule as AWS's servers quote it."""
        return cls(
            f"1 validation error detected: Value '{value}' at '{parameter}' failed to satisfy "
            f"constraint: {rule}"
        )


class ResourceNotFound(ServiceException):
    """There is no such delivery stream, or it takes no records."""

    code = "ResourceNotFoundException"

    @classmethod
    def stream(cls, name: str, account: str) -> ResourceNotFound:
        """As AWS names the stream."""
        return cls(f"Firehose {name} under account {account} not found.")


class ResourceInUse(ServiceException):
    """A stream of that name exists, or the stream is not in the state that the request needs."""

    code = "ResourceInUseException"


class LimitExceeded(ServiceException):
    """More than the account may have."""

    code = "LimitExceededException"


class ServiceUnavailable(ServiceFault):
    """The stream takes no more in this second; SDKs try again."""

    code = "ServiceUnavailableException"
    message = "Slow down."
