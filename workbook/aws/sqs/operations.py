"""All operations of the SQS API by AWS's names."""

from __future__ import annotations

from collections.abc import Callable

from workbook.aws.sqs import operations_batches as batches
from workbook.aws.sqs import operations_messages as messages
from workbook.aws.sqs import operations_move_tasks as move_tasks
from workbook.aws.sqs import operations_queues as queues
from workbook.aws.sqs.calls import Answer, Call

OPERATIONS: dict[str, Callable[[Call], Answer]] = {
    "AddPermission": queues.grant_permission,
    "CancelMessageMoveTask": move_tasks.cancel_message_move_task,
    "ChangeMessageVisibility": messages.change_message_visibility,
    "ChangeMessageVisibilityBatch": batches.change_message_visibility_batch,
    "CreateQueue": queues.create_queue,
    "DeleteMessage": messages.delete_message,
    "DeleteMessageBatch": batches.delete_message_batch,
    "DeleteQueue": queues.delete_queue,
    "GetQueueAttributes": queues.get_queue_attributes,
    "GetQueueUrl": queues.get_queue_url,
    "ListDeadLetterSourceQueues": queues.list_dead_letter_source_queues,
    "ListMessageMoveTasks": move_tasks.list_message_move_tasks,
    "ListQueueTags": queues.list_queue_tags,
    "ListQueues": queues.list_queues,
    "PurgeQueue": queues.purge_queue,
    "ReceiveMessage": messages.receive_message,
    "RemovePermission": queues.revoke_permission,
    "SendMessage": messages.send_message,
    "SendMessageBatch": batches.send_message_batch,
    "SetQueueAttributes": queues.set_queue_attributes,
    "StartMessageMoveTask": move_tasks.start_message_move_task,
    "TagQueue": queues.tag_queue,
    "UntagQueue": queues.untag_queue,
}
