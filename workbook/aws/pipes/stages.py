"""The two stages of an execution that reach other services: enrichment and target.

A stage that cannot be carried out raises `StageFailed`. What AWS's services answer for a while only (they are
throttled, or down) is tried again until the first message of the batch shows itself in its queue again; what
AWS does in between is not documented, so the pauses are those of Lambda's pollers.

Source: EventBridge User Guide, "Amazon EventBridge Pipes error handling and troubleshooting" and "Event
enrichment in Amazon EventBridge Pipes".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from workbook.aws.awslambda.errors import LambdaError, TooManyRequests
from workbook.aws.awslambda.invocation import Invocation, invoke
from workbook.aws.delivery import Failure, Parcel, Sender, Undelivered, attempt
from workbook.aws.delivery.permission import demand_role
from workbook.aws.delivery.targets import find_target, kind_of
from workbook.aws.delivery.to_state_machine import run_workflow
from workbook.aws.event_sources.processing import FIRST_RETRY, LONGEST_RETRY
from workbook.aws.pipes.paths import MISSING
from workbook.aws.pipes.targets import TARGETS, Taking, options_for, options_for_enrichment
from workbook.aws.pipes.templates import as_json, json_text
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from workbook.aws.pipes.settings import PipeSettings
    from workbook.aws.pipes.templates import InputTemplate, Known
    from workbook.engine.hop import Hop
    from workbook.engine.world import World

Result = TypeVar("Result")
_EMPTY: tuple[object, ...] = (None, "", [], {})


class StageFailed(Exception):
    """A stage of an execution failed; `hop` is where."""

    def __init__(self, reason: str, hop: Hop, *, temporary: bool = False) -> None:
        """`temporary` says that only AWS's services were in the way."""
        super().__init__(reason)
        self.hop = hop
        self.temporary = temporary


@dataclass(frozen=True)
class Events:
    """What goes from one stage to the next."""

    values: Sequence[Any]
    from_source: bool = True
    """Whether these are records of the source, not what an enrichment returned."""
    array: bool = True
    """Whether they are elements of an array; an enrichment may return a single value."""


class Stages:
    """Calls other services on behalf of one pipe."""

    def __init__(self, world: World, sender: Sender, known: Callable[[PipeSettings], Known]) -> None:
        """`known` gives what input templates know of the pipe, now."""
        self._world = world
        self._sender = sender
        self._known = known

    def sender_with(self, role_arn: str) -> Sender:
        """The pipe with the role that it has now."""
        sender = self._sender
        return Sender(sender.service, sender.source_arn, sender.account, sender.region, role_arn)

    # ---- enrichment

    def enrich(
        self, settings: PipeSettings, records: Sequence[Any], cause: Hop, deadline: int
    ) -> tuple[Events, Hop]:
        """Have a function, a workflow or a server make other events of the records; none where it gives none.

        Raises:
            StageFailed: it cannot be called, or failed.
        """
        texts = self._texts(settings, settings.enrichment_template, Events(records))
        if kind_of(settings.enrichment) == "api-destination":
            return self._ask(settings, records[0], texts[0], cause, deadline)
        payload = f"[{','.join(map(as_json, texts))}]"
        if kind_of(settings.enrichment) == "states":
            begin = self._enrich_hop(settings, len(payload.encode()), cause)
            reason = "the enrichment failed"
            output, hop = self._run(settings, settings.enrichment, payload, begin, deadline, reason)
            return _events_of(output), hop
        trace, sender = self._world.trace, self.sender_with(settings.role_arn)

        def carry_out(hop: Hop) -> Invocation:
            return self._invoke(sender, settings.enrichment, payload, hop)

        begin = self._enrich_hop(settings, len(payload.encode()), cause)
        invocation, hop = self._persist(begin, carry_out, deadline)
        if invocation.function_error is not None:
            trace.amend(
                hop, outcome="REJECTED", reason="the enrichment failed", ended_at=self._world.clock.now
            )
            raise StageFailed("the enrichment failed", invocation.hop)
        hop = trace.amend(hop, outcome="ok", ended_at=self._world.clock.now)
        return _events_of(invocation.payload), invocation.hop

    def _run(
        self,
        settings: PipeSettings,
        workflow: str,
        payload: str,
        begin: Callable[[int], Hop],
        deadline: int,
        failure: str,
    ) -> tuple[str, Hop]:
        """Run an express workflow to its end; its output. `failure` says that it did not end well."""
        sender = self.sender_with(settings.role_arn)

        def carry_out(hop: Hop) -> str | None:
            with self._world.trace.under(hop):
                return run_workflow(self._world, sender, workflow, payload)

        output, hop = self._persist(begin, carry_out, deadline)
        now = self._world.clock.now
        if output is None:
            hop = self._world.trace.amend(hop, outcome="REJECTED", reason=failure, ended_at=now)
            raise StageFailed(failure, hop)
        return output, self._world.trace.amend(hop, outcome="ok", ended_at=now)

    def _ask(
        self,
        settings: PipeSettings,
        record: Any,  # noqa: ANN401 - any JSON
        text: str,
        cause: Hop,
        deadline: int,
    ) -> tuple[Events, Hop]:
        """Have a server make other events of one record; what it answers in its body."""
        parcel = Parcel(text, options=options_for_enrichment(settings.enrichment_parameters, record))

        def carry_out(hop: Hop) -> Mapping[str, Any]:
            return self._attempt(settings, settings.enrichment, parcel, hop)

        begin = self._enrich_hop(settings, len(text.encode()), cause)
        answer, hop = self._persist(self._in_turn(settings.enrichment, begin), carry_out, deadline)
        hop = self._world.trace.amend(hop, outcome="ok", ended_at=self._world.clock.now)
        return _events_of(as_json(str(answer.get("body") or ""))), hop

    def _enrich_hop(self, settings: PipeSettings, size: int, cause: Hop) -> Callable[[int], Hop]:
        def begin(number: int) -> Hop:
            return self._world.trace.record(
                "enrich",
                settings.enrichment,
                causes=(cause,),
                size=size,
                source=self._sender.source_arn,
                attempt=number,
            )

        return begin

    # ---- target

    def invoke_target(
        self, settings: PipeSettings, events: Events, cause: Hop, deadline: int
    ) -> tuple[str | None, Hop]:
        """Invoke a function synchronously with all events; its answer as JSON text.

        Raises:
            StageFailed: the function cannot be invoked, or failed.
        """
        payload = self._payload(settings, events, cause)
        sender = self.sender_with(settings.role_arn)

        def carry_out(hop: Hop) -> Invocation:
            return self._invoke(sender, settings.target, payload, hop)

        begin = self._deliver_hop(settings, None, len(payload.encode()), cause, events=len(events.values))
        invocation, hop = self._persist(begin, carry_out, deadline)
        self._world.trace.amend(hop, outcome="ok", ended_at=self._world.clock.now)
        if invocation.function_error is not None:
            raise StageFailed("the function failed", invocation.hop)
        return invocation.payload, invocation.hop

    def run_target(
        self, settings: PipeSettings, events: Events, cause: Hop, deadline: int
    ) -> tuple[str | None, Hop]:
        """Run an express workflow synchronously with all events; its output as JSON text.

        Raises:
            StageFailed: the workflow cannot be run, or did not end well.
        """
        payload = self._payload(settings, events, cause)
        begin = self._deliver_hop(settings, None, len(payload.encode()), cause, events=len(events.values))
        return self._run(settings, settings.target, payload, begin, deadline, "the workflow failed")

    def hand_over(self, settings: PipeSettings, events: Events, cause: Hop, deadline: int) -> Hop:
        """Give a target that takes one request all events; it answers that it has them.

        Raises:
            StageFailed: it does not take them.
        """
        if TARGETS[kind_of(settings.target)].taking is Taking.ARRAY:
            text = self._payload(settings, events, cause)
            return self._deliver(settings, Parcel(text), None, cause, deadline)
        event, text = events.values[0], self._texts(settings, settings.target_template, events)[0]
        return self._deliver(settings, self._parcel(settings, event, text), None, cause, deadline)

    def deliver_each(
        self,
        settings: PipeSettings,
        events: Events,
        messages: Sequence[str | None],
        cause: Hop,
        deadline: int,
    ) -> list[StageFailed | Hop]:
        """Give a target each event by itself; what became of each. `messages` are their ids in the trace.

        Where the source keeps an order, so does this: after a failure none is tried any more.
        """
        results: list[StageFailed | Hop] = []
        texts = self._texts(settings, settings.target_template, events)
        for event, text, message in zip(events.values, texts, messages, strict=True):
            if settings.ordered and results and isinstance(results[-1], StageFailed):
                results.append(StageFailed("an earlier record of the batch failed", results[-1].hop))
                continue
            try:
                parcel = self._parcel(settings, event, text)
                results.append(self._deliver(settings, parcel, message, cause, deadline))
            except StageFailed as failure:
                results.append(failure)
        return results

    # ---- texts

    def _texts(self, settings: PipeSettings, template: InputTemplate | None, events: Events) -> list[str]:
        if template is None:
            return [event if isinstance(event, str) else json_text(event) for event in events.values]
        known = self._known(settings)
        return [template.fill(event, known, from_source=events.from_source) for event in events.values]

    def _payload(self, settings: PipeSettings, events: Events, cause: Hop) -> str:
        """All events as JSON, for a target that takes an array.

        Raises:
            StageFailed: a template made something that looks like JSON and is none.
        """
        texts = self._texts(settings, settings.target_template, events)
        for text in texts:
            if text.lstrip()[:1] in {"{", "["} and not _is_json(text):
                raise StageFailed("the input template makes no valid JSON of this event", cause)
        elements = [as_json(text) for text in texts]
        return f"[{','.join(elements)}]" if events.array else elements[0]

    def _parcel(self, settings: PipeSettings, event: Any, text: str) -> Parcel:  # noqa: ANN401 - any JSON
        options = options_for(settings.target, settings.name, settings.target_parameters, event)
        if kind_of(settings.target) != "sqs":
            return Parcel(text, options=options)
        group, identifier = options.get("MessageGroupId"), options.get("MessageDeduplicationId")
        return Parcel(text, group_id=_text_or_none(group), deduplication_id=_text_or_none(identifier))

    # ---- calling

    def _invoke(self, sender: Sender, function_arn: str, payload: str, hop: Hop) -> Invocation:
        demand_role(self._world, sender, "lambda:InvokeFunction", function_arn)
        try:
            return invoke(self._world, function_arn, payload, causes=(hop,))
        except TooManyRequests as error:
            raise Undelivered(Failure.THROTTLED, error.message, status=429) from None
        except LambdaError as error:
            raise Undelivered(Failure.NO_RESOURCE, error.message, status=error.status) from None

    def _attempt(self, settings: PipeSettings, target: str, parcel: Parcel, hop: Hop) -> Mapping[str, Any]:
        with self._world.trace.under(hop):
            return attempt(self._world, self.sender_with(settings.role_arn), target, parcel)

    def _deliver(
        self, settings: PipeSettings, parcel: Parcel, message: str | None, cause: Hop, deadline: int
    ) -> Hop:
        def carry_out(hop: Hop) -> Mapping[str, Any]:
            return self._attempt(settings, settings.target, parcel, hop)

        begin = self._deliver_hop(settings, message, len(parcel.text.encode()), cause)
        hop = self._persist(self._in_turn(settings.target, begin), carry_out, deadline)[1]
        now = self._world.clock.now
        return self._world.trace.amend(hop, outcome="ok", ended_at=now) if now > hop.time else hop

    def _in_turn(self, target: str, begin: Callable[[int], Hop]) -> Callable[[int], Hop]:
        """Begin a try at the target's next turn, where its rate is limited."""
        found = find_target(target)
        turn = None if found is None else found.turn
        if turn is None:
            return begin

        def wait_and_begin(number: int) -> Hop:
            self._world.kernel.sleep_until(turn(self._world, target))
            return begin(number)

        return wait_and_begin

    def _deliver_hop(
        self,
        settings: PipeSettings,
        message: str | None,
        size: int,
        cause: Hop,
        **facts: Any,  # noqa: ANN401 - as Trace.record has them
    ) -> Callable[[int], Hop]:
        def begin(number: int) -> Hop:
            return self._world.trace.record(
                "deliver",
                settings.target,
                message=message,
                causes=(cause,),
                size=size,
                source=self._sender.source_arn,
                attempt=number,
                **facts,
            )

        return begin

    def _persist(
        self, begin: Callable[[int], Hop], carry_out: Callable[[Hop], Result], deadline: int
    ) -> tuple[Result, Hop]:
        """Try, again and again while that may help and there is time.

        Raises:
            StageFailed: it did not work.
        """
        world, pause, number = self._world, FIRST_RETRY, 1
        while True:
            hop = begin(number)
            try:
                return carry_out(hop), hop
            except Undelivered as error:
                again = world.clock.now + round(pause * SECOND)
                over = error.failure.is_permanent or again >= deadline
                facts: dict[str, object] = {} if over else {"retry_at": again}
                if world.clock.now > hop.time:
                    facts["ended_at"] = world.clock.now
                hop = world.trace.amend(hop, outcome=error.failure.name, reason=error.message, **facts)
                if over:
                    temporary = not error.failure.is_permanent
                    raise StageFailed(error.message, hop, temporary=temporary) from None
            world.kernel.sleep_until(again)
            pause, number = min(2 * pause, LONGEST_RETRY), number + 1


def _events_of(payload: str) -> Events:
    """The events in an enrichment's answer; an empty answer means that there are none."""
    answer = json.loads(payload) if payload else None
    if answer in _EMPTY:
        return Events((), from_source=False)
    if isinstance(answer, list):
        return Events(answer, from_source=False)
    return Events((answer,), from_source=False, array=False)


def _text_or_none(value: Any) -> str | None:  # noqa: ANN401 - any JSON
    if value is None or value is MISSING:
        return None
    return value if isinstance(value, str) else json_text(value)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
