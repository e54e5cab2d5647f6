"""The errors of the Step Functions API, with AWS's codes and texts.

Texts are from answers of AWS that were recorded in public repositories, 2019 to 2026; where none is known,
docs/fidelity.md says so.
"""

from __future__ import annotations

from collections.abc import Sequence

from moto.core.exceptions import ServiceException


class ValidationException(ServiceException):
    """A parameter breaks a constraint of the service model."""

    code = "ValidationException"


class AccessDenied(ServiceException):
    """Step Functions may not do what it was asked to do."""

    code = "AccessDeniedException"

    @classmethod
    def role(cls) -> AccessDenied:
        """The role of a state machine does not let Step Functions assume it."""
        return cls(
            "Neither the global service principal states.amazonaws.com, nor the regional one is authorized "
            "to assume the provided role."
        )

    @classmethod
    def managed_rule(cls, role_arn: str) -> AccessDenied:
        """It does not let Step Functions hear of the end of jobs."""
        return cls(f"'{role_arn}' is not authorized to create managed-rule.")

    @classmethod
    def log_destination(cls) -> AccessDenied:
        """It does not let Step Functions deliver logs."""
        return cls("The state machine IAM Role is not authorized to access the Log Destination")


class InvalidArn(ServiceException):
    """An ARN is none, or one of something else."""

    code = "InvalidArn"

    @classmethod
    def prefix(cls, arn: str) -> InvalidArn:
        """It is no ARN at all."""
        return cls(f"Invalid Arn: 'Invalid ARN prefix: {arn}'")

    @classmethod
    def resource_type(cls, kind: str) -> InvalidArn:
        """It names another kind of resource."""
        return cls(f"Invalid Arn: 'Resource type not valid in this context: {kind}'")


class InvalidName(ServiceException):
    """A name has characters that names may not have."""

    code = "InvalidName"

    @classmethod
    def of(cls, name: str) -> InvalidName:
        """This name."""
        return cls(f"Invalid Name: '{name}'")


class InvalidDefinition(ServiceException):
    """A definition is not in Amazon States Language, or leads nowhere."""

    code = "InvalidDefinition"

    @classmethod
    def because(cls, *diagnostics: str) -> InvalidDefinition:
        """All that is wrong with it."""
        return cls(f"Invalid State Machine Definition: '{', '.join(diagnostics)}'")


class InvalidExecutionInput(ServiceException):
    """The input of an execution is no JSON."""

    code = "InvalidExecutionInput"

    @classmethod
    def because(cls, reason: str) -> InvalidExecutionInput:
        """What the parser says."""
        return cls(f"Invalid State Machine Execution Input: '{reason}'")


class ActivityDoesNotExist(ServiceException):
    """There is no such activity."""

    code = "ActivityDoesNotExist"

    @classmethod
    def of(cls, arn: str) -> ActivityDoesNotExist:
        """This one."""
        return cls(f"Activity Does Not Exist: '{arn}'")


class ActivityLimitExceeded(ServiceException):
    """There are as many activities as there may be (the text is unverified)."""

    code = "ActivityLimitExceeded"

    @classmethod
    def of(cls, most: int) -> ActivityLimitExceeded:
        """More than this many."""
        return cls(f"The maximum number of activities ({most}) has been reached")


class ActivityWorkerLimitExceeded(ServiceException):
    """As many workers ask for tasks of one activity as may at once (the text is unverified)."""

    code = "ActivityWorkerLimitExceeded"

    @classmethod
    def of(cls, most: int) -> ActivityWorkerLimitExceeded:
        """More than this many."""
        return cls(f"The maximum number of workers ({most}) polling for the activity has been reached")


class InvalidLoggingConfiguration(ServiceException):
    """Executions cannot be logged there."""

    code = "InvalidLoggingConfiguration"

    @classmethod
    def one_destination(cls) -> InvalidLoggingConfiguration:
        """There is none, or more than one."""
        return cls("Invalid Logging Configuration: Must specify exactly one Log Destination.")

    @classmethod
    def not_found(cls) -> InvalidLoggingConfiguration:
        """There is no such log group."""
        return cls("Invalid Logging Configuration: Log Destination not found.")


class ExecutionLimitExceeded(ServiceException):
    """As many executions run as may run at once (the text is unverified)."""

    code = "ExecutionLimitExceeded"

    @classmethod
    def of(cls, most: int) -> ExecutionLimitExceeded:
        """More than this many."""
        return cls(f"The maximum number of running executions ({most}) has been reached")


class StateMachineTypeNotSupported(ServiceException):
    """An operation is for the other type of state machine."""

    code = "StateMachineTypeNotSupported"
    message = "This operation is not supported by this type of state machine"


class ExecutionNotRedrivable(ServiceException):
    """An execution cannot go on: the text is the redriveStatusReason (unverified that it is)."""

    code = "ExecutionNotRedrivable"


class InvalidToken(ServiceException):
    """A page's token is none that an earlier answer gave."""

    code = "InvalidToken"
    message = "Invalid Token: 'Invalid token'"


class InvalidTaskToken(ServiceException):
    """A task token is none that was ever issued."""

    code = "InvalidToken"
    message = "Invalid Token: 'Invalid token'"


class TaskTimedOut(ServiceException):
    """The task of a token is over: it was answered, its time was up, or its execution has ended."""

    code = "TaskTimedOut"
    message = "Task Timed Out: 'Provided task does not exist anymore'"


class InvalidOutput(ServiceException):
    """The output of a task is no JSON."""

    code = "InvalidOutput"

    @classmethod
    def because(cls, reason: str) -> InvalidOutput:
        """What the parser says; AWS's words are unverified."""
        return cls(f"Invalid Output: '{reason}'")


class StateMachineAlreadyExists(ServiceException):
    """There is a state machine of this name, and it is another one."""

    code = "StateMachineAlreadyExists"

    @classmethod
    def of(cls, arn: str) -> StateMachineAlreadyExists:
        """This one."""
        return cls(f"State Machine Already Exists: '{arn}'")


class StateMachineDeleting(ServiceException):
    """A state machine is being deleted (the text is unverified)."""

    code = "StateMachineDeleting"

    @classmethod
    def of(cls, arn: str) -> StateMachineDeleting:
        """This one."""
        return cls(f"State Machine Deleting: '{arn}'")


class StateMachineDoesNotExist(ServiceException):
    """There is no such state machine."""

    code = "StateMachineDoesNotExist"

    @classmethod
    def of(cls, arn: str) -> StateMachineDoesNotExist:
        """This one."""
        return cls(f"State Machine Does Not Exist: '{arn}'")


class ExecutionAlreadyExists(ServiceException):
    """There was an execution of this name, with another input or ended."""

    code = "ExecutionAlreadyExists"

    @classmethod
    def of(cls, arn: str) -> ExecutionAlreadyExists:
        """This one."""
        return cls(f"Execution Already Exists: '{arn}'")


class ExecutionDoesNotExist(ServiceException):
    """There is no such execution."""

    code = "ExecutionDoesNotExist"

    @classmethod
    def of(cls, arn: str) -> ExecutionDoesNotExist:
        """This one."""
        return cls(f"Execution Does Not Exist: '{arn}'")


class ResourceNotFound(ServiceException):
    """There is nothing with this ARN that could have tags."""

    code = "ResourceNotFound"

    @classmethod
    def of(cls, arn: str) -> ResourceNotFound:
        """This one."""
        return cls(f"Resource not found: '{arn}'")

    @classmethod
    def referenced(cls) -> ResourceNotFound:
        """Of versions and aliases AWS does not say which."""
        return cls("Request references a resource that does not exist.")


class MissingRequiredParameter(ServiceException):
    """An update says nothing that could be updated."""

    code = "MissingRequiredParameter"
    message = (
        "Either the definition, the role ARN, the LoggingConfiguration, the EncryptionConfiguration or the "
        "TracingConfiguration must be specified"
    )


class Conflict(ServiceException):
    """What is asked for does not fit to what there is."""

    code = "ConflictException"

    @classmethod
    def revision(cls, wanted: str, present: str | None) -> Conflict:
        """A revision is not the present one any more."""
        now = "null" if present is None else present
        return cls(
            f"Failed to publish the State Machine version for revision {wanted}. The current State Machine "
            f"revision is {now}."
        )

    @classmethod
    def referenced(cls, aliases: Sequence[str]) -> Conflict:
        """Aliases lead to a version that is to be deleted."""
        return cls(
            "Version to be deleted must not be referenced by an alias. Current list of aliases referencing "
            f"this version: [{', '.join(aliases)}]"
        )

    @classmethod
    def alias(cls) -> Conflict:
        """There is an alias of this name, and it is another one."""
        return cls(
            "Failed to create alias because an alias with the same name and a different routing "
            "configuration already exists."
        )


class ServiceQuotaExceeded(ServiceException):
    """There are as many as there may be (the text is unverified)."""

    code = "ServiceQuotaExceededException"

    @classmethod
    def of(cls, what: str, most: int) -> ServiceQuotaExceeded:
        """So many versions or aliases."""
        return cls(f"The maximum number of {what} ({most}) has been reached for the state machine.")


class TooManyTags(ServiceException):
    """A resource would have more tags than it may."""

    code = "TooManyTags"
