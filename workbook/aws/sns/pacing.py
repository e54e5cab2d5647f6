"""throttlePolicy: an HTTP/S endpoint gets no more than so many deliveries a second.

What comes faster than that waits its turn; nothing is lost by it. The turns are evenly spaced, and a retry
takes none of them (both unverified: AWS speaks of an average).

Source: Amazon SNS Developer Guide, "Creating an HTTP/S delivery policy" (maxReceivesPerSecond).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.delivery import LATENCY, Delivery
from workbook.aws.delivery.courier import Courier
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from workbook.engine.world import World

_STATE = "sns.pacing"


def send_paced(world: World, subscription_arn: str, delivery: Delivery, rate: int) -> None:
    """Deliver at the next free turn of a subscription with `rate` turns a second; returns at once."""
    free = _free_turns(world)
    turn = max(world.clock.now + LATENCY, free.get(subscription_arn, 0))
    free[subscription_arn] = turn + SECOND // rate
    courier = Courier(world, delivery, world.trace.cause)
    world.kernel.at(turn, courier.try_once, name=courier.name)


def _free_turns(world: World) -> dict[str, int]:
    """When the next turn of each subscription is, by its ARN."""
    return world.kept(_STATE, dict)
