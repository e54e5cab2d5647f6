"""The groups of a world. Those of moto's own registry are never used: it launches and scales at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workbook.aws.autoscaling.errors import ValidationError

if TYPE_CHECKING:
    from workbook.aws.autoscaling.group import Group
    from workbook.aws.autoscaling.instance import Instance
    from workbook.aws.autoscaling.policies import Policy
    from workbook.engine.world import World

_STATE = "autoscaling.groups"


@dataclass
class Groups:
    """The groups of one account and Region, in the order in which they were made."""

    present: dict[str, Group] = field(default_factory=dict)
    deleted: list[Group] = field(default_factory=list)
    """Their activities can still be asked for."""

    def find(self, name: str) -> Group:
        """The group of this name.

        Raises:
            ValidationError: there is none.
        """
        group = self.present.get(name)
        if group is None:
            raise ValidationError.group(name)
        return group

    def group_of(self, instance_id: str) -> tuple[Group, Instance]:
        """The group that has an instance, and the instance.

        Raises:
            ValidationError: none has.
        """
        for group in self.present.values():
            if instance_id in group.instances:
                return group, group.instances[instance_id]
        raise ValidationError.instance(instance_id)

    def policy(self, name_or_arn: str, group_name: str | None) -> tuple[Group, Policy] | None:
        """A policy by its ARN, or by its name in a group."""
        for group in self.present.values():
            for policy in group.policies.values():
                named = group.name == group_name and policy.name == name_or_arn
                if named or policy.arn == name_or_arn:
                    return group, policy
        return None


def groups_of(world: World, account: str, region: str) -> Groups:
    """The groups of an account and Region in this world."""
    return world.kept_in(_STATE, (account, region), Groups)
