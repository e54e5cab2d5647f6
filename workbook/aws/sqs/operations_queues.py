"""The operations on queues: their life, their attributes, tags and permissions."""

from __future__ import annotations

from collections.abc import Sequence

from workbook.aws.limits import limit
from workbook.aws.sqs.addresses import queue_url_for
from workbook.aws.sqs.backend import RegisteredQueue, SQSBackend, backend_at, find_queue, find_queue_at
from workbook.aws.sqs.calls import Answer, Call
from workbook.aws.sqs.errors import InvalidAddress, InvalidParameterValue, MissingParameter, QueueDoesNotExist
from workbook.aws.sqs.pages import page_of
from workbook.aws.sqs.permissions import add_permission, queue_access, remove_permission
from workbook.aws.sqs.queue_attributes import changed_settings, shown_attributes
from workbook.aws.sqs.queue_lookup import queue_of
from workbook.aws.sqs.validation import optional_text, required_text, text_map, texts

_MUST_NAME = "Value for parameter QueueName is invalid. Reason: Must specify a queue name."


def create_queue(call: Call) -> Answer:
    """Make a queue, or give the URL of the one that was made with the same attributes."""
    name = optional_text(call.parameters, "QueueName")
    if name is None:
        raise InvalidParameterValue(_MUST_NAME)
    tags = text_map(call.parameters, "tags") or text_map(call.parameters, "Tags")
    _check_tags(name, tags)
    queue = _own_backend(call).create_queue(name, tags, **text_map(call.parameters, "Attributes"))
    return {"QueueUrl": queue_url_for(call, queue.account, queue.name)}


def delete_queue(call: Call) -> Answer:
    """Delete a queue with everything in it.

    Fidelity: on AWS a deletion takes up to 60 seconds, and messages sent meanwhile may succeed and are lost;
    here the queue is gone at once.
    """
    queue = queue_of(call)
    backend_at(queue.region, queue.account).delete_queue(queue.name)
    return None


def get_queue_url(call: Call) -> Answer:
    """The URL of a queue by its name, in the caller's account or in another that lets the caller ask."""
    name = optional_text(call.parameters, "QueueName")
    if not name:
        raise InvalidParameterValue(_MUST_NAME)
    account = optional_text(call.parameters, "QueueOwnerAWSAccountId") or call.caller.account
    queue = find_queue_at(call.region, account, name)
    if queue is None and account == call.caller.account:
        raise QueueDoesNotExist
    if queue is None or not queue_access(queue, call.caller, call.operation, call.transport).allowed:
        raise QueueDoesNotExist("The specified queue does not exist or you do not have access to it.")
    return {"QueueUrl": queue_url_for(call, queue.account, queue.name)}


def list_queues(call: Call) -> Answer:
    """The URLs of the caller's queues in this region, in order of their names."""
    prefix = optional_text(call.parameters, "QueueNamePrefix") or ""
    queues = _own_backend(call).queues
    names = sorted(name for name in queues if name.startswith(prefix))
    page = page_of(call, [queue_url_for(call, queues[name].account, name) for name in names])
    return {"QueueUrls": page.items, "NextToken": page.next_token}


def list_dead_letter_source_queues(call: Call) -> Answer:
    """The URLs of the queues that use this one as their dead-letter queue."""
    target = queue_of(call)
    sources = [
        queue
        for _, queue in sorted(backend_at(target.region, target.account).queues.items())
        if _dead_letters_go_to(queue, target)
    ]
    page = page_of(call, [queue_url_for(call, queue.account, queue.name) for queue in sources])
    return {"queueUrls": page.items, "NextToken": page.next_token}


def purge_queue(call: Call) -> Answer:
    """Delete all messages of a queue; once in 60 seconds."""
    queue_of(call).purge()
    return None


def get_queue_attributes(call: Call) -> Answer:
    """The attributes that are asked for; none where none are."""
    queue = queue_of(call)
    names = texts(call.parameters, "AttributeNames")
    if not names:
        return {}
    counts = queue.counts()
    return {
        "Attributes": shown_attributes(
            names, queue.settings, queue.arn, counts, queue.created, queue.modified
        )
    }


def set_queue_attributes(call: Call) -> Answer:
    """Change the attributes that are named and no others; all of them, or none when one is not allowed."""
    queue = queue_of(call)
    given = text_map(call.parameters, "Attributes")
    if not given:
        raise MissingParameter("Attribute.Name")
    queue.apply(changed_settings(queue.settings, given, queue.arn, find_queue))
    return None


def tag_queue(call: Call) -> Answer:
    """Add tags, or give those of the same key another value."""
    queue = queue_of(call)
    tags = text_map(call.parameters, "Tags")
    if not tags:
        raise MissingParameter("Tags")
    _check_tags(queue.name, {**queue.tags, **tags})
    queue.tags.update(tags)
    return None


def untag_queue(call: Call) -> Answer:
    """Take tags away; a key that the queue does not have is no error."""
    queue = queue_of(call)
    keys = texts(call.parameters, "TagKeys")
    if not keys:
        raise InvalidParameterValue("Tag keys must be between 1 and 128 characters in length.")
    for key in keys:
        queue.tags.pop(key, None)
    return None


def list_queue_tags(call: Call) -> Answer:
    """All tags of a queue."""
    return {"Tags": dict(queue_of(call).tags)}


def grant_permission(call: Call) -> Answer:
    """AddPermission: let other accounts use the queue."""
    queue = queue_of(call)
    label = required_text(call.parameters, "Label")
    add_permission(queue, label, texts(call.parameters, "AWSAccountIds"), texts(call.parameters, "Actions"))
    return None


def revoke_permission(call: Call) -> Answer:
    """RemovePermission: take back what AddPermission gave."""
    queue = queue_of(call)
    remove_permission(queue, required_text(call.parameters, "Label"))
    return None


def _own_backend(call: Call) -> SQSBackend:
    try:
        return backend_at(call.region, call.caller.account)
    except LookupError:
        raise InvalidAddress(call.endpoint) from None


def _dead_letters_go_to(queue: RegisteredQueue, target: RegisteredQueue) -> bool:
    policy = queue.settings.redrive_policy
    return policy is not None and policy.dead_letter_target_arn == target.arn


def _check_tags(queue_name: str, tags: dict[str, str]) -> None:
    if len(tags) > limit("sqs.queue-tags"):
        raise InvalidParameterValue(f"Too many tags added for queue {queue_name}.")
    keys: Sequence[str] = list(tags)
    if any(not 1 <= len(key) <= 128 for key in keys):
        raise InvalidParameterValue("Tag keys must be between 1 and 128 characters in length.")
    if any(len(value) > 256 for value in tags.values()):
        raise InvalidParameterValue("Tag values must be between 0 and 256 characters in length.")
    if any(key.lower().startswith("aws:") for key in keys):
        raise InvalidParameterValue("Tag keys must not start with aws:, which is reserved for AWS use.")
    if not all(map(_has_characters_of_tags, (*keys, *tags.values()))):
        raise InvalidParameterValue(
            "Tag keys and values can only include letters, digits, whitespace and the characters _.:/=+-@"
        )


def _has_characters_of_tags(text: str) -> bool:
    return all(one.isalnum() or one.isspace() or one in "_.:/=+-@" for one in text)
