"""What the parts of a Lab rest on: the world that it simulates, as long as it is open."""

from __future__ import annotations

from typing import Protocol

from workbook.engine.world import World
from workbook.lab_arguments import LabError


class Opened(Protocol):
    """What a lab holds open: a simulation in this process, or a way to one in a server."""

    @property
    def world(self) -> World:
        """Kernel, trace and chance."""

    def renew(self, world: World) -> None:
        """Go on with another world."""

    def close(self) -> None:
        """Put everything back."""


class LabPart:
    """A simulation that can be used until it is closed; `Lab` opens and closes it."""

    _simulation: Opened
    _closed: bool

    @property
    def world(self) -> World:
        """Kernel, trace and chance of this lab, for tools and tests."""
        return self._simulation.world

    def _ensure_open(self) -> None:
        if self._closed:
            message = "this Lab is closed: make a new one with `lab = Lab()`"
            raise LabError(message)
