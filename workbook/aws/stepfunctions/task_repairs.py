"""What moto's interpreter does otherwise than AWS in Task states, mended.

- Its tasks that call a service are replaced whole (`service_task`).
- So are its tasks of activities (`activity_task`), which come from a store of its own.
- A state with heartbeats and no time limit ends after 60 seconds: on AWS it has no time limit.
- A function that could not be invoked is an error called "Exception"; on AWS it has a name, such as
  Lambda.ResourceNotFoundException.
- The answer of a function that has failed is written anew for the cause; on AWS it is what the function's
  runtime wrote, blanks and all.
- A function is called with whatever a state gives it; on AWS with 256 KiB at most, as any task.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from workbook.aws.stepfunctions import activity_task, service_task
from workbook.aws.stepfunctions.integrations import OPTIMISED
from workbook.aws.stepfunctions.language import visits
from workbook.aws.stepfunctions.role_calls import function_client
from workbook.aws.stepfunctions.service_errors import TaskError, error_and_cause

if TYPE_CHECKING:
    from workbook.engine.patches import Patches

_ASL = "moto.stepfunctions.parser.asl.component"
_TASKS = f"{_ASL}.state.exec.state_task"


def install(patches: Patches) -> None:
    """Mend the interpreter, which is loaded."""
    factory = _module(f"{_TASKS}.state_task_factory")
    patches.set(factory, "state_task_service_for", _service_task)
    patches.set(factory, "StateTaskActivity", activity_task.ActivityTask)
    task = _module(f"{_TASKS}.state_task").StateTask
    patches.set(task, "from_state_props", _without_time_limit(task.from_state_props))
    functions = _module(f"{_TASKS}.lambda_eval_utils")
    patches.set(functions, "boto_client_for", function_client)
    function = _module(f"{_TASKS}.state_task_lambda").StateTaskLambda
    patches.set(function, "_from_error", _lambda_error(function._from_error))  # noqa: SLF001 - the seam
    patches.set(function, "_eval_parameters", _bounded(function._eval_parameters))  # noqa: SLF001 - as above


def _module(name: str) -> Any:  # noqa: ANN401 - modules of the interpreter, which is not typed
    return importlib.import_module(name)


def _service_task(service_name: str) -> service_task.ServiceTask:  # noqa: ARG001 - the interpreter's signature
    return service_task.ServiceTask()  # type: ignore[no-untyped-call]  # as above


def _without_time_limit(original: Any) -> Any:  # noqa: ANN401 - a method of the interpreter
    """A Task state that says no time limit has none, whether it has heartbeats or not."""

    def from_state_props(task: Any, state_props: Any) -> None:  # noqa: ANN401 - as above
        original(task, state_props)
        limits = _module(f"{_ASL}.common.timeouts.timeout")
        if state_props.get(limits.Timeout) is None:
            task.timeout = limits.TimeoutSeconds(limits.TimeoutSeconds.DEFAULT_TIMEOUT_SECONDS)

    return from_state_props


def _lambda_error(original: Any) -> Any:  # noqa: ANN401 - as above
    """Name what Lambda's API refused, and what a function failed with, as AWS does."""

    def from_error(task: Any, env: Any, ex: Exception) -> Any:  # noqa: ANN401 - as above
        event = original(task, env=env, ex=ex)
        if isinstance(ex, TaskError):
            error, cause = ex.error, ex.cause
        elif getattr(ex, "response", None) is not None:
            error, cause = error_and_cause(OPTIMISED["lambda:invoke"].errors, ex)  # type: ignore[arg-type]  # a ClientError
        else:
            return event
        event.error_name = _module(f"{_ASL}.common.error_name.error_name").ErrorName(error)
        event.event_details["lambdaFunctionFailedEventDetails"].update(error=error, cause=cause)
        return event

    return from_error


def _bounded(original: Any) -> Any:  # noqa: ANN401 - as above
    """Give a function no more than a task may be given."""

    def eval_parameters(task: Any, env: Any) -> Any:  # noqa: ANN401 - as above
        parameters = original(task, env=env)
        visits.demand_input_size(env, parameters["Payload"], task.name)
        return parameters

    return eval_parameters
