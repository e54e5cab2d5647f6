"""The error log of a delivery stream: why an object was not written, in a log stream of CloudWatch Logs.

Nobody else says so: producers are told nothing, and the bucket stays empty. AWS makes neither log group nor
log stream for this, and the stream's role needs logs:PutLogEvents; without it the reason is lost, too. AWS
samples where there are many errors; here each try that failed has a line.

Source: Amazon Data Firehose Developer Guide, "Monitor Amazon Data Firehose using CloudWatch Logs". The names
of the fields are not documented (unverified).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from workbook.aws.delivery import Delivery, Failure, Parcel, Undelivered, deliver
from workbook.aws.firehose.bucket import sender_of

if TYPE_CHECKING:
    from workbook.aws.firehose.stream import DeliveryStream

_ACCESS_DENIED = (
    "S3.AccessDenied",
    (
        "Access was denied. Ensure that the trust policy for the provided IAM role allows Firehose to assume "
        "the role, and the access policy allows access to the S3 bucket."
    ),
)
_NO_BUCKET = (
    "S3.NoSuchBucket",
    "The specified bucket does not exist. Create the bucket or use a different bucket that does exist.",
)
_INTERNAL = (
    "InternalError",
    (
        "An internal error occurred while attempting to deliver data. Delivery will be retried; if the error "
        "persists, then it will be reported to AWS for resolution."
    ),
)
_TEXTS = {
    Failure.NO_PERMISSION: _ACCESS_DENIED,
    Failure.NO_ROLE: _ACCESS_DENIED,
    Failure.NO_RESOURCE: _NO_BUCKET,
}


def log_error(stream: DeliveryStream, error: Undelivered) -> None:
    """Write down why an object was not written, if the stream has a log; caused by the hop in progress."""
    destination = stream.destination
    if destination.log_group is None:
        return
    partition, _, region, account = stream.arn.split(":")[1:5]
    target = f"arn:{partition}:logs:{region}:{account}:log-group:{destination.log_group}"
    parcel = Parcel(_line(stream, error), options={"LogStreamName": destination.log_stream})
    deliver(
        stream.world, [Delivery(sender_of(stream.arn, destination.role_arn), target, parcel, message=None)]
    )


def _line(stream: DeliveryStream, error: Undelivered) -> str:
    code, message = _TEXTS.get(error.failure, _INTERNAL)
    line = {
        "deliveryStreamARN": stream.arn,
        "destination": stream.destination.bucket_arn,
        "deliveryStreamVersionId": stream.version,
        "message": message,
        "errorCode": code,
    }
    return json.dumps(line, separators=(",", ":"))
