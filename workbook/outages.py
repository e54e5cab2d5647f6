"""Something is down for a while, because a learner wants to see what AWS's services do then."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

from workbook.aws.delivery.outages import begin_outage, end_outage
from workbook.aws.sqs.backend import find_queue_by_name
from workbook.engine.clock import microseconds

if TYPE_CHECKING:
    from workbook.engine.world import World

SERVICES = frozenset(
    {
        *("events", "firehose", "http", "kinesis", "lambda", "logs", "mailto", "s3", "sms", "sns", "sqs"),
        "states",
    }
)
"""What can be down as a whole."""


class Outage:
    """An outage that has begun; at the end of a `with` block it is over."""

    def __init__(self, world: World, place: str) -> None:
        self._world = world
        self._place = place

    def end(self) -> None:
        """Let it take deliveries again; harmless when it does."""
        with self._world.kernel:
            end_outage(self._world, self._place)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def __repr__(self) -> str:
        return f"<outage of {self._place}>"


def outage_of(world: World, target: str, seconds: float) -> Outage:
    """Begin an outage; 0 seconds stand for one that lasts until it is ended.

    Raises:
        LookupError: there is no such queue or function; the text lists those there are.
        ValueError: `seconds` is negative.
    """
    if not seconds >= 0:  # not `<`: a number that is none, nan, compares as false
        message = f"outage({target!r}) of {seconds:g} s: pass a duration of 0 or more"
        raise ValueError(message)
    place = place_of(world, target)
    begin_outage(world, place, world.clock.now + microseconds(seconds) if seconds else None)
    return Outage(world, place)


def place_of(world: World, target: str) -> str:
    """What a learner means: a service, an ARN or a URL as it is, or the ARN of a queue or function.

    Raises:
        LookupError: there is no such queue or function, or one of each.
    """
    if target in SERVICES or target.startswith("arn:"):
        return target
    if target.startswith(("https://", "http://")):
        return target.rstrip("/")
    function = _function_arn(world, target)
    try:
        queue = find_queue_by_name(target, world.region, world.account).arn
    except LookupError as error:
        if function is None:
            services = ", ".join(sorted(SERVICES))
            message = f"{error}. There is no such function either, and the services are: {services}"
            raise LookupError(message) from None
        return function
    if function is not None:
        message = f"{target!r} is a queue and a function: pass the ARN, {queue} or {function}"
        raise LookupError(message)
    return queue


def _function_arn(world: World, name: str) -> str | None:
    if "moto.awslambda.models" not in sys.modules:  # then there are no functions
        return None
    from moto.awslambda.utils import get_backend  # noqa: PLC0415 - it is loaded

    from workbook.aws.awslambda.registry import functions  # noqa: PLC0415 - as above

    found = functions(get_backend(world.account, world.region))
    return next((each.function_arn for each in found if each.function_name == name), None)
