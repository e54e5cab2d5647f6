"""The pipes of a world, by account, Region and name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.pipes.errors import NotFound

if TYPE_CHECKING:
    from workbook.aws.pipes.pipe import Pipe
    from workbook.engine.world import World

_STATE = "pipes.pipes"
Pipes = dict[str, "Pipe"]


def pipes_of(world: World, account: str, region: str) -> Pipes:
    """The pipes of an account and Region, by name; those being deleted are among them."""
    return world.kept_in(_STATE, (account, region), dict)


def find_pipe(world: World, account: str, region: str, name: str) -> Pipe:
    """The pipe of this name.

    Raises:
        NotFound: there is none.
    """
    pipe = pipes_of(world, account, region).get(name)
    if pipe is None:
        raise NotFound.pipe(name)
    return pipe
