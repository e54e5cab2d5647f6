"""Writing an object with the role of a delivery stream: the only thing that Firehose does to others.

The role is asked at every try, so a bucket or a permission that is taken away stops a stream that has worked
for months, and one that comes back lets it go on.

Source: Amazon Data Firehose Developer Guide, "Grant Firehose access to an Amazon S3 destination": the trust
policy there asks for sts:ExternalId, the account.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.delivery import Failure, Undelivered
from workbook.aws.delivery.outages import refuse_in_outage
from workbook.aws.roles import can_assume, role_access, role_session

if TYPE_CHECKING:
    from workbook.engine.world import World

SERVICE = "firehose.amazonaws.com"
_PUT = "s3:PutObject"
_OCTETS = "application/octet-stream"


def context_of(stream_arn: str) -> Mapping[str, object]:
    """The condition keys with which Firehose assumes a role."""
    account = stream_arn.split(":")[4]
    return {"aws:SourceArn": stream_arn, "aws:SourceAccount": account, "sts:ExternalId": account}


def can_be_assumed(world: World, stream_arn: str, role_arn: str) -> bool:
    """Whether Firehose may assume a role for a stream."""
    return can_assume(world, role_arn, SERVICE, context_of(stream_arn))


def put_object(world: World, stream_arn: str, role_arn: str, place: str, data: bytes) -> None:
    """Write an object; `place` is the bucket's ARN, a slash and the key.

    Raises:
        Undelivered: the role does not allow it, there is no such bucket, or S3 is down.
    """
    bucket_arn, _, key = place.partition("/")
    refuse_in_outage(world, bucket_arn)
    _demand(world, stream_arn, role_arn, place)
    bucket = _find_bucket(bucket_arn, stream_arn.split(":")[4])
    # moto's S3 need not be loaded before there is a bucket.
    from workbook.aws.s3.requests import acting  # noqa: PLC0415

    with acting(world, role_session(role_arn, SERVICE)):
        from moto.s3.models import s3_backends  # noqa: PLC0415 - as above

        backend = s3_backends[bucket.account_id][bucket_arn.split(":")[1]]
        written = backend.put_object(bucket.name, key, data)
        written.set_metadata({"Content-Type": _OCTETS})


def _demand(world: World, stream_arn: str, role_arn: str, place: str) -> None:
    access = role_access(world, role_arn, SERVICE, _PUT, place, context_of(stream_arn))
    if access.allowed:
        return
    if not access.assumed:
        raise Undelivered(Failure.NO_ROLE, access.reason, status=403)
    user = role_session(role_arn, SERVICE).arn
    reason = f"User: {user} is not authorized to perform: {_PUT} on resource: {place} {access.reason}"
    raise Undelivered(Failure.NO_PERMISSION, reason, status=403)


def _find_bucket(bucket_arn: str, account: str) -> Any:  # noqa: ANN401 - moto's FakeBucket
    # With the responses our notifications go in; without them nobody could have made a bucket.
    import moto.s3.responses  # noqa: F401, PLC0415
    from moto.s3.models import s3_backends  # noqa: PLC0415

    name = bucket_arn.rpartition(":")[2]
    partition, owner = s3_backends.bucket_accounts.get(name, (bucket_arn.split(":")[1], account))
    if owner != account:  # it would need a bucket policy, which the lab refuses
        raise Undelivered(Failure.NO_PERMISSION, "Access Denied", status=403)
    bucket = s3_backends[owner][partition].buckets.get(name)
    if bucket is None:
        raise Undelivered(Failure.NO_RESOURCE, "The specified bucket does not exist", status=404)
    return bucket
