"""Alarms: each looks at its metric once a minute, changes its state, and does what it is told to do then.

    OK, ALARM, INSUFFICIENT_DATA     the state; a new alarm begins with INSUFFICIENT_DATA
    AlarmActions and the like        called when the state changes, and each minute as long as it lasts

Only scaling policies are simulated as actions. As on AWS, nobody checks that the policy exists.
Source: Amazon CloudWatch User Guide, "Using Amazon CloudWatch alarms".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from workbook.aws.cloudwatch.judgement import MORE_POINTS, Rule, judge
from workbook.aws.cloudwatch.metric_values import metric_values
from workbook.aws.cloudwatch.minutes import minutes_of
from workbook.aws.cloudwatch.state_events import emit_state_change
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.aws.cloudwatch.queries import Watched
    from workbook.engine.hop import Hop
    from workbook.engine.world import World

ACTIONS_OF = {"ALARM": "AlarmActions", "OK": "OKActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}
_STATE = "cloudwatch.alarms"


@dataclass
class Alarm:
    """One alarm; `settings` are PutMetricAlarm's parameters, completed with their defaults."""

    name: str
    arn: str
    settings: Mapping[str, Any]
    watched: Watched
    rule: Rule
    state: str = "INSUFFICIENT_DATA"
    reason: str = "Unchecked: Initial alarm creation"
    configured: int = 0
    """When it was made or set to something else: an instant in microseconds, as the next two are."""
    judged: int = 0
    """When it was last evaluated."""
    changed: int = 0
    """When its state changed last."""
    hop: Hop | None = None
    """The last change of its state, which is what its actions come from."""

    @property
    def actions(self) -> Sequence[str]:
        """What its present state calls for."""
        return self.settings.get(ACTIONS_OF[self.state]) or [] if self.settings["ActionsEnabled"] else []

    def description(self) -> dict[str, Any]:
        """As DescribeAlarms shows it."""
        return {
            **self.settings,
            "AlarmArn": self.arn,
            "StateValue": self.state,
            "StateReason": self.reason,
            "StateUpdatedTimestamp": datetime_of(self.judged),
            "StateTransitionedTimestamp": datetime_of(self.changed),
            "AlarmConfigurationUpdatedTimestamp": datetime_of(self.configured),
        }


@dataclass(frozen=True)
class AlarmCall:
    """What an action is told: which alarm calls, and the value that the alarm saw last."""

    alarm: Alarm
    value: float | None


Action = Callable[["World", str, AlarmCall], object]
"""What answers to an action: it is told the action's ARN and who calls."""

ACTIONS: dict[str, Action] = {}
"""Who answers to an action, by the service in its ARN; a service enters itself when it is first used."""


@dataclass
class Alarms:
    """The alarms of one account and Region, in the order in which they were made."""

    world: World
    account: str
    region: str
    present: dict[str, Alarm] = field(default_factory=dict)

    def put(self, alarm: Alarm) -> None:
        """Add an alarm, or change the one of this name, which keeps its state."""
        before = self.present.get(alarm.name)
        alarm.configured = self.world.clock.now
        if before is None:
            alarm.judged = alarm.changed = alarm.configured
        else:
            alarm.state, alarm.reason = before.state, before.reason
            alarm.judged, alarm.changed, alarm.hop = before.judged, before.changed, before.hop
        self.present[alarm.name] = alarm
        if before is None:
            self.world.trace.record("create", alarm.arn, settings=alarm.settings)
        else:
            self.world.trace.record("configure", alarm.arn, settings=alarm.settings)
        minutes_of(self.world).evaluate(self._key(alarm.name), lambda: self._evaluate(alarm.name))

    def remove(self, name: str) -> None:
        """Delete an alarm; harmless when there is none."""
        alarm = self.present.pop(name, None)
        if alarm is not None:
            minutes_of(self.world).forget(self._key(name))
            self.world.trace.record("remove", alarm.arn)

    def set_state(self, alarm: Alarm, state: str, reason: str, value: float | None) -> None:
        """Give an alarm a state, write it down if it is another, and call its actions."""
        before, earlier, now = alarm.state, replace(alarm), self.world.clock.now
        alarm.state, alarm.judged = state, now
        if state != before:
            alarm.reason, alarm.changed = reason, now
            alarm.hop = self.world.trace.record(
                "alarm", alarm.arn, name=alarm.name, old=before, new=state, reason=reason
            )
            with self.world.trace.under(alarm.hop):
                emit_state_change(self.world, self.account, self.region, alarm, earlier)
        if alarm.hop is not None:
            # Scaling policies are asked once a minute for as long as the state lasts.
            with self.world.trace.under(alarm.hop):
                for action in alarm.actions:
                    self._call(action, alarm, value)

    def _evaluate(self, name: str) -> None:
        alarm, world = self.present[name], self.world
        values = metric_values(world, self.account, self.region)
        points = alarm.watched.points(values, world.clock.now, alarm.rule.periods + MORE_POINTS)
        judgement = judge(alarm.rule, points)
        self.set_state(alarm, judgement.state or alarm.state, judgement.reason, judgement.newest)

    def _call(self, action: str, alarm: Alarm, value: float | None) -> None:
        answer = ACTIONS.get(action.split(":")[2])
        if answer is not None:
            answer(self.world, action, AlarmCall(alarm, value))

    def _key(self, name: str) -> tuple[str, str, str, str]:
        return ("alarm", self.account, self.region, name)


def alarms_of(world: World, account: str, region: str) -> Alarms:
    """The alarms of an account and Region in this world."""
    everywhere = world.state.setdefault(_STATE, {})
    assert isinstance(everywhere, dict)  # noqa: S101 - nobody else writes under this name
    found = everywhere.get((account, region))
    if found is None:
        found = everywhere[account, region] = Alarms(world, account, region)
    assert isinstance(found, Alarms)  # noqa: S101 - as above
    return found
