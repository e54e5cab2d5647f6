"""Schedules and the groups they are in, one registry for each account and Region.

moto has a registry of its own, which is not used: its schedules never fire.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from moto.utilities.utils import get_partition

from workbook.aws.scheduler.errors import ResourceNotFound
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.aws.schedules import Schedule as Plan
    from workbook.engine.tasks import Timer
    from workbook.engine.world import World

DEFAULT_GROUP = "default"
_STATE = "scheduler.registries"


@dataclass
class Schedule:
    """One schedule. `settings` are the parameters of CreateSchedule, completed with AWS's defaults."""

    arn: str
    name: str
    group: Group
    settings: Mapping[str, Any]
    plan: Plan
    """When it is due, without regard to StartDate and EndDate."""
    created: int
    """An instant in microseconds, as the next ones are."""
    modified: int
    invoked: int | None = None
    """The last time for which it has invoked its target, or is about to."""
    timer: Timer | None = None

    @property
    def target(self) -> Mapping[str, Any]:
        """Its target, as AWS shows it."""
        target: Mapping[str, Any] = self.settings["Target"]
        return target

    @property
    def is_enabled(self) -> bool:
        """Whether it invokes its target at all."""
        return bool(self.settings["State"] == "ENABLED")

    def description(self) -> dict[str, Any]:
        """As GetSchedule shows it."""
        return {
            "Arn": self.arn,
            "GroupName": self.group.name,
            "Name": self.name,
            **self.settings,
            "CreationDate": datetime_of(self.created),
            "LastModificationDate": datetime_of(self.modified),
        }

    def summary(self) -> dict[str, Any]:
        """As ListSchedules shows it."""
        shown = ("Arn", "Name", "GroupName", "State", "CreationDate", "LastModificationDate")
        described = self.description()
        return {**{name: described[name] for name in shown}, "Target": {"Arn": self.target["Arn"]}}


@dataclass
class Group:
    """A schedule group. The default group was always there, so it has no dates."""

    arn: str
    name: str
    account: str
    region: str
    created: int | None = None
    """An instant in microseconds, as the next one is."""
    modified: int | None = None
    tags: dict[str, str] = field(default_factory=dict)
    schedules: dict[str, Schedule] = field(default_factory=dict)

    def description(self) -> dict[str, Any]:
        """As GetScheduleGroup shows it."""
        dates = {"CreationDate": self.created, "LastModificationDate": self.modified}
        known = {name: datetime_of(instant) for name, instant in dates.items() if instant is not None}
        return {"Arn": self.arn, "Name": self.name, "State": "ACTIVE", **known}

    def find(self, name: str) -> Schedule:
        """The schedule of this name.

        Raises:
            ResourceNotFound: the group has none.
        """
        schedule = self.schedules.get(name)
        if schedule is None:
            raise ResourceNotFound.schedule(name)
        return schedule


class Registry:
    """The groups of one account and Region."""

    def __init__(self, account: str, region: str) -> None:
        self._account, self._region = account, region
        self._prefix = f"arn:{get_partition(region)}:scheduler:{region}:{account}"
        self.groups: dict[str, Group] = {}
        self.add_group(DEFAULT_GROUP)
        self.requests: dict[str, tuple[str, Mapping[str, Any], Mapping[str, Any]]] = {}
        """By client token: the operation, its parameters, and its answer."""

    def add_group(self, name: str) -> Group:
        """A new group."""
        arn = f"{self._prefix}:schedule-group/{name}"
        group = self.groups[name] = Group(arn, name, self._account, self._region)
        return group

    def arn_of(self, group: str, name: str) -> str:
        """The ARN of a schedule."""
        return f"{self._prefix}:schedule/{group}/{name}"

    def group(self, name: str | None) -> Group:
        """The group of this name; the default group where none is named.

        Raises:
            ResourceNotFound: there is none.
        """
        found = self.groups.get(name or DEFAULT_GROUP)
        if found is None:
            raise ResourceNotFound.group(str(name))
        return found


def registry_of(world: World, account: str, region: str) -> Registry:
    """The schedules of an account and Region in this world."""
    return world.kept_in(_STATE, (account, region), lambda: Registry(account, region))
