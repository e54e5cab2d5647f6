"""The alarms of one account and Region: each is evaluated, changes its state, and does what it is told then.

    metric alarm      looks at its metric once a minute (of high resolution: each 10 seconds)
    composite alarm   is evaluated when it was put, and whenever one of its alarms changes

A change of state is a hop, an item of the history and an event on the default bus; then the actions are
called, and then composite alarms look. Sources: Amazon CloudWatch User Guide, "Using Amazon CloudWatch
alarms" and "Create a composite alarm"; service model of CloudWatch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbook.aws.cloudwatch import history
from workbook.aws.cloudwatch.actions import ACTIONS, AlarmCall, ask_policies, notify
from workbook.aws.cloudwatch.composite_alarm import CompositeAlarm, name_of, triggering
from workbook.aws.cloudwatch.documents import configuration_change, state_change
from workbook.aws.cloudwatch.metric_alarm import MetricAlarm
from workbook.aws.cloudwatch.metric_values import metric_values
from workbook.aws.cloudwatch.minutes import minutes_of
from workbook.aws.cloudwatch.states import ACTIONS_OF, Alarm, State
from workbook.aws.cloudwatch.suppression import Suppression
from workbook.aws.cloudwatch.times import in_words
from workbook.aws.service_events import emit
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from workbook.aws.delivery import Outcome
    from workbook.engine.world import World

__all__ = ["ACTIONS", "ACTIONS_OF", "Alarm", "AlarmCall", "Alarms", "alarms_of"]

FIRST_LOOK = 1 * SECOND
"""Microseconds from making a composite alarm until it is first evaluated. AWS gives no figure."""
_STATE = "cloudwatch.alarms"


@dataclass
class Alarms:
    """The alarms of one account and Region, in the order in which they were made."""

    world: World
    account: str
    region: str
    present: dict[str, Alarm] = field(default_factory=dict)
    items: list[history.Item] = field(default_factory=list)
    """The history, oldest first."""
    _suppressions: dict[str, Suppression] = field(default_factory=dict)
    _evaluating: set[str] = field(default_factory=set)

    # ---- making and removing

    def put(self, alarm: Alarm) -> None:
        """Add an alarm, or change the one of this name, which keeps its state."""
        before, now = self.present.get(alarm.name), self.world.clock.now
        alarm.configured = now
        if before is None:
            alarm.now, alarm.judged = alarm.now._replace(time=now), now
            self.world.trace.record("create", alarm.arn, settings=alarm.settings)
        else:
            alarm.succeed(before)
            self.world.trace.record("configure", alarm.arn, settings=alarm.settings)
        self.present[alarm.name] = alarm
        self._configured(alarm, before)
        self._begin(alarm, "created" if before is None else "updated")

    def remove(self, name: str) -> None:
        """Delete an alarm; harmless when there is none."""
        alarm = self.present.pop(name, None)
        if alarm is None:
            return
        minutes_of(self.world).forget(self._key(name))
        self._end_suppression(name)
        self.items.append(history.configured(alarm, "Delete", self.world.clock.now))
        self.world.trace.record("remove", alarm.arn)
        self._emit(alarm, "Configuration", lambda: configuration_change(self.world, alarm, "delete", None))

    def _configured(self, alarm: Alarm, before: Alarm | None) -> None:
        operation = "Create" if before is None else "Update"
        self.items.append(history.configured(alarm, operation, self.world.clock.now))
        self._emit(
            alarm,
            "Configuration",
            lambda: configuration_change(self.world, alarm, operation.lower(), before),
        )

    def _begin(self, alarm: Alarm, word: str) -> None:
        if isinstance(alarm, MetricAlarm):
            minutes_of(self.world).evaluate(
                self._key(alarm.name),
                lambda: self._evaluate(alarm.name),
                often=alarm.watched.is_high_resolution,
            )
            return
        assert isinstance(alarm, CompositeAlarm)  # noqa: S101 - there are two kinds
        self._end_suppression(alarm.name)
        self._suppressions[alarm.name] = Suppression(self.world, alarm, self._notify)
        when = self.world.clock.now + FIRST_LOOK
        self.world.kernel.at(when, self._look_first, alarm, word, name=f"the first look of {alarm.name}")

    def _end_suppression(self, name: str) -> None:
        suppression = self._suppressions.pop(name, None)
        if suppression is not None:
            suppression.end()

    # ---- states

    def set_state(self, alarm: Alarm, state: State, value: float | None = None) -> None:
        """Give an alarm a state; if it is another one, write it down and call its actions."""
        alarm.judged = self.world.clock.now
        if state.value != alarm.state:
            self._change(alarm, state)
        if isinstance(alarm, MetricAlarm) and alarm.hop is not None:
            # Scaling policies are asked once a minute for as long as the state lasts.
            with self.world.trace.under(alarm.hop):
                ask_policies(self.world, alarm, value)

    def _change(self, alarm: Alarm, state: State) -> None:
        alarm.before, alarm.now = alarm.now, state
        alarm.hop = self.world.trace.record(
            "alarm", alarm.arn, name=alarm.name, old=alarm.before.value, new=state.value, reason=state.reason
        )
        self.items.append(history.changed(alarm))
        with self.world.trace.under(alarm.hop):
            if isinstance(alarm, CompositeAlarm):
                self._suppressions[alarm.name].changed(self._suppressor_of(alarm))
            else:
                self._notify(alarm)
            self._emit(alarm, "State", lambda: state_change(self.world, alarm))
            self._tell_composites(alarm)

    def _notify(self, alarm: Alarm) -> None:
        changed = alarm.now.time

        def done(action: str, outcome: Outcome, published: str | None) -> None:
            now = self.world.clock.now
            self.items.append(history.acted(alarm, action, outcome, published, changed, now))

        notify(self.world, alarm, done)

    def _emit(self, alarm: Alarm, what: str, detail: Callable[[], Mapping[str, Any]]) -> None:
        emit(
            self.world,
            self.account,
            self.region,
            source="aws.cloudwatch",
            detail_type=f"CloudWatch Alarm {what} Change",
            resources=[alarm.arn],
            detail=detail,
        )

    # ---- evaluating

    def _evaluate(self, name: str) -> None:
        alarm, now = self.present[name], self.world.clock.now
        assert isinstance(alarm, MetricAlarm)  # noqa: S101 - only they are evaluated by the clock
        values = metric_values(self.world, self.account, self.region)
        judgement = alarm.look(values, now)
        state = alarm.now
        if judgement.state is not None and judgement.state != alarm.state:
            data = alarm.reason_data(values, judgement, now)
            state = State(judgement.state, judgement.reason, data, now)
        self.set_state(alarm, state, judgement.newest)

    def _look_first(self, alarm: CompositeAlarm, word: str) -> None:
        if self.present.get(alarm.name) is not alarm:  # put again, or removed
            return
        children = [self.present[each] for each in alarm.children if each in self.present]
        value = self._value_of(alarm)
        reason = f"{alarm.arn} was {word} and its alarm rule evaluates to {value}"
        self.set_state(alarm, State(value, reason, triggering(children), self.world.clock.now))

    def _tell_composites(self, changed: Alarm) -> None:
        for composite in list(self.composites()):
            if composite.suppressor == changed.name:
                self._suppressions[composite.name].suppressor_changed(changed)
            if changed.name in composite.children:
                self._look_again(composite, changed)

    def _look_again(self, alarm: CompositeAlarm, changed: Alarm) -> None:
        if alarm.name in self._evaluating:  # a cycle: AWS stops there, too
            return
        self._evaluating.add(alarm.name)
        try:
            now = self.world.clock.now
            reason = f"{changed.arn} transitioned to {changed.state} at {in_words(changed.now.time)}"
            self.set_state(alarm, State(self._value_of(alarm), reason, triggering([changed]), now))
        finally:
            self._evaluating.discard(alarm.name)

    def _value_of(self, alarm: CompositeAlarm) -> str:
        return "ALARM" if alarm.rule.holds(self._state_of) else "OK"

    def _state_of(self, name: str) -> str | None:
        found = self.present.get(name_of(name))
        return None if found is None else found.state

    def _suppressor_of(self, alarm: CompositeAlarm) -> Alarm | None:
        return None if alarm.suppressor is None else self.present.get(alarm.suppressor)

    # ---- finding

    def composites(self) -> Iterator[CompositeAlarm]:
        """All composite alarms."""
        return (alarm for alarm in self.present.values() if isinstance(alarm, CompositeAlarm))

    def parents_of(self, name: str) -> Sequence[CompositeAlarm]:
        """The composite alarms that depend on an alarm, by their rule or as their suppressor."""
        return [each for each in self.composites() if name in each.children or each.suppressor == name]

    def _key(self, name: str) -> tuple[str, str, str, str]:
        return ("alarm", self.account, self.region, name)


def alarms_of(world: World, account: str, region: str) -> Alarms:
    """The alarms of an account and Region in this world."""
    return world.kept_in(_STATE, (account, region), lambda: Alarms(world, account, region))
