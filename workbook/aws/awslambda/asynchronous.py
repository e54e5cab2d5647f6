"""Asynchronous invocation: Lambda takes an event, answers at once, and runs the function by itself.

    accept ── enqueue ──> run ── ok ────────────────────────────────> on-success destination
                           │ ^
                           │ ├── 1 s, 2 s, 4 s ... 5 min ── throttled     while the event is young enough
                           │ └── 60 s, then 120 s ───────── failed        while retries are left
                           └───> give up ──> dead-letter queue, on-failure destination; or drop

Nothing waits in between: an event that is to be tried again is a timer, not a task, so a backlog costs no
threads. Each event goes its own way; there is no order among them, as on AWS.

Sources: Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation" and
"Capturing records of Lambda asynchronous invocations". When an event would be tried again only after its age
has ended, Lambda gives up at once (recorded in 2023). That it also reads more slowly from a long queue is not
simulated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.awslambda.errors import (
    LambdaError,
    RecursiveInvocation,
    RequestEntityTooLarge,
    ResourceNotFound,
    TooManyRequests,
)
from workbook.aws.awslambda.events import Answer, Condition, Event
from workbook.aws.awslambda.functions import check_settled
from workbook.aws.awslambda.invocation import invoke
from workbook.aws.awslambda.metrics import MILLISECOND, metrics_of
from workbook.aws.awslambda.outcomes import finish
from workbook.aws.awslambda.registry import find_by_arn
from workbook.aws.limits import limit
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workbook.aws.awslambda.registry import Target
    from workbook.engine.hop import Hop
    from workbook.engine.world import World

LARGEST_PAYLOAD = limit("lambda.payload.asynchronous")
"""Bytes of an event."""
PAUSES = (limit("lambda.event.first-retry"), limit("lambda.event.second-retry"))
"""Seconds before the retries after function errors."""
FIRST_PAUSE = limit("lambda.event.first-pause")
"""Seconds after the first throttle; then twice as long each time, up to `LONGEST_PAUSE`."""
LONGEST_PAUSE = limit("lambda.event.longest-pause")
"""Seconds."""
DUPLICATE_WITHIN = 60 * SECOND
"""Microseconds within which a duplicate of an event is run. Unverified; AWS gives no number."""
BODY_SHOWN = 4_096
"""Characters of an event that the trace keeps."""


def accept(
    world: World, function_arn: str, payload: str, *, causes: Iterable[Hop | int] | None = None
) -> str:
    """Take an event for a function, and return at once; the id of the request, which all attempts have.

    Args:
        world: Where it happens.
        function_arn: The function's ARN, with or without a version or alias.
        payload: The event, as JSON text; "" for none.
        causes: The hops that led to it; by default the hop in progress.

    Raises:
        ResourceNotFound: there is no such function, version or alias.
        ResourceConflict: the function is still being created.
        RequestEntityTooLarge: the event has more than 1 MB.
    """
    target = find_by_arn(world, function_arn)
    if target.lifecycle.pending:
        check_settled(target.function)
    check_size(payload)
    request_id = world.seeds.uuid("lambda.asynchronous-request-id")
    hop = world.trace.record(
        "enqueue",
        target.arn,
        message=request_id,
        causes=causes,
        size=len(payload.encode()),
        body=payload[:BODY_SHOWN],
    )
    metrics_of(world, target.backend).add(target, "AsyncEventsReceived", 1)
    event = Event.accepted(world, target, request_id, payload or "{}", hop)
    with world.trace.from_nothing():
        world.kernel.spawn(_run, world, event, name=event.task_name)
        _maybe_duplicate(world, target, event)
    return request_id


def check_size(payload: str) -> None:
    """Let an event pass that is not too large.

    Raises:
        RequestEntityTooLarge: it has more than 1 MB; the text is AWS's, as its users report it.
    """
    size = len(payload.encode())
    if size > LARGEST_PAYLOAD:
        raise RequestEntityTooLarge(
            f"{size} byte payload is too large for the Event invocation type (limit {LARGEST_PAYLOAD} bytes)"
        )


def _maybe_duplicate(world: World, target: Target, event: Event) -> None:
    """By chance, the queue brings an event a second time; the copy is handled like any other event."""
    probability = world.chaos.duplicate_events
    chance = world.seeds.stream("lambda.duplicate-events")
    if probability == 0 or chance.random() >= probability:
        return
    due = world.clock.now + chance.randint(1, DUPLICATE_WITHIN)

    def come_again() -> None:
        hop = world.trace.record("duplicate", target.arn, message=event.request_id, causes=[event.hop])
        _run(world, event.again(hop))

    world.kernel.at(due, come_again, name=event.task_name)


# ---- one attempt


def _run(world: World, event: Event) -> None:
    """Try to process an event, and arrange what follows."""
    event.refresh(world)
    if event.is_stopped:
        finish(world, event, Condition.ZERO_RESERVED_CONCURRENCY)
        return
    event.attempts += 1
    _note_age(world, event)
    try:
        _attempt(world, event)
    except TooManyRequests as error:
        _throttled(world, event, error)
    except ResourceNotFound as error:
        _failed(world, event, Answer.of_error(error), event.hop)
    except RecursiveInvocation as error:
        event.answer, event.last_hop = Answer.of_error(error), error.hop or event.hop
        finish(world, event, Condition.RECURSIVE_INVOCATION)


def _attempt(world: World, event: Event) -> None:
    """Run the function, if Lambda can.

    Raises:
        LambdaError: as of `invoke`.
    """
    invocation = invoke(
        world,
        event.function_arn,
        event.payload,
        causes=[event.hop],
        request_id=event.request_id,
        attempt=event.attempts,
    )
    answer = Answer.of_invocation(invocation)
    if answer.failed:
        _failed(world, event, answer, invocation.hop)
        return
    event.answer, event.last_hop = answer, invocation.hop
    event.invocations += 1
    finish(world, event, Condition.SUCCESS)


def _note_age(world: World, event: Event) -> None:
    age = world.clock.now - event.accepted_at
    try:
        target = find_by_arn(world, event.function_arn)
    except LambdaError:
        return
    metrics_of(world, target.backend).add(target, "AsyncEventAge", age / MILLISECOND)


def _throttled(world: World, event: Event, error: TooManyRequests) -> None:
    event.answer = Answer.of_error(error)
    event.last_hop = error.hop or event.hop
    pause = min(FIRST_PAUSE * 2**event.throttles, LONGEST_PAUSE)
    event.throttles += 1
    _again_after(world, event, pause)


def _failed(world: World, event: Event, answer: Answer, hop: Hop) -> None:
    """The function failed, or is gone: AWS counts both as attempts."""
    event.answer, event.last_hop = answer, hop
    event.invocations += 1
    retries = event.invocations - 1
    if retries >= event.config.retries:
        finish(world, event, Condition.RETRIES_EXHAUSTED)
    else:
        _again_after(world, event, PAUSES[retries])


def _again_after(world: World, event: Event, pause: int) -> None:
    """Try again in `pause` seconds, if the event is young enough then."""
    due = world.clock.now + pause * SECOND
    if due >= event.accepted_at + event.config.age * SECOND:
        finish(world, event, Condition.EVENT_AGE_EXCEEDED)
        return
    event.note_retry(world, due)
    world.kernel.at(due, _run, world, event, name=event.task_name)
