"""A service or a resource that is down for a while, because a learner wants to see what senders do then.

AWS's own failures cannot be ordered, so what a topic does when SQS is down for an hour is known from its
documentation only. Here an outage can be ordered. It fails what AWS's services *deliver*, as a server-side
error, which all of them try again; a learner's own calls go through.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.delivery.shipment import Failure, Undelivered
from workbook.aws.delivery.targets import service_of

if TYPE_CHECKING:
    from workbook.engine.world import World

_STATE = "delivery.outages"


def begin_outage(world: World, place: str, until: int) -> None:
    """Fail what is delivered to `place` until an instant.

    `place` is a service as ARNs name it ("sqs"), an ARN, or a URL.
    """
    _outages(world)[place] = until
    world.trace.record("outage", place, until_at=until)


def end_outage(world: World, place: str) -> None:
    """Let `place` take deliveries again; harmless when it does."""
    if _outages(world).pop(place, None) is not None:
        world.trace.record("recover", place)


def refuse_in_outage(world: World, target: str) -> None:
    """Let a delivery pass to what is not down.

    Raises:
        Undelivered: it is down.
    """
    outages = _outages(world)
    if not outages:
        return
    for place in (target, service_of(target)):
        until = outages.get(place)
        if until is not None and world.clock.now < until:
            raise Undelivered(Failure.UNAVAILABLE, "Service Unavailable", status=503)


def _outages(world: World) -> dict[str, int]:
    outages = world.state.setdefault(_STATE, {})
    assert isinstance(outages, dict)  # noqa: S101 - nobody else writes under this name
    return outages
