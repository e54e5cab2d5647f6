"""What AWS finds in a definition: a code, a message, and the place.

ValidateStateMachineDefinition answers with them one by one; CreateStateMachine and UpdateStateMachine put the
errors into one text. So whoever checks a part of a definition yields diagnostics, and never writes that text.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Code = Literal[
    "SCHEMA_VALIDATION_FAILED",
    "INVALID_JSON_DESCRIPTION",
    "MISSING_TRANSITION_TARGET",
    "MISSING_END_STATE",
    "DUPLICATE_STATE_NAME",
    "INVALID_STATE_NAME",
    "DUPLICATE_LABEL_NAME",
    "INVALID_LABEL_NAME",
    "TOO_DEEPLY_NESTED",
    "INVALID_VARIABLE_NAME",
    "RESERVED_VARIABLE_NAME",
    "INVALID_JSONATA_EXPRESSION",
    "UNSUPPORTED_JSONATA_EXPRESSION",
    "NO_DOLLAR",
    "NO_PATH",
    "PASS_RESULT_IS_STATIC",
]
WARNINGS: frozenset[Code] = frozenset({"NO_DOLLAR", "NO_PATH", "PASS_RESULT_IS_STATIC"})


class Diagnostic(NamedTuple):
    """One thing that is wrong with a definition, or looks as if it were."""

    code: Code
    message: str
    location: str | None
    """As `/States/Pay/Catch[0]/Next`; none where the whole is meant."""

    @property
    def severity(self) -> Literal["ERROR", "WARNING"]:
        """A state machine can be made in spite of warnings."""
        return "WARNING" if self.code in WARNINGS else "ERROR"

    def __str__(self) -> str:
        """As the text of InvalidDefinition has it."""
        return f"{self.code}: {self.message} at {self.location or 'null'}"


def unfit(message: str, location: str | None) -> Diagnostic:
    """A value that the schema of Amazon States Language does not allow: most of what can be wrong."""
    return Diagnostic("SCHEMA_VALIDATION_FAILED", message, location)
