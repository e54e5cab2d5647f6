"""The fields of a state: which ones its type has, in its query language, and what they may hold.

A type's fields are a table; so are the pairs of which a state takes one only. What has fields of its own
(rules, retriers, readers) is checked by a module of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from workbook.aws.stepfunctions.definition.attempts import of_other_language, wrong_attempts
from workbook.aws.stepfunctions.definition.choices import wrong_choices
from workbook.aws.stepfunctions.definition.expressions import wrong_expressions
from workbook.aws.stepfunctions.definition.intrinsics import is_call
from workbook.aws.stepfunctions.definition.machines import LANGUAGES, PROCESSORS, State
from workbook.aws.stepfunctions.definition.maps import wrong_map
from workbook.aws.stepfunctions.definition.paths import wrong_path, wrong_reference
from workbook.aws.stepfunctions.definition.templates import wrong_assignments, wrong_template
from workbook.aws.stepfunctions.definition.values import (
    NUMBERS,
    at_most_one,
    exactly_one,
    filled,
    is_expression,
    number,
    of_type,
    one_of,
    present,
    supported,
    timestamp,
)
from workbook.aws.stepfunctions.diagnostics import Diagnostic, unfit
from workbook.aws.stepfunctions.task_checks import check_task

_EVERY = frozenset({"Type", "Comment", "QueryLanguage"})
_MOVES = frozenset({"Next", "End"})
_TRIES = frozenset({"Retry", "Catch"})
_DATA = frozenset({"InputPath", "OutputPath", "Output", "Assign"})
_RESULT = frozenset({"ResultPath", "ResultSelector"})
_DEADLINES = frozenset({"TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath"})
_WAITS = ("SecondsPath", "Seconds", "TimestampPath", "Timestamp")
_TOLERATED = ("ToleratedFailurePercentage", "ToleratedFailureCount")
FIELDS = {
    "Task": _EVERY
    | _MOVES
    | _DATA
    | _TRIES
    | _RESULT
    | _DEADLINES
    | {"Resource", "Parameters", "Arguments", "Credentials"},
    "Pass": _EVERY | _MOVES | _DATA | {"Result", "ResultPath", "Parameters"},
    "Choice": _EVERY | _DATA | {"Choices", "Default"},
    "Wait": _EVERY | _MOVES | _DATA | {*_WAITS},
    "Succeed": _EVERY | _DATA - {"Assign"},
    "Fail": _EVERY | {"Error", "ErrorPath", "Cause", "CausePath"},
    "Parallel": _EVERY | _MOVES | _DATA | _TRIES | _RESULT | {"Branches", "Parameters", "Arguments"},
    "Map": _EVERY
    | _MOVES
    | _DATA
    | _TRIES
    | _RESULT
    | {
        "ItemSelector",
        "Parameters",
        "Items",
        "ItemsPath",
        "ItemReader",
        "ItemBatcher",
        "ResultWriter",
        "Label",
    }
    | {
        "MaxConcurrency",
        "MaxConcurrencyPath",
        *PROCESSORS,
        *_TOLERATED,
        *(f"{name}Path" for name in _TOLERATED),
    },
}
"""By type, in both query languages; compared with AWS by badmintoncryer/cdk-preflight on 2026-09-05."""
_ONLY_IN = {
    "JSONPath": frozenset({"Parameters", "ResultSelector", "Result"})
    | {field for fields in FIELDS.values() for field in fields if field.endswith("Path")},
    "JSONata": frozenset({"Arguments", "Output", "Items"}),
}
_NEEDED = {"Task": ("Resource",), "Choice": ("Choices",), "Parallel": ("Branches",)}
_ONE = {"Wait": _WAITS, "Map": PROCESSORS}
_PAIRS = tuple(
    (name, f"{name}Path")
    for name in ("TimeoutSeconds", "HeartbeatSeconds", "MaxConcurrency", *_TOLERATED, "Error", "Cause")
)
_MAP_PAIRS = (("ItemSelector", "Parameters"),)
_NULLABLE = frozenset({"InputPath", "OutputPath", "ResultPath"})
_PATHS = frozenset({"InputPath", "OutputPath"})
_INTO_CONTEXT = frozenset(
    {"ItemsPath", "SecondsPath", "TimestampPath", "TimeoutSecondsPath", "HeartbeatSecondsPath"}
)
_CALLS = frozenset({"ErrorPath", "CausePath"})
_TEMPLATES = frozenset({"Parameters", "ResultSelector", "ItemSelector", "Arguments"})
_TEXTS = frozenset({"Comment", "Next", "Default", "Error", "Cause", "Resource"})


def wrong_fields(state: State) -> Iterator[Diagnostic]:
    """Complain of the fields of a state, and of those in them.

    Raises:
        NotSimulated: AWS accepts what a Task calls, and the lab cannot call it.
    """
    if state.kind not in FIELDS:
        yield from _wrong_type(state)
        return
    yield from _wrong_language(state)
    yield from supported(state.body, FIELDS[state.kind], state.place)
    yield from present(state.body, _NEEDED.get(state.kind, ()), state.place)
    yield from _wrong_alternatives(state)
    for field in state.body:
        if field in FIELDS[state.kind] and field not in _foreign(state):
            yield from _wrong_value(state, field)
    yield from wrong_attempts(state) if state.kind in {"Task", "Parallel", "Map"} else ()
    yield from _PARTS.get(state.kind, _nothing)(state)
    if state.language == "JSONata":
        yield from wrong_expressions(state)


def _wrong_type(state: State) -> Iterator[Diagnostic]:
    yield from present(state.body, ("Type",), state.place)
    if "Type" in state.body:
        yield from one_of(state.body["Type"], tuple(FIELDS), f"{state.place}/Type")


def _foreign(state: State) -> frozenset[str]:
    """Fields that the state's type has in the other query language only."""
    return _ONLY_IN["JSONPath" if state.language == "JSONata" else "JSONata"]


def _wrong_language(state: State) -> Iterator[Diagnostic]:
    """A state machine in JSONata has no states in JSONPath; that said, AWS says no more of its fields."""
    if state.whole_language == "JSONata" and state.language == "JSONPath":
        message = "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine"
        yield unfit(message, state.place)
        return
    for field in state.body:
        if field in FIELDS[state.kind] and field in _foreign(state):
            yield of_other_language(field, state.language, state.place)


def _wrong_alternatives(state: State) -> Iterator[Diagnostic]:
    """Fields of which a state needs exactly one, or may have one only."""
    body, place = state.body, state.place
    if "Next" in FIELDS[state.kind]:
        moves = {
            name: value
            for name, value in body.items()
            if name == "Next" or (name == "End" and value is not False)
        }
        yield from exactly_one(moves, ("Next", "End"), place)
    if state.kind in _ONE:
        yield from exactly_one(body, _ONE[state.kind], place)
    for pair in _PAIRS + (_MAP_PAIRS if state.kind == "Map" else ()):
        if pair[0] in FIELDS[state.kind]:
            yield from at_most_one(body, pair, place)


def _wrong_value(state: State, field: str) -> Iterator[Diagnostic]:
    value, location = state.body[field], f"{state.place}/{field}"
    in_jsonata = state.language == "JSONata"
    if in_jsonata and is_expression(value):
        return
    if field in NUMBERS:
        yield from number(value, NUMBERS[field], location)
    elif field == "Timestamp":
        yield from timestamp(value, location)
    elif field == "QueryLanguage":
        yield from one_of(value, LANGUAGES, location)
    elif field == "End":
        yield from of_type(value, "BOOLEAN", location)
    elif field in _TEXTS:
        yield from of_type(value, "STRING", location)
    elif field == "Assign":
        yield from wrong_assignments(value, location)
        yield from () if in_jsonata else wrong_template(value, location)
    elif field in _TEMPLATES:
        yield from _wrong_payload(value, location, in_jsonata=in_jsonata)
    elif field.endswith("Path"):
        yield from _wrong_path(field, value, location)


def _wrong_payload(value: object, location: str, *, in_jsonata: bool) -> Iterator[Diagnostic]:
    if not (
        in_jsonata and isinstance(value, str)
    ):  # an expression that is not closed is complained of as such
        yield from of_type(value, "OBJECT", location)
    if not in_jsonata:
        yield from wrong_template(value, location)


def _wrong_path(field: str, value: object, location: str) -> Iterator[Diagnostic]:
    if value is None and field in _NULLABLE:
        return
    if field in _PATHS:
        yield from wrong_path(value, location)
    elif not (field in _CALLS and isinstance(value, str) and is_call(value)):
        yield from wrong_reference(value, location, context=field in _INTO_CONTEXT | _CALLS)


def _wrong_task(state: State) -> Iterator[Diagnostic]:
    body, place = state.body, state.place
    timeout, heartbeat = body.get("TimeoutSeconds"), body.get("HeartbeatSeconds")
    if isinstance(timeout, int) and isinstance(heartbeat, int) and heartbeat >= timeout:
        yield unfit("The HeartbeatSeconds value must be smaller than the TimeoutSeconds value", place)
    if "Credentials" in body:
        yield from _wrong_credentials(state)
    if isinstance(body.get("Resource"), str):
        yield from check_task(place, body, state.language, state.machine_type)


def _wrong_credentials(state: State) -> Iterator[Diagnostic]:
    credentials, place = state.body["Credentials"], f"{state.place}/Credentials"
    if ":activity:" in str(state.body.get("Resource")):
        yield unfit("The field 'Credentials' is not supported for activities", state.place)
    yield from of_type(credentials, "OBJECT", place)
    if not isinstance(credentials, dict):
        return
    if not {"RoleArn", "RoleArn.$"} & credentials.keys():
        yield unfit("The field 'RoleArn' is required but was missing", place)
    if state.language == "JSONPath":
        yield from wrong_template(credentials, place)


def _wrong_parallel(state: State) -> Iterator[Diagnostic]:
    if "Branches" in state.body:
        branches, place = state.body["Branches"], f"{state.place}/Branches"
        yield from filled(branches, "ARRAY", place)
        for index, branch in enumerate(branches if isinstance(branches, list) else ()):
            yield from of_type(branch, "OBJECT", f"{place}[{index}]")


def _nothing(_state: State) -> Iterator[Diagnostic]:
    return iter(())


_PARTS: dict[str, Callable[[State], Iterator[Diagnostic]]] = {
    "Task": _wrong_task,
    "Choice": wrong_choices,
    "Parallel": _wrong_parallel,
    "Map": wrong_map,
}
