"""The errors of the SNS API, with AWS's codes and, where an answer of AWS is known, its text.

SNS words most refusals as "Invalid parameter: " with the parameter's name and, often, a reason. The texts
were recorded from AWS in public test suites (2023 to 2026); those that were not say so here.
"""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class SNSError(ServiceException):
    """What SNS answers instead of a result."""


class InvalidParameter(SNSError):
    """A parameter is missing, malformed, or does not fit the resource."""

    code = "InvalidParameter"

    @classmethod
    def of(cls, name: str, reason: str = "") -> InvalidParameter:
        """The refusal of the parameter ``name``."""
        return cls(f"Invalid parameter: {name} Reason: {reason}" if reason else f"Invalid parameter: {name}")

    @classmethod
    def endpoint(cls, reason: str) -> InvalidParameter:
        """An endpoint that this topic cannot have; the doubled words are AWS's."""
        return cls(f"Invalid parameter: Invalid parameter: Endpoint Reason: {reason}")


class ParameterValueInvalid(SNSError):
    """A message attribute breaks a rule."""

    code = "ParameterValueInvalid"


class ValidationError(SNSError):
    """A value does not satisfy the service model."""

    code = "ValidationError"


class NotFound(SNSError):
    """There is no such topic or subscription."""

    code = "NotFound"

    @classmethod
    def topic(cls) -> NotFound:
        """No topic of this name."""
        return cls("Topic does not exist")

    @classmethod
    def subscription(cls) -> NotFound:
        """No subscription with this id."""
        return cls("Subscription does not exist")


class ResourceNotFound(SNSError):
    """There is nothing that could have tags."""

    code = "ResourceNotFound"
    message = "Resource does not exist"


class AuthorizationError(SNSError):
    """The topic's policy does not let this caller."""

    code = "AuthorizationError"


class InvalidState(SNSError):
    """The topic is in a state in which this cannot be done."""

    code = "InvalidState"


class EndpointDisabled(SNSError):
    """The app's endpoint takes no notifications."""

    code = "EndpointDisabled"
    message = "Endpoint is disabled"


class OptedOut(SNSError):
    """The owner of the phone number wants no messages (text: the service model's)."""

    code = "OptedOut"
    message = (
        "Indicates that the specified phone number opted out of receiving SMS messages from your AWS "
        "account. You can't send SMS messages to phone numbers that opt out."
    )


class UserError(SNSError):
    """What the sandbox for text messages does not allow."""

    code = "UserError"


class VerificationError(SNSError):
    """The one-time password is not the one that was sent (text: the service model's)."""

    code = "VerificationException"
    message = "Indicates that the one-time password (OTP) used for verification is invalid."


class TagLimitExceeded(SNSError):
    """A topic has at most 50 tags."""

    code = "TagLimitExceeded"
    message = "Could not complete request: tag quota of per resource exceeded"


class EmptyBatchRequest(SNSError):
    """A batch without an entry (text: the service model's)."""

    code = "EmptyBatchRequest"
    message = "The batch request doesn't contain any entries."


class TooManyEntriesInBatchRequest(SNSError):
    """A batch has at most 10 entries."""

    code = "TooManyEntriesInBatchRequest"
    message = "The batch request contains more entries than permissible."


class BatchEntryIdsNotDistinct(SNSError):
    """Two entries of a batch have the same id."""

    code = "BatchEntryIdsNotDistinct"
    message = "Two or more batch entries in the request have the same Id."


class InvalidBatchEntryId(SNSError):
    """An id of a batch entry has a forbidden character or is too long (text: the service model's)."""

    code = "InvalidBatchEntryId"
    message = "The Id of a batch entry in a batch request doesn't abide by the specification."


class BatchRequestTooLong(SNSError):
    """The messages of a batch are together larger than the topic's limit."""

    code = "BatchRequestTooLong"
    message = "The length of all the messages put together is more than the limit."


class Throttled(SNSError):
    """A FIFO topic takes no more messages in this second (text unverified)."""

    code = "Throttled"
    message = "Rate exceeded"


class InvalidAttribute(ValueError):
    """What is wrong with an attribute's value; the operation that set it says so in its own words."""

    def in_request_to_create(self) -> InvalidParameter:
        """As CreateTopic and Subscribe word it."""
        return InvalidParameter(f"Invalid parameter: Attributes Reason: {self}")

    def in_request_to_set(self) -> InvalidParameter:
        """As SetTopicAttributes and SetSubscriptionAttributes word it."""
        return InvalidParameter(f"Invalid parameter: {self}")


class UnknownAttribute(InvalidAttribute):
    """An attribute that no topic has, or none of this kind; CreateTopic names it."""

    def __init__(self, name: str, reason: str = "AttributeName") -> None:
        """`reason` is what SetTopicAttributes says instead."""
        super().__init__(reason)
        self.name = name

    def in_request_to_create(self) -> InvalidParameter:
        """As CreateTopic words it."""
        return InvalidParameter(f"Invalid parameter: Attributes Reason: Unknown attribute {self.name}")
