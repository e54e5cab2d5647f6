"""The operations about state machines: making, showing, updating and deleting them.

An update makes a revision; what runs keeps its own. Tracing with X-Ray and encryption with an own key are
refused by name: neither is simulated, and a setting that does nothing would say otherwise.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.operations import NotSimulated
from workbook.aws.roles import can_assume
from workbook.aws.stepfunctions.definition import check_definition
from workbook.aws.stepfunctions.errors import (
    AccessDenied,
    InvalidArn,
    MissingRequiredParameter,
    StateMachineAlreadyExists,
    StateMachineDeleting,
    ValidationException,
)
from workbook.aws.stepfunctions.interpreter import parse
from workbook.aws.stepfunctions.logging_configuration import checked_logging
from workbook.aws.stepfunctions.managed_rules import demand_managed_rules
from workbook.aws.stepfunctions.operations_tags import check_tags
from workbook.aws.stepfunctions.operations_versions import publish
from workbook.aws.stepfunctions.pages import page
from workbook.aws.stepfunctions.registry import (
    STANDARD,
    Registry,
    StateMachine,
    demand_kind,
    registry_of,
    tags_of,
)
from workbook.aws.stepfunctions.revisions import AWS_OWNED, Revision
from workbook.aws.stepfunctions.role_calls import SERVICE
from workbook.aws.stepfunctions.starting import check_name
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.aws.operations import Call

_UPDATABLE = (
    "definition",
    "roleArn",
    "loggingConfiguration",
    "encryptionConfiguration",
    "tracingConfiguration",
)


def create_state_machine(call: Call) -> dict[str, Any]:
    """Make a state machine; made twice alike, it is the same one, though role and tags differ."""
    given = call.parameters
    _refuse_settings("CreateStateMachine", given)
    _check_version_description(given)
    check_name(given["name"])
    arn, kind = _registry(call).arn_of(given["name"]), given.get("type") or STANDARD
    known = _registry(call).machines.get(arn)
    if known is not None:
        return _created_before(known, given, kind)
    check_definition(given["definition"], kind)
    _check_role(call, given["roleArn"], arn)
    demand_managed_rules(call.world, given["definition"], given["roleArn"], call.region)
    logging = checked_logging(call.world, given.get("loggingConfiguration"), given["roleArn"])
    tags = tags_of(given.get("tags") or [])
    check_tags(tags)
    program, now = parse(given["definition"]), call.world.clock.now
    revision = Revision(given["definition"], given["roleArn"], program, now, logging=logging)
    machine = StateMachine(arn, given["name"], now, revision, kind, tags)
    _registry(call).machines[arn] = machine
    call.world.trace.record("create", arn, settings=machine.settings())
    if given.get("publish"):
        machine.published_at_creation = publish(call.world, machine, given.get("versionDescription"))
    return _created(machine)


def update_state_machine(call: Call) -> dict[str, Any]:
    """Make the next revision of a state machine, unless nothing changes; what runs goes on as it is."""
    given = call.parameters
    _refuse_settings("UpdateStateMachine", given)
    _check_version_description(given)
    machine = _registry(call).usable(given["stateMachineArn"])
    if all(given.get(name) is None for name in _UPDATABLE):
        raise MissingRequiredParameter
    revision = _next_revision(call, machine)
    if revision is not None:
        machine.revision = revision
        call.world.trace.record("configure", machine.arn, settings=machine.settings())
    answer: dict[str, Any] = {"updateDate": datetime_of(call.world.clock.now)}
    if machine.revision.identifier is not None:
        answer["revisionId"] = machine.revision.identifier
    if given.get("publish"):
        version = publish(call.world, machine, given.get("versionDescription"))
        answer["stateMachineVersionArn"] = version.arn
    return answer


def _next_revision(call: Call, machine: StateMachine) -> Revision | None:
    """What the request makes of the present revision; None where that is the same."""
    given, present = call.parameters, machine.revision
    definition, role = given.get("definition"), given.get("roleArn")
    changes: dict[str, Any] = {}
    if definition is not None and definition != present.definition:
        check_definition(definition, machine.kind)
        changes |= {"definition": definition, "program": parse(definition)}
    if role is not None and role != present.role_arn:
        _check_role(call, role, machine.arn)
        changes["role_arn"] = role
    if given.get("loggingConfiguration") is not None:
        logging = checked_logging(call.world, given["loggingConfiguration"], role or present.role_arn)
        changes |= {} if logging == present.logging else {"logging": logging}
    if not changes:
        return None
    demand_managed_rules(call.world, definition or present.definition, role or present.role_arn, call.region)
    identifier = call.world.seeds.uuid("stepfunctions.revision")
    return dataclasses.replace(present, identifier=identifier, updated=call.world.clock.now, **changes)


def describe_state_machine(call: Call) -> dict[str, Any]:
    """Show a state machine, or a version of one."""
    arn = call.parameters["stateMachineArn"]
    machine, version = _registry(call).machine_or_version(arn)
    shown = machine.description(version)
    if call.parameters.get("includedData") == "METADATA_ONLY":
        shown["definition"] = "{}"
    return shown


def list_state_machines(call: Call) -> dict[str, Any]:
    """All state machines, in the order of their making (the order is unverified)."""
    machines = [machine.summary() for machine in _registry(call).machines.values()]
    return page("stateMachines", machines, call.parameters)


def delete_state_machine(call: Call) -> None:
    """Delete a state machine; one that does not exist is no error.

    While standard executions run it is DELETING: each is aborted at its next state transition.
    """
    arn = call.parameters["stateMachineArn"]
    demand_kind(arn, "stateMachine")
    machine = _registry(call).machines.get(arn)
    if machine is None or machine.deleting:
        return
    machine.deleting = True
    if machine.running:
        call.world.trace.record("configure", arn, settings={**machine.settings(), "status": "DELETING"})
    _registry(call).remove_if_deleted(call.world, machine)


def _registry(call: Call) -> Registry:
    return registry_of(call.world, call.account, call.region)


def _created(machine: StateMachine) -> dict[str, Any]:
    answer = {"stateMachineArn": machine.arn, "creationDate": datetime_of(machine.created)}
    version = machine.published_at_creation
    return answer if version is None else {**answer, "stateMachineVersionArn": version.arn}


def _created_before(machine: StateMachine, given: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """The answer for a state machine that exists already.

    Raises:
        StateMachineDeleting: it is being deleted.
        StateMachineAlreadyExists: it is another one.
    """
    if machine.deleting:
        raise StateMachineDeleting.of(machine.arn)
    logging = given.get("loggingConfiguration") or {}
    present, version = machine.revision, machine.published_at_creation
    asked = (
        given["definition"],
        kind,
        logging.get("level") or "OFF",
        bool(logging.get("includeExecutionData")),
        logging.get("destinations") or [],
        bool(given.get("publish")),
        given.get("versionDescription"),
    )
    known = (
        present.definition,
        machine.kind,
        present.logging["level"],
        present.logging["includeExecutionData"],
        present.logging.get("destinations") or [],
        version is not None,
        None if version is None else version.description,
    )
    if asked != known:
        raise StateMachineAlreadyExists.of(machine.arn)
    return _created(machine)


def _refuse_settings(operation: str, given: Mapping[str, Any]) -> None:
    """Refuse what is simulated only as it is by default."""
    if (given.get("tracingConfiguration") or {}).get("enabled"):
        raise NotSimulated(f"{operation}: tracingConfiguration with X-Ray", "Leave it out.")
    encryption = given.get("encryptionConfiguration")
    if encryption is not None and encryption != AWS_OWNED:
        what = f"{operation}: encryptionConfiguration {encryption.get('type')}"
        raise NotSimulated(what, f"Leave it out, or give {dict(AWS_OWNED)!r}.")


def _check_version_description(given: Mapping[str, Any]) -> None:
    if given.get("versionDescription") is not None and not given.get("publish"):
        raise ValidationException("Version description can only be set when publish is true")


def _check_role(call: Call, role_arn: str, machine_arn: str) -> None:
    parts = role_arn.split(":")
    if parts[0] != "arn" or len(parts) < 6:
        raise InvalidArn.prefix(role_arn)
    context = {"aws:SourceArn": machine_arn, "aws:SourceAccount": call.account}
    if not can_assume(call.world, role_arn, SERVICE, context):
        raise AccessDenied.role()
