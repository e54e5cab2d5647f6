"""moto's interpreter of Amazon States Language, and what is changed in it.

It reads the language and walks through the states; it is sound, and its threads, waits and clock are the
kernel's (see `virtual_modules`). Some things are ours. Its clients call in the name of the state machine's
role, and only what the role allows (`role_calls`). A function that could not be invoked has AWS's name for
the error. JSON is written as AWS writes it, without blanks. Its own log, which shows addresses, is silent.

It is loaded at the first CreateStateMachine, without moto's Batch, which it needs for one enumeration and
which would load all of moto's EC2: that alone takes a second.
"""

from __future__ import annotations

import enum
import importlib
import json
import logging
import sys
import types
from typing import TYPE_CHECKING, Any

from workbook.aws.stepfunctions.errors import InvalidDefinition
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from workbook.engine.patches import Patches

_PARSER = "moto.stepfunctions.parser"
_TASKS = f"{_PARSER}.asl.component.state.exec.state_task"
_CALLING = (
    f"{_TASKS}.lambda_eval_utils",
    f"{_TASKS}.service.state_task_service_events",
    f"{_TASKS}.service.state_task_service_sns",
    f"{_TASKS}.service.state_task_service_sqs",
)
_JOB_STATES = "SUBMITTED PENDING RUNNABLE STARTING RUNNING SUCCEEDED FAILED"
_BATCH = ("moto.batch", "moto.batch.utils")
_STATE = "stepfunctions.patches"


def parse(definition: str) -> Any:  # noqa: ANN401 - the interpreter's Program
    """The program that a definition is.

    Raises:
        InvalidDefinition: it is no Amazon States Language; the words are the parser's (unverified).
    """
    _load()
    from moto.stepfunctions.parser.asl.parse import asl_parser  # noqa: PLC0415 - loads the grammar

    try:
        return asl_parser.AmazonStateLanguageParser.parse(definition)[0]
    except Exception as error:
        reason = "; ".join(error.errors) if isinstance(error, asl_parser.ASLParserException) else str(error)
        raise InvalidDefinition.because(f"SCHEMA_VALIDATION_FAILED: {reason}") from error


def remember(patches: Patches) -> None:
    """Let what is changed in the interpreter, once it is loaded, be undone with the other patches."""
    current_world().state[_STATE] = patches


def _load() -> None:
    """Load the interpreter, and change it for this world; the second time nothing happens."""
    patches = current_world().state.pop(_STATE, None)
    if patches is None:
        return
    _load_without_batch()
    _change(patches)  # type: ignore[arg-type]  # `remember` put it there


def _load_without_batch() -> None:
    stands_in = not any(name in sys.modules for name in _BATCH)
    if stands_in:
        package, utils = (types.ModuleType(name) for name in _BATCH)
        package.__path__ = []
        states = enum.Enum("JobStatus", {name: name for name in _JOB_STATES.split()}, type=str)  # type: ignore[misc]
        vars(utils)["JobStatus"] = states
        sys.modules.update(zip(_BATCH, (package, utils), strict=True))
    try:
        importlib.import_module(f"{_PARSER}.asl.parse.asl_parser")
    finally:
        if stands_in:  # whoever uses Batch shall load the real one
            for name in _BATCH:
                del sys.modules[name]


def _change(patches: Patches) -> None:
    from workbook.aws.stepfunctions.role_calls import client_for  # noqa: PLC0415 - as late as the interpreter

    for name in _CALLING:
        patches.set(importlib.import_module(name), "boto_client_for", client_for)
    encoding = importlib.import_module(f"{_PARSER}.asl.utils.encoding")
    patches.set(encoding, "json", types.SimpleNamespace(dumps=_compact_json))
    state_module = importlib.import_module(f"{_PARSER}.asl.component.state.state")
    patches.set(state_module, "StateData", _state_data)
    task = importlib.import_module(f"{_TASKS}.state_task_lambda").StateTaskLambda
    patches.set(task, "_from_error", _lambda_error(task._from_error))  # noqa: SLF001 - the seam
    logger = logging.getLogger(_PARSER)
    patches.set(logger, "disabled", True)  # noqa: FBT003 - the value
    silent = logging.CRITICAL + 1
    level = logger.level
    logger.setLevel(silent)
    patches.on_undo(lambda: logger.setLevel(level))


def _compact_json(value: Any, cls: type[json.JSONEncoder], separators: Any = None) -> str:  # noqa: ANN401, ARG001 - the interpreter's call
    return json.dumps(value, cls=cls, separators=(",", ":"), ensure_ascii=False)


def _state_data(**data: Any) -> dict[str, Any]:  # noqa: ANN401 - as the context object holds them
    """What `$$.State` holds; AWS writes times in milliseconds and UTC."""
    instant = current_world().clock.datetime()
    return {**data, "EnteredTime": context_time(instant)}


def context_time(moment: Any) -> str:  # noqa: ANN401 - a datetime
    """A time as the context object shows it: 2026-01-05T09:00:00.000Z."""
    text: str = moment.isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _lambda_error(original: Any) -> Any:  # noqa: ANN401 - a method of the interpreter
    """Name what Lambda's API refused as AWS does: Lambda.ResourceNotFoundException and its like."""

    def from_error(task: Any, env: Any, ex: Exception) -> Any:  # noqa: ANN401 - as above
        event = original(task, env=env, ex=ex)
        response = getattr(ex, "response", None)
        if response is None:
            return event
        from moto.stepfunctions.parser.asl.component.common.error_name import custom_error_name  # noqa: PLC0415

        services = importlib.import_module(f"{_TASKS}.service.state_task_service_lambda")
        name, cause = services.StateTaskServiceLambda._error_cause_from_client_error(ex)  # noqa: SLF001 - same text
        event.error_name = custom_error_name.CustomErrorName(name)
        event.event_details["lambdaFunctionFailedEventDetails"].update(error=name, cause=cause)
        return event

    return from_error
