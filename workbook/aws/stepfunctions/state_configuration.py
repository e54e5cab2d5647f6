"""TestState's stateConfiguration: what would have happened in a Map or Parallel state that is mocked.

    retrierRetryCount         how often the state was tried again already
    mapIterationFailureCount  how many items of a distributed Map failed
    errorCausedByState        which state in the Map or Parallel the mocked error came from
    mapItemReaderData         what the ItemReader of a distributed Map read

Each is accepted where an answer of AWS is recorded or its documentation says what follows; elsewhere it is
refused by name, because AWS's answer is not known.

Sources: Step Functions Developer Guide, "Testing state machines with TestState API"; answers of AWS in
LocalStack's snapshots of TestState, November 2025.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workbook.aws.operations import NotSimulated
from workbook.aws.stepfunctions.errors import ValidationException
from workbook.aws.stepfunctions.maps.distributed import is_distributed

State = Mapping[str, Any]
_TASK_FAILED = "States.TaskFailed"


@dataclass(frozen=True)
class Configuration:
    """A stateConfiguration that is in order."""

    retries: int = 0
    failed_items: int | None = None
    reader_data: str | None = None
    """The document that the ItemReader read."""


def read_configuration(given: Mapping[str, Any], state: State, mock: object) -> Configuration:
    """Read a stateConfiguration for a state.

    Raises:
        ValidationException: it does not fit the state.
        NotSimulated: what AWS makes of it is not known.
    """
    cause = given.get("errorCausedByState")
    if cause is not None:
        _check_cause(cause, state, mock)
    failed = given.get("mapIterationFailureCount")
    if failed is not None:
        _demand_distributed("mapIterationFailureCount", state, mock)
    data = given.get("mapItemReaderData")
    if data is not None:
        _check_reader(state, mock)
    return Configuration(given.get("retrierRetryCount", 0), failed, data)


def _demand_distributed(name: str, state: State, mock: object) -> None:
    if not is_distributed(state) or mock is None:
        what = f"TestState: {name} for a state that is no mocked Map in DISTRIBUTED mode"
        raise NotSimulated(what, "Leave it out, or test a distributed Map with a mock.")


# ---- where an error came from


def _check_cause(name: str, state: State, mock: object) -> None:
    if state.get("Type") not in {"Map", "Parallel"} or "errorOutput" not in (
        mock if isinstance(mock, dict) else {}
    ):
        what = "TestState: errorCausedByState without a mocked error of a Map or Parallel state"
        raise NotSimulated(what, "Leave it out, or mock an errorOutput of a Map or Parallel state.")
    inner = dict(_states_within(state))
    if name not in inner:
        known = ", ".join(sorted(inner))
        raise ValidationException(
            f"errorCausedByState names '{name}', which is no state within the tested one: {known}"
        )
    if inner[name].get("Type") != "Task" and _TASK_FAILED in _handled(state):
        what = f"TestState: {_TASK_FAILED} for an error caused by a state that is no Task"
        raise NotSimulated(what, "Name a Task in errorCausedByState, or handle the error by its own name.")


def _states_within(state: State) -> Iterator[tuple[str, State]]:
    for machine in (*state.get("Branches", ()), state.get("ItemProcessor"), state.get("Iterator")):
        for name, inner in ((machine or {}).get("States") or {}).items():
            yield name, inner
            yield from _states_within(inner)


def _handled(state: State) -> set[str]:
    handlers = (*state.get("Retry", ()), *state.get("Catch", ()))
    return {error for handler in handlers for error in handler["ErrorEquals"]}


# ---- what an ItemReader read


def _check_reader(state: State, mock: object) -> None:
    _demand_distributed("mapItemReaderData", state, mock)
    reader = state.get("ItemReader") or {}
    config = reader.get("ReaderConfig") or {}
    reads_object = str(reader.get("Resource", "")).endswith(":s3:getObject")
    if not reads_object or config.get("InputType") == "MANIFEST" or "ManifestType" in config:
        what = "TestState: mapItemReaderData but for an ItemReader that gets JSON, JSON lines or CSV from S3"
        raise NotSimulated(what, "Test the Map with such a document, or run an execution.")
