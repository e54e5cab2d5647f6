"""A service or a resource that is down for a while, because a learner wants to see what senders do then.

AWS's own failures cannot be ordered, so what a topic does when SQS is down for an hour is known from its
documentation only. Here an outage can be ordered. It fails what AWS's services *deliver*, as a server-side
error, which most senders try again (a function's destination, and any dead-letter queue, is tried once); a
learner's own calls go through.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from workbook.aws.delivery.shipment import Failure, Undelivered
from workbook.aws.delivery.targets import service_of

if TYPE_CHECKING:
    from workbook.engine.world import World

_STATE = "delivery.outages"


def begin_outage(world: World, place: str, until: int | None = None) -> None:
    """Fail what is delivered to `place` until an instant, or until it is ended.

    `place` is a service as ARNs name it ("sqs"), "http" for all servers outside AWS, an ARN, or a URL, which
    stands for all below it.
    """
    _outages(world)[place] = until
    facts: dict[str, Any] = {} if until is None else {"until_at": until}
    world.trace.record("outage", place, **facts)


def end_outage(world: World, place: str) -> None:
    """Let `place` take deliveries again; harmless when it does."""
    if place not in _outages(world):
        return
    until = _outages(world).pop(place)
    if until is None or world.clock.now < until:
        world.trace.record("recover", place)


def refuse_in_outage(world: World, target: str) -> None:
    """Let a delivery pass to what is not down.

    Raises:
        Undelivered: it is down.
    """
    outages = _outages(world)
    if outages and any(_is_down(world, place) for place in _places(target)):
        raise Undelivered(Failure.UNAVAILABLE, "Service Unavailable", status=503)


def _is_down(world: World, place: str) -> bool:
    outages = _outages(world)
    if place not in outages:
        return False
    until = outages[place]
    return until is None or world.clock.now < until


def _places(target: str) -> Iterator[str]:
    """What a target is down with: itself, its service, the function of an alias, a URL above."""
    yield target
    service = service_of(target)
    yield service
    if service == "lambda":
        yield ":".join(target.split(":")[:7])
    if service in {"http", "https"}:
        yield "http"
        while target.count("/") > 2:  # what is left then is a host
            target = target.rpartition("/")[0]
            yield target


def _outages(world: World) -> dict[str, int | None]:
    """Until when each place is down; None for one that is down until it is ended."""
    return world.kept(_STATE, dict)
