"""Tags of functions: TagResource, UntagResource, ListTags. Event source mappings have tags of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.awslambda.errors import InvalidParameterValue, ResourceNotFound, ValidationError
from workbook.aws.awslambda.names import read
from workbook.aws.awslambda.registry import latest

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaBackend

Parameters = dict[str, Any]

MOST_TAGS = 50

_RESOURCE = re.compile(
    r"arn:aws[a-zA-Z-]*:lambda:[a-z]{2}(-[a-z]+)+-\d:\d{12}:"
    r"(function:[a-zA-Z0-9_-]+(:(\$LATEST|[a-zA-Z0-9_-]+))?|event-source-mapping:[a-f0-9-]{36})"
)
_RESOURCE_SHOWN = (
    r"arn:(aws[a-zA-Z-]*)?:lambda:[a-z]{2}((-gov)|(-iso(b?)))?-[a-z]+-\d{1}:\d{12}:"
    r"(function:[a-zA-Z0-9-_]+(:(\$LATEST|[a-zA-Z0-9-_]+))?|layer:[a-zA-Z0-9-_]+)"
)


def check_tags(tags: Mapping[str, str], present: Mapping[str, str] | None = None) -> None:
    """Check that a resource with the tags `present` can take `tags` as well.

    Raises:
        InvalidParameterValue: it would have more than 50.
    """
    if len({**(present or {}), **tags}) > MOST_TAGS:
        raise InvalidParameterValue("Number of tags exceeds resource tag limit.")


def tag_resource(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """TagResource."""
    tags = parameters.get("Tags") or {}
    if not tags:
        raise InvalidParameterValue("An error occurred and the request cannot be processed.")
    present = _tags_of(backend, parameters["Resource"])
    check_tags(tags, present)
    present.update(tags)
    return {}


def untag_resource(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """UntagResource; tags that are not there are no error."""
    keys = parameters.get("TagKeys")
    if not keys:
        raise ValidationError.of("tagKeys", None, "Member must not be null")
    present = _tags_of(backend, parameters["Resource"])
    for key in keys:
        present.pop(key, None)
    return {}


def list_tags(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """ListTags."""
    return {"Tags": dict(_tags_of(backend, parameters["Resource"]))}


def _tags_of(backend: LambdaBackend, resource: str) -> dict[str, str]:
    if not _RESOURCE.fullmatch(resource):
        rule = f"Member must satisfy regular expression pattern: {_RESOURCE_SHOWN}"
        raise ValidationError.of("resource", resource, rule)
    if ":event-source-mapping:" in resource:
        mapping = backend._event_source_mappings.get(  # noqa: SLF001 - moto's registry of mappings
            resource.rpartition(":")[2]
        )
        if mapping is None:
            raise ResourceNotFound("The resource you requested does not exist.")
        return mapping.tags
    name, qualifier = read(backend, resource)
    if qualifier is not None:
        message = "Tags on function aliases and versions are not supported. Please specify a function ARN."
        raise InvalidParameterValue(message)
    return latest(backend, name).tags
