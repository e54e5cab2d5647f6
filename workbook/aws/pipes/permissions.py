"""What a pipe's role must be allowed to do with its source, and how AWS says that it is not.

    the pipe is being made or started    CREATE_FAILED or START_FAILED, and the first action that is missing
    the pipe runs                        STOPPED, and all three actions are named

Sources: EventBridge User Guide, "Event source permissions for Amazon EventBridge Pipes" and "Amazon
EventBridge Pipes error handling and troubleshooting" (StateReason); reasons reported by users. On AWS a
running pipe is stopped after errors that go on and on; here at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.roles import role_access, role_session
from workbook.aws.sqs.permissions import queue_access

if TYPE_CHECKING:
    from workbook.aws.delivery import Sender
    from workbook.aws.sqs.queue import Queue
    from workbook.engine.world import World

ACTIONS = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
_INVALID = "Input parameter is invalid from the request due to : "
NO_QUEUE = (
    f"{_INVALID}Error occurred while ReceiveMessage. SQS Error Code: "
    "AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist."
)
NO_ROLE = f"{_INVALID}The provided customer role cannot be assumed by Pipes"
STOPPED = (
    "Pipes does not have required permissions to perform Queue operations (sqs:ReceiveMessage, "
    "sqs:DeleteMessage and sqs:GetQueueAttributes)"
)


def missing_permission(world: World, sender: Sender, queue: Queue) -> str | None:
    """Why the pipe cannot read its source, as AWS says it of a new pipe; None when it can."""
    role_arn = str(sender.role_arn)
    for action in ACTIONS:
        access = role_access(world, role_arn, sender.service, f"sqs:{action}", queue.arn, sender.context)
        if not access.assumed:
            return NO_ROLE
        session = role_session(role_arn, sender.service)
        allowed = access.allowed and queue_access(queue, session, action, sender.context).allowed
        if not allowed:
            return f"{_INVALID}The provided customer role does not have permissions to call {action} on SQS"
    return None
