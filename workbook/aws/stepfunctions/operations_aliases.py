"""The operations about aliases: names that lead to one version of a state machine, or to two with shares.

Who starts an execution by an alias gets one of its versions by chance, by their shares: so a new version can
have a tenth of the traffic first.

Sources: service model of Step Functions; answers of AWS recorded in 2025.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbook.aws.limits import limit
from workbook.aws.stepfunctions.errors import (
    Conflict,
    ResourceNotFound,
    ServiceQuotaExceeded,
    ValidationException,
)
from workbook.aws.stepfunctions.pages import page
from workbook.aws.stepfunctions.registry import (
    Registry,
    StateMachine,
    demand_kind,
    registry_of,
    unqualified,
)
from workbook.aws.stepfunctions.revisions import Alias, Version
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.aws.operations import Call

Routing = Sequence[tuple[Version, int]]
_ALL = 100
"""Percent."""


def create_state_machine_alias(call: Call) -> dict[str, Any]:
    """Make an alias; made twice alike, it is the same one."""
    given = call.parameters
    configuration, description = given["routingConfiguration"], given.get("description")
    _check_routing(configuration)
    machine, routing = _routed(call, configuration)
    arn = f"{machine.arn}:{given['name']}"
    known = machine.aliases.get(arn)
    if known is not None:
        if (known.description, known.routing_configuration()) != (description, configuration):
            raise Conflict.alias()
        return _created(known)
    most = limit("stepfunctions.aliases")
    if len(machine.aliases) >= most:
        raise ServiceQuotaExceeded.of("aliases", most)
    now = call.world.clock.now
    alias = machine.aliases[arn] = Alias(arn, given["name"], routing, now, now, description)
    call.world.trace.record("create", arn, settings=_settings(alias))
    return _created(alias)


def update_state_machine_alias(call: Call) -> dict[str, Any]:
    """Change an alias's description, or the versions that it leads to."""
    given = call.parameters
    configuration, description = given.get("routingConfiguration"), given.get("description")
    if configuration is None and description is None:
        message = "Either the description or the routing configuration must be specified"
        raise ValidationException(message)
    alias = _alias(call)
    if configuration is not None:
        _check_routing(configuration)
        alias.routing = _routed(call, configuration)[1]
    if description is not None:
        alias.description = description
    alias.updated = call.world.clock.now
    call.world.trace.record("configure", alias.arn, settings=_settings(alias))
    return {"updateDate": datetime_of(alias.updated)}


def describe_state_machine_alias(call: Call) -> dict[str, Any]:
    """Show an alias."""
    return _alias(call).description_shown()


def delete_state_machine_alias(call: Call) -> None:
    """Delete an alias; one that does not exist is no error."""
    arn = call.parameters["stateMachineAliasArn"]
    demand_kind(arn, "stateMachine")
    machine = _registry(call).machines.get(unqualified(arn))
    if machine is not None and machine.aliases.pop(arn, None) is not None:
        call.world.trace.record("remove", arn)


def list_state_machine_aliases(call: Call) -> dict[str, Any]:
    """The aliases of a state machine, or those that lead to a version of it.

    They come in the order of their making: so AWS was recorded to give them, and documents the contrary.
    """
    machine, version = _registry(call).machine_or_version(call.parameters["stateMachineArn"])
    aliases = [
        alias.summary()
        for alias in machine.aliases.values()
        if version is None or any(routed is version for routed, _ in alias.routing)
    ]
    return page("stateMachineAliases", aliases, call.parameters)


# ---- routing


def _check_routing(configuration: Sequence[Mapping[str, Any]]) -> None:
    arns = [entry["stateMachineVersionArn"] for entry in configuration]
    weights = [entry["weight"] for entry in configuration]
    received = f"[{', '.join(arns)}]"
    if not all(_is_of_version(arn) for arn in arns):
        text = f"Routing configuration must contain state machine version ARNs. Received: {received}"
        raise ValidationException(text)
    if len(set(arns)) < len(arns):
        text = f"Routing configuration must contain distinct state machine version ARNs. Received: {received}"
        raise ValidationException(text)
    if sum(weights) != _ALL:
        text = f"Sum of routing configuration weights must equal {_ALL}. Received: {weights}"
        raise ValidationException(text)


def _is_of_version(arn: str) -> bool:
    demand_kind(arn, "stateMachine")
    return arn != unqualified(arn) and arn.rpartition(":")[2].isdigit()


def _routed(call: Call, configuration: Sequence[Mapping[str, Any]]) -> tuple[StateMachine, Routing]:
    """The state machine, and the versions with their shares.

    Raises:
        ResourceNotFound: one of them does not exist.
        ValidationException: they are of two state machines (the text is ours).
    """
    arns = [entry["stateMachineVersionArn"] for entry in configuration]
    if len({unqualified(arn) for arn in arns}) > 1:
        text = f"Routing configuration must contain versions of one state machine. Received: {arns}"
        raise ValidationException(text)
    machine = _registry(call).machines.get(unqualified(arns[0]))
    if machine is None or any(arn not in machine.versions for arn in arns):
        raise ResourceNotFound.referenced()
    return machine, [
        (machine.versions[entry["stateMachineVersionArn"]], entry["weight"]) for entry in configuration
    ]


# ---- helpers


def _alias(call: Call) -> Alias:
    arn = call.parameters["stateMachineAliasArn"]
    demand_kind(arn, "stateMachine")
    machine = _registry(call).machines.get(unqualified(arn))
    alias = None if machine is None else machine.aliases.get(arn)
    if alias is None:
        raise ResourceNotFound.referenced()
    return alias


def _created(alias: Alias) -> dict[str, Any]:
    return {"stateMachineAliasArn": alias.arn, "creationDate": datetime_of(alias.created)}


def _settings(alias: Alias) -> dict[str, Any]:
    hidden = {"stateMachineAliasArn", "creationDate", "updateDate"}
    return {name: value for name, value in alias.description_shown().items() if name not in hidden}


def _registry(call: Call) -> Registry:
    return registry_of(call.world, call.account, call.region)
