"""State machines and their executions, one registry for each account and Region.

moto's own registry is not used: it copies a state machine for each execution, keeps no state of tasks that
outlive their execution, and knows no end of what timed out. Only its interpreter is (see `interpreter`).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from moto.utilities.utils import get_partition

from workbook.aws.limits import limit
from workbook.aws.stepfunctions.errors import (
    ActivityDoesNotExist,
    ExecutionDoesNotExist,
    InvalidArn,
    ResourceNotFound,
    StateMachineDeleting,
    StateMachineDoesNotExist,
)
from workbook.aws.stepfunctions.execution_shown import DAY
from workbook.aws.stepfunctions.revisions import Alias, Revision, Version
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.aws.stepfunctions.activities import Activity
    from workbook.aws.stepfunctions.execution import Execution
    from workbook.aws.stepfunctions.maps.map_run import MapRun
    from workbook.engine.clock import Clock
    from workbook.engine.world import World

STANDARD, EXPRESS = "STANDARD", "EXPRESS"
_STATE = "stepfunctions.registries"
_ARN_PARTS = 7


@dataclass(eq=False)
class StateMachine:
    """One state machine, with what was published of it and the standard executions that it had."""

    arn: str
    name: str
    created: int
    """An instant in microseconds."""
    revision: Revision
    """What executions start with from now on."""
    kind: str = STANDARD
    """Its type, for good."""
    tags: dict[str, str] = field(default_factory=dict)
    executions: dict[str, Execution] = field(default_factory=dict)
    """Standard ones, by name, in the order of their starts; nobody can ask for an express one."""
    versions: dict[str, Version] = field(default_factory=dict)
    """By ARN, in the order of their numbers."""
    aliases: dict[str, Alias] = field(default_factory=dict)
    """By ARN, in the order of their making."""
    published: int = 0
    """The highest number that a version had; numbers are not used again."""
    published_at_creation: Version | None = None
    running: int = 0
    """Standard executions that run."""
    deleting: bool = False
    """It is to go as soon as none runs."""

    @property
    def account(self) -> str:
        """The account that it belongs to."""
        return self.arn.split(":")[4]

    @property
    def region(self) -> str:
        """The Region that it is in."""
        return self.arn.split(":")[3]

    @property
    def role_arn(self) -> str:
        """The role of what starts from now on."""
        return self.revision.role_arn

    @property
    def is_express(self) -> bool:
        """Whether its type is EXPRESS."""
        return self.kind == EXPRESS

    def execution_arn(self, name: str) -> str:
        """The ARN of its standard execution of this name."""
        return f"{self.arn.replace(':stateMachine:', ':execution:')}:{name}"

    def description(self, version: Version | None = None) -> dict[str, Any]:
        """As DescribeStateMachine shows it, or a version of it."""
        created = self.created if version is None else version.published
        revision = self.revision if version is None else version.revision
        shown = {
            "stateMachineArn": self.arn if version is None else version.arn,
            "name": self.name,
            "status": "DELETING" if self.deleting else "ACTIVE",
            "type": self.kind,
            "creationDate": datetime_of(created),
            **revision.shown(),
        }
        if version is not None and version.description is not None:
            shown["description"] = version.description
        return shown

    def summary(self) -> dict[str, Any]:
        """As ListStateMachines shows it."""
        return {
            "stateMachineArn": self.arn,
            "name": self.name,
            "type": self.kind,
            "creationDate": datetime_of(self.created),
        }

    def settings(self) -> dict[str, Any]:
        """As the trace shows it."""
        hidden = {"stateMachineArn", "creationDate", "status"}
        return {name: value for name, value in self.description().items() if name not in hidden}


@dataclass(frozen=True)
class Startable:
    """What an ARN leads to that executions can be started with."""

    machine: StateMachine
    version: Version | None = None
    alias: Alias | None = None


@dataclass
class Registry:
    """The state machines of one account and Region."""

    prefix: str
    """What ARNs begin with: arn:aws:states:<Region>:<account>."""
    machines: dict[str, StateMachine] = field(default_factory=dict)
    """By ARN, in the order of their making."""
    map_machines: dict[tuple[str, str], StateMachine] = field(default_factory=dict)
    """What the child executions of Map Runs are of, by ARN and type; no list shows them."""
    map_runs: dict[str, MapRun] = field(default_factory=dict)
    """By ARN, in the order of their starts."""
    clock: Clock = field(kw_only=True)
    activities: dict[str, Activity] = field(default_factory=dict)
    """By ARN, in the order of their making."""
    open_executions: int = 0
    """Standard executions that run."""

    def arn_of(self, name: str) -> str:
        """The ARN of a state machine of this name."""
        return f"{self.prefix}:stateMachine:{name}"

    def machine(self, arn: str) -> StateMachine:
        """The state machine with this ARN.

        Raises:
            InvalidArn: it is no ARN of a state machine.
            StateMachineDoesNotExist: there is none.
        """
        demand_kind(arn, "stateMachine")
        found = self.machines.get(arn)
        if found is None:
            raise StateMachineDoesNotExist.of(arn)
        return found

    def usable(self, arn: str) -> StateMachine:
        """The state machine with this ARN, which is not being deleted.

        Raises:
            InvalidArn: it is no ARN of a state machine.
            StateMachineDoesNotExist: there is none.
            StateMachineDeleting: it is being deleted.
        """
        found = self.machine(arn)
        if found.deleting:
            raise StateMachineDeleting.of(arn)
        return found

    def machine_or_version(self, arn: str, *, aliases: bool = False) -> tuple[StateMachine, Version | None]:
        """The state machine that the ARN is of, and the version if it is of one.

        Raises:
            InvalidArn: it is no ARN of a state machine.
            StateMachineDoesNotExist: there is none; with `aliases` any qualifier is taken.
        """
        demand_kind(arn, "stateMachine")
        machine = self.machines.get(unqualified(arn))
        if machine is None:
            raise StateMachineDoesNotExist.of(arn)
        version = machine.versions.get(arn)
        if version is None and arn != machine.arn and not aliases:
            raise StateMachineDoesNotExist.of(arn)
        return machine, version

    def startable(self, arn: str, chance: Callable[[], random.Random]) -> Startable:
        """The state machine, version or alias with this ARN; an alias chooses one of its versions.

        Raises:
            InvalidArn: it is none of a state machine.
            StateMachineDoesNotExist: there is none.
            StateMachineDeleting: it is being deleted.
        """
        machine, version = self.machine_or_version(arn, aliases=True)
        alias = machine.aliases.get(arn)
        if alias is not None:
            version = alias.choose(chance())
        if version is None and arn != machine.arn:
            raise StateMachineDoesNotExist.of(arn)
        if machine.deleting:
            raise StateMachineDeleting.of(arn)
        return Startable(machine, version, alias)

    # ---- what runs

    def opened(self, machine: StateMachine) -> None:
        """A standard execution runs."""
        self.open_executions += 1
        machine.running += 1

    def closed(self, world: World, machine: StateMachine) -> None:
        """One has ended."""
        self.open_executions -= 1
        machine.running -= 1
        self.remove_if_deleted(world, machine)

    def remove_if_deleted(self, world: World, machine: StateMachine) -> None:
        """Let a state machine that was deleted go, once nothing of it runs."""
        if machine.deleting and not machine.running and self.machines.get(machine.arn) is machine:
            del self.machines[machine.arn]
            self._remove_maps(f"{machine.arn}/")
            world.trace.record("remove", machine.arn)

    def _remove_maps(self, prefix: str) -> None:
        """Let the Map Runs go of what begins with this ARN, and what their child executions are of."""
        for key in [key for key in self.map_machines if key[0].startswith(prefix)]:
            del self.map_machines[key]
        for arn in [arn for arn, run in self.map_runs.items() if run.machine.arn.startswith(prefix)]:
            del self.map_runs[arn]

    # ---- what is asked for by ARN

    def execution(self, arn: str) -> Execution:
        """The standard execution with this ARN.

        Raises:
            InvalidArn: it is no ARN of an execution.
            ExecutionDoesNotExist: there is none.
        """
        demand_kind(arn, "execution")
        machine, _, name = arn.removeprefix(f"{self.prefix}:execution:").partition(":")
        owner = self.arn_of(machine)
        found = self.machines.get(owner) or self.map_machines.get((owner, STANDARD))
        if found is None or name not in found.executions:
            raise ExecutionDoesNotExist.of(arn)
        if self.is_forgotten(found.executions[name].ended):
            del found.executions[name]
            raise ExecutionDoesNotExist.of(arn)
        return found.executions[name]

    def executions_of(self, machine: StateMachine) -> list[Execution]:
        """Its standard executions that are remembered, in the order of their starts."""
        for name, execution in list(machine.executions.items()):
            if self.is_forgotten(execution.ended):
                del machine.executions[name]
        return list(machine.executions.values())

    def map_run(self, arn: str) -> MapRun | None:
        """The Map Run with this ARN, if there is one that is remembered."""
        found = self.map_runs.get(arn)
        if found is not None and self.is_forgotten(found.stopped):
            del self.map_runs[arn]
            return None
        return found

    def is_forgotten(self, ended: int | None) -> bool:
        """Whether what ended at this instant has been over for so long that nobody can ask for it."""
        return ended is not None and self.clock.now - ended >= limit("stepfunctions.retention") * DAY

    def activity(self, arn: str) -> Activity:
        """The activity with this ARN.

        Raises:
            InvalidArn: it is no ARN of an activity.
            ActivityDoesNotExist: there is none.
        """
        demand_kind(arn, "activity")
        found = self.activities.get(arn)
        if found is None:
            raise ActivityDoesNotExist.of(arn)
        return found

    def tagged(self, arn: str) -> StateMachine | Activity:
        """What has tags and this ARN.

        Raises:
            InvalidArn: it is no ARN.
            ResourceNotFound: there is none.
        """
        if not arn.startswith("arn:"):
            raise InvalidArn.prefix(arn)
        found = self.machines.get(arn) or self.activities.get(arn)
        if found is None:
            raise ResourceNotFound.of(arn)
        return found


def demand_kind(arn: str, kind: str) -> None:
    """Let an ARN of this kind of resource pass.

    Raises:
        InvalidArn: it is none.
    """
    parts = arn.split(":")
    if parts[0] != "arn" or len(parts) < _ARN_PARTS:
        raise InvalidArn.prefix(arn)
    if parts[2] != "states" or parts[5] != kind:
        raise InvalidArn.resource_type(parts[5])


def registry_of(world: World, account: str, region: str) -> Registry:
    """The state machines of an account and Region in this world."""
    prefix = f"arn:{get_partition(region)}:states:{region}:{account}"
    return world.kept_in(_STATE, (account, region), lambda: Registry(prefix, clock=world.clock))


def find_startable(world: World, arn: str) -> Startable | None:
    """What an ARN of whatever account and Region leads to; None where that is nothing."""
    everywhere: dict[tuple[str, str], Registry] = world.kept(_STATE, dict)
    parts = arn.split(":")
    registry = everywhere.get((parts[4], parts[3])) if len(parts) >= _ARN_PARTS else None
    if registry is None:
        return None
    try:
        return registry.startable(arn, lambda: chance_of_aliases(world))
    except (InvalidArn, StateMachineDeleting, StateMachineDoesNotExist):
        return None


def find_activity(world: World, arn: str) -> Activity | None:
    """The activity with this ARN, in whatever account and Region; None where there is none."""
    parts = arn.split(":")
    return registry_of(world, parts[4], parts[3]).activities.get(arn)


def chance_of_aliases(world: World) -> random.Random:
    """What chooses between the versions of an alias."""
    return world.seeds.stream("stepfunctions.alias")


def unqualified(arn: str) -> str:
    """The ARN of the state machine that has this version or alias; of a state machine, itself."""
    return ":".join(arn.split(":")[:_ARN_PARTS])


def tags_of(pairs: list[Mapping[str, str]]) -> dict[str, str]:
    """A list of keys and values as a mapping."""
    return {pair["key"]: pair.get("value", "") for pair in pairs}
