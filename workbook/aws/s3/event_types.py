"""The kinds of events that a bucket can tell of, by the names of S3's notifications and of EventBridge.

Source: service model of S3 (botocore), Event; Amazon S3 User Guide, "Event notification types and
destinations" and "EventBridge event message structure". Events of features that the workbook does not
simulate (restore, lifecycle, replication, access control lists ...) cannot happen, so a configuration that
waits for them is refused.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EventType:
    """One kind of event."""

    name: str
    """As a record names it: "ObjectCreated:Put"; a configuration puts "s3:" before it."""
    detail_type: str
    """EventBridge's name."""
    reason: str | None = None
    """What EventBridge's event gives as `reason`: the operation of the API."""
    deletion_type: str | None = None
    version: str = "2.1"
    """The version of the record's structure (recorded in 2023)."""


CREATED_PUT = EventType("ObjectCreated:Put", "Object Created", "PutObject")
CREATED_POST = EventType("ObjectCreated:Post", "Object Created", "POST Object")
CREATED_COPY = EventType("ObjectCreated:Copy", "Object Created", "CopyObject")
CREATED_MULTIPART = EventType(
    "ObjectCreated:CompleteMultipartUpload", "Object Created", "CompleteMultipartUpload"
)
REMOVED_DELETE = EventType("ObjectRemoved:Delete", "Object Deleted", "DeleteObject", "Permanently Deleted")
REMOVED_MARKER = EventType(
    "ObjectRemoved:DeleteMarkerCreated", "Object Deleted", "DeleteObject", "Delete Marker Created"
)
TAGS_PUT = EventType("ObjectTagging:Put", "Object Tags Added", version="2.3")
TAGS_DELETED = EventType("ObjectTagging:Delete", "Object Tags Deleted", version="2.3")

TYPES = (
    *(CREATED_PUT, CREATED_POST, CREATED_COPY, CREATED_MULTIPART),
    *(REMOVED_DELETE, REMOVED_MARKER),
    *(TAGS_PUT, TAGS_DELETED),
)
FAMILIES = ("s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:ObjectTagging:*")
SIMULATED = frozenset({*FAMILIES, *(f"s3:{each.name}" for each in TYPES)})
"""What a configuration may wait for."""

KNOWN_TO_AWS = SIMULATED | {
    "s3:ReducedRedundancyLostObject",
    *("s3:ObjectRestore:*", "s3:ObjectRestore:Post", "s3:ObjectRestore:Completed", "s3:ObjectRestore:Delete"),
    *("s3:Replication:*", "s3:Replication:OperationFailedReplication"),
    *("s3:Replication:OperationNotTracked", "s3:Replication:OperationMissedThreshold"),
    "s3:Replication:OperationReplicatedAfterThreshold",
    *("s3:LifecycleTransition", "s3:IntelligentTiering", "s3:ObjectAcl:Put"),
    *("s3:LifecycleExpiration:*", "s3:LifecycleExpiration:Delete"),
    "s3:LifecycleExpiration:DeleteMarkerCreated",
    *("s3:ObjectAnnotation:*", "s3:ObjectAnnotation:Put", "s3:ObjectAnnotation:Delete"),
    "s3:ObjectRetention:Put",
}


def covers(wanted: str, name: str) -> bool:
    """Whether an event that a configuration waits for is, or includes, another one.

    Both have the form "s3:ObjectCreated:Put" or "s3:ObjectCreated:*".
    """
    return wanted == name or (wanted.endswith(":*") and name.startswith(wanted[:-1]))


def share_an_event(some: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Whether there is an event that both wait for."""
    return any(covers(one, other) or covers(other, one) for one in some for other in others)
