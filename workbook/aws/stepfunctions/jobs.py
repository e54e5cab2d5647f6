"""Waiting for a job (.sync): the state goes on when what it has started has ended, with how that ended.

    submitted ──> the job runs ──┬── it has succeeded ──> TaskSucceeded: the job as its service describes it
                                 ├── it has failed ─────> TaskFailed: States.TaskFailed, and the description
                                 └── the task is aborted meanwhile ──> the job is stopped

AWS hears of the end by an event and by asking; here the job tells. A task is aborted when its execution is
stopped, or when another branch or item fails. Of a time limit of the state alone, the guide says nothing, and
the job runs on here.

Source: Step Functions Developer Guide, "Discover service integration patterns".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol


class Job(Protocol):
    """What a state waits for."""

    @property
    def has_ended(self) -> bool:
        """Whether it has succeeded, failed or was stopped."""

    def tell(self, wake: Callable[[], object]) -> None:
        """Call `wake` when it has ended."""

    def result(self) -> Any:  # noqa: ANN401 - any JSON
        """How it ended.

        Raises:
            TaskError: it did not succeed.
        """

    def stop(self) -> None:
        """End it: nobody waits any longer."""
