"""One execution of a pipe: a batch of its source on its way to the target.

    batch ──> enrich ──> deliver ── done ─────> the messages are deleted
                │           └────── failed ───> they stay, and show themselves again after their timeout
                └── an empty answer: nothing for the target, the messages are deleted

Only what failed comes back: of a target that takes record by record, the records that it refused; of a
function, those that its answer names in `batchItemFailures`. An enrichment that makes other events must keep
their `messageId`, or else one failure brings the whole batch back.

Source: EventBridge User Guide, "Amazon EventBridge Pipes batching and concurrency" (partial batch failure,
five minutes) and "Amazon Simple Queue Service as a source".
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from workbook.aws.delivery.targets import service_of
from workbook.aws.event_sources.answers import failed_messages
from workbook.aws.limits import limit
from workbook.aws.pipes.metrics import Measured, PipeMetrics
from workbook.aws.pipes.permissions import STOPPED, missing_permission
from workbook.aws.pipes.stages import Events, StageFailed, Stages
from workbook.aws.pipes.targets import TARGETS, Taking
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from workbook.aws.event_sources.batches import Batch, Part
    from workbook.aws.event_sources.scaling import Scaling
    from workbook.aws.event_sources.source_queue import SourceQueue
    from workbook.aws.pipes.settings import PipeSettings
    from workbook.engine.hop import Hop
    from workbook.engine.world import World

LONGEST_EXECUTION = limit("pipes.execution")
"""Seconds of enrichment and target together."""
LARGEST_ENRICHMENT = limit("pipes.enrichment")


class Executor:
    """Executes the batches of one pipe, each on a task of its own."""

    def __init__(self, world: World, source: SourceQueue, stages: Stages, metrics: PipeMetrics) -> None:
        self._world = world
        self._source = source
        self._stages = stages
        self._metrics = metrics

    def problem(self, settings: PipeSettings) -> str | None:
        """Why the pipe cannot read its source, if it cannot."""
        sender = self._stages.sender_with(settings.role_arn)
        missing = missing_permission(self._world, sender, self._source.queue)
        return None if missing is None else STOPPED

    def process(self, batch: Batch[PipeSettings], scaling: Scaling, concurrency: int) -> None:
        """See a batch through to its end; `concurrency` says how many are in progress, this one included."""
        for index, part in enumerate(batch.parts):
            done = self._execute(batch.settings, part, scaling, concurrency)
            if not done and batch.settings.fifo:
                for later in batch.parts[index + 1 :]:
                    self._source.leave(later.deliveries, None, "an earlier part of the batch failed")
                return

    # ---- one execution

    def _execute(self, settings: PipeSettings, part: Part, scaling: Scaling, concurrency: int) -> bool:
        cause = self._source.record_batch(part.deliveries, part.size, concurrency)
        measured, begun = Measured(len(part.deliveries), part.size), self._world.clock.now
        ids = [delivery.message.message_id for delivery in part.deliveries]
        reason = "the target failed"
        try:
            failed, hop = self._stages_of(settings, part, cause, measured)
        except StageFailed as failure:
            failed, hop, reason = ids, failure.hop, str(failure)
        measured.duration = self._world.clock.now - begun
        if measured.duration > LONGEST_EXECUTION * SECOND:
            failed, reason = ids, f"the execution took more than {LONGEST_EXECUTION} seconds"
            measured.timed_out = True
        self._settle(part, failed, hop, reason)
        measured.partially = measured.target_failed and len(failed) < len(ids)
        self._metrics.count(measured)
        if failed:
            scaling.failed(self._world.clock.now)
        else:
            scaling.succeeded()
        return not failed

    def _stages_of(
        self, settings: PipeSettings, part: Part, cause: Hop, measured: Measured
    ) -> tuple[Collection[str], Hop]:
        """Enrich and deliver; the ids of the messages that failed, and the last hop."""
        records, deadline = [json.loads(text) for text in part.records], part.deadline()
        events = Events(records)
        if settings.enrichment:
            events, cause = self._enrich(settings, records, cause, deadline, measured)
            if not events.values:
                self._nothing_for_the_target(part, cause)
                return (), cause
        return self._deliver(settings, part, events, cause, deadline, measured)

    def _enrich(
        self, settings: PipeSettings, records: Sequence[Any], cause: Hop, deadline: int, measured: Measured
    ) -> tuple[Events, Hop]:
        begun = self._world.clock.now
        measured.enrichment_failed = True
        try:
            events, hop = self._stages.enrich(settings, records, cause, deadline)
        finally:
            measured.enrichment = self._world.clock.now - begun
        measured.enrichment_failed = False
        return events, hop

    def _deliver(
        self,
        settings: PipeSettings,
        part: Part,
        events: Events,
        cause: Hop,
        deadline: int,
        measured: Measured,
    ) -> tuple[Collection[str], Hop]:
        begun = self._world.clock.now
        measured.target_failed = True
        try:
            failed, hop = self._target(settings, part, events, cause, deadline)
        finally:
            measured.target = self._world.clock.now - begun
        measured.target_failed = bool(failed)
        return failed, hop

    def _target(
        self, settings: PipeSettings, part: Part, events: Events, cause: Hop, deadline: int
    ) -> tuple[Collection[str], Hop]:
        kind = TARGETS[service_of(settings.target)]
        ids = [delivery.message.message_id for delivery in part.deliveries]
        if kind.most is not None and len(events.values) > kind.most:
            many = f"{len(events.values)} events, and the target takes at most {kind.most}"
            raise StageFailed(f"the enrichment returned {many}", cause)
        if kind.taking is Taking.EACH:
            return self._each(settings, ids, events, cause, deadline)
        if kind.taking is Taking.ARRAY and settings.waits_for_target:
            answer, hop = self._stages.invoke_target(settings, events, cause, deadline)
            return _named_failures(answer, ids), hop
        return (), self._stages.hand_over(settings, events, cause, deadline)

    def _each(
        self, settings: PipeSettings, ids: list[str], events: Events, cause: Hop, deadline: int
    ) -> tuple[Collection[str], Hop]:
        messages = ids if events.from_source else [_message_of(event, ids) for event in events.values]
        results = self._stages.deliver_each(settings, events, messages, cause, deadline)
        failed = {
            message
            for message, result in zip(messages, results, strict=True)
            if isinstance(result, StageFailed)
        }
        if None in failed:
            return ids, cause
        return {message for message in failed if message is not None}, cause

    # ---- afterwards

    def _nothing_for_the_target(self, part: Part, cause: Hop) -> None:
        for delivery in part.deliveries:
            self._world.trace.record(
                "filter",
                self._source.arn,
                message=delivery.message.message_id,
                causes=(cause,),
                reason="the enrichment returned nothing",
            )

    def _settle(self, part: Part, failed: Collection[str], outcome: Hop, reason: str) -> None:
        """Delete what is done and leave the rest."""
        done = [one for one in part.deliveries if one.message.message_id not in failed]
        left = [one for one in part.deliveries if one.message.message_id in failed]
        with self._world.trace.under(outcome):
            self._source.delete(done)
        self._source.leave(left, outcome, reason)


def _named_failures(answer: str | None, ids: list[str]) -> Collection[str]:
    """The messages that a function's answer names; an answer that is no object names none."""
    try:
        is_object = isinstance(json.loads(answer or "null"), dict)
    except ValueError:
        is_object = False
    if not is_object:
        return ()
    return failed_messages(answer or "", ids, function_error=False, reports_item_failures=True)


def _message_of(event: Any, ids: Collection[str]) -> str | None:  # noqa: ANN401 - any JSON
    """The message from which an enrichment made an event, where the event still says so."""
    identifier = event.get("messageId") if isinstance(event, dict) else None
    return identifier if isinstance(identifier, str) and identifier in ids else None
