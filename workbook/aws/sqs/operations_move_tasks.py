"""The operations on message move tasks: what may be started, and how a task is shown.

Sources: botocore 1.44 service model of SQS; error texts and fields as AWS answers.
"""

from __future__ import annotations

from workbook.aws.limits import limit
from workbook.aws.sqs.backend import RegisteredQueue, backend_at, find_queue
from workbook.aws.sqs.calls import Answer, Call
from workbook.aws.sqs.errors import InvalidParameterValue, MissingParameter, ResourceNotFound
from workbook.aws.sqs.move_tasks import MoveTask, MoveTasks, source_of
from workbook.aws.sqs.permissions import demand_access
from workbook.aws.sqs.validation import optional_integer, optional_text, required_text
from workbook.engine.world import World

_STATE = "sqs.move-tasks"
_MOST_LISTED = 10
MILLISECOND = 1_000


def start_message_move_task(call: Call) -> Answer:
    """Bring the messages of a dead-letter queue back to their sources, or to another queue."""
    source = _queue_of(call, "SourceArn", required=True)
    destination = _queue_of(call, "DestinationArn", required=False)
    if source is None:
        raise MissingParameter("SourceArn")
    if not _is_dead_letter_queue(source):
        raise InvalidParameterValue("Source queue must be configured as a Dead Letter Queue.")
    if destination is not None:
        _check_pair(source, destination)
    task = _tasks(call.world).start(source, destination, _rate(call))
    return {"TaskHandle": task.handle}


def cancel_message_move_task(call: Call) -> Answer:
    """Stop a running task; what it has moved stays moved."""
    handle = required_text(call.parameters, "TaskHandle")
    _named_queue(call, "SourceArn", source_of(handle))
    task = _tasks(call.world).cancel(handle)
    return {"ApproximateNumberOfMessagesMoved": task.moved}


def list_message_move_tasks(call: Call) -> Answer:
    """The latest tasks of a dead-letter queue, the newest first."""
    source = _queue_of(call, "SourceArn", required=True)
    reason = f"Must be between 1 and {_MOST_LISTED}, if provided."
    maximum = optional_integer(call.parameters, "MaxResults", 1, _MOST_LISTED, reason) or 1
    if source is None:
        raise MissingParameter("SourceArn")
    return {"Results": [_shown(task) for task in _tasks(call.world).of(source.arn, maximum)]}


def _tasks(world: World) -> MoveTasks:
    return world.kept(_STATE, lambda: MoveTasks(world, find_queue))


def _queue_of(call: Call, parameter: str, *, required: bool) -> RegisteredQueue | None:
    arn = optional_text(call.parameters, parameter)
    if arn is None:
        if required:
            raise MissingParameter(parameter)
        return None
    parts = arn.split(":")
    if len(parts) != 6 or parts[0] != "arn" or not all(parts):
        raise InvalidParameterValue(
            f"You must use this format to specify the {parameter}: "
            "arn:<partition>:<service>:<region>:<account-id>:<resource-id>"
        )
    return _named_queue(call, parameter, arn)


def _named_queue(call: Call, parameter: str, arn: str) -> RegisteredQueue:
    """The queue of an ARN, in the region of the request, if the caller may do to it what is asked."""
    queue = find_queue(arn) if f":sqs:{call.region}:" in arn else None
    if queue is None:
        raise ResourceNotFound(
            f"The resource that you specified for the {parameter} parameter doesn't exist."
        )
    demand_access(queue, call.caller, call.operation, call.transport)
    return queue


def _is_dead_letter_queue(queue: RegisteredQueue) -> bool:
    others = backend_at(queue.region, queue.account).queues.values()
    policies = [other.settings.redrive_policy for other in others]
    return any(policy is not None and policy.dead_letter_target_arn == queue.arn for policy in policies)


def _check_pair(source: RegisteredQueue, destination: RegisteredQueue) -> None:
    if source is destination:
        raise InvalidParameterValue("Source queue arn and destination queue arn cannot be the same.")
    if source.settings.fifo_queue != destination.settings.fifo_queue:
        raise InvalidParameterValue("The source queue and destination queue must be of the same queue type.")


def _rate(call: Call) -> int | None:
    fastest = limit("sqs.move-task.rate")
    name = "MaxNumberOfMessagesPerSecond"
    reason = f"You must enter a number that's between 1 and {fastest}."
    try:
        return optional_integer(call.parameters, name, 1, fastest, reason)
    except InvalidParameterValue:
        raise InvalidParameterValue(f"Value for parameter {name} is invalid. Reason: {reason}") from None


def _shown(task: MoveTask) -> dict[str, object]:
    """Only a running task has a handle: another cannot be cancelled."""
    shown: dict[str, object] = {
        "TaskHandle": task.handle if task.active else None,
        "Status": task.status.value,
        "SourceArn": task.source_arn,
        "DestinationArn": task.destination_arn,
        "MaxNumberOfMessagesPerSecond": task.rate,
        "ApproximateNumberOfMessagesMoved": task.moved,
        "ApproximateNumberOfMessagesToMove": task.to_move,
        "FailureReason": task.failure_reason,
        "StartedTimestamp": task.started // MILLISECOND,
    }
    return {name: value for name, value in shown.items() if value is not None}
