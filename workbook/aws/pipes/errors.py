"""The errors of the Pipes API, with AWS's codes.

What breaks a rule of the service model is named in the usual sentence. What breaks a rule of pipes is named
as JSON within the message, field by field, as users report it:

    {"ValidationErrorFields":[{"Name":"...","Message":"..."}]}
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from moto.core.exceptions import ServiceException


class ValidationError(ServiceException):
    """A parameter, or their combination, is not accepted."""

    code = "ValidationException"

    @classmethod
    def of(cls, field: str, reason: str) -> ValidationError:
        """One field breaks a rule of pipes; texts that are not recorded are ours (unverified)."""
        return cls.of_fields({field: reason})

    @classmethod
    def of_fields(cls, reasons: Mapping[str, str]) -> ValidationError:
        """Several fields break rules of pipes."""
        fields = [{"Name": field, "Message": reason} for field, reason in reasons.items()]
        return cls(json.dumps({"ValidationErrorFields": fields}, separators=(",", ":")))


class NotFound(ServiceException):
    """There is no such pipe."""

    code = "NotFoundException"

    @classmethod
    def pipe(cls, name: str) -> NotFound:
        """No pipe of this name (text unverified)."""
        return cls(f"Pipe {name} does not exist.")


class Conflict(ServiceException):
    """The name is taken, or the pipe is between two states."""

    code = "ConflictException"
    resourceType = "Pipe"  # noqa: N815 - a member of the answer, by AWS's name

    def __init__(self, message: str, name: str) -> None:
        super().__init__(message)
        self.resourceId = name

    @classmethod
    def exists(cls, name: str) -> Conflict:
        """The name is taken (text unverified)."""
        return cls(f"Pipe {name} already exists.", name)

    @classmethod
    def state(cls, name: str, state: str) -> Conflict:
        """The pipe cannot do this in its present state (text unverified)."""
        return cls(f"Pipe {name} is in state {state}.", name)
