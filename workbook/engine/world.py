"""What a simulated AWS is made of, in one place, and the one that is open now.

moto makes its backends itself, from a region and an account, so they cannot be handed the kernel they
run on; they ask for the current world. There is one at a time because moto's registry is one a process.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TypeVar, cast

from workbook.engine.clock import Clock, instant_of
from workbook.engine.kernel import Kernel
from workbook.engine.seeds import Chaos, Seeds
from workbook.engine.trace import Trace

Kept = TypeVar("Kept")

START = datetime.datetime(2026, 1, 5, 9, 0, tzinfo=datetime.UTC)
"""When a lab begins unless told otherwise: a Monday morning."""


class NoLab(RuntimeError):
    """Something asked for the simulated AWS, but no Lab is open."""


@dataclass
class World:
    """Kernel, clock, trace and chance of one simulated AWS, and what its services keep in it."""

    kernel: Kernel
    trace: Trace
    seeds: Seeds
    chaos: Chaos
    region: str
    account: str
    state: dict[str, object] = field(default_factory=dict)
    """What services remember for this world's life, by their own names."""

    def kept(self, name: str, make: Callable[[], Kept]) -> Kept:
        """What a service remembers under `name`; made when it is first asked for."""
        if name not in self.state:
            self.state[name] = make()
        return cast("Kept", self.state[name])  # nobody else writes under this name

    def kept_in(self, name: str, place: Hashable, make: Callable[[], Kept]) -> Kept:
        """The same for each place, such as an account and a Region; `kept(name, dict)` has them all."""
        everywhere: dict[Hashable, Kept] = self.kept(name, dict)
        if place not in everywhere:
            everywhere[place] = make()
        return everywhere[place]

    @property
    def clock(self) -> Clock:
        """The virtual clock."""
        return self.kernel.clock

    @classmethod
    def create(
        cls,
        *,
        seed: int = 0,
        chaos: Chaos | None = None,
        region: str = "us-east-1",
        account: str = "123456789012",
        start: datetime.datetime = START,
    ) -> World:
        """Make a new world at time `start`, where nothing has happened yet."""
        clock = Clock(instant_of(start))
        return cls(Kernel(clock), Trace(clock), Seeds(seed), chaos or Chaos(), region, account)

    @classmethod
    def for_tests(cls, *, seed: int = 0, chaos: Chaos | None = None) -> World:
        """Make a world and open it, for tests of a single class.

        The one before is ended: a test need not close its world, and yet no threads pile up.
        """
        while _made_for_tests:
            _made_for_tests.pop().kernel.close()
        world = cls.create(seed=seed, chaos=chaos)
        _made_for_tests.append(world)
        open_world(world)
        return world


_open: list[World] = []
_made_for_tests: list[World] = []


def current_world() -> World:
    """The world that is open now.

    Raises:
        NoLab: none is.
    """
    if not _open:
        message = "no Lab is open: run `from workbook import Lab; lab = Lab()` first"
        raise NoLab(message)
    return _open[0]


def open_world(world: World) -> None:
    """Make `world` the current one, in the place of the one before."""
    _open[:] = [world]


def close_world() -> None:
    """Have no current world."""
    _open.clear()
