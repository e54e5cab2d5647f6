"""The operations by which whoever has a task's token answers it: with success, failure, or a sign of life."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbook.aws.stepfunctions.errors import InvalidOutput
from workbook.aws.stepfunctions.json_texts import json_problem
from workbook.aws.stepfunctions.tokens import SHOWN_BODY, OpenTask, TaskAnswer, open_task

if TYPE_CHECKING:
    from workbook.aws.operations import Call


def send_task_success(call: Call) -> dict[str, Any]:
    """End a task with an output, which is JSON; the state goes on with it."""
    output = call.parameters["output"]
    _check_output(output)
    task = open_task(call.world, call.parameters["taskToken"])
    _record(call, task, "SendTaskSuccess", body=output[:SHOWN_BODY])
    task.take(TaskAnswer(output=output))
    return {}


def send_task_failure(call: Call) -> dict[str, Any]:
    """End a task with an error and a cause; retriers and catchers of its state see the error."""
    error, cause = call.parameters.get("error"), call.parameters.get("cause")
    task = open_task(call.world, call.parameters["taskToken"])
    told = {"error": error, "reason": cause}
    _record(call, task, "SendTaskFailure", **{name: text for name, text in told.items() if text is not None})
    task.take(TaskAnswer(error=error, cause=cause))
    return {}


def send_task_heartbeat(call: Call) -> dict[str, Any]:
    """Say that a task is still worked on: its heartbeat is counted anew from now."""
    task = open_task(call.world, call.parameters["taskToken"])
    _record(call, task, "SendTaskHeartbeat")
    task.beat()
    return {}


def _check_output(output: str) -> None:
    problem = json_problem(output)
    if problem is not None:
        raise InvalidOutput.because(problem)


def _record(call: Call, task: OpenTask, operation: str, **facts: Any) -> None:  # noqa: ANN401 - as of a hop
    call.world.trace.record(
        "answer-token", task.hop.resource, message=task.token, operation=operation, **facts
    )
