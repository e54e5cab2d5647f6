"""Discoverers: they watch a bus and write down what its events look like.

    event ── shape known? ── yes: nothing
                 └────────── no: a schema, or a new version of it, in the registry discovered-schemas

A version is made for each shape that was not seen before. AWS does that within minutes and says that it
samples; here it is at once, and every event counts (unverified which AWS would miss).

Sources: EventBridge User Guide, "EventBridge schemas"; botocore 1.44, Schemas CreateDiscoverer.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbook.aws.eventbridge.watching import watch
from workbook.aws.schemas.inference import OPEN_API, infer, schema_name
from workbook.aws.schemas.registry import DISCOVERED

if TYPE_CHECKING:
    from workbook.aws.eventbridge.events import Event
    from workbook.aws.schemas.registry import Catalogue, Schema
    from workbook.engine.world import World

STARTED, STOPPED = "STARTED", "STOPPED"


@dataclass(eq=False)
class Discoverer:
    """One discoverer of a bus."""

    id: str
    arn: str
    source_arn: str
    account: str
    cross_account: bool = True
    description: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    _stop: Callable[[], None] | None = None

    @property
    def state(self) -> str:
        """STARTED or STOPPED."""
        return STOPPED if self._stop is None else STARTED

    def start(self, world: World, catalogue: Catalogue) -> None:
        """Watch the bus, unless it does."""
        if self._stop is not None:
            return

        def look(event: Event) -> None:
            if self.cross_account or event.account == self.account:
                discover(world, catalogue, event)

        self._stop = watch(world, self.source_arn, look)

    def stop(self) -> None:
        """Watch no longer."""
        if self._stop is not None:
            self._stop()
            self._stop = None

    def described(self) -> dict[str, Any]:
        """As the API shows it."""
        shown: dict[str, Any] = {
            "DiscovererArn": self.arn,
            "DiscovererId": self.id,
            "SourceArn": self.source_arn,
            "State": self.state,
            "CrossAccount": self.cross_account,
            "Tags": dict(self.tags),
        }
        return shown if self.description is None else {**shown, "Description": self.description}

    def settings(self) -> dict[str, Any]:
        """As the trace shows it."""
        return {"SourceArn": self.source_arn, "State": self.state, "CrossAccount": self.cross_account}


def discover(world: World, catalogue: Catalogue, event: Event) -> None:
    """Keep the shape of an event, if it is a new one."""
    name = schema_name(event.source, event.detail_type)
    try:
        content = infer([json.loads(event.text)])
    except RecursionError:
        return
    registry = catalogue.registries.get(DISCOVERED) or catalogue.add_registry(DISCOVERED, None, {})
    schema = registry.schemas.get(name)
    if schema is not None and any(each.content == content for each in schema.versions.values()):
        return
    kind = "create" if schema is None else "configure"
    schema = schema or catalogue.add_schema(registry, name)
    schema.add(OPEN_API, content, world.clock.now)
    _record(world, kind, schema)


def _record(world: World, kind: str, schema: Schema) -> None:
    cause = world.trace.cause
    world.trace.record(kind, schema.arn, causes=() if cause is None else (cause,), settings=schema.settings())
