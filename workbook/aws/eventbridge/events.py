"""An event: the envelope that EventBridge puts around what a producer sends.

The envelope is the same for a custom event, a partner's and one of AWS's own services. Its text is compact
JSON with the fields in AWS's order; targets, archives and templates are all made from it.

Source: Amazon EventBridge User Guide, "Event structure"; events recorded in public test suites.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbook.engine.clock import SECOND, datetime_of

if TYPE_CHECKING:
    from workbook.engine.world import World

SHOWN = 4_096
"""Characters of an event that a hop keeps."""


@dataclass(frozen=True)
class Event:
    """One event on its way. `time` and `ingested` are instants in microseconds."""

    id: str
    source: str
    detail_type: str
    account: str
    region: str
    time: int
    detail: Mapping[str, Any]
    ingested: int
    resources: Sequence[str] = ()
    replay_name: str | None = None
    trace_header: str | None = None
    detail_size: int | None = None
    """Bytes of the detail as the producer wrote it; None where it was made here."""
    buses: tuple[str, ...] = ()
    """The ARNs of the buses that it was on before this one."""

    @cached_property
    def document(self) -> dict[str, Any]:
        """The event as JSON has it."""
        document: dict[str, Any] = {
            "version": "0",
            "id": self.id,
            "detail-type": self.detail_type,
            "source": self.source,
            "account": self.account,
            "time": timestamp(self.time),
            "region": self.region,
        }
        if self.replay_name is not None:
            document["replay-name"] = self.replay_name
        return {**document, "resources": list(self.resources), "detail": self.detail}

    @cached_property
    def text(self) -> str:
        """The event as targets get it."""
        return compact(self.document)

    @property
    def size(self) -> int:
        """Bytes of its text."""
        return len(self.text.encode())

    @property
    def kept_size(self) -> int:
        """Bytes for which it counts in an archive: its fields, the detail as it was written, and the time."""
        texts = [self.source, self.detail_type, timestamp(self.time), *self.resources]
        detail = self.detail_size
        if detail is None:
            detail = len(compact(self.detail).encode())
        return detail + sum(len(text.encode()) for text in texts)

    def replayed(self, replay_name: str, now: int) -> Event:
        """The same event, sent once more by a replay."""
        return replace(self, replay_name=replay_name, ingested=now, buses=())


def timestamp(instant: int) -> str:
    """An instant as events show it: whole seconds, UTC."""
    return f"{datetime_of(instant // SECOND * SECOND):%Y-%m-%dT%H:%M:%SZ}"


def compact(value: object) -> str:
    """JSON without blanks."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def new_id(world: World) -> str:
    """The id of the next event."""
    return world.seeds.uuid("eventbridge.event")


def facts_of(event: Event) -> dict[str, Any]:
    """What the hop of an event's arrival says of it."""
    return {"source": event.source, "detail_type": event.detail_type, "body": event.text[:SHOWN]}
