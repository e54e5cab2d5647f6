"""One queue: what is in it, who waits for it, and what becomes of each message."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbook.aws.sqs.message import Counts, Delivery, Draft, Message, Snapshot

if TYPE_CHECKING:
    from workbook.aws.sqs.attributes import QueueSettings
    from workbook.engine.kernel import Signal
    from workbook.engine.world import World


class Queue:
    """A standard or FIFO queue."""

    tags: dict[str, str]
    created: int
    modified: int
    arrivals: Signal

    def __init__(
        self,
        world: World,
        name: str,
        arn: str,
        region: str,
        account: str,
        settings: QueueSettings,
        find_queue: Callable[[str], Queue | None],
    ) -> None:
        raise NotImplementedError

    def apply(self, settings: QueueSettings) -> None:
        """Put new settings into force at the present instant."""
        raise NotImplementedError

    def admit(self, action: str, groups: tuple[str, ...] = ()) -> None:
        """Count one API call against the FIFO quota; called once per request, batch or not.

        Raises RequestThrottled.  Standard queues admit everything.
        """
        raise NotImplementedError

    def send(self, draft: Draft) -> Message:
        """Accept a message; a duplicate within 5 minutes gives the original's id and number."""
        raise NotImplementedError

    def receive(
        self, maximum: int, visibility_timeout: int | None, attempt_id: str | None = None
    ) -> list[Delivery]:
        """Deliver up to `maximum` messages that are visible now; never waits."""
        raise NotImplementedError

    def receive_waiting(
        self,
        maximum: int,
        visibility_timeout: int | None,
        wait_seconds: int,
        attempt_id: str | None = None,
    ) -> list[Delivery]:
        """Deliver up to `maximum` messages, waiting up to `wait_seconds` for the first."""
        raise NotImplementedError

    def delete(self, receipt_handle: str) -> None:
        """Delete the message that this handle came with."""
        raise NotImplementedError

    def change_visibility(self, receipt_handle: str, seconds: int) -> None:
        """Let the message show itself `seconds` from now."""
        raise NotImplementedError

    def purge(self) -> None:
        """Delete everything."""
        raise NotImplementedError

    def counts(self) -> Counts:
        """How many messages are visible, in flight, delayed."""
        raise NotImplementedError

    def next_change(self) -> int | None:
        """The next instant at which a message becomes visible by itself."""
        raise NotImplementedError

    def contents(self) -> list[Snapshot]:
        """Every message in the queue, in order of arrival."""
        raise NotImplementedError

    def close(self) -> None:
        """The queue is deleted: waiters and later callers get QueueDoesNotExist."""
        raise NotImplementedError
