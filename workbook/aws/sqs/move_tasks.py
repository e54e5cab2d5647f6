"""Message move tasks: StartMessageMoveTask brings the messages of a dead-letter queue back.

A task is a task of the kernel: it moves one message, lets virtual time pass for as long as its rate demands,
and moves the next. What is moved is a new message with a new id in the destination; the trace keeps where it
came from. A message leaves its queue only when the destination has been found, so a task that fails or is
cancelled loses nothing.

Sources: botocore 1.44, SQS StartMessageMoveTask, ListMessageMoveTasks, CancelMessageMoveTask; answers of AWS
recorded in public test suites (texts, reasons of failure, form of the task handle).
"""

from __future__ import annotations

import base64
import binascii
import enum
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workbook.aws.limits import limit
from workbook.aws.sqs.errors import InvalidParameterValue, ResourceNotFound, UnsupportedOperation
from workbook.aws.sqs.validation import json_of
from workbook.engine.clock import SECOND
from workbook.engine.signals import Signal

if TYPE_CHECKING:
    from workbook.aws.sqs.queue import Queue
    from workbook.engine.world import World

DEFAULT_RATE = limit("sqs.move-task.rate")
"""Messages a second when the caller leaves the rate to SQS, which does not say how it chooses."""
MOST_LISTED = 10
"""Tasks that ListMessageMoveTasks returns at most."""

_NO_QUEUE = "AWS.SimpleQueueService.NonExistentQueue"
_NO_SOURCE = "CouldNotDetermineMessageSource"

FindQueue = Callable[[str], "Queue | None"]


class Status(enum.Enum):
    """How far a task is."""

    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    CANCELLING = "CANCELLING"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"


@dataclass(eq=False)
class MoveTask:
    """One task. `started` is in microseconds; `rate` is None when the caller named none."""

    task_id: str
    source_arn: str
    destination_arn: str | None
    rate: int | None
    started: int
    to_move: int
    moved: int = 0
    status: Status = Status.RUNNING
    failure_reason: str | None = None
    cancelled: Signal | None = field(default=None, repr=False)

    @property
    def handle(self) -> str:
        """The TaskHandle: base64 of a JSON text with the task's id and its source."""
        text = json.dumps({"taskId": self.task_id, "sourceArn": self.source_arn}, separators=(",", ":"))
        return base64.b64encode(text.encode()).decode()

    @property
    def active(self) -> bool:
        """Whether the task still works; only one task of a queue may."""
        return self.status in (Status.RUNNING, Status.CANCELLING)


class MoveTasks:
    """The tasks of all queues of one world."""

    def __init__(self, world: World, find_queue: FindQueue) -> None:
        self._world = world
        self._find_queue = find_queue
        self._tasks: dict[str, list[MoveTask]] = {}

    def start(self, source: Queue, destination: Queue | None, rate: int | None) -> MoveTask:
        """Begin to move the messages of `source` that are visible now, at `rate` messages a second.

        Without `destination`, each message goes back to the queue that gave it up. That the source is a
        dead-letter queue and the destination exists is the caller's to check.

        Raises:
            InvalidParameterValue: a task of this source is running already.
        """
        tasks = self._tasks.setdefault(source.arn, [])
        if any(task.active for task in tasks):
            raise InvalidParameterValue(
                "There is already a task running. "
                "Only one active task is allowed for a source queue arn at a given time."
            )
        task = MoveTask(
            self._world.seeds.uuid("sqs.move-task"),
            source.arn,
            None if destination is None else destination.arn,
            rate,
            self._world.clock.now,
            source.counts().visible,
            cancelled=Signal(self._world.kernel, "the next message to move"),
        )
        tasks.insert(0, task)
        self._world.kernel.spawn(
            self._run, task, source, destination, name=f"message move task of {source.name}"
        )
        return task

    def cancel(self, handle: str) -> MoveTask:
        """Stop a running task; what it has moved stays moved.

        That the caller may do so is the caller's to check, by the source that `source_of` tells.

        Raises:
            InvalidParameterValue: the handle is not the handle of a task.
            ResourceNotFound: the task does not exist.
            UnsupportedOperation: the task is over.
        """
        task_id, source_arn = _read(handle)
        task = next((task for task in self._tasks.get(source_arn, []) if task.task_id == task_id), None)
        if task is None:
            raise ResourceNotFound("Task does not exist.")
        if task.status is not Status.RUNNING:
            # AWS documents the rule; its text is not public.
            raise UnsupportedOperation(
                "A message movement can only be cancelled when the current status is RUNNING."
            )
        task.status = Status.CANCELLING
        if task.cancelled is not None:
            task.cancelled.notify_all()
        return task

    def of(self, source_arn: str, maximum: int = 1) -> list[MoveTask]:
        """The latest tasks of a source, the newest first."""
        return self._tasks.get(source_arn, [])[: min(maximum, MOST_LISTED)]

    # ---- the work

    def _run(self, task: MoveTask, source: Queue, destination: Queue | None) -> None:
        while task.status is Status.RUNNING and task.moved < task.to_move:
            if not self._move_one(task, source, destination):
                break
            self._pause(task)
        if task.status is Status.CANCELLING:
            task.status = Status.CANCELLED
        elif task.status is Status.RUNNING:
            task.status = Status.COMPLETED

    def _move_one(self, task: MoveTask, source: Queue, destination: Queue | None) -> bool:
        """Move the next message; False when there is none or the task has failed."""
        if source.closed:
            return self._fail(task, _NO_QUEUE)
        message = source.next_to_move()
        if message is None:
            return False
        if destination is None and message.dead_letter_source is None:
            return self._fail(task, _NO_SOURCE)
        target = destination or self._find_queue(message.dead_letter_source or "")
        if target is None or target.closed:
            return self._fail(task, _NO_QUEUE)
        source.moved_away(message)
        target.accept_moved(message, source.arn)
        task.moved += 1
        return True

    def _pause(self, task: MoveTask) -> None:
        """Wait until the next message may be moved, or the task is cancelled."""
        due = task.started + task.moved * SECOND // (task.rate or DEFAULT_RATE)
        if task.moved < task.to_move and due > self._world.clock.now and task.cancelled is not None:
            task.cancelled.wait(due)

    @staticmethod
    def _fail(task: MoveTask, reason: str) -> bool:
        task.status = Status.FAILED
        task.failure_reason = reason
        return False


def source_of(handle: str) -> str:
    """The ARN of the queue whose task has this handle.

    Raises:
        InvalidParameterValue: the handle is not the handle of a task.
    """
    return _read(handle)[1]


def _read(handle: str) -> tuple[str, str]:
    try:
        content = json_of(base64.b64decode(handle, validate=True))
        return str(content["taskId"]), str(content["sourceArn"])  # type: ignore[index]  # no map: TypeError
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise InvalidParameterValue("Value for parameter TaskHandle is invalid.") from None
