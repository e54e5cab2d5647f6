"""The five operations on event source mappings.

Each takes the registry of the caller's account and Region and the request's parameters, by their names in the
service model, and returns the response's members. Errors are those of the Lambda API.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workbook.aws.awslambda import names
from workbook.aws.awslambda.errors import InvalidParameterValue
from workbook.aws.awslambda.invocation import function_exists
from workbook.aws.awslambda.paging import LARGEST_MAX_ITEMS
from workbook.aws.awslambda.tags import check_tags
from workbook.aws.event_sources.mapping import Mapping
from workbook.aws.event_sources.registry import mappings_of
from workbook.aws.event_sources.requests import (
    LONGEST_FUNCTION_NAME,
    check_range,
    check_timeouts,
    function_arn_of,
    queue_of,
    settings_of_creation,
    settings_of_update,
)
from workbook.aws.limits import limit
from workbook.aws.sqs.backend import find_queue
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaBackend

Parameters = dict[str, Any]

LARGEST_PAGE = limit("lambda.mapping.page")
"""Mappings of one answer of ListEventSourceMappings."""


def create_event_source_mapping(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """CreateEventSourceMapping. The mapping polls once its State is Enabled, some seconds later."""
    world = current_world()
    settings = settings_of_creation(parameters)
    tags = dict(parameters.get("Tags") or {})
    check_tags(tags)
    function_arn = function_arn_of(world, backend, parameters.get("FunctionName"))
    settings = replace(settings, function_arn=function_arn)
    queue = queue_of(world, settings, find_queue)
    if queue.region != backend.region_name:
        message = f"The queue is in {queue.region}, the function in {backend.region_name}: take one Region"
        raise InvalidParameterValue(message)
    mappings = mappings_of(world, backend)
    mappings.refuse_second(settings.event_source_arn, function_arn)
    uuid = world.seeds.uuid("lambda.event-source-mapping")
    home = f"arn:{backend.partition}:lambda:{backend.region_name}:{backend.account_id}"
    arn = f"{home}:event-source-mapping:{uuid}"
    mapping = Mapping(world, uuid, arn, settings, find_queue, tags)
    mappings.add(mapping)
    mapping.create(enabled=parameters.get("Enabled") is not False)
    return mapping.configuration()


def get_event_source_mapping(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """GetEventSourceMapping."""
    return mappings_of(current_world(), backend).find(parameters["UUID"]).configuration()


def list_event_source_mappings(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """ListEventSourceMappings, oldest first; a FunctionName selects the mappings made with that very name."""
    function_arn = None
    if parameters.get("FunctionName"):
        name, qualifier = names.read(backend, parameters["FunctionName"], longest=LONGEST_FUNCTION_NAME)
        function_arn = names.arn_of(backend, name, qualifier)
    chosen = mappings_of(current_world(), backend).select(parameters.get("EventSourceArn"), function_arn)
    check_range(parameters, "MaxItems", 1, LARGEST_MAX_ITEMS)
    start = _position(parameters.get("Marker"))
    end = start + min(int(parameters.get("MaxItems") or LARGEST_PAGE), LARGEST_PAGE)
    answer: Parameters = {"EventSourceMappings": [mapping.configuration() for mapping in chosen[start:end]]}
    if end < len(chosen):
        answer["NextMarker"] = base64.urlsafe_b64encode(str(end).encode()).decode()
    return answer


def _position(marker: str | None) -> int:
    """Where a page begins: what the marker, which is opaque to callers, says."""
    try:
        return int(base64.urlsafe_b64decode((marker or "").encode()) or 0)
    except ValueError:
        raise InvalidParameterValue("Invalid NextToken value.") from None


def update_event_source_mapping(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """UpdateEventSourceMapping. The old settings stay in force until the State is Enabled again."""
    world = current_world()
    mappings = mappings_of(world, backend)
    mapping = mappings.find(parameters["UUID"])
    settings = settings_of_update(parameters, mapping.settings)
    if parameters.get("FunctionName"):
        function_arn = function_arn_of(world, backend, parameters["FunctionName"])
        settings = replace(settings, function_arn=function_arn)
        queue_of(world, settings, find_queue)
        mappings.refuse_second(settings.event_source_arn, function_arn, besides=mapping)
    elif (queue := find_queue(settings.event_source_arn)) and function_exists(world, settings.function_arn):
        check_timeouts(world, settings, queue)
    mapping.update(settings, enabled=parameters.get("Enabled"))
    return mapping.configuration()


def delete_event_source_mapping(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """DeleteEventSourceMapping. Polling stops at once; the mapping is gone some seconds later."""
    mappings = mappings_of(current_world(), backend)
    mapping = mappings.find(parameters["UUID"])
    mapping.delete(lambda: mappings.remove(mapping.uuid))
    return mapping.configuration()
