"""The registry of queues: moto keeps one backend for each account and region; ours holds our queues.

moto's other services (CloudFormation, SNS, EventBridge, S3, resource tagging) find queues through moto's
registry and use a few names of moto's own queue class. `RegisteredQueue` gives them those names, and
`SQSBackend` the methods they call, so what they send takes the same way as a learner's own message. Nothing
else of moto's SQS is used.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, cast
from urllib.parse import ParseResult

import moto.sqs.urls
from moto.core.base_backend import BaseBackend
from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource
from moto.sqs.models import sqs_backends
from moto.utilities.utils import get_partition

from workbook.aws.limits import limit
from workbook.aws.policies import Principal
from workbook.aws.sqs.addresses import queue_url
from workbook.aws.sqs.attributes import QueueSettings
from workbook.aws.sqs.drafts import draft_of, refuse_oversized
from workbook.aws.sqs.errors import QueueDeletedRecently, QueueDoesNotExist, QueueNameExists
from workbook.aws.sqs.message import Delivery, Message
from workbook.aws.sqs.queue import Queue
from workbook.aws.sqs.queue_attributes import (
    changed_settings,
    differing_attribute,
    first_settings,
    is_true,
    shown_attributes,
    shown_settings,
)
from workbook.aws.sqs.queue_names import check_queue_name
from workbook.engine.clock import SECOND
from workbook.engine.world import World, current_world

DELETED_NAME_IS_FREE_AFTER = limit("sqs.recreate-interval") * SECOND


def find_queue(arn: str) -> RegisteredQueue | None:
    """The queue with this ARN, or None."""
    parts = arn.split(":")
    if len(parts) != 6 or parts[2] != "sqs":
        return None
    return find_queue_at(parts[3], parts[4], parts[5])


def find_queue_at(region: str, account: str, name: str) -> RegisteredQueue | None:
    """The queue called ``name`` in a region of an account, or None."""
    regions = sqs_backends.get(account)
    backend = None if regions is None else cast("SQSBackend | None", regions.get(region))
    return None if backend is None else backend.queues.get(name)


def backend_at(region: str, account: str) -> SQSBackend:
    """The registry of an account's queues in a region.

    Raises:
        LookupError: AWS has no such region.
    """
    regions = sqs_backends[account]
    if region not in regions:
        raise LookupError(f"SQS has no region {region!r}")
    return cast("SQSBackend", regions[region])


def find_queue_by_name(name: str, region: str, account: str) -> RegisteredQueue:
    """The queue called ``name``, for tools that look into a lab.

    Raises:
        LookupError: there is none; the text lists those there are.
    """
    queue = find_queue_at(region, account, name)
    if queue is None:
        names = ", ".join(sorted(backend_at(region, account).queues)) or "none yet"
        raise LookupError(f"no queue {name!r} in {region} of account {account}; the queues there: {names}")
    return queue


def settle_queues() -> None:
    """Let every queue note what has expired in it by now, also those that nobody asks."""
    for regions in list(sqs_backends.values()):
        for backend in list(regions.values()):
            for queue in list(cast("SQSBackend", backend).queues.values()):
                queue.settle()


class RegisteredQueue(Queue):
    """A queue with the names by which moto's other services know one."""

    lambda_event_source_mappings: dict[str, object]

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - those of Queue
        super().__init__(*arguments, **named)
        self.lambda_event_source_mappings = {}
        """Empty: our event source mappings poll the queue themselves."""

    @property
    def queue_arn(self) -> str:
        """What moto calls the ARN."""
        return self.arn

    @property
    def account_id(self) -> str:
        """What moto calls the account."""
        return self.account

    @property
    def fifo_queue(self) -> bool:
        """Whether this is a FIFO queue."""
        return self.settings.fifo_queue

    @property
    def physical_resource_id(self) -> str:
        """What CloudFormation's ``Ref`` gives: the URL."""
        return queue_url(self.region, self.account, self.name)

    @property
    def attributes(self) -> dict[str, str]:
        """All attributes, as GetQueueAttributes shows them."""
        return shown_attributes(["All"], self.settings, self.arn, self.counts(), self.created, self.modified)

    def url(self, request_url: ParseResult) -> str:
        """The URL of the queue at the host of a request."""
        return f"{request_url.scheme}://{request_url.netloc}/{self.account}/{self.name}"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Whether CloudFormation's ``Fn::GetAtt`` knows the attribute."""
        return attr in {"Arn", "QueueName", "QueueUrl"}

    def get_cfn_attribute(self, attribute_name: str) -> str:
        """What CloudFormation's ``Fn::GetAtt`` gives."""
        known = {"Arn": self.arn, "QueueName": self.name, "QueueUrl": self.physical_resource_id}
        if attribute_name not in known:
            # Loading moto's CloudFormation takes seconds, and hardly anybody comes here.
            from moto.cloudformation.exceptions import UnformattedGetAttTemplateException  # noqa: PLC0415

            raise UnformattedGetAttTemplateException
        return known[attribute_name]


class SQSBackend(BaseBackend, TaggableResourcesMixin):
    """The queues of one account in one region."""

    SERVICE_NAMESPACE: ClassVar[str] = "sqs"

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.queues: dict[str, RegisteredQueue] = {}
        self.deleted: dict[str, int] = {}
        """When each queue that is gone was deleted (microseconds)."""

    @property
    def _url_module(self) -> Any:  # noqa: ANN401 - as moto declares it
        return moto.sqs.urls

    # ---- the life of a queue

    def create_queue(
        self,
        name: str,
        tags: dict[str, str] | None = None,
        **kwargs: Any,  # noqa: ANN401 - as moto declares it
    ) -> RegisteredQueue:
        """Make a queue, or find the one that was made with the same attributes.

        Raises:
            InvalidParameterValue: the name is not allowed.
            QueueNameExists: a queue of that name has another value for an attribute that is named, or other
                tags than those that are given.
            QueueDeletedRecently: a queue of that name was deleted less than 60 seconds ago.
        """
        attributes = _attributes_of(kwargs)
        check_queue_name(name, fifo=is_true(attributes.get("FifoQueue")))
        arn = f"arn:{get_partition(self.region_name)}:sqs:{self.region_name}:{self.account_id}:{name}"
        settings = first_settings(attributes, arn, find_queue)
        existing = self.queues.get(name)
        if existing is not None:
            return _same_queue(existing, attributes, settings, tags or {})
        world = current_world()
        self._refuse_recently_deleted(name, world)
        queue = RegisteredQueue(world, name, arn, self.region_name, self.account_id, settings, find_queue)
        queue.tags = dict(tags or {})
        world.trace.record("create", arn, settings=shown_settings(settings))
        self.queues[name] = queue
        return queue

    def delete_queue(self, queue_name: str) -> None:
        """Delete a queue with everything in it.

        Raises:
            QueueDoesNotExist: there is none of that name.
        """
        queue = self.get_queue(queue_name)
        del self.queues[queue_name]
        self.deleted[queue_name] = current_world().clock.now
        queue.close()

    def get_queue(self, queue_name: str) -> RegisteredQueue:
        """The queue called ``queue_name``.

        Raises:
            QueueDoesNotExist: there is none of that name.
        """
        queue = self.queues.get(queue_name)
        if queue is None:
            raise QueueDoesNotExist
        return queue

    def _refuse_recently_deleted(self, name: str, world: World) -> None:
        deleted = self.deleted.get(name)
        if deleted is not None and world.clock.now - deleted < DELETED_NAME_IS_FREE_AFTER:
            raise QueueDeletedRecently

    # ---- what moto's other services call

    def send_message(
        self,
        queue_name: str,
        message_body: str,
        message_attributes: dict[str, Any] | None = None,
        delay_seconds: int | None = None,
        deduplication_id: str | None = None,
        group_id: str | None = None,
        system_attributes: dict[str, Any] | None = None,
        validate_group_id: bool = True,  # noqa: ARG002, FBT001, FBT002 - as moto declares it
    ) -> Message:
        """Send as one of moto's services would; checked as any other send."""
        queue = self.get_queue(queue_name)
        parameters: dict[str, object] = {
            "MessageBody": message_body,
            "MessageAttributes": _with_base64(message_attributes or {}),
            "MessageSystemAttributes": system_attributes,
            "DelaySeconds": delay_seconds,
            "MessageDeduplicationId": deduplication_id,
            "MessageGroupId": group_id,
        }
        draft = draft_of(parameters, queue.settings, service_sender(self.account_id).user_id)
        refuse_oversized(draft, queue.settings)
        return queue.send(draft)

    def receive_message(
        self,
        queue_name: str,
        count: int,
        wait_seconds_timeout: int,
        visibility_timeout: int | None,
        message_attribute_names: list[str] | None = None,  # noqa: ARG002 - as moto declares it
    ) -> list[Delivery]:
        """Receive as one of moto's services would."""
        return self.get_queue(queue_name).receive_waiting(
            count, visibility_timeout, wait_seconds_timeout or 0
        )

    def get_queue_attributes(self, queue_name: str, attribute_names: list[str]) -> dict[str, str]:
        """The attributes of these names."""
        queue = self.get_queue(queue_name)
        counts = queue.counts()
        return shown_attributes(
            attribute_names, queue.settings, queue.arn, counts, queue.created, queue.modified
        )

    def set_queue_attributes(self, queue_name: str, attributes: dict[str, Any]) -> RegisteredQueue:
        """Change the attributes that are named, and no others."""
        queue = self.get_queue(queue_name)
        queue.apply(changed_settings(queue.settings, _attributes_of(attributes), queue.arn, find_queue))
        return queue

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        """Queues with their tags, for the Resource Groups Tagging API."""
        for queue in self.queues.values():
            yield TaggedResource(arn=queue.arn, tags=dict(queue.tags), resource_type="sqs:queue")


@functools.lru_cache(maxsize=256)
def service_sender(account: str) -> Principal:
    """In whose name a service of AWS sends for an account."""
    digest = hashlib.sha256(account.encode()).hexdigest().upper()[:17]
    return Principal(account=account, arn=f"arn:aws:iam::{account}:root", user_id=f"AIDA{digest}")


def _same_queue(
    existing: RegisteredQueue, attributes: Mapping[str, str], wanted: QueueSettings, tags: Mapping[str, str]
) -> RegisteredQueue:
    differing = differing_attribute(existing.settings, attributes, wanted)
    if differing is not None:
        raise QueueNameExists(
            f"A queue already exists with the same name and a different value for attribute {differing}"
        )
    if tags and tags != existing.tags:
        # AWS refuses this too, as its users report; the wording is not public, so this sentence is ours.
        raise QueueNameExists("A queue already exists with the same name and different tags")
    return existing


def _attributes_of(properties: Mapping[str, Any]) -> dict[str, str]:
    """Attributes as text: CloudFormation passes numbers, objects and a region besides."""
    attributes: dict[str, str] = {}
    for name, value in properties.items():
        if name in {"region", "QueueName"} or value is None:
            continue
        attributes[name] = value if isinstance(value, str) else json.dumps(value)
    return attributes


def _with_base64(attributes: Mapping[str, Mapping[str, Any]]) -> dict[str, object]:
    """Services of moto pass binary values as bytes; the API has them as base64 text."""
    return {
        name: {
            member: base64.b64encode(value).decode() if isinstance(value, bytes) else value
            for member, value in attribute.items()
        }
        for name, attribute in attributes.items()
    }
