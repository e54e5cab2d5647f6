"""The one way by which a service of AWS reaches another.

    topic, rule, schedule, pipe,      Delivery     Courier: tries, retries,      target: permission,
    alarm, bucket, destination   ───> (shipment) ─> dead letters (courier)  ───>  then what it takes (to_*)

A producer is answered before anything is delivered, and no failure of a target ever comes back to it: what
happens on the way is in the trace, and nowhere else. That is how AWS decouples, and how messages get lost.
Only a pipe waits for its target (`attempt`), since what it could not deliver goes back to its source.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbook.aws.delivery.courier import Courier, attempt
from workbook.aws.delivery.shipment import (
    NO_RETRIES,
    DeadLetters,
    Delivery,
    Failure,
    Outcome,
    Parcel,
    RetryPolicy,
    Sender,
    Undelivered,
)
from workbook.aws.delivery.targets import Target, find_target

if TYPE_CHECKING:
    from workbook.engine.world import World

__all__ = [
    "NO_RETRIES",
    "DeadLetters",
    "Delivery",
    "Failure",
    "Outcome",
    "Parcel",
    "RetryPolicy",
    "Sender",
    "Target",
    "Undelivered",
    "attempt",
    "deliver",
    "fail_at_once",
    "find_target",
]

LATENCY = 1_000
"""Microseconds from what a producer did to the first try. It only has to be more than nothing, so that what
feeds itself moves in time; AWS promises no figure. It is not longer than a request, so whoever has just
published finds the message delivered."""


def deliver(world: World, deliveries: Sequence[Delivery]) -> None:
    """Have things delivered, each independently of the others; returns at once.

    They are caused by the hop in progress.
    """
    if not deliveries:
        return
    couriers = [Courier(world, delivery, world.trace.cause) for delivery in deliveries]
    name = f"deliveries of {deliveries[0].sender.source_arn}"
    world.kernel.at(world.clock.now + LATENCY, _try_all, world, couriers, name=name)


def fail_at_once(world: World, delivery: Delivery, error: Undelivered) -> None:
    """Give a delivery up that cannot even leave: its event goes to the dead-letter queue, if there is one."""
    Courier(world, delivery, world.trace.cause).fail(error)


def _try_all(world: World, couriers: Sequence[Courier]) -> None:
    """Try each once; who takes time has a task of its own, so that nobody waits for another's target."""
    for courier in couriers:
        if courier.takes_time and len(couriers) > 1:
            world.kernel.spawn(courier.try_once, name=courier.name)
        else:
            courier.try_once()
