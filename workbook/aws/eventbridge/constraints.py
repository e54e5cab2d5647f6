"""The limits of the service model, as EventBridge puts them into words.

PutEvents is the one operation whose lists AWS is recorded to print, as its own class prints itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbook.aws.constraints import constraint_errors
from workbook.aws.eventbridge.errors import ValidationError
from workbook.aws.limits import limit

MOST_ENTRIES = limit("eventbridge.put-events.entries")
_FIELDS = ("Time", "Source", "Resources", "DetailType", "Detail", "EventBusName", "TraceHeader")


def check_constraints(operation: str, parameters: Mapping[str, Any]) -> None:
    """Let a request pass whose values the model allows.

    Raises:
        ValidationError: it does not allow some; the text names them all.
    """
    entries = parameters.get("Entries") or []
    if operation == "PutEvents" and len(entries) > MOST_ENTRIES:
        shown = ", ".join(_shown(entry) for entry in entries)
        raise ValidationError(
            f"1 validation error detected: Value '[{shown}]' at 'entries' failed to satisfy constraint: "
            f"Member must have length less than or equal to {MOST_ENTRIES}"
        )
    errors = constraint_errors("events", operation, parameters)
    if errors is not None:
        raise ValidationError(errors)


def _shown(entry: Mapping[str, Any]) -> str:
    fields = [f"{name[0].lower()}{name[1:]}={_value(entry.get(name))}" for name in _FIELDS]
    return f"PutEventsRequestEntry({', '.join([*fields, 'kmsKeyIdentifier=null', 'internalMetadata=null'])})"


def _value(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    return "null" if value is None else str(value)
