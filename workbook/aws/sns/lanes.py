"""Order in FIFO topics: in each message group, one delivery after the other.

A message that has to be tried again holds up its group at this subscription, and no other. A delivery begins
when the one before it has ended, well or not.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workbook.aws.delivery import Delivery, Outcome
from workbook.aws.delivery.courier import Courier

if TYPE_CHECKING:
    from workbook.engine.world import World

_STATE = "sns.lanes"
Lane = tuple[str, str]
"""A subscription's ARN, and a message group."""


@dataclass
class Lanes:
    """All lanes of a world in which something is on its way."""

    world: World
    _waiting: dict[Lane, deque[Courier]] = field(default_factory=dict)

    def send(self, lane: Lane, delivery: Delivery, after: int) -> None:
        """Deliver when all that was sent on this lane before has ended, and ``after`` an instant."""
        following = dataclasses.replace(delivery, on_end=self._then_go_on(lane, delivery.on_end))
        courier = Courier(self.world, following, self.world.trace.cause)
        queue = self._waiting.get(lane)
        if queue is None:
            self._waiting[lane] = deque()
            self._start(courier, after)
        else:
            queue.append(courier)

    def _then_go_on(
        self, lane: Lane, on_end: Callable[[Outcome], object] | None
    ) -> Callable[[Outcome], None]:
        def go_on(outcome: Outcome) -> None:
            if on_end is not None:
                on_end(outcome)
            queue = self._waiting[lane]
            if queue:
                self._start(queue.popleft(), self.world.clock.now)
            else:
                del self._waiting[lane]

        return go_on

    def _start(self, courier: Courier, instant: int) -> None:
        self.world.kernel.at(instant, courier.try_once, name=courier.name)


def lanes_of(world: World) -> Lanes:
    """The lanes of this world."""
    return world.kept(_STATE, lambda: Lanes(world))
