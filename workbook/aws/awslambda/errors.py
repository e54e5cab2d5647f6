"""The errors of the Lambda API, each with AWS's code, HTTP status and text.

AWS's own answers are not uniform: `ResourceNotFoundException` spells its text "Message", most others
"message", and validation errors carry no "Type". The differences show in boto3's `error.response`, so
they are kept. Source: answers of AWS recorded in public test suites.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from workbook.aws.simulated import NOT_SIMULATED

if TYPE_CHECKING:
    from workbook.engine.hop import Hop


class LambdaError(Exception):
    """An error that the Lambda API returns to its caller."""

    code: ClassVar[str]
    status: ClassVar[int] = 400
    hop: Hop | None = None
    """What the trace has of it, where it has something: a throttle, the stop of a loop."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def body(self) -> dict[str, str]:
        """The JSON body of the answer."""
        return {"Type": "User", "message": self.message}

    def headers(self) -> dict[str, str]:
        """Headers besides the error's type."""
        return {}


class ResourceNotFound(LambdaError):
    """The function, version, alias or statement does not exist."""

    code = "ResourceNotFoundException"
    status = 404

    def body(self) -> dict[str, str]:
        """As of other errors, but AWS writes "Message"."""
        return {"Type": "User", "Message": self.message}

    @classmethod
    def function(cls, arn: str) -> ResourceNotFound:
        """No function, version or alias has this ARN."""
        return cls(f"Function not found: {arn}")

    @classmethod
    def event_invoke_config(cls, arn: str) -> ResourceNotFound:
        """Nothing is set for the asynchronous invocation of this function, version or alias."""
        return cls(f"The function {arn} doesn't have an EventInvokeConfig")

    @classmethod
    def alias(cls, arn: str) -> ResourceNotFound:
        """No alias has this ARN."""
        return cls(f"Cannot find alias arn: {arn}")


class ResourceConflict(LambdaError):
    """It exists already, or it cannot be changed or used at this moment."""

    code = "ResourceConflictException"
    status = 409


class InvalidParameterValue(LambdaError):
    """A parameter has a value that Lambda does not accept."""

    code = "InvalidParameterValueException"


class LatestHasWeights(InvalidParameterValue):
    """An alias of $LATEST shall share its traffic with a version."""

    def __init__(self) -> None:
        super().__init__("$LATEST is not supported for an alias pointing to more than 1 version")

    def body(self) -> dict[str, str]:
        """Without "Type"."""
        return {"message": self.message}


class ValidationError(LambdaError):
    """A parameter breaks a rule of the service model."""

    code = "ValidationException"

    def body(self) -> dict[str, str]:
        """Without "Type"."""
        return {"message": self.message}

    @classmethod
    def of(cls, parameter: str, value: object, rule: str) -> ValidationError:
        """The usual sentence. `rule` begins with "Member must ..."."""
        shown = "null" if value is None else f"'{value}'"
        return cls(
            f"1 validation error detected: Value {shown} at '{parameter}' "
            f"failed to satisfy constraint: {rule}"
        )


class PreconditionFailed(LambdaError):
    """The RevisionId is not the latest."""

    code = "PreconditionFailedException"
    status = 412

    def __init__(self, api: str = "GetFunction/GetAlias") -> None:
        super().__init__(
            "The Revision Id provided does not match the latest Revision Id. "
            f"Call the {api} API to retrieve the latest Revision Id"
        )


class AccessDenied(LambdaError):
    """The function belongs to another account."""

    code = "AccessDeniedException"
    status = 403


class InvalidRequestContent(LambdaError):
    """The payload of an invocation is not JSON."""

    code = "InvalidRequestContentException"


class RequestTooLarge(LambdaError):
    """The payload of an invocation is larger than the quota."""

    code = "RequestTooLargeException"
    status = 413


class RequestEntityTooLarge(LambdaError):
    """The request, with the zip file in it, is larger than the quota."""

    code = "RequestEntityTooLargeException"
    status = 413

    def body(self) -> dict[str, str]:
        """Without "Type"."""
        return {"message": self.message}


class TooManyRequests(LambdaError):
    """The invocation was throttled: `reason` says by which limit.

    `reason` is ReservedFunctionConcurrentInvocationLimitExceeded (the function's own reservation) or
    ConcurrentInvocationLimitExceeded (what is left of the account's limit, or its scaling rate).
    """

    code = "TooManyRequestsException"
    status = 429

    def __init__(self, reason: str) -> None:
        super().__init__("Rate Exceeded.")
        self.reason = reason

    def body(self) -> dict[str, str]:
        """With the reason."""
        return {"Reason": self.reason, **super().body()}


class RecursiveInvocation(LambdaError):
    """The function invokes itself, by a queue or by other functions, again and again."""

    code = "RecursiveInvocationException"

    def __init__(self) -> None:
        super().__init__(
            "Lambda has detected your function being invoked in a recursive loop with other Amazon Web "
            "Services resources and stopped your function's invocation."
        )

    def body(self) -> dict[str, str]:
        """The service model spells it "Message"."""
        return {"Type": "User", "Message": self.message}


class NotSimulated(LambdaError):
    """AWS can do it and this workbook cannot; refused by name."""

    code = NOT_SIMULATED
    status = 501

    def __init__(self, what: str, instead: str) -> None:
        super().__init__(f"{what} is not simulated by this workbook, so it is refused. {instead}")
