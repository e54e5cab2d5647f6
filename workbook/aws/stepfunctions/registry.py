"""State machines and their executions, one registry for each account and Region.

moto's own registry is not used: it copies a state machine for each execution, keeps no state of tasks that
outlive their execution, and knows no end of what timed out. Only its interpreter is (see `interpreter`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from moto.utilities.utils import get_partition

from workbook.aws.stepfunctions.errors import (
    ExecutionDoesNotExist,
    InvalidArn,
    ResourceNotFound,
    StateMachineDoesNotExist,
)
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.aws.stepfunctions.execution import Execution
    from workbook.engine.world import World

_STATE = "stepfunctions.registries"
_ARN_PARTS = 7


@dataclass(eq=False)
class StateMachine:
    """One state machine of type STANDARD."""

    arn: str
    name: str
    definition: str
    role_arn: str
    created: int
    """An instant in microseconds."""
    program: Any
    """The definition, parsed by the interpreter; it holds no state of an execution."""
    tags: dict[str, str] = field(default_factory=dict)
    executions: dict[str, Execution] = field(default_factory=dict)
    """By name, in the order of their starts."""

    @property
    def account(self) -> str:
        """The account that it belongs to."""
        return self.arn.split(":")[4]

    @property
    def region(self) -> str:
        """The Region that it is in."""
        return self.arn.split(":")[3]

    def execution_arn(self, name: str) -> str:
        """The ARN of its execution of this name."""
        return f"{self.arn.replace(':stateMachine:', ':execution:')}:{name}"

    def description(self) -> dict[str, Any]:
        """As DescribeStateMachine shows it."""
        return {
            "stateMachineArn": self.arn,
            "name": self.name,
            "status": "ACTIVE",
            "definition": self.definition,
            "roleArn": self.role_arn,
            "type": "STANDARD",
            "creationDate": datetime_of(self.created),
            "loggingConfiguration": {"level": "OFF", "includeExecutionData": False},
            "tracingConfiguration": {"enabled": False},
            "encryptionConfiguration": {"type": "AWS_OWNED_KEY"},
        }

    def summary(self) -> dict[str, Any]:
        """As ListStateMachines shows it."""
        shown = ("stateMachineArn", "name", "type", "creationDate")
        described = self.description()
        return {name: described[name] for name in shown}

    def settings(self) -> dict[str, Any]:
        """As the trace shows it."""
        hidden = {"stateMachineArn", "creationDate", "status"}
        return {name: value for name, value in self.description().items() if name not in hidden}


@dataclass
class Registry:
    """The state machines of one account and Region."""

    prefix: str
    """What ARNs begin with: arn:aws:states:<Region>:<account>."""
    machines: dict[str, StateMachine] = field(default_factory=dict)
    """By ARN, in the order of their making."""

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

    def execution(self, arn: str) -> Execution:
        """The execution with this ARN.

        Raises:
            InvalidArn: it is no ARN of an execution.
            ExecutionDoesNotExist: there is none.
        """
        demand_kind(arn, "execution")
        machine, _, name = arn.removeprefix(f"{self.prefix}:execution:").partition(":")
        found = self.machines.get(self.arn_of(machine))
        if found is None or name not in found.executions:
            raise ExecutionDoesNotExist.of(arn)
        return found.executions[name]

    def tagged(self, arn: str) -> StateMachine:
        """What has tags and this ARN.

        Raises:
            InvalidArn: it is no ARN.
            ResourceNotFound: there is none.
        """
        if not arn.startswith("arn:"):
            raise InvalidArn.prefix(arn)
        if arn not in self.machines:
            raise ResourceNotFound.of(arn)
        return self.machines[arn]


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
    return world.kept_in(_STATE, (account, region), lambda: Registry(prefix))


def find_machine(world: World, arn: str) -> StateMachine | None:
    """The state machine with this ARN, in whatever account and Region; None where there is none."""
    everywhere: dict[tuple[str, str], Registry] = world.kept(_STATE, dict)
    parts = arn.split(":")
    registry = everywhere.get((parts[4], parts[3])) if len(parts) >= _ARN_PARTS else None
    return None if registry is None else registry.machines.get(arn)


def tags_of(pairs: list[Mapping[str, str]]) -> dict[str, str]:
    """A list of keys and values as a mapping."""
    return {pair["key"]: pair.get("value", "") for pair in pairs}
