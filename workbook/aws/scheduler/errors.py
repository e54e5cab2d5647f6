"""The errors of the Scheduler API, with AWS's codes and, where an answer of AWS is known, its text."""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class ValidationError(ServiceException):
    """A parameter, or their combination, is not accepted."""

    code = "ValidationException"


class Conflict(ServiceException):
    """The name is taken, or a client token was used for another request."""

    code = "ConflictException"

    @classmethod
    def schedule(cls, name: str) -> Conflict:
        """There is a schedule of this name in the group."""
        return cls(f"Schedule {name} already exists.")

    @classmethod
    def group(cls, name: str) -> Conflict:
        """There is a schedule group of this name (the text follows that of schedules: unverified)."""
        return cls(f"Schedule group {name} already exists.")

    @classmethod
    def token(cls, token: str) -> Conflict:
        """A client token came with another request than before (text unverified)."""
        return cls(f"The client token {token} was used for a request with other parameters.")


class ResourceNotFound(ServiceException):
    """There is no such schedule or group."""

    code = "ResourceNotFoundException"

    @classmethod
    def schedule(cls, name: str) -> ResourceNotFound:
        """No schedule of this name in the group."""
        return cls(f"Schedule {name} does not exist.")

    @classmethod
    def group(cls, name: str) -> ResourceNotFound:
        """No schedule group of this name."""
        return cls(f"Schedule group {name} does not exist.")
