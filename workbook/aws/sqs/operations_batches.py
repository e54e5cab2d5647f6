"""The batch operations: up to 10 entries in one request, each of which succeeds or fails by itself.

A batch that is malformed as a whole (no entries, 11 of them, equal ids) is refused as a whole, before
anything is done. A FIFO queue goes further when sending: an entry that breaks a rule refuses the batch,
because a gap would break the order.
"""

from __future__ import annotations

from collections.abc import Callable

from workbook.aws.sqs.attributes import MAXIMUM_MESSAGE_SIZE
from workbook.aws.sqs.backend import RegisteredQueue
from workbook.aws.sqs.calls import Answer, Call
from workbook.aws.sqs.drafts import draft_of, with_trace_header
from workbook.aws.sqs.encryption import SEND_ACTIONS
from workbook.aws.sqs.errors import (
    BatchRequestTooLong,
    EmptyValue,
    InvalidParameterValue,
    MissingParameter,
    SQSError,
)
from workbook.aws.sqs.message import Draft
from workbook.aws.sqs.operations_messages import LONGEST_VISIBILITY_TIMEOUT, demand_key, sent_answer
from workbook.aws.sqs.queue_lookup import queue_of
from workbook.aws.sqs.validation import (
    Parameters,
    batch_entries,
    optional_integer,
    optional_text,
    required_text,
)

_SEND, _DELETE, _CHANGE = (
    "SendMessageBatchRequestEntry",
    "DeleteMessageBatchRequestEntry",
    "ChangeMessageVisibilityBatchRequestEntry",
)


def send_message_batch(call: Call) -> Answer:
    """Send up to 10 messages of together at most 1,048,576 bytes."""
    queue = queue_of(call)
    entries = batch_entries(call.parameters, _SEND)
    drafts: dict[str, Draft | SQSError] = {}
    for number, (entry_id, entry) in enumerate(entries, start=1):
        drafts[entry_id] = _checked_draft(entry, number, queue, call)
    _refuse_too_long(drafts)
    for entry_id, draft in drafts.items():
        drafts[entry_id] = _refused_if_oversized(draft, queue)
    groups = tuple(draft.group_id for draft in drafts.values() if isinstance(draft, Draft) and draft.group_id)
    queue.admit("SendMessageBatch", groups)
    demand_key(call, queue, SEND_ACTIONS)
    return _send_all(queue, drafts)


def delete_message_batch(call: Call) -> Answer:
    """Delete up to 10 messages."""
    queue = queue_of(call)
    entries = batch_entries(call.parameters, _DELETE)
    queue.admit("DeleteMessageBatch")

    def delete(entry: Parameters, number: int) -> None:  # noqa: ARG001 - as `_each` calls it
        queue.delete(_receipt_handle(entry))

    return _each(entries, delete)


def change_message_visibility_batch(call: Call) -> Answer:
    """Change when up to 10 messages show themselves again."""
    queue = queue_of(call)
    entries = batch_entries(call.parameters, _CHANGE)

    def change(entry: Parameters, number: int) -> None:
        receipt_handle = _receipt_handle(entry)
        seconds = optional_integer(
            entry,
            "VisibilityTimeout",
            0,
            LONGEST_VISIBILITY_TIMEOUT,
            f"VisibilityTimeout must be an integer between 0 and {LONGEST_VISIBILITY_TIMEOUT}.",
        )
        if seconds is None:
            raise MissingParameter(f"{_CHANGE}.{number}.VisibilityTimeout")
        queue.change_visibility(receipt_handle, seconds)

    return _each(entries, change)


def _receipt_handle(entry: Parameters) -> str:
    receipt_handle = required_text(entry, "ReceiptHandle")
    if not receipt_handle.strip():
        raise MissingParameter("ReceiptHandle")
    return receipt_handle


def _checked_draft(entry: Parameters, number: int, queue: RegisteredQueue, call: Call) -> Draft | SQSError:
    try:
        if not optional_text(entry, "MessageBody"):
            raise EmptyValue(f"{_SEND}.{number}.MessageBody")
        return with_trace_header(draft_of(entry, queue.settings, call.caller.user_id), call.trace_header)
    except MissingParameter as error:
        return _failed(queue, InvalidParameterValue(error.message))
    except SQSError as error:
        return _failed(queue, error)


def _failed(queue: RegisteredQueue, error: SQSError) -> SQSError:
    if queue.settings.fifo_queue:
        raise error
    return error


def _refuse_too_long(drafts: dict[str, Draft | SQSError]) -> None:
    size = sum(draft.size for draft in drafts.values() if isinstance(draft, Draft))
    if size > MAXIMUM_MESSAGE_SIZE:
        raise BatchRequestTooLong(MAXIMUM_MESSAGE_SIZE, size)


def _refused_if_oversized(draft: Draft | SQSError, queue: RegisteredQueue) -> Draft | SQSError:
    limit = queue.settings.maximum_message_size
    if isinstance(draft, SQSError) or draft.size <= limit:
        return draft
    reason = f"Message must be shorter than {limit} bytes."
    if queue.settings.fifo_queue:
        raise InvalidParameterValue(f"One or more parameters are invalid. Reason: {reason}")
    return InvalidParameterValue(f"One or more parameters cannot be validated. Reason: {reason}")


def _send_all(queue: RegisteredQueue, drafts: dict[str, Draft | SQSError]) -> Answer:
    successful: list[dict[str, object]] = []
    failed: list[dict[str, object]] = []
    for entry_id, draft in drafts.items():
        if isinstance(draft, SQSError):
            failed.append(_failure(entry_id, draft))
            continue
        try:
            successful.append({"Id": entry_id, **sent_answer(draft, queue.send(draft))})
        except SQSError as error:
            failed.append(_failure(entry_id, error))
    return {"Successful": successful, "Failed": failed}


def _each(entries: list[tuple[str, Parameters]], act: Callable[[Parameters, int], None]) -> Answer:
    successful: list[dict[str, object]] = []
    failed: list[dict[str, object]] = []
    for number, (entry_id, entry) in enumerate(entries, start=1):
        try:
            act(entry, number)
            successful.append({"Id": entry_id})
        except SQSError as error:
            failed.append(_failure(entry_id, error))
    return {"Successful": successful, "Failed": failed}


def _failure(entry_id: str, error: SQSError) -> dict[str, object]:
    return {"Id": entry_id, "SenderFault": error.sender_fault, "Code": error.code, "Message": error.message}
