"""A delivery that fails before it leaves: there is nothing to send, so nothing is tried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbook.aws.delivery import Delivery, Outcome, Undelivered, attempt

if TYPE_CHECKING:
    from workbook.engine.world import World


def fail_at_once(world: World, delivery: Delivery, error: Undelivered) -> None:
    """Record a delivery as failed, and put its event into the dead-letter queue, if there is one."""
    about = _about(delivery)
    hop = world.trace.record(
        "deliver",
        delivery.target,
        message=delivery.message,
        causes=None if world.trace.cause is None else (world.trace.cause,),
        outcome=error.failure.name,
        attempt=1,
        reason=error.message,
        **about,
    )
    letters, kept = delivery.dead_letters, None
    with world.trace.under(hop):
        if letters is None:
            _drop(world, delivery, f"{error.failure.value}, and there is no dead-letter queue")
        else:
            kept = _dead_letter(world, delivery, letters.queue_arn, error)
    if delivery.on_end is not None:
        delivery.on_end(Outcome(delivered=False, attempts=1, error=error, dead_lettered=kept))


def _dead_letter(world: World, delivery: Delivery, queue_arn: str, error: Undelivered) -> bool:
    assert delivery.dead_letters is not None  # noqa: S101 - only called where there is a queue
    hop = world.trace.record(
        "give-up",
        delivery.target,
        message=delivery.message,
        outcome=error.failure.name,
        attempts=1,
        reason=error.message,
        dead_letter_queue=queue_arn,
        **_about(delivery),
    )
    with world.trace.under(hop):
        try:
            sender = delivery.dead_letter_sender or delivery.sender
            attempt(world, sender, queue_arn, delivery.dead_letters.parcel(error, 1))
        except Undelivered as refusal:
            _drop(world, delivery, f"the dead-letter queue did not take it: {refusal.message}")
            return False
    return True


def _drop(world: World, delivery: Delivery, reason: str) -> None:
    world.trace.record(
        "drop",
        delivery.target,
        message=delivery.message,
        outcome="dropped",
        reason=reason,
        **_about(delivery),
    )


def _about(delivery: Delivery) -> dict[str, Any]:
    return {"source": delivery.sender.source_arn, **delivery.facts}
