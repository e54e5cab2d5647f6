"""Event source mappings: Lambda reads a queue for you and calls your function with what it finds.

    requests      what a mapping may be told to do          mapping    its states
    poller        reading, invoking, deleting               scaling    how many batches at a time
    batches, records, filters, answers                      operations, registry          the API

Only SQS queues are sources so far; the others are refused by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.awslambda.models import LambdaBackend
from moto.awslambda.responses import LambdaResponse

from workbook.aws.awslambda import protocol
from workbook.aws.event_sources import operations
from workbook.aws.event_sources.mapping import Mapping
from workbook.aws.event_sources.registry import mappings_of
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from workbook.engine.patches import Patches

__all__ = ["install"]


def install(patches: Patches) -> None:
    """Put our operations in the place of moto's."""
    for operation in (
        operations.create_event_source_mapping,
        operations.list_event_source_mappings,
        operations.get_event_source_mapping,
        operations.update_event_source_mapping,
        operations.delete_event_source_mapping,
    ):
        patches.set(LambdaResponse, operation.__name__, protocol.action(operation))
    # What moto itself calls, for CloudFormation.
    patches.set(LambdaBackend, "create_event_source_mapping", _create)
    patches.set(LambdaBackend, "update_event_source_mapping", _update)
    patches.set(LambdaBackend, "delete_event_source_mapping", _delete)


def _create(backend: LambdaBackend, spec: dict[str, object]) -> Mapping:
    created = operations.create_event_source_mapping(backend, spec)
    return mappings_of(current_world(), backend).find(created["UUID"])


def _update(backend: LambdaBackend, uuid: str, spec: dict[str, object]) -> Mapping:
    operations.update_event_source_mapping(backend, {**spec, "UUID": uuid})
    return mappings_of(current_world(), backend).find(uuid)


def _delete(backend: LambdaBackend, uuid: str) -> Mapping:
    mapping = mappings_of(current_world(), backend).find(uuid)
    operations.delete_event_source_mapping(backend, {"UUID": uuid})
    return mapping
