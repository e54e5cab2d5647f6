"""What comes back of one submission that was sent to be judged: results, or why there are none.

As JSON on one line, because that is how it crosses processes and machines and lies in files.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from workbook.grading.plain_reading import FormError, fields, many, text
from workbook.grading.request import GradingRequest
from workbook.grading.results import TaskResult


@dataclass(frozen=True)
class Outcome:
    """Results of all tasks of a request; or a failure, which is no fault of the submission's author alone."""

    tasks: tuple[TaskResult, ...] = ()
    failure: str = ""
    """Why it was not judged, in whole sentences; empty if it was."""

    def as_line(self) -> str:
        """It as JSON, on one line."""
        return json.dumps({"tasks": [task.as_json() for task in self.tasks], "failure": self.failure})

    @classmethod
    def from_line(cls, line: str) -> Outcome:
        """The outcome that `as_line` made this of.

        Raises:
            FormError: it is something else.
        """
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise FormError(f"outcome is no JSON: {error}") from error
        return cls(**fields(value, "outcome", tasks=many(TaskResult.from_json), failure=text))

    def checked(self, request: GradingRequest) -> Outcome:
        """The same if it answers the request; else a failure."""
        names = tuple(task.exercise for task in self.tasks)
        if self.failure or names == request.exercises:
            return self
        return failed(f"The judge answered for {', '.join(names) or 'no task'}.")


def failed(why: str) -> Outcome:
    """That a submission was not judged, and why."""
    return Outcome(failure=why)
