"""Amazon Data Firehose: records are gathered in a buffer, and written to a bucket as one object.

    PutRecord ──> stream ── buffer is full, or its time is up ──> flush ──> bucket
                    │                                               └ fails: tried again for 24 hours
                    └ destination: hints, prefix, compression, role

    prefixes, patterns   what an object is called          throughput   limits of a second
    registry             where streams are found           meters       what CloudWatch is told
    operations_streams, operations_records                 the API

moto writes one object a call, at once and without a role; what is to be learnt here is the buffer, so the
data plane is ours. Of sources there is Direct PUT, of destinations Amazon S3; the others, transformation by
a function, dynamic partitioning, format conversion and encryption are refused by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbook.engine.patches import Patches

__all__ = ["install"]


def install(patches: Patches) -> None:
    """Put our operations in the place of moto's."""
    # Who delivers to a stream uses the registry, and need not load moto's Firehose for that.
    from moto.firehose.responses import FirehoseResponse  # noqa: PLC0415

    from workbook.aws.firehose.operations import OPERATIONS  # noqa: PLC0415
    from workbook.aws.operations import install_operations  # noqa: PLC0415

    install_operations(patches, FirehoseResponse, OPERATIONS)
