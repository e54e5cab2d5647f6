"""How CloudWatch writes instants into its documents."""

from __future__ import annotations

from workbook.engine.clock import datetime_of


def milliseconds(instant: int) -> str:
    """As in `2026-01-05T09:00:00.000+0000`."""
    moment = datetime_of(instant)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}+0000"


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def in_words(instant: int) -> str:
    """As reasons of composite alarms have it: `Monday 05 January, 2026 09:00:00 UTC`."""
    moment = datetime_of(instant)
    # Not by strftime: it speaks the language of the computer.
    day, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
    return f"{day} {moment:%d} {month}, {moment:%Y %H:%M:%S} UTC"
