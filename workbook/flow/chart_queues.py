"""The measures of a queue: what lay in it, how old the oldest message was, who was at work, what went wrong.

The age is that of CloudWatch's ApproximateAgeOfOldestMessage, but at every instant and not once a minute. In
a standard queue that metric no longer counts a message that was received three times and is still there; a
second measure counts those, too. In a dead-letter queue the age counts from the move there.
Source: Amazon SQS Developer Guide, "Available CloudWatch metrics for Amazon SQS".
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from workbook.aws.limits import limit
from workbook.engine.hop import Hop
from workbook.flow.chart_measures import Happenings, Measure, counted
from workbook.flow.contents import Change, Where
from workbook.flow.moves import Move, Status
from workbook.flow.resources import Kind, kind_of, label_of, node_of
from workbook.flow.scene import Scene

REPEATEDLY = limit("sqs.age.receives")
"""Receives from which on a message in a standard queue does not count for the age."""


def contents_of(scene: Scene, queue: str) -> list[Measure]:
    """How many messages were visible, in flight and delayed, and the age of the oldest."""
    counts = {
        Where.VISIBLE: Measure("visible", "visible"),
        Where.IN_FLIGHT: Measure("in flight", "in_flight"),
        Where.DELAYED: Measure("delayed", "delayed"),
    }
    numbers = dict.fromkeys(counts, 0)
    states: dict[str, Where] = {}
    ages = _Ages(scene, kind_of(queue))
    for change in scene.changes:
        if change.queue != queue:
            continue
        before = states.get(change.message, Where.GONE)
        states[change.message] = change.state
        for state, step in ((before, -1), (change.state, 1)):
            if state in numbers:
                numbers[state] += step
                counts[state].note(change.time, numbers[state])
        ages.see(change, before)
    return [*counts.values(), ages.metric, ages.whole]


class _Ages:
    """Since when the oldest message is there, by the metric and by all messages."""

    def __init__(self, scene: Scene, kind: Kind) -> None:
        self.metric = Measure("age of the oldest message", "age_of_oldest", is_age=True)
        self.whole = Measure("age, counting all", "age_counting_all", is_age=True)
        self._hops = scene.hops
        self._excludes = kind is Kind.QUEUE
        self._arrived: dict[str, int] = {}
        self._receives: dict[str, int] = {}
        self._oldest: list[tuple[int, str]] = []
        self._counted: list[tuple[int, str]] = []

    def see(self, change: Change, before: Where) -> None:
        """A message came, was received, or went."""
        message = change.message
        if change.state is Where.GONE:
            self._arrived.pop(message, None)
        elif before is Where.GONE:
            self._arrived[message] = change.time
            self._receives[message] = 0
            for heap in (self._oldest, self._counted):
                heapq.heappush(heap, (change.time, message))
        elif change.hop is not None and _is_receive(self._hops[change.hop - 1]):
            self._receives[message] += 1
        self.whole.note(change.time, self._first(self._oldest, all_of_them=True))
        self.metric.note(change.time, self._first(self._counted, all_of_them=False))

    def _first(self, heap: list[tuple[int, str]], *, all_of_them: bool) -> int | None:
        while heap:
            arrived, message = heap[0]
            there = self._arrived.get(message) == arrived
            if there and (all_of_them or not self._excludes or self._receives[message] < REPEATEDLY):
                return arrived
            heapq.heappop(heap)
        return None


def _is_receive(hop: Hop) -> bool:
    return hop.kind == "receive" and not hop.facts.get("repeated")


def consumers_of(scene: Scene, queue: str) -> Iterator[Measure]:
    """Who was at work for a queue: invocations of the functions that read it, instances that took from it."""
    functions = [function for source, function in scene.wiring.polls if source == queue]
    for function in functions:
        spans = [run_of(hop) for hop in scene.hops if hop.kind == "invoke" and reads(scene, hop, queue)]
        mine = [span for span, hop in spans if node_of(hop.resource) == function]
        name = f"invocations of {label_of(function)} at a time"
        yield counted(name, f"invocations_of_{label_of(function)}", mine)
    groups = dict.fromkeys(
        move.target for move in scene.moves if move.source == queue and kind_of(move.target) is Kind.GROUP
    )
    for group in groups:
        yield in_service(scene, group)


def run_of(hop: Hop) -> tuple[tuple[int, int | None], Hop]:
    """When an invocation ran, and its hop; the end is None while it runs."""
    ended = hop.facts.get("ended_at")
    waits = hop.outcome in {"ok", "waits"}
    return (hop.time, ended if isinstance(ended, int) else None if waits else hop.time), hop


def reads(scene: Scene, hop: Hop, queue: str) -> bool:
    """Whether an invocation works on a batch of this queue."""
    for cause in hop.causes:
        batch = scene.hops[cause - 1]
        if batch.kind == "batch":
            return scene.wiring.sources.get(batch.resource) == queue
    return False


def in_service(scene: Scene, group: str) -> Measure:
    """How many instances of an Auto Scaling group were in service."""
    began: dict[str, int] = {}
    spans: list[tuple[int, int | None]] = []
    for hop in scene.hops:
        if hop.resource != group:
            continue
        instance = str(hop.facts.get("instance"))
        if hop.kind == "in-service":
            began[instance] = hop.time
        elif hop.kind == "terminate" and instance in began:
            spans.append((began.pop(instance), hop.time))
    spans += [(time, None) for time in began.values()]
    name = f"instances of {label_of(group)} in service"
    return counted(name, f"instances_of_{label_of(group)}", spans)


def troubles_of(scene: Scene, queue: str) -> list[Happenings]:
    """What went wrong at a queue, and when."""
    failed = Happenings("failed runs", "failed_runs", Status.FAILED.name)
    kinds = {status: Happenings(name, column, status.name) for status, name, column in _TROUBLES}
    for move in scene.moves:
        if move.status in kinds and _queue_of(move) == queue:
            kinds[move.status].times.append(move.time)
    for hop in scene.hops:
        if hop.kind == "invoke" and hop.outcome not in {"ok", "waits"} and reads(scene, hop, queue):
            failed.times.append(run_of(hop)[0][1] or hop.time)
    troubles = [failed, *kinds.values()]
    for trouble in troubles:
        trouble.times.sort()
    return troubles


_TROUBLES = (
    (Status.RETURNED, "came back", "came_back"),
    (Status.DEAD_LETTERED, "dead-lettered", "dead_lettered"),
    (Status.THROTTLED, "throttled", "throttled"),
    (Status.REFUSED, "refused calls", "refused"),
    (Status.DROPPED, "expired, purged or dropped", "dropped"),
)


def _queue_of(move: Move) -> str:
    """The queue at which something happened: where the message was, for dead letters; else where it went."""
    if move.status is Status.DEAD_LETTERED or not kind_of(move.target).is_queue:
        return move.source
    return move.target
