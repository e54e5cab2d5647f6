"""RedriveExecution: a standard execution that ended badly goes on, from the state that did not end well.

It is the same execution, with its name, its input and the revision that it started with; its history goes on.
A token makes the request idempotent: of the last ten, each is answered with its own redriveDate.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.operations import NotSimulated
from workbook.aws.stepfunctions.errors import ExecutionNotRedrivable
from workbook.aws.stepfunctions.execution_shown import obstacle_to_redrive
from workbook.aws.stepfunctions.registry import registry_of
from workbook.aws.stepfunctions.starting import check_open_executions
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.aws.operations import Call
    from workbook.aws.stepfunctions.execution import Execution
    from workbook.aws.stepfunctions.language.progress import Progress

_TOKENS = "stepfunctions.redrive-tokens"
_REMEMBERED = 10
"""Client tokens of an execution (service model, RedriveExecution)."""
_DATA_LIMIT = "States.DataLimitExceeded"


def redrive_execution(call: Call) -> dict[str, Any]:
    """Let an execution go on; the answer says when."""
    execution = registry_of(call.world, call.account, call.region).execution(call.parameters["executionArn"])
    tokens = call.world.kept_in(_TOKENS, execution.arn, dict[str, int])
    token = call.parameters.get("clientToken")
    if token not in tokens:
        _redrive(call, execution)
        _remember(tokens, token, call.world.clock.now)
    instant = call.world.clock.now if token is None else tokens[token]
    return {"redriveDate": datetime_of(instant)}


def _redrive(call: Call, execution: Execution) -> None:
    obstacle = obstacle_to_redrive(call.world, execution)
    if obstacle is not None:
        raise ExecutionNotRedrivable(obstacle)
    _refuse_distributed_map(execution)
    check_open_executions(call.world, execution.machine)
    if execution.error == _DATA_LIMIT:
        execution.progress.forget_parts()
    execution.redrive()


def _remember(tokens: dict[str, int], token: str | None, now: int) -> None:
    if token is not None:
        tokens[token] = now
        for oldest in list(tokens)[:-_REMEMBERED]:
            del tokens[oldest]


def _refuse_distributed_map(execution: Execution) -> None:
    distributed = set(_distributed_maps(json.loads(execution.revision.definition)))
    for name in _present_states(execution, execution.progress):
        if name in distributed:
            what = f"RedriveExecution: the Distributed Map state {name}, which did not end well"
            raise NotSimulated(what, "Start a new execution.")


def _present_states(execution: Execution, progress: Progress) -> Iterator[str]:
    """The states in which the execution, its branches and its iterations were."""
    if progress.entry and not progress.is_done:
        yield execution.history.events[progress.entry - 1]["stateEnteredEventDetails"]["name"]
    for part in progress.parts.values():
        yield from _present_states(execution, part)


def _distributed_maps(value: Any) -> Iterator[str]:  # noqa: ANN401 - any part of a definition
    """The names of all Distributed Map states in a definition, however deep."""
    if isinstance(value, list):
        for part in value:
            yield from _distributed_maps(part)
    if not isinstance(value, Mapping):
        return
    for name, part in value.items():
        processor = part.get("ItemProcessor") if isinstance(part, Mapping) else None
        config = processor.get("ProcessorConfig") if isinstance(processor, Mapping) else None
        if isinstance(config, Mapping) and config.get("Mode") == "DISTRIBUTED":
            yield name
        yield from _distributed_maps(part)
