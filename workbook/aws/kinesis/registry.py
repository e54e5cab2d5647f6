"""The data streams of a world, by account, Region and name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.kinesis.errors import ResourceNotFound
from workbook.aws.kinesis.stream import TRANSITION, Stream

if TYPE_CHECKING:
    from workbook.engine.world import World

_STATE = "kinesis.streams"
Streams = dict[str, Stream]


def streams_of(world: World, account: str, region: str) -> Streams:
    """The streams of an account and Region, by name; those being deleted are among them."""
    return world.kept_in(_STATE, (account, region), dict)


def find_stream(world: World, arn: str) -> Stream | None:
    """The stream with this ARN (arn:aws:kinesis:REGION:ACCOUNT:stream/NAME) that can be used, or None."""
    parts = arn.split(":")
    if len(parts) != 6 or not parts[5].startswith("stream/"):
        return None
    stream = streams_of(world, parts[4], parts[3]).get(parts[5].partition("/")[2])
    return stream if stream is not None and stream.status == "ACTIVE" else None


def active_stream(world: World, account: str, region: str, name: str) -> Stream:
    """The stream of this name, which can be read and written.

    Raises:
        ResourceNotFound: there is none, or it is not there yet or no more.
    """
    stream = streams_of(world, account, region).get(name)
    if stream is None or stream.status != "ACTIVE":
        raise ResourceNotFound.stream(name, account)
    return stream


def create(world: World, account: str, region: str, stream: Stream) -> None:
    """Keep a new stream, and let it become ACTIVE."""
    streams_of(world, account, region)[stream.name] = stream
    world.trace.record("create", stream.arn, settings=stream.settings())

    def arrive() -> None:
        stream.status = "ACTIVE"

    world.kernel.at(world.clock.now + TRANSITION, arrive, name=f"stream {stream.name}: CREATING")


def delete(world: World, account: str, region: str, stream: Stream) -> None:
    """Delete a stream with all its records."""
    stream.status = "DELETING"
    stream.arrivals.notify_all()
    world.trace.record("remove", stream.arn)
    streams = streams_of(world, account, region)

    def forget() -> None:
        streams.pop(stream.name, None)

    world.kernel.at(world.clock.now + TRANSITION, forget, name=f"stream {stream.name}: DELETING")
