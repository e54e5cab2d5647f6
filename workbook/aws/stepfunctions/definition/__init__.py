"""What a definition has to be before it runs: one that AWS accepts.

    machines                                  the text, and the state machines in it
    fields ── values                          what a state of a type may, must and may not have, and of what
      ├── choices, attempts, maps             ... in the parts of some types
      ├── templates ── paths ── intrinsics    JSONPath
      └── expressions                         JSONata
    names, transitions                        the state machines as graphs
    appearances                               what is allowed and looks like a slip

Each module yields diagnostics, and none of them stops at the first: all places are reported, fields first,
then names, then transitions. Where an answer of AWS is recorded, codes, texts, places and order are AWS's;
where none is, the code is, and docs/fidelity.md says that the text is unverified.

Sources: Amazon States Language specification (states-language.net); answers of AWS recorded in LocalStack's
snapshots of ValidateStateMachineDefinition (2025), in localstack/localstack#11978, in floci-io/floci#2735,
#2745, #2786, #2968 and #3733 and its tests, and in the rules of badmintoncryer/cdk-preflight (2024 to 2026).
"""

from __future__ import annotations

from collections.abc import Iterator

from workbook.aws.stepfunctions.definition.appearances import appearances
from workbook.aws.stepfunctions.definition.fields import wrong_fields
from workbook.aws.stepfunctions.definition.machines import Machine, read_machines
from workbook.aws.stepfunctions.definition.names import wrong_names
from workbook.aws.stepfunctions.definition.transitions import wrong_ends, wrong_targets
from workbook.aws.stepfunctions.diagnostics import Diagnostic
from workbook.aws.stepfunctions.errors import InvalidDefinition

__all__ = ["check_definition", "diagnose"]


def check_definition(text: str, machine_type: str = "STANDARD") -> None:
    """Let a definition pass that AWS accepts for a state machine of this type (STANDARD or EXPRESS).

    Raises:
        InvalidDefinition: AWS does not accept it; the text names all places.
        NotSimulated: AWS does, and the lab cannot call what a Task calls.
    """
    errors = [found for found in diagnose(text, machine_type) if found.severity == "ERROR"]
    if errors:
        raise InvalidDefinition.because(*map(str, errors))


def diagnose(text: str, machine_type: str = "STANDARD") -> list[Diagnostic]:
    """All that is wrong with a definition, in AWS's order, and behind it what looks like a slip.

    Raises:
        NotSimulated: AWS accepts what a Task calls, and the lab cannot call it.
    """
    try:
        return list(_diagnose(text, machine_type))
    except RecursionError:
        return [Diagnostic("TOO_DEEPLY_NESTED", "The states are too deeply nested.", None)]


def _diagnose(text: str, machine_type: str) -> Iterator[Diagnostic]:
    found, machines = read_machines(text, machine_type)
    yield from found
    for machine in machines:
        for state in machine.all_states():
            yield from wrong_fields(state)
    yield from wrong_names(machines)
    for machine in machines:
        yield from wrong_targets(machine)
        yield from wrong_ends(machine)
    yield from _appearances(machines)


def _appearances(machines: list[Machine]) -> Iterator[Diagnostic]:
    for machine in machines:
        for state in machine.all_states():
            yield from appearances(state)
