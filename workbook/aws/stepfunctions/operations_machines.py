"""The operations about state machines and their tags.

What a STANDARD state machine needs to run is simulated; logging, tracing, encryption with an own key,
versions and EXPRESS are refused by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.limits import limit
from workbook.aws.operations import NotSimulated, refuse_parameters
from workbook.aws.roles import can_assume
from workbook.aws.stepfunctions.definition import check_definition
from workbook.aws.stepfunctions.errors import AccessDenied, InvalidArn, StateMachineAlreadyExists, TooManyTags
from workbook.aws.stepfunctions.interpreter import parse
from workbook.aws.stepfunctions.pages import page
from workbook.aws.stepfunctions.registry import Registry, StateMachine, demand_kind, registry_of, tags_of
from workbook.aws.stepfunctions.role_calls import SERVICE
from workbook.aws.stepfunctions.starting import check_name
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.aws.operations import Call

_KNOWN = frozenset({"name", "definition", "roleArn", "tags"})
_DEFAULTS: Mapping[str, Any] = {
    "type": "STANDARD",
    "publish": False,
    "loggingConfiguration": {"level": "OFF"},
    "tracingConfiguration": {"enabled": False},
    "encryptionConfiguration": {"type": "AWS_OWNED_KEY"},
}
"""What AWS takes where nothing is said; the only values that are simulated."""


def create_state_machine(call: Call) -> dict[str, Any]:
    """Make a state machine; made twice alike, it is the same one."""
    given = call.parameters
    _refuse_settings(given)
    check_name(given["name"])
    registry = _registry(call)
    arn = registry.arn_of(given["name"])
    known = registry.machines.get(arn)
    if known is not None:
        if known.definition != given["definition"]:
            raise StateMachineAlreadyExists.of(arn)
        return _created(known)
    check_definition(given["definition"])
    _check_role(call, given["roleArn"], arn)
    tags = tags_of(given.get("tags") or [])
    _check_tags(tags)
    machine = StateMachine(
        arn,
        given["name"],
        given["definition"],
        given["roleArn"],
        call.world.clock.now,
        parse(given["definition"]),
        tags,
    )
    registry.machines[arn] = machine
    call.world.trace.record("create", arn, settings=machine.settings())
    return _created(machine)


def describe_state_machine(call: Call) -> dict[str, Any]:
    """Show a state machine."""
    refuse_parameters(call.parameters, frozenset({"stateMachineArn"}), "DescribeStateMachine")
    return _registry(call).machine(call.parameters["stateMachineArn"]).description()


def list_state_machines(call: Call) -> dict[str, Any]:
    """All state machines, in the order of their making (the order is unverified)."""
    machines = [machine.summary() for machine in _registry(call).machines.values()]
    return page("stateMachines", machines, call.parameters)


def delete_state_machine(call: Call) -> None:
    """Delete a state machine and its executions; one that does not exist is no error."""
    arn = call.parameters["stateMachineArn"]
    demand_kind(arn, "stateMachine")
    machine = _registry(call).machines.get(arn)
    if machine is None:
        return
    if any(execution.ended is None for execution in machine.executions.values()):
        what = "DeleteStateMachine: a state machine with running executions"
        raise NotSimulated(what, "Stop them first (StopExecution), or wait for their ends.")
    del _registry(call).machines[arn]
    call.world.trace.record("remove", arn)


def _registry(call: Call) -> Registry:
    return registry_of(call.world, call.account, call.region)


def _created(machine: StateMachine) -> dict[str, Any]:
    return {"stateMachineArn": machine.arn, "creationDate": datetime_of(machine.created)}


def _refuse_settings(given: Mapping[str, Any]) -> None:
    """Refuse what is simulated only as it is by default."""
    for name, default in _DEFAULTS.items():
        value = given.get(name)
        if isinstance(value, dict):
            value = {
                key: part for key, part in value.items() if part not in (None, [], False) or key in default
            }
        if value not in (None, default, {}):
            advice = f"Leave it out, or give {default!r}."
            raise NotSimulated(f"CreateStateMachine: {name} {given[name]!r}", advice)
    rest = {name: value for name, value in given.items() if name not in _DEFAULTS}
    refuse_parameters(rest, _KNOWN, "CreateStateMachine")


def _check_role(call: Call, role_arn: str, machine_arn: str) -> None:
    parts = role_arn.split(":")
    if parts[0] != "arn" or len(parts) < 6:
        raise InvalidArn.prefix(role_arn)
    context = {"aws:SourceArn": machine_arn, "aws:SourceAccount": call.account}
    if not can_assume(call.world, role_arn, SERVICE, context):
        raise AccessDenied.role()
