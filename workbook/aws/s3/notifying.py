"""A bucket tells of an event: which configurations want it, and a delivery to each.

S3 answers the request first; whether anybody hears of it is not the caller's affair. AWS says that events
are delivered at least once and does not say how often a failed delivery is tried again; so the retries here
are ours (unverified): after 1, 2, 4 ... seconds, at most a minute apart, for an hour. S3 has no dead-letter
queue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.delivery import Delivery, Parcel, RetryPolicy, Sender, deliver
from workbook.aws.delivery.pauses import doubling
from workbook.aws.s3.buckets import Bucket, notifications_of
from workbook.aws.s3.records import eventbridge_detail, record
from workbook.aws.s3.settings import TOPIC, Configuration
from workbook.aws.service_events import emit

if TYPE_CHECKING:
    from workbook.aws.s3.objects import ObjectEvent
    from workbook.engine.world import World

PRINCIPAL = "s3.amazonaws.com"
SUBJECT = "Amazon S3 Notification"
FIRST_RETRY = 1.0
"""Seconds before a notification is tried again; then twice as long each time, up to `LONGEST_RETRY`."""
LONGEST_RETRY = 60.0
"""Seconds."""
OLDEST = 3600.0
"""Seconds after which S3 gives up."""
RETRIES = RetryPolicy(doubling(FIRST_RETRY, LONGEST_RETRY), maximum_age=OLDEST)


def sender_of(bucket: Bucket) -> Sender:
    """S3, on behalf of a bucket."""
    return Sender(PRINCIPAL, bucket.arn, bucket.account, bucket.region)


def tell(world: World, event: ObjectEvent) -> None:
    """Notify those who wait for an event; returns at once."""
    notifications = notifications_of(world, event.bucket.name)
    wanting = [each for each in notifications.configurations if each.wants(event.name)]
    chosen = [each for each in wanting if each.filter.lets_through(event.key)]
    assert event.hop is not None  # noqa: S101 - whatever happened was recorded
    with world.trace.under(event.hop):
        for configuration in wanting:
            if configuration not in chosen:
                _record_filtered(world, event, configuration)
        if chosen:
            _deliver(world, event, chosen)
        if notifications.eventbridge:
            _tell_eventbridge(world, event)


def _tell_eventbridge(world: World, event: ObjectEvent) -> None:
    emit(
        world,
        event.bucket.account,
        event.bucket.region,
        source="aws.s3",
        detail_type=event.type.detail_type,
        resources=[event.bucket.arn],
        detail=lambda: eventbridge_detail(event),
    )


def _record_filtered(world: World, event: ObjectEvent, configuration: Configuration) -> None:
    chosen = configuration.filter
    wanted = [f"begins with '{chosen.prefix}'"] if not event.key.startswith(chosen.prefix) else []
    wanted += [f"ends with '{chosen.suffix}'"] if not event.key.endswith(chosen.suffix) else []
    world.trace.record(
        "filter",
        event.bucket.arn,
        message=event.identifier,
        outcome="filtered",
        configuration=configuration.identifier,
        reason=f"'{event.key}' is no key that {' and '.join(wanted)}",
    )


def _deliver(world: World, event: ObjectEvent, chosen: list[Configuration]) -> None:
    notified = world.trace.record(
        "notify",
        event.bucket.arn,
        message=event.identifier,
        event=event.name,
        key=event.key,
        body=record(event, chosen[0].identifier),
    )
    with world.trace.under(notified):
        deliver(world, [_delivery(event, each) for each in chosen])


def _delivery(event: ObjectEvent, configuration: Configuration) -> Delivery:
    return Delivery(
        sender_of(event.bucket),
        configuration.arn,
        parcel(configuration, record(event, configuration.identifier), event.request.trace_header),
        event.identifier,
        retries=RETRIES,
        facts={"configuration": configuration.identifier},
    )


def parcel(configuration: Configuration, text: str, trace_header: str | None) -> Parcel:
    """What a destination gets: topics get a subject, queues the request's trace header."""
    if configuration.kind is TOPIC:
        return Parcel(text, subject=SUBJECT)
    if trace_header is None:
        return Parcel(text)
    header = {"AWSTraceHeader": {"DataType": "String", "StringValue": trace_header}}
    return Parcel(text, options={"MessageSystemAttributes": header})
