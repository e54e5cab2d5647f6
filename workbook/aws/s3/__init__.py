"""Amazon S3: what its buckets tell others. Buckets and objects are moto's; events and notifications are ours.

    request ── requests ── seams ── objects ── notifying ──> queues, topics, functions (delivery), EventBridge
                             └ operations ── notification_xml ── settings ── destinations

moto stores objects well, and notifies in the caller's stack, without permission, with half a record. So its
notifications are taken out: each change of an object becomes an event here, and each event a delivery that
the caller does not wait for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.s3 import seams

if TYPE_CHECKING:
    from workbook.engine.patches import Patches

__all__ = ["install"]


def install(patches: Patches) -> None:
    """Put our notifications in the place of moto's."""
    seams.install(patches)
