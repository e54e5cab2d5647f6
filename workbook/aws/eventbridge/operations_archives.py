"""The operations on archives and replays.

Sources: service model, CreateArchive and StartReplay; texts of errors recorded in public test suites (2024).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbook.aws.eventbridge.archives import Archive
from workbook.aws.eventbridge.buses import Bus, Registry, registry_of
from workbook.aws.eventbridge.errors import (
    IllegalStatus,
    ResourceAlreadyExists,
    ResourceNotFound,
    ValidationError,
)
from workbook.aws.eventbridge.names import bus_address
from workbook.aws.eventbridge.operations_rules import pattern_of
from workbook.aws.eventbridge.paging import limited
from workbook.aws.eventbridge.replays import RUNNING, STARTING, Replay
from workbook.aws.operations import refuse_parameters
from workbook.engine.clock import SECOND, datetime_of

if TYPE_CHECKING:
    from workbook.aws.operations import Answer, Call

_CHANGEABLE = ("Description", "EventPattern", "RetentionDays")
_OF_ARCHIVE = frozenset({"ArchiveName", "EventSourceArn", *_CHANGEABLE})


def create_archive(call: Call) -> Answer:
    """Keep what passes over a bus from now on."""
    refuse_parameters(call.parameters, _OF_ARCHIVE, "CreateArchive")
    registry, name = _registry(call), call.parameters["ArchiveName"]
    if name in registry.archives:
        raise ResourceAlreadyExists.of("Archive", name)
    bus = _source_bus(call, call.parameters["EventSourceArn"])
    _check_pattern(call)
    arn = f"{registry.prefix}:archive/{name}"
    archive = Archive(name, arn, bus.name, call.world.clock.now, dict(call.parameters))
    registry.archives[name] = archive
    call.world.trace.record("create", arn, settings=archive.settings())
    rule = archive.put_rule(bus, call.account)
    call.world.trace.record("create", rule.arn, settings=rule.settings())
    return archive.answered()


def update_archive(call: Call) -> Answer:
    """Change what an archive keeps, and how long."""
    refuse_parameters(call.parameters, _OF_ARCHIVE, "UpdateArchive")
    archive = _archive(call)
    _check_pattern(call)
    archive.given.update({name: value for name, value in call.parameters.items() if name in _CHANGEABLE})
    bus = _registry(call).buses.get(archive.bus_name)
    call.world.trace.record("configure", archive.arn, settings=archive.settings())
    if bus is not None:
        rule = archive.put_rule(bus, call.account)
        call.world.trace.record("configure", rule.arn, settings=rule.settings())
    return archive.answered()


def describe_archive(call: Call) -> Answer:
    """Show an archive."""
    return _archive(call).described(call.world.clock.now)


def list_archives(call: Call) -> Answer:
    """Show archives: all, or those with a beginning of the name, of a bus, in a state."""
    _demand_one_filter(call, "ListArchives")
    source = call.parameters.get("EventSourceArn")
    if source:
        _source_bus(call, source)
    shown = [archive.listed(call.world.clock.now) for archive in _registry(call).archives.values()]
    return limited("Archives", _chosen(shown, call, "ArchiveName"), call.parameters)


def delete_archive(call: Call) -> Answer:
    """Delete an archive with the events in it."""
    archive, registry = _archive(call), _registry(call)
    del registry.archives[archive.name]
    call.world.trace.record("remove", archive.arn)
    bus = registry.buses.get(archive.bus_name)
    rule = None if bus is None else bus.rules.pop(archive.rule_name, None)
    if rule is not None:
        call.world.trace.record("remove", rule.arn)
    return None


def start_replay(call: Call) -> Answer:
    """Send an archive's events of a span of time to the rules of their bus again."""
    registry, given = _registry(call), call.parameters
    if given["ReplayName"] in registry.replays:
        raise ResourceAlreadyExists.of("Replay", given["ReplayName"])
    archive = _replayed_archive(call, registry)
    start, end = (round(float(given[name]) * SECOND) for name in ("EventStartTime", "EventEndTime"))
    if start >= end:
        raise ValidationError.parameter("EventEndTime", "EventStartTime must be before EventEndTime.")
    name = given["ReplayName"]
    arn, now = f"{registry.prefix}:replay/{name}", call.world.clock.now
    replay = Replay(call.world, name, arn, given, archive, start, end, now)
    registry.replays[name] = replay
    replay.begin()
    return {"ReplayArn": arn, "State": STARTING, "ReplayStartTime": datetime_of(now)}


def describe_replay(call: Call) -> Answer:
    """Show a replay."""
    return _replay(call).described()


def list_replays(call: Call) -> Answer:
    """Show replays: all, or those with a beginning of the name, of an archive, in a state."""
    _demand_one_filter(call, "ListReplays")
    shown = [replay.listed() for replay in _registry(call).replays.values()]
    return limited("Replays", _chosen(shown, call, "ReplayName"), call.parameters)


def cancel_replay(call: Call) -> Answer:
    """Stop a replay; what it has sent stays sent."""
    replay = _replay(call)
    if replay.state not in {STARTING, RUNNING}:
        raise IllegalStatus(f"Replay {replay.name} is not in a valid state for this operation.")
    replay.cancel()
    return {"ReplayArn": replay.arn, "State": replay.state}


# ---- helpers


def _registry(call: Call) -> Registry:
    return registry_of(call.world, call.account, call.region)


def _source_bus(call: Call, arn: str) -> Bus:
    return _registry(call).bus(bus_address(arn, call.account, call.region).name)


def _archive(call: Call) -> Archive:
    name = call.parameters["ArchiveName"]
    archive = _registry(call).archives.get(name)
    if archive is None:
        raise ResourceNotFound.archive(name)
    return archive


def _replay(call: Call) -> Replay:
    name = call.parameters["ReplayName"]
    replay = _registry(call).replays.get(name)
    if replay is None:
        raise ResourceNotFound.replay(name)
    return replay


def _check_pattern(call: Call) -> None:
    if call.parameters.get("EventPattern"):
        pattern_of(call.parameters["EventPattern"])


def _replayed_archive(call: Call, registry: Registry) -> Archive:
    """The archive of StartReplay, whose destination is the bus that it was made from."""
    destination = call.parameters["Destination"]["Arn"]
    if ":event-bus/" not in destination:
        raise ValidationError.parameter("Destination.Arn", "Must contain an event bus ARN.")
    registry.bus(bus_address(destination, call.account, call.region).name)
    name = call.parameters["EventSourceArn"].rpartition("/")[2]
    archive = registry.archives.get(name)
    if archive is None:
        raise ValidationError.parameter("EventSourceArn", f"Archive {name} does not exist.")
    if archive.given["EventSourceArn"] != destination:
        raise ValidationError.parameter("Destination.Arn", "Cross event bus replay is not permitted.")
    return archive


def _demand_one_filter(call: Call, operation: str) -> None:
    if sum(bool(call.parameters.get(name)) for name in ("State", "EventSourceArn", "NamePrefix")) > 1:
        raise ValidationError(
            f"At most one filter is allowed for {operation}. "
            "Use either : State, EventSourceArn, or NamePrefix."
        )


def _chosen(shown: list[dict[str, Any]], call: Call, name: str) -> list[dict[str, Any]]:
    wanted = {key: call.parameters.get(key) for key in ("EventSourceArn", "State")}
    prefix = call.parameters.get("NamePrefix") or ""
    return [
        one
        for one in sorted(shown, key=lambda one: str(one[name]))
        if str(one[name]).startswith(prefix)
        and all(value is None or one[key] == value for key, value in wanted.items())
    ]
