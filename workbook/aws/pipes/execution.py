"""One execution of a pipe: a batch of its source on its way to the target.

    batch ──> enrich ──> deliver ── done ─────> the source is told so
                │           └────── failed ───> the source sees to it that they come again
                └── an empty answer: nothing for the target, all is done

Only what failed comes again: of a target that takes record by record, the records that it refused; of a
function or an express workflow that the pipe waits for, those that its answer names in `batchItemFailures`.
An enrichment that makes other events must keep their `messageId` or `eventID`, or else one failure brings the
whole batch back.

Source: EventBridge User Guide, "Amazon EventBridge Pipes batching and concurrency" (partial batch failure,
five minutes).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbook.aws.delivery.targets import kind_of
from workbook.aws.event_sources.answers import failed_messages
from workbook.aws.limits import limit
from workbook.aws.pipes.metrics import Measured, PipeMetrics
from workbook.aws.pipes.stages import Events, StageFailed, Stages
from workbook.aws.pipes.targets import TARGETS, Taking
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from workbook.aws.pipes.settings import PipeSettings
    from workbook.engine.hop import Hop
    from workbook.engine.world import World

LONGEST_EXECUTION = limit("pipes.execution")
"""Seconds of enrichment and target together."""
_IDENTIFIERS = ("messageId", "eventID")


@dataclass(frozen=True)
class Load:
    """What one execution has to move."""

    records: Sequence[Any]
    ids: Sequence[str]
    """By which a failure names each record: its messageId, or its eventID."""
    messages: Sequence[str]
    """What each record is called in the trace."""
    size: int
    """Bytes."""
    cause: Hop
    deadline: int
    """The instant after which trying is of no use."""


@dataclass(frozen=True)
class Result:
    """How an execution ended."""

    hop: Hop
    failed: Collection[str] = ()
    """The ids of the records that are not done."""
    reason: str = ""
    temporary: bool = False
    """Whether only AWS's services were in the way."""


class Executor:
    """Executes the batches of one pipe, on the task of whoever calls."""

    def __init__(self, world: World, arn: str, stages: Stages, metrics: PipeMetrics) -> None:
        """`arn` is the pipe's."""
        self._world = world
        self._arn = arn
        self._stages = stages
        self._metrics = metrics

    def execute(self, settings: PipeSettings, load: Load) -> Result:
        """Move a batch; what failed is the caller's affair."""
        measured, begun = Measured(len(load.records), load.size), self._world.clock.now
        try:
            failed, hop = self._stages_of(settings, load, measured)
            result = Result(hop, failed, "the target failed")
        except StageFailed as failure:
            result = Result(failure.hop, load.ids, str(failure), failure.temporary)
        measured.duration = self._world.clock.now - begun
        if measured.duration > LONGEST_EXECUTION * SECOND:
            reason = f"the execution took more than {LONGEST_EXECUTION} seconds"
            result = Result(result.hop, load.ids, reason)
            measured.timed_out = True
        measured.partially = measured.target_failed and len(result.failed) < len(load.ids)
        self._metrics.count(measured)
        return result

    def _stages_of(
        self, settings: PipeSettings, load: Load, measured: Measured
    ) -> tuple[Collection[str], Hop]:
        """Enrich and deliver; the ids of the records that failed, and the last hop."""
        events, cause = Events(load.records), load.cause
        if settings.enrichment:
            events, cause = self._enrich(settings, load, measured)
            if not events.values:
                self._nothing_for_the_target(load, cause)
                return (), cause
        return self._deliver(settings, load, events, cause, measured)

    def _enrich(self, settings: PipeSettings, load: Load, measured: Measured) -> tuple[Events, Hop]:
        begun = self._world.clock.now
        measured.enrichment_failed = True
        try:
            events, hop = self._stages.enrich(settings, load.records, load.cause, load.deadline)
        finally:
            measured.enrichment = self._world.clock.now - begun
        measured.enrichment_failed = False
        return events, hop

    def _deliver(
        self, settings: PipeSettings, load: Load, events: Events, cause: Hop, measured: Measured
    ) -> tuple[Collection[str], Hop]:
        begun = self._world.clock.now
        measured.target_failed = True
        try:
            failed, hop = self._target(settings, load, events, cause)
        finally:
            measured.target = self._world.clock.now - begun
        measured.target_failed = bool(failed)
        return failed, hop

    def _target(
        self, settings: PipeSettings, load: Load, events: Events, cause: Hop
    ) -> tuple[Collection[str], Hop]:
        kind = TARGETS[kind_of(settings.target)]
        if kind.most is not None and len(events.values) > kind.most:
            many = f"{len(events.values)} events, and the target takes at most {kind.most}"
            raise StageFailed(f"the enrichment returned {many}", cause)
        if kind.taking is Taking.EACH:
            return self._each(settings, load, events, cause)
        if kind.taking is Taking.ARRAY and settings.waits_for_target:
            is_workflow = kind_of(settings.target) == "states"
            wait_for = self._stages.run_target if is_workflow else self._stages.invoke_target
            answer, hop = wait_for(settings, events, cause, load.deadline)
            return _named_failures(answer, load.ids), hop
        return (), self._stages.hand_over(settings, events, cause, load.deadline)

    def _each(
        self, settings: PipeSettings, load: Load, events: Events, cause: Hop
    ) -> tuple[Collection[str], Hop]:
        ids = load.ids if events.from_source else [_id_of(event, load.ids) for event in events.values]
        names = dict(zip(load.ids, load.messages, strict=True))
        messages = [None if identifier is None else names[identifier] for identifier in ids]
        results = self._stages.deliver_each(settings, events, messages, cause, load.deadline)
        failures = [
            (identifier, result)
            for identifier, result in zip(ids, results, strict=True)
            if isinstance(result, StageFailed)
        ]
        if len(failures) == len(ids) or any(identifier is None for identifier, _ in failures):
            raise failures[0][1]
        return {identifier for identifier, _ in failures if identifier is not None}, cause

    def _nothing_for_the_target(self, load: Load, cause: Hop) -> None:
        for message in load.messages:
            self._world.trace.record(
                "filter",
                self._arn,
                message=message,
                causes=(cause,),
                reason="the enrichment returned nothing",
            )


def _named_failures(answer: str | None, ids: Sequence[str]) -> Collection[str]:
    """The records that an answer names; an answer that is no object names none."""
    try:
        is_object = isinstance(json.loads(answer or "null"), dict)
    except ValueError:
        is_object = False
    if not is_object:
        return ()
    return failed_messages(answer or "", ids, function_error=False, reports_item_failures=True)


def _id_of(event: Any, ids: Collection[str]) -> str | None:  # noqa: ANN401 - any JSON
    """The record from which an enrichment made an event, where the event still says so."""
    if not isinstance(event, dict):
        return None
    found = (event.get(name) for name in _IDENTIFIERS)
    return next((value for value in found if isinstance(value, str) and value in ids), None)
