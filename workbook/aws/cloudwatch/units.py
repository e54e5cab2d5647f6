"""The units of metrics, and which of several a question without a unit is answered in.

Source: the text with which PutMetricData refuses another unit (reported by users; it lists them in the order
below), and answers of GetMetricData for a metric with values in several units (recorded in December 2023): of
one series only the unit that is first in that list is counted, and a message names all of them.
"""

from __future__ import annotations

from collections.abc import Iterable

from moto.cloudwatch.exceptions import InvalidParameterValue

NONE = "None"
"""The unit of values that were put without one."""

UNITS = (
    "Megabits",
    "Terabits",
    "Gigabits",
    "Count",
    "Bytes",
    "Gigabytes",
    "Gigabytes/Second",
    "Kilobytes",
    "Kilobits/Second",
    "Terabytes",
    "Terabits/Second",
    "Bytes/Second",
    "Percent",
    "Megabytes",
    "Megabits/Second",
    "Milliseconds",
    "Microseconds",
    "Kilobytes/Second",
    "Gigabits/Second",
    "Megabytes/Second",
    "Bits",
    "Bits/Second",
    "Count/Second",
    "Seconds",
    "Kilobits",
    "Terabytes/Second",
    NONE,
)
"""In AWS's order."""


def check_unit(parameter: str, unit: str | None) -> None:
    """Let a unit pass that metrics may have.

    Raises:
        InvalidParameterValue: it is another.
    """
    if unit is not None and unit not in UNITS:
        raise InvalidParameterValue(
            f"The parameter {parameter} must be a value in the set [ {', '.join(UNITS)} ]."
        )


def first_of(units: Iterable[str]) -> str | None:
    """The unit that counts where none was asked for; None where there is none at all."""
    return min(units, key=UNITS.index, default=None)


def message_about(units: Iterable[str]) -> dict[str, str]:
    """What GetMetricData says of a series that has values in several units."""
    shown = ", ".join(sorted(units))
    return {"Code": "MultipleUnits", "Value": f"Multiple units returned: '[{shown}]'"}
