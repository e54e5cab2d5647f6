"""The operations about versions: revisions of a state machine that were published, each under a number.

A revision has at most one version: to publish it again is to find that. Numbers go up and are not used again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbook.aws.limits import limit
from workbook.aws.stepfunctions.errors import Conflict, ServiceQuotaExceeded
from workbook.aws.stepfunctions.pages import page
from workbook.aws.stepfunctions.registry import Registry, demand_kind, registry_of, unqualified
from workbook.aws.stepfunctions.revisions import Version
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.aws.operations import Call
    from workbook.aws.stepfunctions.registry import StateMachine
    from workbook.engine.world import World


def publish_state_machine_version(call: Call) -> dict[str, Any]:
    """Publish the present revision of a state machine, or find its version."""
    given = call.parameters
    machine = _registry(call).usable(given["stateMachineArn"])
    wanted, present = given.get("revisionId"), machine.revision.identifier
    if wanted is not None and wanted != present:
        raise Conflict.revision(wanted, present)
    version = publish(call.world, machine, given.get("description"))
    return {"stateMachineVersionArn": version.arn, "creationDate": datetime_of(version.published)}


def publish(world: World, machine: StateMachine, description: str | None) -> Version:
    """The version of a state machine's present revision; made if there is none.

    Raises:
        ServiceQuotaExceeded: it has as many versions as it may.
    """
    for version in machine.versions.values():
        if version.revision is machine.revision:
            return version
    most = limit("stepfunctions.versions")
    if len(machine.versions) >= most:
        raise ServiceQuotaExceeded.of("versions", most)
    machine.published += 1
    number = machine.published
    arn = f"{machine.arn}:{number}"
    version = Version(number, arn, machine.revision, world.clock.now, description)
    machine.versions[arn] = version
    world.trace.record("create", arn, settings={"description": description, **machine.revision.shown()})
    return version


def delete_state_machine_version(call: Call) -> None:
    """Delete a version that no alias leads to; one that does not exist is no error."""
    arn = call.parameters["stateMachineVersionArn"]
    demand_kind(arn, "stateMachine")
    machine = _registry(call).machines.get(unqualified(arn))
    version = None if machine is None else machine.versions.get(arn)
    if machine is None or version is None:
        return
    names = [
        alias.name
        for alias in machine.aliases.values()
        if any(routed is version for routed, _ in alias.routing)
    ]
    if names:
        raise Conflict.referenced(names)
    del machine.versions[arn]
    call.world.trace.record("remove", arn)


def list_state_machine_versions(call: Call) -> dict[str, Any]:
    """The versions of a state machine, the latest first."""
    machine = _registry(call).machine(call.parameters["stateMachineArn"])
    versions = [version.summary() for version in reversed(machine.versions.values())]
    return page("stateMachineVersions", versions, call.parameters)


def _registry(call: Call) -> Registry:
    return registry_of(call.world, call.account, call.region)
