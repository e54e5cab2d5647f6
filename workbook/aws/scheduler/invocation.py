"""A schedule fires: its target is invoked, in the name of its execution role.

    fire (the schedule) ── deliver, try by try (workbook.aws.delivery) ── dead-letter queue
                                 └ each try: input_for, an execution id of its own

The role is assumed for the schedule's group, so that is what a trust policy sees as aws:SourceArn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from workbook.aws.delivery import (
    DeadLetters,
    Delivery,
    Failure,
    Outcome,
    Parcel,
    Sender,
    Undelivered,
    deliver,
)
from workbook.aws.scheduler.contexts import Execution, input_for, new_execution_id
from workbook.aws.scheduler.dead_letters import dead_letter
from workbook.aws.scheduler.metrics import count
from workbook.aws.scheduler.retries import retry_policy
from workbook.aws.scheduler.settings import PRINCIPAL

if TYPE_CHECKING:
    from workbook.aws.scheduler.resources import Schedule
    from workbook.engine.world import World

SHOWN = 4_096
"""Characters of what a target gets that a hop keeps."""


def invoke(world: World, schedule: Schedule, scheduled: int, at_the_end: Callable[[], object]) -> None:
    """Invoke the target for the time `scheduled`; `at_the_end` is called when that is done or given up.

    Returns at once.
    """
    invocation = _Invocation(world, schedule, scheduled, at_the_end)
    hop = world.trace.record(
        "fire",
        schedule.arn,
        message=invocation.execution.execution_id,
        causes=(),
        scheduled_at=scheduled,
        body=invocation.parcel.text[:SHOWN],
    )
    with world.trace.under(hop):
        deliver(world, [invocation.delivery()])


class _Invocation:
    """One invocation of a target, from its first try to its end. It keeps the schedule as it was then."""

    def __init__(
        self, world: World, schedule: Schedule, scheduled: int, at_the_end: Callable[[], object]
    ) -> None:
        self._world = world
        self._schedule = replace(schedule)
        self._target = schedule.target
        self._at_the_end = at_the_end
        self.execution = Execution(new_execution_id(world), scheduled, 1)
        self.parcel = self._new_parcel()

    def delivery(self) -> Delivery:
        schedule, group = self._schedule, self._schedule.group
        letters = (self._target.get("DeadLetterConfig") or {}).get("Arn")
        return Delivery(
            sender=Sender(PRINCIPAL, group.arn, group.account, group.region, self._target["RoleArn"]),
            target=self._target["Arn"],
            parcel=self.parcel,
            message=self.execution.execution_id,
            retries=retry_policy(self._target),
            dead_letters=None if letters is None else DeadLetters(letters, self._dead_letter),
            facts={"source": schedule.arn},
            parcel_for=self._parcel_for,
            on_try=self._on_try,
            on_end=self._on_end,
        )

    def _parcel_for(self, number: int) -> Parcel:
        if number > 1:
            self.execution = Execution(new_execution_id(self._world), self.execution.scheduled, number)
            self.parcel = self._new_parcel()
        return self.parcel

    def _new_parcel(self) -> Parcel:
        parameters = {name: value for name, value in self._target.items() if name.endswith("Parameters")}
        group = (parameters.get("SqsParameters") or {}).get("MessageGroupId")
        key = (parameters.get("KinesisParameters") or {}).get("PartitionKey")
        options = parameters if key is None else {**parameters, "PartitionKey": key}
        return Parcel(input_for(self._world, self._schedule, self.execution), group_id=group, options=options)

    def _dead_letter(self, error: Undelivered, _attempts: int) -> Parcel:
        return dead_letter(self._schedule, self.parcel, self.execution, error)

    def _on_try(self, error: Undelivered | None) -> None:
        self._count("InvocationAttemptCount")
        if error is not None:
            self._count("TargetErrorCount")
            if error.failure is Failure.THROTTLED:
                self._count("TargetErrorThrottledCount")

    def _on_end(self, outcome: Outcome) -> None:
        if not outcome.delivered:
            self._count("InvocationDroppedCount")
        if outcome.dead_lettered is not None:
            kept = "InvocationsSentToDeadLetterCount"
            lost = "InvocationsFailedToBeSentToDeadLetterCount"
            self._count(kept if outcome.dead_lettered else lost)
        self._at_the_end()

    def _count(self, name: str) -> None:
        count(self._world, self._schedule.group, name)
