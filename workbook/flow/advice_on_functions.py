"""Invocations and GB-seconds of Lambda that could have been fewer.

    batches close together   a batching window makes one invocation of them
    failures                 what fails comes back, and is billed each time
    memory                   GB-seconds are memory times duration

Numbers of AWS are in `workbook.aws.limits`. That Lambda gives CPU in proportion to memory, so that less
memory may mean a longer duration: AWS Lambda Developer Guide, "Configure Lambda function memory".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from workbook.aws.billable import gigabyte_seconds, whole_number
from workbook.aws.limits import limit
from workbook.engine.clock import SECOND
from workbook.engine.hop import Hop
from workbook.engine.naming import short_name
from workbook.flow.advice import Advice, amount, counted
from workbook.flow.resources import node_of

LARGEST_BATCH = limit("lambda.mapping.batch-size")
LARGEST_PAYLOAD = limit("lambda.payload.synchronous")
LONGEST_WINDOW = limit("lambda.mapping.window")
LEAST_MEMORY = limit("lambda.memory.least")
"""Megabytes."""

_WINDOWS = (1, 2, 5, 10, 20, 30, 60, 120, LONGEST_WINDOW)
"""Seconds: batching windows that are tried, the shortest that halves the invocations is named."""


def find(hops: Sequence[Hop]) -> Iterator[Advice]:
    """All advice on Lambda."""
    invocations = [hop for hop in hops if hop.kind == "invoke"]
    yield from _windows(hops, invocations)
    yield from _repetitions(hops, invocations)
    yield from _memory(invocations)


# ---- batching windows


def _windows(hops: Sequence[Hop], invocations: Sequence[Hop]) -> Iterator[Advice]:
    for queue, batches in _batches_by_queue(hops, invocations).items():
        window = _shortest_that_halves(batches)
        left = len(invocations_within(window, batches))
        if left < len(batches):
            reason = (
                f"{counted(len(batches), 'batch', 'batches')} came so close together that with a larger "
                f"BatchSize and this window they make {counted(left, 'invocation')}. The first message of "
                f"each then waits for up to {window} s, and the visibility timeout has to allow for it. "
                "Pollers of AWS gather side by side, so there it may be a few more."
            )
            change = f"MaximumBatchingWindowInSeconds={window}"
            saves = len(batches) - left
            yield Advice("Lambda", change, short_name(queue), saves, len(invocations), "invocations", reason)


Batch = tuple[int, Hop]
"""When the first message of a batch was received, and the batch's hop."""


def _batches_by_queue(hops: Sequence[Hop], invocations: Sequence[Hop]) -> dict[str, list[Batch]]:
    """The batches of each queue whose invocation succeeded; FIFO queues have no batching window."""
    done = {cause for hop in invocations if hop.outcome == "ok" for cause in hop.causes}
    batches: defaultdict[str, list[Batch]] = defaultdict(list)
    for hop in hops:
        if hop.kind == "batch" and hop.number in done:
            received = [hops[cause - 1] for cause in hop.causes]
            if received and not received[0].resource.endswith(".fifo"):
                batches[received[0].resource].append((min(one.time for one in received), hop))
    return batches


def _shortest_that_halves(batches: Sequence[Batch]) -> int:
    halves = (window for window in _WINDOWS if 2 * len(invocations_within(window, batches)) <= len(batches))
    return next(halves, LONGEST_WINDOW)


def invocations_within(window: int, batches: Sequence[Batch]) -> list[list[Batch]]:
    """The batches that a window of so many seconds puts together: up to 10,000 messages, up to 6 MB."""
    groups: list[list[Batch]] = []
    messages = size = until = 0
    for began, hop in sorted(batches, key=lambda batch: (batch[0], batch[1].number)):
        messages += whole_number(hop, "messages")
        size += hop.size
        if not groups or began > until or messages > LARGEST_BATCH or size > LARGEST_PAYLOAD:
            groups.append([])
            messages, size, until = whole_number(hop, "messages"), hop.size, began + window * SECOND
        groups[-1].append((began, hop))
    return groups


# ---- failures


def _repetitions(hops: Sequence[Hop], invocations: Sequence[Hop]) -> Iterator[Advice]:
    for queue, repeated in invocations_that_repeat(hops, invocations).items():
        used = amount(float(sum(map(gigabyte_seconds, repeated))), "GB-seconds")
        reason = (
            f"{counted(len(repeated), 'invocation')} had only messages that had come back from a failed "
            f"one, and are billed like any other: {used}."
        )
        saves, total = len(repeated), len(invocations)
        yield Advice("Lambda", "no failures", short_name(queue), saves, total, "invocations", reason)


def invocations_that_repeat(hops: Sequence[Hop], invocations: Sequence[Hop]) -> dict[str, list[Hop]]:
    """By queue, the invocations all of whose messages an earlier one had failed on."""
    by_batch = {hop.causes[0]: hop for hop in invocations if hop.causes}
    came_back: set[str | None] = set()
    repeated: defaultdict[str, list[Hop]] = defaultdict(list)
    for hop in hops:
        if hop.kind == "return" and any(hops[cause - 1].kind == "invoke" for cause in hop.causes):
            came_back.add(hop.message)
        elif hop.kind == "batch" and hop.number in by_batch:
            received = [hops[cause - 1] for cause in hop.causes]
            if received and all(one.message in came_back for one in received):
                repeated[received[0].resource].append(by_batch[hop.number])
    return repeated


# ---- memory


def _memory(invocations: Sequence[Hop]) -> Iterator[Advice]:
    total = float(sum(map(gigabyte_seconds, invocations)))
    for function, ran in _by_function(invocations).items():
        memory = whole_number(ran[-1], "memory")
        less = max(LEAST_MEMORY, memory // 2)
        used = float(sum(gigabyte_seconds(hop) for hop in ran if whole_number(hop, "memory") == memory))
        if less < memory and used:
            reason = (
                f"GB-seconds are memory times duration: {less:,} MB instead of {memory:,} MB, if the "
                "duration stays. Lambda gives CPU in proportion to memory, so code that computes takes "
                "longer with less; only a measurement tells."
            )
            name, saves = short_name(function), used * (1 - less / memory)
            yield Advice("Lambda", f"MemorySize={less}", name, saves, total, "GB-seconds", reason)


def _by_function(invocations: Sequence[Hop]) -> dict[str, list[Hop]]:
    functions: defaultdict[str, list[Hop]] = defaultdict(list)
    for hop in invocations:
        functions[node_of(hop.resource)].append(hop)
    return functions
