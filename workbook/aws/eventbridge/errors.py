"""The errors of the EventBridge API, with AWS's codes and, where an answer of AWS is known, its text."""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class ValidationError(ServiceException):
    """A parameter, or their combination, is not accepted."""

    code = "ValidationException"

    @classmethod
    def parameter(cls, name: str, reason: str) -> ValidationError:
        """One parameter is wrong."""
        return cls(f"Parameter {name} is not valid. Reason: {reason}")


class ResourceNotFound(ServiceException):
    """Something that a request names does not exist."""

    code = "ResourceNotFoundException"

    @classmethod
    def bus(cls, name: str) -> ResourceNotFound:
        """No event bus of this name."""
        return cls(f"Event bus {name} does not exist.")

    @classmethod
    def rule(cls, name: str, bus: str) -> ResourceNotFound:
        """No rule of this name on this bus."""
        return cls(f"Rule {name} does not exist on EventBus {bus}.")

    @classmethod
    def archive(cls, name: str) -> ResourceNotFound:
        """No archive of this name."""
        return cls(f"Archive {name} does not exist.")

    @classmethod
    def replay(cls, name: str) -> ResourceNotFound:
        """No replay of this name."""
        return cls(f"Replay {name} does not exist.")

    @classmethod
    def event_source(cls, name: str) -> ResourceNotFound:
        """No partner event source of this name."""
        return cls(f"Event source {name} does not exist.")


class ResourceAlreadyExists(ServiceException):
    """The name is taken."""

    code = "ResourceAlreadyExistsException"

    @classmethod
    def of(cls, kind: str, name: str) -> ResourceAlreadyExists:
        """`kind` as AWS writes it: "Event bus", "Archive", "Replay"."""
        return cls(f"{kind} {name} already exists.")


class LimitExceeded(ServiceException):
    """A quota is used up."""

    code = "LimitExceededException"
    message = "The requested resource exceeds the maximum number allowed."


class InvalidPattern(ServiceException):
    """The event pattern is none."""

    code = "InvalidEventPatternException"

    def __init__(self, reason: str) -> None:
        super().__init__(f"Event pattern is not valid. Reason: {reason}")


class ManagedRule(ServiceException):
    """A rule that a service of AWS manages is changed by that service only (text unverified)."""

    code = "ManagedRuleException"

    @classmethod
    def of(cls, name: str, manager: str) -> ManagedRule:
        """The rule, and the service that manages it."""
        return cls(f"Rule {name} is managed by {manager} and can be changed only with Force.")


class IllegalStatus(ServiceException):
    """What the resource is doing does not allow this."""

    code = "IllegalStatusException"


class InvalidState(ServiceException):
    """A partner event source is not in the state that this needs."""

    code = "InvalidStateException"


class InvalidToken(ServiceException):
    """The NextToken is none of an earlier answer."""

    code = "InvalidToken"
    message = "The token you provided is invalid or expired."


class AccessDenied(ServiceException):
    """The bus's policy does not let the caller."""

    code = "AccessDeniedException"


class PolicyLengthExceeded(ServiceException):
    """The policy of a bus would grow beyond 10 KB (text unverified)."""

    code = "PolicyLengthExceededException"
    message = "The policy of the event bus would exceed 10240 bytes."
