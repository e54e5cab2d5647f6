"""All event source mappings of a world, also those that are gone: their empty receives stay on the bill.

A mapping is in moto's registry as well, because moto's tagging operations look there; what moto does with the
mappings that it makes itself (deliver inside of SendMessage) never happens, since it makes none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from workbook.aws.awslambda.errors import ResourceConflict, ResourceNotFound
from workbook.aws.event_sources.mapping import Mapping

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaBackend

    from workbook.engine.world import World

_KEY = "lambda.event-source-mappings"


class Mappings:
    """The mappings of one account and Region, by UUID, in the order in which they were made."""

    def __init__(self, backend: LambdaBackend) -> None:
        self._present = cast("dict[str, Mapping]", backend._event_source_mappings)  # noqa: SLF001 - see above

    def find(self, uuid: str) -> Mapping:
        """The mapping with this UUID.

        Raises:
            ResourceNotFound: there is none.
        """
        mapping = self._present.get(uuid)
        if mapping is None:
            raise ResourceNotFound("The resource you requested does not exist.")
        return mapping

    def add(self, mapping: Mapping) -> None:
        """Keep a new mapping."""
        self._present[mapping.uuid] = mapping

    def remove(self, uuid: str) -> None:
        """Forget a mapping."""
        del self._present[uuid]

    def select(self, event_source_arn: str | None, function_arn: str | None) -> list[Mapping]:
        """The mappings of a source, of a function, of both, or all."""
        return [
            mapping
            for mapping in self._present.values()
            if event_source_arn in {None, mapping.event_source_arn}
            and function_arn in {None, mapping.function_arn}
        ]

    def refuse_second(
        self, event_source_arn: str, function_arn: str, *, besides: Mapping | None = None
    ) -> None:
        """A queue can be mapped to a function once; `besides` is the mapping that is being changed.

        Raises:
            ResourceConflict: such a mapping exists already.
        """
        for mapping in self.select(event_source_arn, function_arn):
            if mapping is besides:
                continue
            name = function_arn.split(":function:")[1]
            raise ResourceConflict(
                f'An event source mapping with SQS arn (" {event_source_arn} ") and function (" {name} ") '
                f"already exists. Please update or delete the existing mapping with UUID {mapping.uuid}"
            )


def mappings_of(world: World, backend: LambdaBackend) -> Mappings:
    """The mappings of the backend's account and Region in this world."""
    everywhere = _everywhere(world)
    key = (backend.account_id, backend.region_name)
    if key not in everywhere:
        everywhere[key] = Mappings(backend)
    return everywhere[key]


def _everywhere(world: World) -> dict[tuple[str, str], Mappings]:
    return world.kept(_KEY, dict)
