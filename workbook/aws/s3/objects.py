"""What happened to an object: a hop in the trace, and the facts that all forms of notification need."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbook.aws.s3.event_types import TAGS_DELETED, TAGS_PUT, EventType
from workbook.aws.s3.requests import RequestFacts, current_request
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from workbook.aws.s3.buckets import Bucket
    from workbook.engine.hop import Hop
    from workbook.engine.world import World

EMPTY_ETAG = "d41d8cd98f00b204e9800998ecf8427e"
"""The MD5 of nothing, which a delete marker has."""
_STATE = "s3.sequencers"


@dataclass(frozen=True)
class ObjectEvent:
    """One change of one object."""

    type: EventType
    bucket: Bucket
    key: str
    identifier: str
    """Of the event, in the trace."""
    time: int
    """An instant, in microseconds."""
    request: RequestFacts
    sequencer: str | None
    size: int | None = None
    etag: str | None = None
    version_id: str | None = None
    hop: Hop | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """As configurations name it: "s3:ObjectCreated:Put"."""
        return f"s3:{self.type.name}"


def happened(
    world: World,
    kind: EventType,
    bucket: Bucket,
    key: str,
    *,
    size: int | None = None,
    etag: str | None = None,
    version_id: str | None = None,
) -> ObjectEvent:
    """Write down that an object was changed, now, by the request in progress."""
    resource = f"{bucket.arn}/{key}"
    facts: dict[str, Any] = {"event": f"s3:{kind.name}"}
    if version_id is not None:
        facts["version_id"] = version_id
    match kind.name.partition(":")[0]:
        case "ObjectCreated":
            hop = world.trace.record("put-object", resource, size=size or 0, **facts)
        case "ObjectRemoved":
            hop = world.trace.record("delete-object", resource, **facts)
        case _:
            hop = world.trace.record("tag-object", resource, **facts)
    ordered = kind not in {TAGS_PUT, TAGS_DELETED}
    return ObjectEvent(
        kind,
        bucket,
        key,
        world.seeds.uuid("s3.event"),
        world.clock.now,
        current_request(world),
        _sequencer(world) if ordered else None,
        size,
        etag,
        version_id,
        hop,
    )


def _sequencer(world: World) -> str:
    """A hexadecimal number that grows with each event; here it is the time, as in recorded events."""
    last = world.state.get(_STATE, 0)
    assert isinstance(last, int)  # noqa: S101 - nobody else writes under this name
    seconds, microseconds = divmod(world.clock.now, SECOND)
    number = max((seconds << 32) + microseconds * 1000, last + 1)
    world.state[_STATE] = number
    return f"{number:018X}"
