"""Names and ARNs of buses, rules and what belongs to them."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class BusAddress:
    """Where a bus is."""

    account: str
    region: str
    name: str

    @property
    def arn(self) -> str:
        """The bus's ARN."""
        return f"{prefix(self.account, self.region)}:event-bus/{self.name}"


def prefix(account: str, region: str) -> str:
    """What all ARNs of EventBridge in an account and Region begin with."""
    return f"arn:{partition_of(region)}:events:{region}:{account}"


def partition_of(region: str) -> str:
    """The partition of a Region."""
    from moto.utilities.utils import get_partition  # noqa: PLC0415 - moto is loaded by whoever calls

    partition: str = get_partition(region)
    return partition


def bus_address(name_or_arn: str | None, account: str, region: str) -> BusAddress:
    """Which bus is meant by a name or an ARN; the default bus where nothing is given."""
    if name_or_arn and name_or_arn.startswith("arn:"):
        parts = name_or_arn.split(":", 5)
        return BusAddress(parts[4], parts[3], parts[5].partition("/")[2])
    return BusAddress(account, region, name_or_arn or DEFAULT)


def rule_arn(account: str, region: str, bus: str, name: str) -> str:
    """A rule's ARN: the bus's name is part of it, unless it is the default bus."""
    place = name if bus == DEFAULT else f"{bus}/{name}"
    return f"{prefix(account, region)}:rule/{place}"
