"""An asynchronous event on its way through Lambda, and how its last attempt ended."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workbook.aws.awslambda.errors import LambdaError, ResourceNotFound
from workbook.aws.awslambda.event_invoke_configs import EventInvokeConfig, config_of
from workbook.aws.awslambda.names import LATEST, parse
from workbook.aws.awslambda.registry import find_by_arn, latest
from workbook.aws.awslambda.throttling import reserved_of

if TYPE_CHECKING:
    from workbook.aws.awslambda.invocation import Invocation
    from workbook.aws.awslambda.registry import Target
    from workbook.engine.hop import Hop
    from workbook.engine.world import World


class Condition(enum.Enum):
    """Why Lambda is done with an event, in the words of its invocation records."""

    SUCCESS = "Success"
    RETRIES_EXHAUSTED = "RetriesExhausted"
    EVENT_AGE_EXCEEDED = "EventAgeExceeded"
    ZERO_RESERVED_CONCURRENCY = "ZeroReservedConcurrency"
    RECURSIVE_INVOCATION = "RecursiveInvocation"
    """AWS's word for this one is unverified."""


@dataclass(frozen=True)
class Answer:
    """What came of an attempt: the function's response, or the error with which Lambda did not run it."""

    status: int
    """HTTP status, as of a synchronous invocation."""
    payload: str | None = None
    """JSON text of what the function returned or raised."""
    executed_version: str | None = None
    function_error: str | None = None
    message: str = ""
    """Of an error that is Lambda's own."""

    @property
    def failed(self) -> bool:
        """Whether the event was not processed."""
        return self.status != 200 or self.function_error is not None

    @classmethod
    def of_invocation(cls, invocation: Invocation) -> Answer:
        """The function ran."""
        return cls(200, invocation.payload, invocation.executed_version, invocation.function_error)

    @classmethod
    def of_error(cls, error: LambdaError) -> Answer:
        """The function did not run."""
        return cls(error.status, message=error.message)


@dataclass
class Event:
    """One event in Lambda's queue of asynchronous events."""

    function_arn: str
    """As it was asked for, with the qualifier if there was one."""
    request_id: str
    payload: str
    accepted_at: int
    hop: Hop
    """What led to its attempts: that it was accepted, or that it came a second time."""
    config: EventInvokeConfig
    dead_letter_target: str | None
    role_arn: str
    attempts: int = 0
    """With those that were throttled."""
    invocations: int = 0
    """Without them."""
    throttles: int = 0
    is_stopped: bool = False
    """Whether the function's reserved concurrency is 0."""
    answer: Answer | None = None
    """How the last attempt ended; None when there was none."""
    last_hop: Hop | None = None
    """The last attempt's entry in the trace."""

    @classmethod
    def accepted(cls, world: World, target: Target, request_id: str, payload: str, hop: Hop) -> Event:
        """An event that was accepted now."""
        return cls(target.arn, request_id, payload, world.clock.now, hop, EventInvokeConfig(), None, "")

    @property
    def task_name(self) -> str:
        """What its task is called where the lab says who waits for what."""
        return f"an event of {self.function_arn.rpartition(':function:')[2]}"

    @property
    def qualified_arn(self) -> str:
        """The function's ARN as invocation records show it: always with a qualifier."""
        return self.function_arn if parse(self.function_arn, longest=256).qualifier else self._latest_arn

    @property
    def _latest_arn(self) -> str:
        return f"{self.function_arn}:{LATEST}"

    def again(self, hop: Hop) -> Event:
        """The same event, come a second time because of `hop`."""
        return replace(self, hop=hop, attempts=0, invocations=0, throttles=0, answer=None, last_hop=None)

    def refresh(self, world: World) -> None:
        """Look up how the function is set now. When it is gone, what was last known of it counts."""
        try:
            target = find_by_arn(world, self.function_arn)
        except ResourceNotFound:
            return
        function = latest(target.backend, target.function.function_name)
        self.config = config_of(target)
        self.role_arn = str(target.function.role)
        # A published version keeps its own dead-letter queue; a reservation is the whole function's.
        self.dead_letter_target = target.function.dead_letter_target  # type: ignore[attr-defined]
        self.is_stopped = reserved_of(function) == 0

    def note_retry(self, world: World, due: int) -> None:
        """Write into the trace when the attempt that has just failed is repeated."""
        if self.last_hop is not None:
            world.trace.amend(self.last_hop, outcome=self.last_hop.outcome, retry_at=due)
