"""Amazon EventBridge Pipes: from one source, by filter and enrichment, to one target.

    operations ── requests ── settings       the API, and what is accepted
      └ pipe ── registry                     states
          ├ queue_source                     reads as Lambda's pollers do (workbook.aws.event_sources)
          ├ stream_source ── streams         reads the shards of a stream, of Kinesis or of a table
          │    ├ shard_tap                   one reader for the parallel batches of a shard
          │    ├ stream_filters              what goes on
          │    └ stream_dead_letters         what is given up
          └ execution ── stages              one batch: enrich, deliver; what failed is the source's affair
                           ├ targets         how each target takes a batch
                           └ templates ── paths

Kafka and Amazon MQ are refused by name, and so are enrichments other than functions, express workflows and
API destinations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbook.engine.patches import Patches

__all__ = ["install"]


def install(patches: Patches) -> None:
    """Put our operations in the place of moto's."""
    # Only who has pipes waits for all this. Pipes read queues as Lambda does and invoke functions, and
    # Lambda is installed when moto's is loaded.
    import moto.awslambda  # noqa: F401, PLC0415
    from moto.pipes.responses import EventBridgePipesResponse  # noqa: PLC0415

    from workbook.aws.operations import install_operations  # noqa: PLC0415
    from workbook.aws.pipes.operations import OPERATIONS  # noqa: PLC0415

    install_operations(patches, EventBridgePipesResponse, OPERATIONS)
