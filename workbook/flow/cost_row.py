"""One line of a bill."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CostRow:
    """One kind of unit of one operation or function, by one caller."""

    service: str
    what: str
    """The operation ("SendMessage"), the function or the state machine."""
    who: str
    """Who made the requests: you, an actor, a group of instances, a function, Lambda's pollers."""
    calls: int
    """Requests, invocations or executions."""
    units: float
    """What is billed: requests in chunks of 64 KB, invocations, GB-seconds, state transitions."""
    unit: str
    empty: int | None = None
    """How many receives brought no message; None for all else."""
    cold_starts: int | None = None
    """How many invocations began with an init phase; None for all else."""
