"""What would have cost less, computed from the trace.

Each piece of advice names a number, and the number follows by arithmetic: the same messages at the same
times, with the requests that could have been one put together. Nothing is guessed, so nothing is said where
the trace does not show it. Pieces are counted each alone; they overlap, so their sum means nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from workbook.aws.billable import sqs_requests
from workbook.engine.hop import Hop
from workbook.engine.naming import short_name
from workbook.flow.sessions import sessions_of


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to change, and what it would have saved."""

    service: str
    """"SQS" or "Lambda"."""
    change: str
    """What to do, in a few words."""
    where: str
    """The queue or function that it is about."""
    saves: float
    """Units that would not have been billed."""
    of: float
    """Units that were billed, of the same kind, in the whole trace."""
    unit: str
    """What is counted: "requests", "invocations", "GB-seconds"."""
    reason: str
    """The arithmetic, in a sentence or two."""

    @property
    def share(self) -> float:
        """How much of all units of its kind it would have saved, from 0 to 1."""
        return self.saves / self.of if self.of else 0.0

    @property
    def saving(self) -> str:
        """What it would have saved, in words."""
        saves = amount(self.saves, self.unit).partition(" ")[0]
        return f"{saves} of {amount(self.of, self.unit)}, {math.floor(100 * self.share)}%"

    def __str__(self) -> str:
        return f"{self.change} ({self.where}) saves {self.saving}. {self.reason}"


def advice_for(hops: Sequence[Hop], now: int) -> list[Advice]:
    """All advice that a whole trace gives at the instant `now`, what saves the largest share first."""
    # They import this module.
    from workbook.flow import advice_on_batches, advice_on_functions, advice_on_polling  # noqa: PLC0415

    total = sum(request.units for request in sqs_requests(hops, now))
    sessions = sessions_of(hops)
    found = [
        *advice_on_polling.find(hops, sessions, total, now),
        *advice_on_batches.find(hops, sessions, total, now),
        *advice_on_functions.find(hops),
    ]
    return sorted(found, key=lambda advice: -advice.share)


def saving_requests(change: str, queue: str, saves: int, total: int, reason: str) -> Advice:
    """Advice on requests to SQS, of which `total` were billed; `queue` is an ARN."""
    return Advice("SQS", change, short_name(queue), saves, total, "requests", reason)


def amount(number: float, unit: str) -> str:
    """Units: "1 request", "2,000 requests", "0.25 GB-seconds"; of a fraction three digits."""
    whole = isinstance(number, int) or number >= 1000
    shown = f"{number:,.0f}" if whole else f"{number:.3g}"
    return f"{shown} {unit.removesuffix('s') if shown == '1' else unit}"


def counted(number: int, one: str, several: str = "") -> str:
    """A number with its noun: "1 request", "2 requests", "2 batches"."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"
