"""Who may run now: the limits on concurrency.

    the account                       1,000 invocations at the same time, over all functions of a Region
    a function with a reservation     as many as it reserved, which nobody else can have; 0 stops it
    the other functions               share what is left
    a function's growth               at most 1,000 new environments in any 10 seconds

Sources: "Understanding Lambda function scaling", developer guide; API reference of Invoke (the reasons).
Lambda also limits requests a second to ten times the concurrency; that is not simulated.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from workbook.aws.awslambda.errors import TooManyRequests
from workbook.aws.awslambda.registry import functions
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaBackend, LambdaFunction

    from workbook.engine.world import World

ACCOUNT_CONCURRENCY = 1_000
UNRESERVED_MINIMUM = 100
"""What must be left for functions without a reservation."""
SCALING_RATE = 1_000
SCALING_PERIOD = 10 * SECOND

RESERVED_LIMIT = "ReservedFunctionConcurrentInvocationLimitExceeded"
ACCOUNT_LIMIT = "ConcurrentInvocationLimitExceeded"


class Concurrency:
    """How many invocations run now, in one account and Region."""

    def __init__(self) -> None:
        self._running: dict[str, int] = {}
        self._unreserved = 0
        self._total = 0
        self._starts: dict[str, deque[int]] = {}

    @property
    def unreserved(self) -> int:
        """How many invocations of functions without a reservation run."""
        return self._unreserved

    @property
    def total(self) -> int:
        """How many invocations run, of all functions."""
        return self._total

    def running(self, name: str) -> int:
        """How many invocations of function `name` run."""
        return self._running.get(name, 0)

    @contextmanager
    def slot(self, name: str, reserved: int | None, unreserved_limit: int) -> Iterator[None]:
        """Hold one unit of concurrency of function `name` inside the block.

        Raises:
            TooManyRequests: there is none; `reason` says by which limit.
        """
        running = self._running.get(name, 0)
        if reserved is not None and running >= reserved:
            raise TooManyRequests(RESERVED_LIMIT)
        if reserved is None and self._unreserved >= unreserved_limit:
            raise TooManyRequests(ACCOUNT_LIMIT)
        shared = int(reserved is None)
        self._running[name] = running + 1
        self._unreserved += shared
        self._total += 1
        try:
            yield
        finally:
            self._running[name] -= 1
            self._unreserved -= shared
            self._total -= 1

    def start_environment(self, name: str, now: int) -> None:
        """Count a new execution environment against the function's scaling rate.

        Raises:
            TooManyRequests: 1,000 were started in the last 10 seconds. The reason is AWS's for the account's
                limit (unverified).
        """
        starts = self._starts.setdefault(name, deque(maxlen=SCALING_RATE))
        if len(starts) == SCALING_RATE and starts[0] > now - SCALING_PERIOD:
            raise TooManyRequests(ACCOUNT_LIMIT)
        starts.append(now)


def concurrency_of(world: World, backend: LambdaBackend) -> Concurrency:
    """The account's counters in a Region, kept for the world's life."""
    return world.kept_in("lambda.concurrency", (backend.account_id, backend.region_name), Concurrency)


def reserved_of(function: LambdaFunction) -> int | None:
    """The concurrency that a function reserved, or None. 0 is a reservation: the function is stopped."""
    return None if function.reserved_concurrency is None else int(function.reserved_concurrency)


def reserved_in_all(backend: LambdaBackend, *, besides: str = "") -> int:
    """The sum of all reservations in an account and Region, without that of the function `besides`."""
    return sum(
        reserved_of(function) or 0 for function in functions(backend) if function.function_name != besides
    )
