"""PutBucketNotificationConfiguration and its opposite, from a request's XML to moto's answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.s3 import destinations, notification_xml, settings
from workbook.aws.s3.buckets import Bucket, notifications_of, set_notifications

if TYPE_CHECKING:
    from workbook.engine.world import World


def put(world: World, bucket: Bucket, body: bytes | str, *, validate_destinations: bool) -> None:
    """Replace a bucket's notification configuration.

    Raises:
        InvalidArgument: it is not accepted, and the old one stays.
    """
    wanted = notification_xml.read(body, lambda: world.seeds.uuid("s3.notification-id"))
    settings.check(wanted, bucket.region)
    if validate_destinations:
        destinations.validate(world, bucket, wanted.configurations)
    set_notifications(world, bucket, wanted)
    world.trace.record("configure", bucket.arn, settings=shown(world, bucket))


def shown(world: World, bucket: Bucket, **more: object) -> Mapping[str, Any]:
    """A bucket's settings, as far as they are ours."""
    return {
        "Bucket": bucket.name,
        "LocationConstraint": bucket.region,
        **more,
        "NotificationConfiguration": notifications_of(world, bucket.name).shown(),
    }
