"""Activities: work that a state hands to workers outside AWS, who come and ask for it.

    a state ──> offer ──> tasks that wait ──> GetActivityTask ──> a worker ──> SendTaskSuccess ... (its token)

Workers ask, and wait for up to a minute; nobody calls them. A task that no worker takes waits on: its time
limit and its heartbeats are counted from when a worker has it. One whose state has ended meanwhile is not
given out any more.

Source: Step Functions Developer Guide, "Activities" and "Task workflow state"; model of GetActivityTask.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbook.aws.stepfunctions.revisions import AWS_OWNED
from workbook.engine.clock import datetime_of
from workbook.engine.signals import Signal

if TYPE_CHECKING:
    from workbook.aws.stepfunctions.tokens import OpenTask


@dataclass(frozen=True, eq=False)
class Offer:
    """A task that waits for a worker."""

    task: OpenTask
    text: str
    """Its input, as JSON."""
    start: Callable[[str | None], None]
    """Called with the name of the worker that has taken it."""


@dataclass(eq=False)
class Activity:
    """One activity, and the tasks that wait for a worker."""

    arn: str
    name: str
    created: int
    """An instant in microseconds."""
    offered: Signal
    tags: dict[str, str] = field(default_factory=dict)
    pollers: int = 0
    """Calls of GetActivityTask that wait."""
    _waiting: deque[Offer] = field(default_factory=deque)

    def offer(self, offer: Offer) -> None:
        """Let a task wait for a worker."""
        self._waiting.append(offer)
        self.offered.notify_all()

    def next_offer(self) -> Offer | None:
        """The task that has waited longest, and waits no longer; None where there is none."""
        while self._waiting:
            offer = self._waiting.popleft()
            if offer.task.is_open:
                return offer
        return None

    def description(self) -> dict[str, Any]:
        """As DescribeActivity shows it."""
        return {**self.summary(), "encryptionConfiguration": dict(AWS_OWNED)}

    def summary(self) -> dict[str, Any]:
        """As ListActivities shows it."""
        return {"activityArn": self.arn, "name": self.name, "creationDate": datetime_of(self.created)}

    def settings(self) -> dict[str, Any]:
        """As the trace shows it."""
        return {"name": self.name, "encryptionConfiguration": dict(AWS_OWNED)}
