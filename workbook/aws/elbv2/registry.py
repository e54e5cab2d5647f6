"""Load balancers, listeners with their rules, and target groups, by ARN; settings are as AWS shows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbook.aws.elbv2.errors import not_found

if TYPE_CHECKING:
    from workbook.engine.world import World

Settings = dict[str, Any]


@dataclass
class TargetGroup:
    """A target group of the type lambda: it has one function, or none."""

    settings: Settings
    function_arn: str | None = None
    multi_value_headers: bool = False

    @property
    def arn(self) -> str:
        """Its ARN."""
        return str(self.settings["TargetGroupArn"])


@dataclass
class Listener:
    """A port of a load balancer, and what is done with requests there."""

    settings: Settings
    rules: dict[str, Settings] = field(default_factory=dict)
    """By ARN, the default rule among them."""

    def in_order(self) -> list[Settings]:
        """By priority, the default rule at last."""
        return sorted(
            self.rules.values(),
            key=lambda rule: (rule["IsDefault"], 0 if rule["IsDefault"] else int(rule["Priority"])),
        )


@dataclass
class Registry:
    """What an account has in a Region."""

    balancers: dict[str, Settings] = field(default_factory=dict)
    groups: dict[str, TargetGroup] = field(default_factory=dict)
    listeners: dict[str, Listener] = field(default_factory=dict)

    def balancer(self, arn: str) -> Settings:
        """A load balancer by its ARN.

        Raises:
            ElbError: there is none.
        """
        if arn not in self.balancers:
            raise not_found("LoadBalancer")
        return self.balancers[arn]

    def group(self, arn: str) -> TargetGroup:
        """A target group by its ARN.

        Raises:
            ElbError: there is none.
        """
        if arn not in self.groups:
            raise not_found("TargetGroup")
        return self.groups[arn]

    def listener(self, arn: str) -> Listener:
        """A listener by its ARN.

        Raises:
            ElbError: there is none.
        """
        if arn not in self.listeners:
            raise not_found("Listener")
        return self.listeners[arn]

    def actions(self) -> list[tuple[str, Settings]]:
        """Every action of every rule, with the ARN of the load balancer to which it belongs."""
        return [
            (listener.settings["LoadBalancerArn"], action)
            for listener in self.listeners.values()
            for rule in listener.rules.values()
            for action in rule["Actions"]
        ]


def registry_of(world: World, account: str, region: str) -> Registry:
    """The registry of an account in a Region."""
    return world.kept_in("elbv2", (account, region), Registry)


def identifier(world: World) -> str:
    """The last part of an ARN: 16 hexadecimal digits."""
    return f"{world.seeds.stream('elbv2.ids').getrandbits(64):016x}"
