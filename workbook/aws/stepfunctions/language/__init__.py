"""What a state machine's language does, where the interpreter does something else or nothing.

    visits                             one state, from its entry to its exit
    attempts                           Retry and Catch of Task, Parallel and Map
    branches ── parallel, iterations   what runs side by side
    choices ── comparisons             a Choice state
    json_texts                         names and other texts of a definition
    expressions ── jsonata ── jsonata_functions      a JSONata expression in a field of a state
    locations                          which field that is
    json_paths ── path_syntax, path_conditions       where a JSONPath leads
    path_fields                        a field whose path leads nowhere
    variables                          Assign
    intrinsics                         States.Format and the others
    typed_values                       times, names and roles that the data gives
    failures                           how a state fails

Each module changes the interpreter in places of its own, when it is loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbook.engine.patches import Patches


def install(patches: Patches) -> None:
    """Change the interpreter, which is loaded."""
    from workbook.aws.stepfunctions.language import (  # noqa: PLC0415 - as late as the interpreter
        attempts,
        choices,
        expressions,
        failures,
        intrinsics,
        iterations,
        json_paths,
        json_texts,
        locations,
        parallel,
        path_fields,
        typed_values,
        variables,
        visits,
    )
    from workbook.aws.stepfunctions.maps import map_state  # noqa: PLC0415 - as above

    data = (json_texts, json_paths, path_fields, expressions, variables, intrinsics, typed_values)
    for module in (locations, failures, visits, attempts, choices, *data, parallel, iterations, map_state):
        module.install(patches)
