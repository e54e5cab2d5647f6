"""What a state machine's language does, where the interpreter does something else or nothing.

    jsonata ── jsonata_functions       expressions, and what AWS adds to them
       │
    expressions                        an expression in a field of a state: its bindings, and its failure
    locations                          which field that is
    variables                          Assign
    intrinsics                         States.Format and its like
    attempts                           Retry and Catch
    branches ── parallel, iterations   what runs side by side
    data_limits                        256 KiB

Each module changes the interpreter in places of its own; `install` of this package calls them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbook.engine.patches import Patches


def install(patches: Patches) -> None:
    """Change the interpreter, which is loaded."""
    from workbook.aws.stepfunctions.language import expressions  # noqa: PLC0415 - as late as the interpreter

    expressions.install(patches)
