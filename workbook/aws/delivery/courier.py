"""One delivery from its first try to its end, in virtual time.

    try ── ok ────────────────────────────────> delivered
     │ ^
     │ └── pause ── unless permanent, too old, or the pauses are used up
     └──────────> give up ── dead-letter queue takes it ──> kept there
                     └────── there is none, or it refuses ─> drop: gone, and only the trace knows

Nothing waits in between: a retry is a timer. So a hundred thousand retries cost no thread, and a retry in
23 days costs no more than one in a second.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.delivery.outages import refuse_in_outage
from workbook.aws.delivery.shipment import Delivery, Failure, Outcome, Parcel, Sender, Undelivered
from workbook.aws.delivery.targets import find_target
from workbook.engine.clock import SECOND, microseconds

if TYPE_CHECKING:
    from workbook.engine.hop import Hop
    from workbook.engine.world import World


def attempt(world: World, sender: Sender, target: str, parcel: Parcel) -> Mapping[str, Any]:
    """Try once, now; what the target answers.

    Raises:
        Undelivered: it did not take it.
    """
    refuse_in_outage(world, target)
    found = find_target(target)
    if found is None:
        raise Undelivered(Failure.REJECTED, f"{target} is no target that a service can deliver to")
    return found.accept(world, sender, target, parcel)


class Courier:
    """Sees one delivery through."""

    def __init__(self, world: World, delivery: Delivery, cause: Hop | int | None) -> None:
        """`cause` is the hop that the first try comes from."""
        self._world = world
        self._delivery = delivery
        self._causes = () if cause is None else (cause,)
        self._facts: dict[str, Any] = {"source": delivery.sender.source_arn, **delivery.facts}
        self._target = find_target(delivery.target)
        self._begun = world.clock.now
        self._tries = 0
        self._pauses: Iterator[float] | None = None

    @property
    def name(self) -> str:
        """What its task is called where the lab says who waits for what."""
        return f"a delivery to {self._delivery.target}"

    @property
    def takes_time(self) -> bool:
        """Whether the target takes virtual time to answer."""
        return self._target is not None and self._target.takes_time

    def try_once(self) -> None:
        """Try, now or at the target's next turn, and arrange what follows from it."""
        target = self._target
        if target is not None and target.turn is not None:
            instant = target.turn(self._world, self._delivery.target)
            if instant > self._world.clock.now:
                self._world.kernel.at(instant, self._try, name=self.name)
                return
        self._try()

    def fail(self, error: Undelivered) -> None:
        """Give it up before it leaves: there is nothing to send, so nothing is tried."""
        self._tries = 1
        hop = self._record(
            "deliver",
            causes=self._causes,
            outcome=error.failure.name,
            attempt=self._tries,
            reason=error.message,
        )
        self._give_up(hop, error)

    def _try(self) -> None:
        world, delivery = self._world, self._delivery
        self._tries += 1
        parcel = delivery.parcel if delivery.parcel_for is None else delivery.parcel_for(self._tries)
        hop = self._record(
            "deliver",
            causes=self._causes,
            outcome="waits" if self.takes_time else "ok",
            size=len(parcel.content),
            attempt=self._tries,
        )
        try:
            with world.trace.under(hop):
                answer = attempt(world, delivery.sender, delivery.target, parcel)
        except Undelivered as error:
            self._told(error)
            self._failed(hop, error)
        else:
            self._told(None)
            self._end(self._arrived(hop), Outcome(delivered=True, attempts=self._tries, answer=answer))

    def _told(self, error: Undelivered | None) -> None:
        if self._delivery.on_try is not None:
            self._delivery.on_try(error)

    def _arrived(self, hop: Hop) -> Hop:
        """The try is over, and its target has taken what it brought."""
        return self._world.trace.amend(hop, outcome="ok", **self._end_of(hop)) if self.takes_time else hop

    def _end_of(self, hop: Hop) -> dict[str, object]:
        """When a try ended, if it took a while."""
        now = self._world.clock.now
        return {"ended_at": now} if now > hop.time else {}

    def _failed(self, hop: Hop, error: Undelivered) -> None:
        world = self._world
        retry_at = None if error.failure.is_permanent else self._next_try(error)
        facts: dict[str, object] = {"reason": error.message, **self._end_of(hop)}
        if retry_at is not None:
            facts["retry_at"] = retry_at
        amended = world.trace.amend(hop, outcome=error.failure.name, **facts)
        self._causes = (amended,)
        if retry_at is None:
            self._give_up(amended, error)
        else:
            world.kernel.at(retry_at, self.try_once, name=self.name)

    def _next_try(self, error: Undelivered) -> int | None:
        """The instant of the next try; None when there is none."""
        policy = self._delivery.retries
        if policy.maximum_retries is not None and self._tries > policy.maximum_retries:
            return None
        if self._pauses is None:
            chance = self._world.seeds.stream(f"delivery.{self._delivery.sender.service}")
            self._pauses = policy.pauses(chance)
        pause = next(self._pauses, None)
        if pause is None:
            return None
        instant = self._world.clock.now + microseconds(max(pause, error.retry_after or 0))
        if policy.maximum_age is not None and instant > self._begun + policy.maximum_age * SECOND:
            return None
        return instant

    def _give_up(self, hop: Hop, error: Undelivered) -> None:
        letters = self._delivery.dead_letters
        if letters is None:
            self._drop(hop, f"{error.failure.value}, and there is no dead-letter queue")
            self._end(hop, Outcome(delivered=False, attempts=self._tries, error=error))
            return
        given_up = self._record(
            "give-up",
            causes=(hop,),
            outcome=error.failure.name,
            attempts=self._tries,
            reason=error.message,
            dead_letter_queue=letters.queue_arn,
        )
        kept = self._dead_letter(given_up, letters.queue_arn, letters.parcel(error, self._tries))
        self._end(given_up, Outcome(delivered=False, attempts=self._tries, error=error, dead_lettered=kept))

    def _dead_letter(self, given_up: Hop, queue_arn: str, parcel: Parcel) -> bool:
        sender = self._delivery.dead_letter_sender or self._delivery.sender
        try:
            with self._world.trace.under(given_up):
                attempt(self._world, sender, queue_arn, parcel)
        except Undelivered as refusal:
            self._drop(given_up, f"the dead-letter queue did not take it: {refusal.message}")
            return False
        return True

    def _drop(self, hop: Hop, reason: str) -> None:
        self._record("drop", causes=(hop,), outcome="dropped", reason=reason)

    def _end(self, hop: Hop, outcome: Outcome) -> None:
        """Tell the sender, whose own hops then come from this one."""
        if self._delivery.on_end is not None:
            with self._world.trace.under(hop):
                self._delivery.on_end(outcome)

    def _record(self, kind: str, **facts: Any) -> Hop:  # noqa: ANN401 - as `Trace.record`
        delivery = self._delivery
        return self._world.trace.record(
            kind, delivery.target, message=delivery.message, **facts, **self._facts
        )
