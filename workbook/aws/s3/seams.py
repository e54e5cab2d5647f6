"""Where moto's S3 lets us in: its requests, the changes of its objects, and its own notifications, taken out.

    request ── bucket_response, key_response      who asks, of whom, under which id; notifications are ours
    change  ── send_event, delete_object          what happened to an object
    bucket  ── create, delete, versioning         hops

moto calls `send_event` at each change but a deletion in a versioned bucket; and it calls it twice for a
multipart upload, and for the tags that come with an object. The query of the request tells what was really
asked for.
"""

from __future__ import annotations

import functools
import os
import types
from collections.abc import Callable
from typing import Any

import moto.s3.models
import moto.s3.notifications
from moto.core.responses import ActionResult
from moto.s3.models import S3Backend
from moto.s3.responses import S3Response

from workbook.aws.s3 import operations
from workbook.aws.s3.buckets import bucket_of, forget, notifications_of
from workbook.aws.s3.errors import InvalidArgument, NotSimulatedVersioning
from workbook.aws.s3.event_types import REMOVED_DELETE, REMOVED_MARKER, TYPES
from workbook.aws.s3.notifying import tell
from workbook.aws.s3.objects import EMPTY_ETAG, happened
from workbook.aws.s3.owners import of_the_expected_owner
from workbook.aws.s3.requests import RequestFacts, answering, current_request
from workbook.engine.patches import Patches
from workbook.engine.world import World, current_world

_BY_NAME = {f"s3:{each.name}": each for each in TYPES}
_NOTIFICATION = "notification"
_MOTOS_HEADER = "x-amzn-requestid"


def install(patches: Patches) -> None:
    """Make all of these changes."""
    for name in ("bucket_response", "key_response"):
        patches.set(S3Response, name, _with_request(getattr(S3Response, name)))
    patches.set(S3Response, "_bucket_response", _with_notifications(S3Response._bucket_response))  # noqa: SLF001 - moto has no other place before it reads the body
    for name in ("_bucket_response", "_key_response"):
        patches.set(S3Response, name, of_the_expected_owner(getattr(S3Response, name)))
    patches.set(moto.s3.notifications, "send_event", _send_event)
    patches.set(moto.s3.models, "events_send_notification", _send_nothing)
    patches.set(S3Backend, "delete_object", _delete_object(S3Backend.delete_object))
    patches.set(S3Backend, "create_bucket", _create_bucket(S3Backend.create_bucket))
    patches.set(S3Backend, "delete_bucket", _delete_bucket(S3Backend.delete_bucket))
    patches.set(S3Backend, "put_bucket_versioning", _put_bucket_versioning(S3Backend.put_bucket_versioning))
    seeded = {**vars(os), "urandom": _seeded_bytes}  # upload ids
    patches.set(moto.s3.models, "os", types.SimpleNamespace(**seeded))


def _seeded_bytes(count: int) -> bytes:
    return current_world().seeds.stream("s3.upload-id").randbytes(count)


# ---- requests


def _with_request(answer: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(answer)
    def answer_with_ids(response: S3Response, request: Any, full_url: str, headers: Any) -> Any:  # noqa: ANN401 - moto's types
        with answering(current_world(), full_url, request.headers) as facts:
            return _with_ids(answer(response, request, full_url, headers), facts)

    return answer_with_ids


def _with_ids(
    answer: tuple[int, dict[str, Any], Any], facts: RequestFacts
) -> tuple[int, dict[str, Any], Any]:
    status, headers, body = answer
    motos = headers.pop(_MOTOS_HEADER, None)
    headers |= {"x-amz-request-id": facts.request_id, "x-amz-id-2": facts.host_id}
    if motos and isinstance(body, bytes):
        body = body.replace(motos.encode(), facts.request_id.encode())
    return status, headers, body


def _with_notifications(answer: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(answer)
    def answer_notifications(response: S3Response, request: Any, full_url: str) -> Any:  # noqa: ANN401 - moto's types
        world = current_world()
        facts = current_request(world)
        if _NOTIFICATION not in facts.query or request.method not in {"GET", "PUT"}:
            return answer(response, request, full_url)
        bucket = bucket_of(response.backend.get_bucket(response.bucket_name))
        if request.method == "GET":
            response.data["Action"] = "GetBucketNotificationConfiguration"
            return response.serialized(ActionResult(notifications_of(world, bucket.name).shown()))
        skips = str(request.headers.get("x-amz-skip-destination-validation", "")).lower() == "true"
        try:
            operations.put(world, bucket, response.body, validate_destinations=not skips)
        except InvalidArgument as error:
            return error.status, {}, error.xml(facts.request_id, facts.host_id)
        return 200, {}, ""

    return answer_notifications


# ---- changes


def _send_event(_account: str, event_name: str, bucket: Any, key: Any) -> None:  # noqa: ANN401 - moto's types
    """In the place of moto's: tell of what was really asked for."""
    world = current_world()
    kind = _BY_NAME.get(str(getattr(event_name, "value", event_name)))
    if kind is None or kind in {REMOVED_DELETE, REMOVED_MARKER} or not _was_asked_for(world, kind.name):
        return
    created = kind.name.startswith("ObjectCreated")
    tell(
        world,
        happened(
            world,
            kind,
            bucket_of(bucket),
            key.name,
            size=key.size if created else None,
            etag=key.etag.replace('"', ""),
            version_id=key.version_id if bucket.is_versioned else None,
        ),
    )


def _was_asked_for(world: World, name: str) -> bool:
    query = current_request(world).query
    if name.startswith("ObjectTagging"):
        return "tagging" in query
    return name != "ObjectCreated:Put" or "uploadId" not in query


def _send_nothing(*_arguments: object, **_options: object) -> None:
    """Moto tells EventBridge that an object was created when a bucket is."""


def _delete_object(delete: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(delete)
    def delete_and_tell(
        backend: S3Backend, bucket_name: str, key_name: str, version_id: str | None = None, **options: bool
    ) -> Any:  # noqa: ANN401 - moto's
        bucket = backend.get_bucket(bucket_name)
        there = [str(each.version_id) for each in bucket.keys.getlist(key_name, [])]
        done, answer = delete(backend, bucket_name, key_name, version_id=version_id, **options)
        marks = bucket.is_versioned and version_id is None
        if done and (version_id is None or not bucket.is_versioned or str(version_id) in there):
            world = current_world()
            event = happened(
                world,
                REMOVED_MARKER if marks else REMOVED_DELETE,
                bucket_of(bucket),
                key_name,
                etag=EMPTY_ETAG if marks else None,
                version_id=answer.get("version-id"),
            )
            tell(world, event)
        return done, answer

    return delete_and_tell


# ---- buckets


def _create_bucket(create: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(create)
    def create_and_record(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - moto's
        made, world = create(*arguments, **options), current_world()
        bucket = bucket_of(made)
        world.trace.record("create", bucket.arn, settings=operations.shown(world, bucket))
        return made

    return create_and_record


def _delete_bucket(delete: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(delete)
    def delete_and_record(backend: S3Backend, bucket_name: str) -> Any:  # noqa: ANN401 - moto's
        bucket = bucket_of(backend.get_bucket(bucket_name))
        deleted, world = delete(backend, bucket_name), current_world()
        if deleted is not None:  # else it was not empty
            forget(world, bucket_name)
            world.trace.record("remove", bucket.arn)
        return deleted

    return delete_and_record


def _put_bucket_versioning(put: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(put)
    def put_and_record(backend: S3Backend, bucket_name: str, status: str) -> None:
        if status == "Suspended":
            raise NotSimulatedVersioning
        put(backend, bucket_name, status)
        bucket, world = bucket_of(backend.get_bucket(bucket_name)), current_world()
        settings = operations.shown(world, bucket, Versioning=status)
        world.trace.record("configure", bucket.arn, settings=settings)

    return put_and_record
