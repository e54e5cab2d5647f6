"""Event buses, and the registry of all that EventBridge keeps for an account in a Region.

The default bus is there from the beginning. What is deleted is gone at once; AWS may go on matching for a
short while.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbook.aws.eventbridge.errors import ResourceNotFound
from workbook.aws.eventbridge.names import DEFAULT, BusAddress, prefix
from workbook.aws.eventbridge.rules import Rule
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.aws.eventbridge.archives import Archive
    from workbook.aws.eventbridge.replays import Replay
    from workbook.engine.world import World

STATE = "eventbridge"


@dataclass
class Bus:
    """One event bus."""

    address: BusAddress
    created: int
    modified: int
    description: str | None = None
    statements: list[dict[str, Any]] = field(default_factory=list)
    """The statements of its policy."""
    policy_extras: dict[str, Any] = field(default_factory=lambda: {"Version": "2012-10-17"})
    """What a policy has besides statements."""
    rules: dict[str, Rule] = field(default_factory=dict)
    event_source: str | None = None
    """The partner event source that it belongs to, on a partner bus."""

    @property
    def name(self) -> str:
        """Its name."""
        return self.address.name

    @property
    def arn(self) -> str:
        """Its ARN."""
        return self.address.arn

    @property
    def policy(self) -> str | None:
        """Its policy as JSON text; None where it has none."""
        if not self.statements:
            return None
        return json.dumps({**self.policy_extras, "Statement": self.statements}, separators=(",", ":"))

    def rule(self, name: str) -> Rule:
        """The rule called `name`.

        Raises:
            ResourceNotFound: there is none.
        """
        found = self.rules.get(name)
        if found is None:
            raise ResourceNotFound.rule(name, self.name)
        return found

    def described(self) -> dict[str, Any]:
        """As DescribeEventBus and ListEventBuses show it."""
        shown = {
            "Name": self.name,
            "Arn": self.arn,
            "Description": self.description,
            "Policy": self.policy,
            "CreationTime": datetime_of(self.created),
            "LastModifiedTime": datetime_of(self.modified),
        }
        return {name: value for name, value in shown.items() if value is not None}

    def settings(self) -> dict[str, Any]:
        """As the trace shows it: without the instants, with the policy unpacked."""
        shown = {"Name": self.name, "Arn": self.arn}
        if self.description is not None:
            shown["Description"] = self.description
        if not self.statements:
            return dict(shown)
        return {**shown, "Policy": {**self.policy_extras, "Statement": self.statements}}


@dataclass
class Registry:
    """What EventBridge keeps for one account in one Region."""

    world: World
    account: str
    region: str
    buses: dict[str, Bus] = field(default_factory=dict)
    archives: dict[str, Archive] = field(default_factory=dict)
    replays: dict[str, Replay] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    """Tags by ARN."""

    def __post_init__(self) -> None:
        now = self.world.clock.now
        self.buses[DEFAULT] = Bus(BusAddress(self.account, self.region, DEFAULT), now, now)

    @property
    def prefix(self) -> str:
        """What the ARNs of everything here begin with."""
        return prefix(self.account, self.region)

    def bus(self, name: str) -> Bus:
        """The bus called `name`.

        Raises:
            ResourceNotFound: there is none.
        """
        found = self.buses.get(name)
        if found is None:
            raise ResourceNotFound.bus(name)
        return found


def registry_of(world: World, account: str, region: str) -> Registry:
    """The registry of an account and Region in this world."""
    everywhere = _everywhere(world)
    found = everywhere.get((account, region))
    if found is None:
        found = everywhere[account, region] = Registry(world, account, region)
    return found


def find_bus(world: World, address: BusAddress) -> Bus | None:
    """The bus at an address, in whatever account and Region; None where there is none."""
    return registry_of(world, address.account, address.region).buses.get(address.name)


def _everywhere(world: World) -> dict[tuple[str, str], Registry]:
    return world.kept(STATE, dict)
