"""What AWS accepts, and warns of: values that look like paths where nothing follows them.

    "Parameters": {"id": "$.order.id"}     the text, and not what is at the path: the name lacks its .$
    "Cause": "$.reason"                    the text, too: the path belongs into CausePath
    "Result": {"id.$": "$.order.id"}       a Result is taken as it stands

The codes are AWS's, and when they come is what its documentation says of them; the sentences are ours.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbook.aws.stepfunctions.definition.intrinsics import is_call
from workbook.aws.stepfunctions.definition.machines import State
from workbook.aws.stepfunctions.definition.paths import is_path
from workbook.aws.stepfunctions.diagnostics import Diagnostic

_TEMPLATES = ("Parameters", "ResultSelector", "ItemSelector", "Assign")
_TEXTS = ("Error", "Cause")
_DYNAMIC = ".$"


def appearances(state: State) -> Iterator[Diagnostic]:
    """What in a state looks like a slip."""
    if state.language != "JSONPath":
        return
    for field in _TEMPLATES:
        if field in state.body:
            yield from _without_dollar(state.body[field], f"{state.place}/{field}")
    for field in _TEXTS if state.kind == "Fail" else ():
        if _looks_dynamic(state.body.get(field)):
            message = f"The value of '{field}' looks like a path, but its name does not end with 'Path'"
            yield Diagnostic("NO_PATH", message, f"{state.place}/{field}")
    if state.kind == "Pass" and _has_path(state.body.get("Result")):
        message = "The Result of a Pass state is static: a path in it is not followed"
        yield Diagnostic("PASS_RESULT_IS_STATIC", message, f"{state.place}/Result")


def _looks_dynamic(value: object) -> bool:
    return isinstance(value, str) and (
        (value.startswith(("$.", "$$.", "$[")) and is_path(value))
        or (value.startswith("States.") and is_call(value))
    )


def _without_dollar(value: object, location: str) -> Iterator[Diagnostic]:
    if isinstance(value, dict):
        for name, item in value.items():
            if not name.endswith(_DYNAMIC):
                yield from _without_dollar(item, f"{location}/{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _without_dollar(item, f"{location}[{index}]")
    elif _looks_dynamic(value):
        name = location.rpartition("/")[2]
        message = f"The value of '{name}' looks like a path or a call, but its name does not end with '.$'"
        yield Diagnostic("NO_DOLLAR", message, location)


def _has_path(value: object) -> bool:
    if isinstance(value, dict):
        return any(name.endswith(_DYNAMIC) or _has_path(item) for name, item in value.items())
    if isinstance(value, list):
        return any(map(_has_path, value))
    return _looks_dynamic(value)
