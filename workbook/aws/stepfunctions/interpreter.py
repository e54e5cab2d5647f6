"""moto's interpreter of Amazon States Language, and what is changed in it.

It reads the language and walks through the states; it is sound, and its threads, waits and clock are the
kernel's (see `virtual_modules`). Some things are ours. Tasks that call a service are of our own kind
(`service_task`), in the name of the state machine's role and only as it allows (`role_calls`). JSON is
written as AWS writes it, without blanks. Its own log, which shows addresses, is silent.

It is loaded at the first CreateStateMachine, without moto's Batch, which it needs for one enumeration and
which would load all of moto's EC2: that alone takes a second.
"""

from __future__ import annotations

import enum
import importlib
import logging
import sys
import types
from typing import TYPE_CHECKING, Any

from workbook.aws.stepfunctions.errors import InvalidDefinition
from workbook.aws.stepfunctions.language.locations import forget_scopes, write_locations
from workbook.aws.stepfunctions.maps.distributed import attach, readable
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from workbook.engine.patches import Patches

_PARSER = "moto.stepfunctions.parser"
_TASKS = f"{_PARSER}.asl.component.state.exec.state_task"
_JOB_STATES = "SUBMITTED PENDING RUNNABLE STARTING RUNNING SUCCEEDED FAILED"
_BATCH = ("moto.batch", "moto.batch.utils")
_STATE = "stepfunctions.patches"


def parse(definition: str) -> Any:  # noqa: ANN401 - the interpreter's Program
    """The program that a definition is.

    Raises:
        InvalidDefinition: it is no Amazon States Language; the words are the parser's (unverified).
        NotSimulated: it is, and the lab cannot read what a Map is to read.
    """
    _load()
    from moto.stepfunctions.parser.asl.parse import asl_parser  # noqa: PLC0415 - loads the grammar

    forget_scopes()
    text = readable(definition)
    try:
        program = asl_parser.AmazonStateLanguageParser.parse(text)[0]
    except Exception as error:
        reason = "; ".join(error.errors) if isinstance(error, asl_parser.ASLParserException) else str(error)
        raise InvalidDefinition.because(f"SCHEMA_VALIDATION_FAILED: {reason}") from error
    write_locations(program)
    attach(program, definition)
    return program


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
    from workbook.aws.stepfunctions import (  # noqa: PLC0415 - as late as the interpreter
        language,
        metering,
        repairs,
        state_seams,
        task_repairs,
    )

    for module in (task_repairs, repairs, metering, language, state_seams):
        module.install(patches)
    logger = logging.getLogger(_PARSER)
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    patches.on_undo(lambda: logger.setLevel(level))
