"""The delivery streams of a world, by account, Region and name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.firehose.errors import ResourceNotFound
from workbook.aws.firehose.stream import TRANSITION, DeliveryStream

if TYPE_CHECKING:
    from workbook.engine.world import World

_STATE = "firehose.streams"
Streams = dict[str, DeliveryStream]


def streams_of(world: World, account: str, region: str) -> Streams:
    """The streams of an account and Region, by name; those being deleted are among them."""
    return world.kept_in(_STATE, (account, region), dict)


def active_stream(world: World, account: str, region: str, name: str) -> DeliveryStream:
    """The stream of this name, which takes records.

    Raises:
        ResourceNotFound: there is none, or it is not there yet or no more.
    """
    stream = streams_of(world, account, region).get(name)
    if stream is None or stream.status != "ACTIVE":
        raise ResourceNotFound.stream(name, account)
    return stream


def create(world: World, account: str, region: str, stream: DeliveryStream) -> None:
    """Keep a new stream, and let it become ACTIVE."""
    streams_of(world, account, region)[stream.name] = stream
    world.trace.record("create", stream.arn, settings=stream.settings())

    def arrive() -> None:
        stream.status = "ACTIVE"

    world.kernel.at(world.clock.now + TRANSITION, arrive, name=f"delivery stream {stream.name}: CREATING")


def delete(world: World, account: str, region: str, stream: DeliveryStream) -> None:
    """Delete a stream with all the records that have not been written."""
    stream.status = "DELETING"
    world.trace.record("remove", stream.arn)
    stream.drop("the delivery stream was deleted")
    streams = streams_of(world, account, region)

    def forget() -> None:
        streams.pop(stream.name, None)

    world.kernel.at(world.clock.now + TRANSITION, forget, name=f"delivery stream {stream.name}: DELETING")
