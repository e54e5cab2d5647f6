"""What every alarm has, metric or composite: a name, a state with its reason, and actions for each state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.engine.hop import Hop

ACTIONS_OF = {"ALARM": "AlarmActions", "OK": "OKActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}
CREATED = "Unchecked: Initial alarm creation"


class State(NamedTuple):
    """A state, and why an alarm is in it."""

    value: str
    """OK, ALARM or INSUFFICIENT_DATA."""
    reason: str
    data: str | None
    """The reason for programs, as JSON."""
    time: int
    """Since when: an instant, in microseconds."""


_NEW = State("INSUFFICIENT_DATA", CREATED, None, 0)


@dataclass
class Alarm:
    """One alarm; `settings` are the parameters that made it, completed with their defaults."""

    kind: ClassVar[str] = ""
    """AWS's AlarmType."""

    name: str
    arn: str
    settings: Mapping[str, Any]
    now: State = _NEW
    before: State | None = None
    """The state before this one."""
    configured: int = 0
    """When it was made or set to something else: an instant in microseconds, as the next one is."""
    judged: int = 0
    """When it was last evaluated."""
    hop: Hop | None = None
    """The last change of its state, which is what its actions come from."""
    tags: dict[str, str] = field(default_factory=dict)
    metric_id: str | None = None
    """What events call its metric; made when first needed."""

    @property
    def account(self) -> str:
        """Whose alarm it is."""
        return self.arn.split(":")[4]

    @property
    def region(self) -> str:
        """Where it is."""
        return self.arn.split(":")[3]

    @property
    def state(self) -> str:
        """OK, ALARM or INSUFFICIENT_DATA."""
        return self.now.value

    @property
    def updated(self) -> int:
        """The instant of AWS's StateUpdatedTimestamp: the last update, also one to the same state."""
        return self.judged

    @property
    def actions(self) -> Sequence[str]:
        """What its present state calls for; nothing while its actions are disabled."""
        return self.settings.get(ACTIONS_OF[self.state]) or [] if self.settings["ActionsEnabled"] else []

    def succeed(self, other: Alarm) -> None:
        """Take the place of the alarm of this name, with its state."""
        self.now, self.before, self.judged = other.now, other.before, other.judged
        self.hop, self.tags, self.metric_id = other.hop, other.tags, other.metric_id

    def description(self) -> dict[str, Any]:
        """As DescribeAlarms shows it."""
        data = {} if self.now.data is None else {"StateReasonData": self.now.data}
        return {
            **{name: value for name, value in self.settings.items() if name != "Tags"},
            "AlarmArn": self.arn,
            "StateValue": self.now.value,
            "StateReason": self.now.reason,
            **data,
            "StateUpdatedTimestamp": datetime_of(self.updated),
            "StateTransitionedTimestamp": datetime_of(self.now.time),
            "AlarmConfigurationUpdatedTimestamp": datetime_of(self.configured),
        }
