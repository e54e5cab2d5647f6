"""Before a configuration is kept, each destination must take a test event, or let S3 in.

A queue and a topic get the event s3:TestEvent; a function is not invoked, only its policy is asked. All that
fail are named in one error, and then nothing is kept. Sources: service model of S3 (botocore),
PutBucketNotificationConfiguration; texts recorded in 2023. That a function that exists and does not let S3 in
gives the same text as one that does not exist is unverified.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbook.aws.delivery import Failure, Undelivered, attempt
from workbook.aws.s3.buckets import Bucket
from workbook.aws.s3.errors import InvalidArgument
from workbook.aws.s3.notifying import parcel, sender_of
from workbook.aws.s3.records import test_event
from workbook.aws.s3.requests import current_request
from workbook.aws.s3.settings import FUNCTION, QUEUE, Configuration

if TYPE_CHECKING:
    from workbook.engine.world import World


def validate(world: World, bucket: Bucket, configurations: Sequence[Configuration]) -> None:
    """Let destinations pass that take what the bucket sends.

    Raises:
        InvalidArgument: some do not; all of them are named, with the reasons.
    """
    by_arn = {each.arn: each for each in configurations}
    reasons = {arn: _refusal(world, bucket, each) for arn, each in by_arn.items()}
    refused = [
        (f"{arn}, null" if by_arn[arn].kind is FUNCTION else arn, reason)
        for arn, reason in reasons.items()
        if reason is not None
    ]
    if refused:
        raise InvalidArgument.destinations(refused)


def _refusal(world: World, bucket: Bucket, configuration: Configuration) -> str | None:
    if configuration.kind is FUNCTION:
        return _function_refusal(world, bucket, configuration.arn)
    what = "queue" if configuration.kind is QUEUE else "topic"
    try:
        _send_test_event(world, bucket, configuration)
    except Undelivered as error:
        if error.failure is Failure.NO_RESOURCE:
            return f"The destination {what} does not exist"
        return (
            f"Permissions on the destination {what} do not allow S3 to publish notifications from this bucket"
        )
    return None


def _send_test_event(world: World, bucket: Bucket, configuration: Configuration) -> None:
    text = test_event(bucket, current_request(world), world.clock.now)
    hop = world.trace.record(
        "deliver",
        configuration.arn,
        message=world.seeds.uuid("s3.event"),
        size=len(text),
        source=bucket.arn,
        attempt=1,
        event="s3:TestEvent",
        configuration=configuration.identifier,
    )
    try:
        with world.trace.under(hop):
            attempt(world, sender_of(bucket), configuration.arn, parcel(configuration, text, None))
    except Undelivered as error:
        world.trace.amend(hop, outcome=error.failure.name, reason=error.message)
        raise


def _function_refusal(world: World, bucket: Bucket, arn: str) -> str | None:
    import moto.awslambda  # noqa: F401, PLC0415 - ours goes in when moto's is loaded, so that comes first

    from workbook.aws.awslambda.access import function_access  # noqa: PLC0415 - only for who has functions
    from workbook.aws.awslambda.errors import LambdaError  # noqa: PLC0415 - as above

    sender = sender_of(bucket)
    try:
        allowed = function_access(world, arn, sender.principal, sender.context).allowed
    except LambdaError:
        allowed = False
    return None if allowed else f"Not authorized to invoke function [{arn}]"
