"""Amazon Kinesis Data Streams: a log in shards that is read, not emptied.

    shard        records in order, limits of a second, retention     stream     shards, states
    iterators    places in a shard                                   registry   where streams are found
    operations_streams, operations_records                           the API

moto's streams have no limits, no retention and other sequence numbers than AWS, so these are ours. What
changes shards (split, merge, update), enhanced fan-out, encryption and policies are refused by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbook.engine.patches import Patches

__all__ = ["install"]


def install(patches: Patches) -> None:
    """Put our operations in the place of moto's."""
    # Who delivers to a stream uses the registry, and need not load moto's Kinesis for that.
    from moto.kinesis.responses import KinesisResponse  # noqa: PLC0415

    from workbook.aws.kinesis.operations import OPERATIONS  # noqa: PLC0415
    from workbook.aws.operations import install_operations  # noqa: PLC0415

    install_operations(patches, KinesisResponse, OPERATIONS)
