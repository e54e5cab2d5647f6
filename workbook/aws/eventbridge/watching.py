"""Who else looks at what passes over a bus, besides rules: the schema registry's discoverers."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbook.aws.eventbridge.events import Event
    from workbook.engine.world import World

Watcher = Callable[["Event"], object]
_STATE = "eventbridge.watchers"


def watch(world: World, bus_arn: str, watcher: Watcher) -> Callable[[], None]:
    """Call `watcher` with each event that arrives on a bus, until the returned function is called."""
    watchers = _watchers(world).setdefault(bus_arn, [])
    watchers.append(watcher)
    return functools.partial(watchers.remove, watcher)


def is_watched(world: World, bus_arn: str) -> bool:
    """Whether anybody watches a bus."""
    return bool(_watchers(world).get(bus_arn))


def tell_watchers(world: World, bus_arn: str, event: Event) -> None:
    """An event has arrived; what a watcher records is caused by the hop in progress."""
    for watcher in list(_watchers(world).get(bus_arn, ())):
        watcher(event)


def _watchers(world: World) -> dict[str, list[Watcher]]:
    return world.kept(_STATE, dict)
