"""What an evidence found out in its lab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from workbook.flow.bundle import Picture

Found = Mapping[str, bool] | Mapping[str, str] | Sequence[str] | float
"""An answer as an evidence gives it:

- of choices: option to whether it is true, without those that no run can show
- of an order: the options in their order
- of a matching: option to what goes with it
- of a number: the number
"""


@dataclass(frozen=True)
class Shown:
    """What came out."""

    answer: Found
    """Computed from what happened in the lab, never written down."""
    says: str
    """What was done and what happened, in one to three sentences with the numbers that decide."""
    each: Mapping[str, str] = field(default_factory=dict)
    """For options: what happened to this one, in a few words; shown beside it. Options are shown in another
    order to everybody, so `says` cannot call them by letters."""
    picture: Picture | None = None
    """The one picture that shows it: `lab.sequence(...)`, `lab.chart(...)`, `lab.flow()`."""
