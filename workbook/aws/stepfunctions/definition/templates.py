"""Payload templates of JSONPath: objects in which a name that ends in `.$` has a path or a call as its value.

    {"order.$": "$.id", "told": {"at.$": "$$.State.EnteredTime"}, "by.$": "States.Format('{}', $.name)"}

Assign is one, too, and its names are variables.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbook.aws.stepfunctions.definition.intrinsics import is_call
from workbook.aws.stepfunctions.definition.names import wrong_variable
from workbook.aws.stepfunctions.definition.paths import is_path
from workbook.aws.stepfunctions.definition.values import of_type
from workbook.aws.stepfunctions.diagnostics import Diagnostic, unfit

_DYNAMIC = ".$"


def wrong_template(value: object, location: str) -> Iterator[Diagnostic]:
    """Complain of names ending in `.$` whose values are neither paths nor calls; at any depth."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from wrong_template(item, f"{location}[{index}]")
    if not isinstance(value, dict):
        return
    for name, item in value.items():
        if not name.endswith(_DYNAMIC):
            yield from wrong_template(item, f"{location}/{name}")
        elif not isinstance(item, str) or not (is_path(item) or is_call(item)):
            wanted = "a valid JSONPath or a valid intrinsic function call"
            yield unfit(f"The value for the field '{name}' must be {wanted}", location)


def wrong_assignments(value: object, location: str) -> Iterator[Diagnostic]:
    """Complain of an Assign that is no object, and of names that variables cannot have."""
    yield from of_type(value, "OBJECT", location)
    if isinstance(value, dict):
        for name in value:
            yield from wrong_variable(name.removesuffix(_DYNAMIC), f"{location}/{name}")
