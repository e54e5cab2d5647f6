"""One row of the table of AWS's numbers."""

from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """One number: its name, value and unit, where AWS says so, and when that was read."""

    name: str
    value: int
    unit: str
    source: str
    date: datetime.date
