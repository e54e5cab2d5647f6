"""SQS takes what another service sends: the queue's policy, its key, and then a message like any other.

A service comes in its own name and needs the queue's policy; or with a role, whose policies must allow it,
and then the queue's policy need only not deny it, unless the queue is another account's.
What it lacks is not an error of whoever published; it is only a message that never comes.

Source: SQS Developer Guide, "Basic examples of Amazon SQS policies" and "Key management" (compatibility
between AWS services and encrypted queues).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.delivery.permission import demand_role
from workbook.aws.delivery.shipment import Failure, Parcel, Sender, Undelivered
from workbook.aws.delivery.targets import Answer, Target
from workbook.aws.roles import role_session
from workbook.aws.sqs.backend import find_queue, service_sender
from workbook.aws.sqs.drafts import draft_of, refuse_oversized
from workbook.aws.sqs.encryption import SEND_ACTIONS, check_key
from workbook.aws.sqs.errors import KmsError, RequestThrottled, SQSError
from workbook.aws.sqs.operations_messages import sent_answer
from workbook.aws.sqs.permissions import demand_access

if TYPE_CHECKING:
    from workbook.aws.sqs.message import Draft
    from workbook.aws.sqs.queue import Queue
    from workbook.engine.world import World

_MISSING = "The specified queue does not exist."


def accept(world: World, sender: Sender, queue_arn: str, parcel: Parcel) -> Answer:
    """Put what a service delivers into a queue; the answer is SendMessage's.

    Raises:
        Undelivered: there is no such queue, its policy or key does not let the service, or the message is
            none that the queue takes.
    """
    queue = find_queue(queue_arn)
    if queue is None:
        raise Undelivered(Failure.NO_RESOURCE, _MISSING, status=400)
    demand_role(world, sender, "sqs:SendMessage", queue_arn)
    try:
        _demand_permission(world, sender, queue)
        draft = _draft(queue, sender, parcel)
        queue.admit("SendMessage", (draft.group_id,) if draft.group_id else ())
        return sent_answer(draft, queue.send(draft))
    except RequestThrottled as error:
        raise Undelivered(Failure.THROTTLED, str(error), status=400) from None
    except SQSError as error:
        raise Undelivered(_failure_of(error), str(error), status=400) from None


def _demand_permission(world: World, sender: Sender, queue: Queue) -> None:
    role = sender.role_arn
    principal = sender.principal if role is None else role_session(role, sender.service)
    demand_access(queue, principal, "SendMessage", sender.context)
    key_id = queue.settings.kms_master_key_id
    if key_id is not None:
        check_key(world, key_id, queue.arn, principal, SEND_ACTIONS)


def _draft(queue: Queue, sender: Sender, parcel: Parcel) -> Draft:
    parameters: dict[str, object] = {
        "MessageBody": parcel.text,
        "MessageAttributes": parcel.attributes or None,
        "MessageSystemAttributes": parcel.options.get("MessageSystemAttributes"),
        "MessageGroupId": parcel.group_id,
        "MessageDeduplicationId": parcel.deduplication_id,
    }
    draft = draft_of(parameters, queue.settings, service_sender(sender.account).user_id)
    refuse_oversized(draft, queue.settings)
    return draft


def _failure_of(error: SQSError) -> Failure:
    if isinstance(error, KmsError) or error.code in {"AccessDenied", "AccessDeniedException"}:
        return Failure.NO_PERMISSION
    return Failure.REJECTED


TARGET = Target(accept)
