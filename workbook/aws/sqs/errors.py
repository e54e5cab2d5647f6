"""The errors of SQS, each with the names, text and HTTP status that AWS uses.

An SQS error has two names. The JSON protocol carries the shape's name of the service model
(``QueueDoesNotExist``); the older Query protocol carries another one
(``AWS.SimpleQueueService.NonExistentQueue``). boto3 speaks JSON, yet shows the *older* name in
``error.response["Error"]["Code"]``, because AWS sends it along in the header ``x-amzn-query-error``. So each
class below states both, and :mod:`workbook.aws.sqs.protocol` writes whichever the caller's protocol wants.

Sources: botocore 1.44 service model of SQS (shapes); the same model before it became JSON (query codes and
statuses); answers of AWS recorded in public test suites (texts).
"""

from __future__ import annotations

from typing import ClassVar


class SQSError(Exception):
    """An error that AWS returns to the caller of an SQS operation.

    ``shape`` is the JSON name, ``code`` the Query name (which boto3 shows), ``status`` the HTTP status,
    ``fault`` is ``"Sender"`` when the caller can mend it and ``"Receiver"`` when only AWS can.
    """

    shape: ClassVar[str]
    code: ClassVar[str]
    status: ClassVar[int] = 400
    fault: ClassVar[str] = "Sender"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @property
    def query_message(self) -> str:
        """The text in the Query protocol; one error words it differently there."""
        return self.message

    @property
    def sender_fault(self) -> bool:
        """What a failed entry of a batch reports as ``SenderFault``."""
        return self.fault == "Sender"


class QueueDoesNotExist(SQSError):
    """No queue has that URL or name (or the caller may not know that it has)."""

    shape = "QueueDoesNotExist"
    code = "AWS.SimpleQueueService.NonExistentQueue"

    def __init__(self, message: str = "The specified queue does not exist.") -> None:
        super().__init__(message)

    @property
    def query_message(self) -> str:
        """The Query protocol still speaks of its WSDL."""
        if self.message == "The specified queue does not exist.":
            return "The specified queue does not exist for this wsdl version."
        return self.message


class QueueNameExists(SQSError):
    """A queue of that name exists with other attributes."""

    shape = "QueueNameExists"
    code = "QueueAlreadyExists"


class QueueDeletedRecently(SQSError):
    """A queue of that name was deleted less than 60 seconds ago."""

    shape = "QueueDeletedRecently"
    code = "AWS.SimpleQueueService.QueueDeletedRecently"

    def __init__(self) -> None:
        super().__init__(
            "You must wait 60 seconds after deleting a queue before you can create another with the same "
            "name.",
        )


class PurgeQueueInProgress(SQSError):
    """The queue was purged less than 60 seconds ago."""

    shape = "PurgeQueueInProgress"
    code = "AWS.SimpleQueueService.PurgeQueueInProgress"
    status = 403

    def __init__(self, queue_name: str) -> None:
        super().__init__(f"Only one PurgeQueue operation on {queue_name} is allowed every 60 seconds.")


class ReceiptHandleIsInvalid(SQSError):
    """The text given as a receipt handle is none, or none of this queue."""

    shape = "ReceiptHandleIsInvalid"
    code = "ReceiptHandleIsInvalid"
    status = 404

    def __init__(self, receipt_handle: str) -> None:
        super().__init__(f'The input receipt handle "{receipt_handle}" is not a valid receipt handle.')


class MessageNotInflight(SQSError):
    """The visibility of a message can only be changed while it is in flight."""

    shape = "MessageNotInflight"
    code = "AWS.SimpleQueueService.MessageNotInflight"

    def __init__(self, message: str = "The specified message isn't in flight.") -> None:
        super().__init__(message)


class InvalidIdFormat(SQSError):
    """Kept by the service model for old clients; SQS now answers ReceiptHandleIsInvalid."""

    shape = "InvalidIdFormat"
    code = "InvalidIdFormat"
    status = 404


class OverLimit(SQSError):
    """More messages in flight, or more permissions, than SQS allows."""

    shape = "OverLimit"
    code = "OverLimit"
    status = 403


class RequestThrottled(SQSError):
    """More calls a second than the queue's quota."""

    shape = "RequestThrottled"
    code = "RequestThrottled"
    status = 403


class InvalidParameterValue(SQSError):
    """A parameter has a value that SQS does not allow; ``InvalidParameterValue.of`` words it as AWS does."""

    shape = "InvalidParameterValueException"
    code = "InvalidParameterValue"

    @classmethod
    def of(cls, parameter: str, value: object, reason: str) -> InvalidParameterValue:
        """The usual sentence: ``Value 11 for parameter MaxNumberOfMessages is invalid. Reason: ...``."""
        return cls(f"Value {value} for parameter {parameter} is invalid. Reason: {reason}")


class MissingParameter(SQSError):
    """A required parameter is absent."""

    shape = "MissingRequiredParameterException"
    code = "MissingParameter"

    def __init__(self, parameter: str) -> None:
        super().__init__(f"The request must contain the parameter {parameter}.")


class EmptyValue(SQSError):
    """An entry of a batch has no body; of a single message SQS says MissingParameter instead."""

    shape = "EmptyValue"
    code = "EmptyValue"

    def __init__(self, parameter: str) -> None:
        super().__init__(f"No Value Found for {parameter}.")


class InvalidAttributeName(SQSError):
    """An attribute that SQS does not know, or not for this type of queue."""

    shape = "InvalidAttributeName"
    code = "InvalidAttributeName"

    @classmethod
    def unknown(cls, name: str) -> InvalidAttributeName:
        """AWS's text for a name that the queue's type does not have."""
        return cls(f"Unknown Attribute {name}.")


class InvalidAttributeValue(SQSError):
    """An attribute has a value that SQS does not allow."""

    shape = "InvalidAttributeValue"
    code = "InvalidAttributeValue"

    @classmethod
    def of(cls, name: str, reason: str = "") -> InvalidAttributeValue:
        """``Invalid value for the parameter X.``, followed by the reason where AWS gives one."""
        suffix = f" Reason: {reason}" if reason else ""
        return cls(f"Invalid value for the parameter {name}.{suffix}")


class InvalidMessageContents(SQSError):
    """The body holds a character outside of what SQS accepts."""

    shape = "InvalidMessageContents"
    code = "InvalidMessageContents"


class UnsupportedOperation(SQSError):
    """The operation is not possible for this queue."""

    shape = "UnsupportedOperation"
    code = "AWS.SimpleQueueService.UnsupportedOperation"


class ResourceNotFound(SQSError):
    """A message move task's source, destination or handle does not exist."""

    shape = "ResourceNotFoundException"
    code = "ResourceNotFoundException"
    status = 404


class InvalidAddress(SQSError):
    """The text given as a queue URL is not one."""

    shape = "InvalidAddress"
    code = "InvalidAddress"
    status = 404

    def __init__(self, address: str) -> None:
        super().__init__(f"The address {address} is not valid for this endpoint.")


class InvalidSecurity(SQSError):
    """The request is not signed as SQS requires."""

    shape = "InvalidSecurity"
    code = "InvalidSecurity"
    status = 403


class AccessDenied(SQSError):
    """A policy does not allow this caller to do this."""

    shape = "AccessDeniedException"
    code = "AccessDenied"
    status = 403


class EmptyBatchRequest(SQSError):
    """A batch without entries."""

    shape = "EmptyBatchRequest"
    code = "AWS.SimpleQueueService.EmptyBatchRequest"

    def __init__(self, entry_shape: str) -> None:
        super().__init__(f"There should be at least one {entry_shape} in the request.")


class TooManyEntriesInBatchRequest(SQSError):
    """A batch of more than 10 entries."""

    shape = "TooManyEntriesInBatchRequest"
    code = "AWS.SimpleQueueService.TooManyEntriesInBatchRequest"

    def __init__(self, count: int) -> None:
        super().__init__(f"Maximum number of entries per request are 10. You have sent {count}.")


class BatchEntryIdsNotDistinct(SQSError):
    """Two entries of a batch share an Id."""

    shape = "BatchEntryIdsNotDistinct"
    code = "AWS.SimpleQueueService.BatchEntryIdsNotDistinct"

    def __init__(self, repeated: str) -> None:
        super().__init__(f"Id {repeated} repeated.")


class InvalidBatchEntryId(SQSError):
    """The Id of an entry has a character, or a length, that SQS does not allow."""

    shape = "InvalidBatchEntryId"
    code = "AWS.SimpleQueueService.InvalidBatchEntryId"

    def __init__(self) -> None:
        super().__init__(
            "A batch entry id can only contain alphanumeric characters, hyphens and underscores. "
            "It can be at most 80 letters long.",
        )


class BatchRequestTooLong(SQSError):
    """The messages of a batch together are larger than a batch may be (bytes)."""

    shape = "BatchRequestTooLong"
    code = "AWS.SimpleQueueService.BatchRequestTooLong"

    def __init__(self, limit: int, sent: int) -> None:
        super().__init__(f"Batch requests cannot be longer than {limit} bytes. You have sent {sent} bytes.")


class InvalidAction(SQSError):
    """The request names an operation that SQS does not have."""

    shape = "UnknownOperationException"
    code = "InvalidAction"

    def __init__(self, action: str) -> None:
        super().__init__(f"The action {action} is not valid for this endpoint.")


class MalformedInput(SQSError):
    """The request's text cannot be read (JSON protocol)."""

    shape = "SerializationException"
    code = "MalformedInput"


class KmsError(SQSError):
    """The queue's KMS key cannot be used; the shapes below say why."""


class KmsAccessDenied(KmsError):
    """The key's policy (or the caller's) does not allow it."""

    shape = "KmsAccessDenied"
    code = "KMS.AccessDeniedException"


class KmsDisabled(KmsError):
    """The key is disabled."""

    shape = "KmsDisabled"
    code = "KMS.DisabledException"


class KmsInvalidState(KmsError):
    """The key is pending deletion or has no key material."""

    shape = "KmsInvalidState"
    code = "KMS.InvalidStateException"


class KmsInvalidKeyUsage(KmsError):
    """The key is not one for symmetric encryption."""

    shape = "KmsInvalidKeyUsage"
    code = "KMS.InvalidKeyUsageException"


class KmsNotFound(KmsError):
    """No such key or alias."""

    shape = "KmsNotFound"
    code = "KMS.NotFoundException"


class KmsOptInRequired(KmsError):
    """The account has no subscription to KMS; named by the model, never raised here."""

    shape = "KmsOptInRequired"
    code = "KMS.OptInRequired"
    status = 403


class KmsThrottled(KmsError):
    """KMS's request quota is exceeded; named by the model, never raised here."""

    shape = "KmsThrottled"
    code = "KMS.ThrottlingException"
