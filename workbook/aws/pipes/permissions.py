"""What a pipe's role must be allowed to do with its source, and how AWS says that it is not.

    the pipe is being made or started    CREATE_FAILED or START_FAILED, and the first action that is missing
    the pipe runs                        STOPPED, and all three actions are named

Sources: EventBridge User Guide, "Event source permissions for Amazon EventBridge Pipes" and "Amazon
EventBridge Pipes error handling and troubleshooting" (StateReason); reasons reported by users. On AWS a
running pipe is stopped after errors that go on and on; here at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.delivery.targets import service_of
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
NO_STREAM = "Stream not found. To resume processing please delete the pipe and create a new one."
_STREAM_ACTIONS = {
    "kinesis": ("GetRecords", "GetShardIterator", "DescribeStream", "DescribeStreamSummary", "ListShards"),
    "dynamodb": ("GetRecords", "GetShardIterator", "DescribeStream"),
}
"""What the role must be allowed on the stream itself, besides ListStreams, which is not of one stream."""
STOPPED = (
    "Pipes does not have required permissions to perform Queue operations (sqs:ReceiveMessage, "
    "sqs:DeleteMessage and sqs:GetQueueAttributes)"
)


def missing_permission_on_queue(world: World, sender: Sender, queue: Queue) -> str | None:
    """Why the pipe cannot read a queue, as AWS says it of a new pipe; None when it can."""
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


def missing_permission_on_stream(
    world: World, sender: Sender, stream_arn: str, dead_letter_arn: str | None
) -> str | None:
    """Why the pipe cannot read a stream, or send to its dead-letter queue; None when it can."""
    role_arn = str(sender.role_arn)
    service = service_of(stream_arn)
    for action in _STREAM_ACTIONS[service]:
        access = role_access(
            world, role_arn, sender.service, f"{service}:{action}", stream_arn, sender.context
        )
        if not access.assumed:
            return NO_ROLE
        if not access.allowed:
            return (
                f"{_INVALID}Cannot access stream {stream_arn}. Please ensure the role can perform the "
                "GetRecords, GetShardIterator, DescribeStream, ListShards, and ListStreams Actions on your "
                "stream in IAM."
            )
    if dead_letter_arn is None:
        return None
    action = "sns:Publish" if dead_letter_arn.split(":")[2] == "sns" else "sqs:SendMessage"
    if role_access(world, role_arn, sender.service, action, dead_letter_arn, sender.context).allowed:
        return None
    kind = "SNS topic" if action == "sns:Publish" else "SQS queue"
    return f"{_INVALID}Error occurred while sending message to {kind}: {dead_letter_arn}"
