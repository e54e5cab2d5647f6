"""Names that a definition gives: of states, of labels and of variables.

A state's name is unique in the whole definition, branches and processors included. A label is a part of the
ARNs of a Map's child executions, and a variable's name is a word of the query languages, so they take fewer
characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbook.aws.limits import limit
from workbook.aws.stepfunctions.definition.machines import Machine
from workbook.aws.stepfunctions.definition.values import of_type
from workbook.aws.stepfunctions.diagnostics import Diagnostic

_FORBIDDEN_IN_LABELS = re.compile(r'[\s?*<>{}\[\]:;,\\|^~$#%&`"\x00-\x1f\x7f-\x9f]')
_RESERVED = "states"


def wrong_names(machines: list[Machine]) -> Iterator[Diagnostic]:
    """Names of states and labels that are too long, or taken."""
    names: set[str] = set()
    labels: set[str] = set()
    for machine in machines:
        for state in machine.all_states():
            yield from _wrong_name(state.name, state.place, names)
            if state.kind == "Map" and "Label" in state.body:
                yield from _wrong_label(state.body["Label"], f"{state.place}/Label", labels)


def _wrong_name(name: str, place: str, taken: set[str]) -> Iterator[Diagnostic]:
    most = limit("stepfunctions.state-name")
    if len(name) > most:
        message = (
            f"Invalid State name: State '{name}' exceeds the {most}-character limit allowed by the service"
        )
        yield Diagnostic("INVALID_STATE_NAME", message, place)
    if name in taken:
        yield Diagnostic("DUPLICATE_STATE_NAME", f"Duplicate State name: {name}", place)
    taken.add(name)


def _wrong_label(label: object, place: str, taken: set[str]) -> Iterator[Diagnostic]:
    yield from of_type(label, "STRING", place)
    if not isinstance(label, str):
        return
    most = limit("stepfunctions.label")
    if len(label) > most:
        message = (
            f"Invalid Label name: Label '{label}' exceeds the {most}-character limit allowed by the service"
        )
        yield Diagnostic("INVALID_LABEL_NAME", message, place)
    elif _FORBIDDEN_IN_LABELS.search(label):
        message = f"Invalid Label name: Label '{label}' contains characters that labels may not have"
        yield Diagnostic("INVALID_LABEL_NAME", message, place)
    if label in taken:
        yield Diagnostic("DUPLICATE_LABEL_NAME", f"Duplicate Label name: {label}", place)
    taken.add(label)


def wrong_variable(name: str, place: str) -> Iterator[Diagnostic]:
    """A name that a variable cannot have; without the `.$` of JSONPath."""
    most = limit("stepfunctions.variable-name")
    if name == _RESERVED:
        message = f"Cannot assign to reserved variable '${name}'."
        yield Diagnostic("RESERVED_VARIABLE_NAME", message, place)
    elif not name.isidentifier() or name.startswith("_"):
        message = f"Invalid variable name '{name}': the variable name contains invalid characters."
        yield Diagnostic("INVALID_VARIABLE_NAME", message, place)
    elif len(name) > most:
        message = f"Invalid variable name '{name}': the variable name exceeds {most} characters."
        yield Diagnostic("INVALID_VARIABLE_NAME", message, place)
