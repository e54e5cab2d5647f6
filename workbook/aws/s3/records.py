"""How an event looks: the record that S3 delivers, the event that EventBridge gets, and the test event.

Fields and their order as in events recorded in 2023 (object key, size, eTag, versionId, sequencer; tagging
has no size and no sequencer, a deletion no size, and an eTag only where it made a delete marker) and in the
Amazon S3 User Guide, "Event message structure".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.aws.s3.buckets import Bucket
    from workbook.aws.s3.objects import ObjectEvent
    from workbook.aws.s3.requests import RequestFacts

_EVENT_VERSION = "1.1"


def record(event: ObjectEvent, configuration: str) -> str:
    """What queues, topics and functions get: the text of a JSON document with one record."""
    request, bucket = event.request, event.bucket
    content = {
        "eventVersion": event.type.version,
        "eventSource": "aws:s3",
        "awsRegion": bucket.region,
        "eventTime": _milliseconds(event.time),
        "eventName": event.type.name,
        "userIdentity": {"principalId": f"AWS:{request.user_id}"},
        "requestParameters": {"sourceIPAddress": request.address},
        "responseElements": {"x-amz-request-id": request.request_id, "x-amz-id-2": request.host_id},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": configuration,
            "bucket": {
                "name": bucket.name,
                "ownerIdentity": {"principalId": bucket.owner},
                "arn": bucket.arn,
            },
            "object": _present(
                key=quote_plus(event.key, safe="/"),
                size=event.size,
                eTag=event.etag,
                versionId=event.version_id,
                sequencer=event.sequencer,
            ),
        },
    }
    return json.dumps({"Records": [content]}, separators=(",", ":"))


def eventbridge_detail(event: ObjectEvent) -> dict[str, Any]:
    """The detail of the event that EventBridge gets."""
    request, bucket = event.request, event.bucket
    details: dict[str, Any] = {
        "version": "0",
        "event-version": _EVENT_VERSION,
        "bucket": {"name": bucket.name},
        "object": _present(
            key=event.key,
            size=event.size,
            etag=event.etag,
            **{"version-id": event.version_id},
            sequencer=event.sequencer,
            **({"has-object-annotation": False} if event.type.reason == "CopyObject" else {}),
        ),
        "request-id": request.request_id,
        "requester": request.account,
        "source-ip-address": request.address,
    }
    if event.type.reason is not None:
        details["reason"] = event.type.reason
    if event.type.deletion_type is not None:
        details["deletion-type"] = event.type.deletion_type
    return details


def test_event(bucket: Bucket, request: RequestFacts, now: int) -> str:
    """What a queue or topic gets once when a configuration is put."""
    content = {
        "Service": "Amazon S3",
        "Event": "s3:TestEvent",
        "Time": _milliseconds(now),
        "Bucket": bucket.name,
        "RequestId": request.request_id,
        "HostId": request.host_id,
    }
    return json.dumps(content, separators=(",", ":"))


def _present(**fields: object) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _milliseconds(instant: int) -> str:
    moment = datetime_of(instant)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"
