"""DynamoDB Streams: what happened to the items of a table, in order, for 24 hours.

Tables are moto's, and so is the switch (`StreamSpecification` of CreateTable). What a stream holds is ours:
moto's has no end of retention, one Region, and delivers to functions inside of the write. Its own API
(`dynamodbstreams`) is refused by name; pipes read streams.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbook.engine.patches import Patches

__all__ = ["install"]


def install(patches: Patches) -> None:
    """Have every change of an item in a table with a stream recorded in ours."""
    from moto.dynamodb.models.table import StreamShard  # noqa: PLC0415 - only who has tables waits

    from workbook.aws.dynamodb_streams.table_stream import record_change  # noqa: PLC0415

    patches.set(StreamShard, "add", record_change)
