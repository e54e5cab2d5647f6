"""Discoverers: they make schemas of the events of a bus. Source: botocore 1.44, Schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.eventbridge.buses import find_bus
from workbook.aws.eventbridge.names import bus_address
from workbook.aws.schemas import asked
from workbook.aws.schemas.discoverer import Discoverer
from workbook.aws.schemas.errors import BadRequest, Conflict, NotFound
from workbook.aws.schemas.registry import (
    DISCOVERED,
)

if TYPE_CHECKING:
    from workbook.aws.operations import Answer, Call


def create_discoverer(call: Call) -> Answer:
    """Begin to write down the schemas of a bus's events."""
    catalogue, source = asked.catalogue(call), str(call.parameters["SourceArn"])
    _demand_bus(call, source)
    if any(each.source_arn == source for each in catalogue.discoverers.values()):
        raise Conflict(f"A discoverer for {source} already exists.")
    identifier = f"events-event-bus-{source.rpartition('/')[2]}"
    across = call.parameters.get("CrossAccount")
    discoverer = Discoverer(
        id=identifier,
        arn=f"{catalogue.prefix}:discoverer/{identifier}",
        source_arn=source,
        account=call.account,
        cross_account=True if across is None else bool(across),
        description=call.parameters.get("Description"),
        tags=asked.tags(call),
    )
    catalogue.discoverers[identifier] = discoverer
    if DISCOVERED not in catalogue.registries:
        catalogue.add_registry(DISCOVERED, None, {})
    discoverer.start(call.world, catalogue)
    call.world.trace.record("create", discoverer.arn, settings=discoverer.settings())
    return discoverer.described()


def describe_discoverer(call: Call) -> Answer:
    """Show a discoverer."""
    return _discoverer(call).described()


def update_discoverer(call: Call) -> Answer:
    """Change a discoverer's description, or whether events of other accounts count."""
    discoverer = _discoverer(call)
    discoverer.description = call.parameters.get("Description") or discoverer.description
    if call.parameters.get("CrossAccount") is not None:
        discoverer.cross_account = bool(call.parameters["CrossAccount"])
    return _changed(call, discoverer).described()


def start_discoverer(call: Call) -> Answer:
    """Let a discoverer go on."""
    discoverer = _discoverer(call)
    discoverer.start(call.world, asked.catalogue(call))
    return asked.only(_changed(call, discoverer).described(), "DiscovererId", "State")


def stop_discoverer(call: Call) -> Answer:
    """Let a discoverer pause."""
    discoverer = _discoverer(call)
    discoverer.stop()
    return asked.only(_changed(call, discoverer).described(), "DiscovererId", "State")


def delete_discoverer(call: Call) -> Answer:
    """Delete a discoverer; what it found stays."""
    discoverer = _discoverer(call)
    discoverer.stop()
    del asked.catalogue(call).discoverers[discoverer.id]
    call.world.trace.record("remove", discoverer.arn)
    return None


def list_discoverers(call: Call) -> Answer:
    """Show the discoverers."""
    identifier = call.parameters.get("DiscovererIdPrefix") or ""
    source = call.parameters.get("SourceArnPrefix") or ""
    names = ("CrossAccount", "DiscovererArn", "DiscovererId", "SourceArn", "State", "Tags")
    found = [
        asked.only(each.described(), *names)
        for _, each in sorted(asked.catalogue(call).discoverers.items())
        if each.id.startswith(identifier) and each.source_arn.startswith(source)
    ]
    return asked.page(call, "Discoverers", found)


# ---- helpers


def _discoverer(call: Call) -> Discoverer:
    identifier = str(call.parameters["DiscovererId"])
    found = asked.catalogue(call).discoverers.get(identifier)
    if found is None:
        raise NotFound(f"Discoverer with id {identifier} does not exist.")
    return found


def _changed(call: Call, discoverer: Discoverer) -> Discoverer:
    call.world.trace.record("configure", discoverer.arn, settings=discoverer.settings())
    return discoverer


def _demand_bus(call: Call, arn: str) -> None:
    if ":event-bus/" not in arn or arn.count(":") < 5:
        raise BadRequest(f"SourceArn {arn} is not the ARN of an event bus.")
    if find_bus(call.world, bus_address(arn, call.account, call.region)) is None:
        raise NotFound(f"Event bus {arn} does not exist.")
