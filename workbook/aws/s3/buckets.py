"""A bucket as notifications know it: its name and place, and whom it tells.

moto keeps the bucket and its objects; the notification configuration is kept here, by the bucket's name,
which is unique in a partition.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbook.aws.s3.settings import Notifications

if TYPE_CHECKING:
    from workbook.engine.world import World

_STATE = "s3.notifications"
_NONE = Notifications()


@dataclass(frozen=True)
class Bucket:
    """One bucket."""

    name: str
    arn: str
    account: str
    region: str

    @property
    def owner(self) -> str:
        """The owner's id of Amazon customers, as records show it: always the same for an account."""
        digest = hashlib.sha256(f"customer {self.account}".encode()).hexdigest().upper()
        return f"A{digest[:13]}"


def bucket_of(found: Any) -> Bucket:  # noqa: ANN401 - moto's FakeBucket; naming it would load moto's S3
    """A bucket of moto's."""
    return Bucket(found.name, found.arn, found.account_id, found.region_name)


def notifications_of(world: World, bucket: str) -> Notifications:
    """Whom a bucket tells."""
    return _all(world).get(bucket, _NONE)


def set_notifications(world: World, bucket: Bucket, notifications: Notifications) -> None:
    """Have a bucket tell these, and nobody else."""
    _all(world)[bucket.name] = notifications


def forget(world: World, bucket: str) -> None:
    """The bucket was deleted."""
    _all(world).pop(bucket, None)


def _all(world: World) -> dict[str, Notifications]:
    return world.kept(_STATE, dict)
