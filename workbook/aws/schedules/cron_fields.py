"""A field of a cron expression that stands for numbers: `*`, `5`, `1-5`, `22-2`, `0/15`, `MON,WED`.

A range may go over the end and begin again, as in AWS's own example `0/30 20-2 ? * MON-FRI *`.

Source: EventBridge User Guide, "Cron expressions reference".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from workbook.aws.schedules.errors import InvalidSchedule

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_ITEM = re.compile(r"(?P<first>\*|\w+)(?:-(?P<last>\w+))?(?:/(?P<step>\d{1,4}))?", re.ASCII)


@dataclass(frozen=True)
class NumberField:
    """What may stand in a field: numbers from `lowest` to `highest`, or names for them."""

    name: str
    lowest: int
    highest: int
    names: Mapping[str, int] = field(default_factory=dict)
    steps: bool = True
    limited: bool = True
    """Whether a number above `highest` is refused."""

    def parse(self, text: str) -> tuple[int, ...]:
        """The numbers that `text` stands for, in order.

        Raises:
            InvalidSchedule: it is not written as this field has to be.
        """
        # PutRule takes a comma at a field's end (reported to AWS in 2021, and still so in 2023).
        items = text.removesuffix(",").split(",")
        return tuple(sorted({number for item in items for number in self._parse_item(item)}))

    def number(self, text: str) -> int:
        """The one number that `text`, digits or a name, stands for.

        Raises:
            InvalidSchedule: it stands for none of this field.
        """
        named = self.names.get(text.upper())
        if named is not None:
            return named
        if text.isdigit() and len(text) <= 4:
            number = int(text)
            if self.lowest <= number and (number <= self.highest or not self.limited):
                return number
        raise InvalidSchedule(f"{self.name}: {text!r} is not between {self.lowest} and {self.highest}")

    def _parse_item(self, item: str) -> list[int]:
        match = _ITEM.fullmatch(item)
        if match is None or (match["first"] == "*" and match["last"]):
            raise InvalidSchedule(f"{self.name}: {item!r} is none of *, a number, a range and a step")
        step = self._step(match["step"], item)
        if match["first"] == "*":
            return list(range(self.lowest, self.highest + 1, step))
        first = self.number(match["first"])
        if match["last"]:
            return self._range(first, self.number(match["last"]), step)
        return list(range(first, self.highest + 1, step)) if match["step"] else [first]

    def _step(self, text: str | None, item: str) -> int:
        if text is None:
            return 1
        step = int(text)
        if not self.steps or not 1 <= step <= self.highest:
            most = f"its step is from 1 to {self.highest}" if self.steps else "this field has no steps"
            raise InvalidSchedule(f"{self.name}: {item!r}: {most}")
        return step

    def _range(self, first: int, last: int, step: int) -> list[int]:
        if first <= last:
            return list(range(first, last + 1, step))
        if self is YEARS:
            raise InvalidSchedule(f"{self.name}: the range {first}-{last} ends before it begins")
        size = self.highest - self.lowest + 1
        around = range(first, last + size + 1, step)
        return [self.lowest + (number - self.lowest) % size for number in around]


MINUTES = NumberField("minutes", 0, 59)
HOURS = NumberField("hours", 0, 23)
DAYS = NumberField("day-of-month", 1, 31)
MONTHS = NumberField("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, start=1)})
# The wildcards that AWS lists for this field do not include the slash.
WEEKDAYS = NumberField(
    "day-of-week", 1, 7, {name: number for number, name in enumerate(_WEEKDAYS, start=1)}, steps=False
)
# PutRule takes the year 2500 (measured by users in 2026), though the documented range ends with 2199.
YEARS = NumberField("year", 1970, 2199, limited=False)
