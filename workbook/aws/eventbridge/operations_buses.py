"""The operations on event buses and their policies, and on tags.

Sources: service model of EventBridge; texts of errors recorded in public test suites (2024).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbook.aws.eventbridge import permissions
from workbook.aws.eventbridge.buses import Bus, Registry, registry_of
from workbook.aws.eventbridge.errors import (
    LimitExceeded,
    ResourceAlreadyExists,
    ResourceNotFound,
    ValidationError,
)
from workbook.aws.eventbridge.names import DEFAULT, BusAddress, bus_address
from workbook.aws.eventbridge.paging import limited
from workbook.aws.eventbridge.partners import attach_event_source, detach_event_source
from workbook.aws.eventbridge.scheduled_rules import stop_timer
from workbook.aws.limits import limit
from workbook.aws.operations import NotSimulated, refuse_parameters

if TYPE_CHECKING:
    from workbook.aws.operations import Answer, Call

MOST_BUSES = limit("eventbridge.buses")
MOST_TAGS = limit("eventbridge.tags")

_SIMULATED = frozenset({"Name", "EventSourceName", "Description", "Tags"})


def create_event_bus(call: Call) -> Answer:
    """Create a custom bus, or a partner bus, which has the name of its event source."""
    refuse_parameters(call.parameters, _SIMULATED, "CreateEventBus")
    registry, name = _registry(call), call.parameters["Name"]
    source = call.parameters.get("EventSourceName")
    if name in registry.buses:
        raise ResourceAlreadyExists.of("Event bus", name)
    if "/" in name and source is None:
        raise ValidationError("Event bus name must not contain '/'.")
    if len(registry.buses) >= MOST_BUSES:
        raise LimitExceeded
    if source is not None:
        attach_event_source(call, source, name)
    now = call.world.clock.now
    address = BusAddress(call.account, call.region, name)
    bus = Bus(address, now, now, call.parameters.get("Description"), event_source=source)
    registry.buses[name] = bus
    _put_tags(registry, bus.arn, call.parameters.get("Tags") or [])
    call.world.trace.record("create", bus.arn, settings=bus.settings())
    answer = {"EventBusArn": bus.arn, "Description": bus.description}
    return {key: value for key, value in answer.items() if value is not None}


def update_event_bus(call: Call) -> Answer:
    """Change the description."""
    refuse_parameters(call.parameters, frozenset({"Name", "Description"}), "UpdateEventBus")
    bus = _registry(call).bus(call.parameters.get("Name") or DEFAULT)
    bus.description = call.parameters.get("Description")
    _changed(call, bus)
    answer = {"Arn": bus.arn, "Name": bus.name, "Description": bus.description}
    return {key: value for key, value in answer.items() if value is not None}


def describe_event_bus(call: Call) -> Answer:
    """Show a bus: by name, by ARN, or the default one."""
    return _bus(call, call.parameters.get("Name")).described()


def list_event_buses(call: Call) -> Answer:
    """Show all buses, or those with a beginning of the name, sorted by name."""
    wanted = call.parameters.get("NamePrefix") or ""
    buses = [bus for name, bus in sorted(_registry(call).buses.items()) if name.startswith(wanted)]
    return limited("EventBuses", [bus.described() for bus in buses], call.parameters)


def delete_event_bus(call: Call) -> Answer:
    """Delete a bus with its rules; harmless when there is none."""
    name = call.parameters["Name"]
    if name == DEFAULT:
        raise ValidationError("Cannot delete event bus default.")
    registry = _registry(call)
    bus = registry.buses.pop(name, None)
    if bus is not None:
        for rule in bus.rules.values():
            stop_timer(rule)
            registry.tags.pop(rule.arn, None)
            call.world.trace.record("remove", rule.arn)
        registry.tags.pop(bus.arn, None)
        detach_event_source(call, bus)
        call.world.trace.record("remove", bus.arn)
    return None


def put_permission(call: Call) -> Answer:
    """Let another account put events on a bus, or replace the bus's whole policy."""
    bus = _registry(call).bus(call.parameters.get("EventBusName") or DEFAULT)
    permissions.put_permission(bus, call.parameters)
    _changed(call, bus)
    return None


def remove_permission(call: Call) -> Answer:
    """Take a statement out of a bus's policy, or all of them."""
    bus = _registry(call).bus(call.parameters.get("EventBusName") or DEFAULT)
    permissions.remove_permission(bus, call.parameters)
    _changed(call, bus)
    return None


def tag_resource(call: Call) -> Answer:
    """Give tags to a rule or a bus."""
    registry, arn = _tagged(call)
    _put_tags(registry, arn, call.parameters["Tags"])
    return None


def untag_resource(call: Call) -> Answer:
    """Take tags from a rule or a bus."""
    registry, arn = _tagged(call)
    for key in call.parameters["TagKeys"]:
        registry.tags.get(arn, {}).pop(key, None)
    return None


def list_tags_for_resource(call: Call) -> Answer:
    """Show the tags of a rule or a bus."""
    registry, arn = _tagged(call)
    return {"Tags": [{"Key": key, "Value": value} for key, value in registry.tags.get(arn, {}).items()]}


# ---- helpers


def _registry(call: Call) -> Registry:
    return registry_of(call.world, call.account, call.region)


def _bus(call: Call, name_or_arn: str | None) -> Bus:
    address = bus_address(name_or_arn, call.account, call.region)
    if (address.account, address.region) != (call.account, call.region):
        raise NotSimulated(f"To ask for the event bus {address.arn} from elsewhere", "Ask its own account.")
    return _registry(call).bus(address.name)


def _changed(call: Call, bus: Bus) -> None:
    bus.modified = call.world.clock.now
    call.world.trace.record("configure", bus.arn, settings=bus.settings())


def _tagged(call: Call) -> tuple[Registry, str]:
    registry, arn = _registry(call), call.parameters["ResourceARN"]
    kind, _, place = arn.split(":", 5)[-1].partition("/")
    if kind == "event-bus":
        registry.bus(place)
    elif kind == "rule":
        bus, _, name = place.rpartition("/")
        registry.bus(bus or DEFAULT).rule(name)
    else:
        raise ResourceNotFound(f"Resource {arn} does not exist.")
    return registry, arn


def _put_tags(registry: Registry, arn: str, tags: list[dict[str, Any]]) -> None:
    if not tags:
        return
    given = {tag["Key"]: tag["Value"] for tag in tags}
    together = {**registry.tags.get(arn, {}), **given}
    if len(together) > MOST_TAGS:
        raise LimitExceeded
    registry.tags[arn] = together
