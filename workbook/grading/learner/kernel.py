"""What stands for the lab's kernel in a learner's process: waits are the judge's business."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar

from workbook.engine.clock import SECOND, Clock
from workbook.grading.learner.conversations import Conversations

Result = TypeVar("Result")


class FarKernel:
    """A kernel of which only the waits are here, and those of one thread of control at a time."""

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations
        self.clock: Clock = conversations.clock

    def sleep(self, seconds: float) -> None:
        """Let virtual time pass.

        Raises:
            ValueError: `seconds` is negative, as with the real `time.sleep`.
        """
        if seconds < 0:
            message = "sleep length must be non-negative"
            raise ValueError(message)
        self._conversations.ask("sleep", seconds=seconds)

    def sleep_until(self, instant: int) -> None:
        """Let virtual time pass until `instant`."""
        self.sleep(max(0, instant - self.clock.now) / SECOND)

    def park(self, until: int | None = None, **_details: object) -> bool:
        """Wait for what only another thread could bring, or until an instant; it is never brought."""
        if until is None:
            self._conversations.ask("wait")
        else:
            self.sleep_until(until)
        return False

    def ticket(self) -> tuple[Any, int]:
        """Nobody is ever woken, so it stands for nothing."""
        return self, 0

    def unpark(self, _task: object, _ticket: int) -> bool:
        """Nobody waits."""
        return False

    def expose(self, function: Callable[..., Result], *arguments: object) -> Result:
        """All code here is the learner's."""
        return function(*arguments)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """There is nothing to leave."""
