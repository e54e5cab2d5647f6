"""The operations on one message: SendMessage, ReceiveMessage, DeleteMessage, ChangeMessageVisibility."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from workbook.aws.limits import limit
from workbook.aws.sqs.backend import RegisteredQueue
from workbook.aws.sqs.calls import Answer, Call
from workbook.aws.sqs.drafts import draft_of, refuse_oversized, with_trace_header
from workbook.aws.sqs.encryption import RECEIVE_ACTIONS, SEND_ACTIONS, check_key
from workbook.aws.sqs.errors import InvalidAttributeName, MissingParameter
from workbook.aws.sqs.message import Delivery, Draft, Message
from workbook.aws.sqs.message_attributes import md5_of_attributes
from workbook.aws.sqs.queue_attributes import KNOWN_ATTRIBUTES
from workbook.aws.sqs.queue_lookup import queue_of
from workbook.aws.sqs.validation import optional_integer, optional_token, required_text, texts

MILLISECOND = 1_000
LONGEST_VISIBILITY_TIMEOUT = limit("sqs.visibility-timeout.maximum")
_ALL_NAMES = frozenset({"All", ".*", "*"})
_SYSTEM_ATTRIBUTES = (
    "SenderId",
    "SentTimestamp",
    "ApproximateReceiveCount",
    "ApproximateFirstReceiveTimestamp",
    "SequenceNumber",
    "MessageDeduplicationId",
    "MessageGroupId",
    "AWSTraceHeader",
    "DeadLetterQueueSourceArn",
)


def send_message(call: Call) -> Answer:
    """Check a message and put it into its queue."""
    queue = queue_of(call)
    draft = with_trace_header(
        draft_of(call.parameters, queue.settings, call.caller.user_id), call.trace_header
    )
    refuse_oversized(draft, queue.settings)
    queue.admit("SendMessage", (draft.group_id,) if draft.group_id else ())
    demand_key(call, queue, SEND_ACTIONS)
    return sent_answer(draft, queue.send(draft))


def receive_message(call: Call) -> Answer:
    """Deliver up to 10 messages, waiting for the first where the request or the queue says so."""
    parameters = call.parameters
    queue = queue_of(call)
    maximum = optional_integer(
        parameters, "MaxNumberOfMessages", 1, 10, "Must be between 1 and 10, if provided."
    )
    visibility_timeout = optional_integer(
        parameters,
        "VisibilityTimeout",
        0,
        LONGEST_VISIBILITY_TIMEOUT,
        f"Must be >= 0 and <= {LONGEST_VISIBILITY_TIMEOUT}, if provided.",
    )
    wait = optional_integer(parameters, "WaitTimeSeconds", 0, 20, "Must be >= 0 and <= 20, if provided.")
    system_names = _system_names(call)
    attribute_names = texts(parameters, "MessageAttributeNames")
    attempt_id = optional_token(parameters, "ReceiveRequestAttemptId") if queue.settings.fifo_queue else None
    queue.admit("ReceiveMessage")
    demand_key(call, queue, RECEIVE_ACTIONS)
    if wait is None:
        wait = queue.settings.receive_message_wait_time_seconds
    deliveries = queue.receive_waiting(maximum or 1, visibility_timeout, wait, attempt_id)
    return {"Messages": [_shown(delivery, system_names, attribute_names) for delivery in deliveries]}


def delete_message(call: Call) -> Answer:
    """Delete the message that came with a receipt handle."""
    queue = queue_of(call)
    receipt_handle = required_text(call.parameters, "ReceiptHandle")
    queue.admit("DeleteMessage")
    queue.delete(receipt_handle)
    return None


def change_message_visibility(call: Call) -> Answer:
    """Let a received message show itself again so many seconds from now."""
    queue = queue_of(call)
    receipt_handle = required_text(call.parameters, "ReceiptHandle")
    seconds = optional_integer(
        call.parameters,
        "VisibilityTimeout",
        0,
        LONGEST_VISIBILITY_TIMEOUT,
        f"Must be between 0 and {LONGEST_VISIBILITY_TIMEOUT}.",
    )
    if seconds is None:
        raise MissingParameter("VisibilityTimeout")
    queue.change_visibility(receipt_handle, seconds)
    return None


def demand_key(call: Call, queue: RegisteredQueue, actions: tuple[str, ...]) -> None:
    """Let the request pass if the caller may use the queue's KMS key, or the queue has none.

    Raises:
        KmsError: the caller may not, or the key cannot be used.
    """
    key_id = queue.settings.kms_master_key_id
    if key_id is not None:
        check_key(call.world, key_id, queue.arn, call.caller, actions)


def sent_answer(draft: Draft, message: Message) -> dict[str, object]:
    """What a producer is told: of a duplicate, the original's id and sequence number, but its own digests."""
    answer: dict[str, object] = {"MessageId": message.message_id, "MD5OfMessageBody": draft.md5_of_body}
    if draft.md5_of_attributes is not None:
        answer["MD5OfMessageAttributes"] = draft.md5_of_attributes
    if draft.md5_of_system_attributes is not None:
        answer["MD5OfMessageSystemAttributes"] = draft.md5_of_system_attributes
    if message.sequence_number is not None:
        answer["SequenceNumber"] = message.sequence_number
    return answer


def _system_names(call: Call) -> Collection[str]:
    """The system attributes that are wanted; the older parameter's names count as well."""
    names = texts(call.parameters, "MessageSystemAttributeNames")
    names += texts(call.parameters, "AttributeNames")
    if not names:
        return ()
    if "All" in names:
        return _SYSTEM_ATTRIBUTES
    for name in names:
        if name not in _SYSTEM_ATTRIBUTES and name not in KNOWN_ATTRIBUTES:
            raise InvalidAttributeName.unknown(name)
    return names


def _shown(
    delivery: Delivery, system_names: Collection[str], attribute_names: list[str]
) -> dict[str, object]:
    message = delivery.message
    shown: dict[str, object] = {
        "MessageId": message.message_id,
        "ReceiptHandle": delivery.receipt_handle,
        "MD5OfBody": message.md5_of_body,
        "Body": message.body,
    }
    if system_names:
        attributes = _system_attributes(delivery)
        shown["Attributes"] = {name: attributes[name] for name in system_names if name in attributes}
    if attribute_names and message.attributes:
        wanted = _wanted_attributes(message, attribute_names)
        if wanted:
            everything = len(wanted) == len(message.attributes)
            shown["MD5OfMessageAttributes"] = (
                message.md5_of_attributes if everything else md5_of_attributes(wanted)
            )
            shown["MessageAttributes"] = wanted
    return shown


def _system_attributes(delivery: Delivery) -> dict[str, str]:
    message = delivery.message
    attributes: dict[str, str | None] = {
        "SenderId": message.sender_id,
        "SentTimestamp": str(message.sent // MILLISECOND),
        "ApproximateReceiveCount": str(delivery.receive_count),
        "ApproximateFirstReceiveTimestamp": str(delivery.first_received // MILLISECOND),
        "SequenceNumber": message.sequence_number,
        "MessageDeduplicationId": message.deduplication_id,
        "MessageGroupId": message.group_id,
        "DeadLetterQueueSourceArn": message.dead_letter_source,
    }
    trace_header = message.system_attributes.get("AWSTraceHeader")
    if trace_header is not None:
        attributes["AWSTraceHeader"] = trace_header["StringValue"]
    return {name: value for name, value in attributes.items() if value is not None}


def _wanted_attributes(message: Message, names: list[str]) -> dict[str, dict[str, str]]:
    """The attributes whose name was asked for: itself, or by ``All``, ``.*`` or ``*``, or its beginning."""
    attributes: Mapping[str, dict[str, str]] = message.attributes
    if not _ALL_NAMES.isdisjoint(names):
        return dict(attributes)
    prefixes = tuple(name.removesuffix(".*") for name in names if name.endswith(".*"))
    return {
        name: value
        for name, value in attributes.items()
        if name in names or (prefixes and name.startswith(prefixes))
    }
