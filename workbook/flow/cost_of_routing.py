"""What AWS counts of topics, buses and schedules: chunks of 64 KB, deliveries, invocations.

    SNS           requests: a call is one, and so is each further 64 KB that it publishes
                  deliveries to HTTP endpoints, mailboxes and phones; those to queues and functions are free
    EventBridge   custom events, in chunks of 64 KB; events of AWS services are free
    Scheduler     invocations
    Pipes         requests: each batch that its filter let through, in chunks of 64 KB

What other senders add to the bill of a queue (a topic that sends to it) is not counted: AWS says that the
delivery is free and does not say whether SQS counts the request. Sources: the pricing pages of Amazon SNS
and Amazon EventBridge, as of 2026-11.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from workbook.aws.billable import chunks, was_sent
from workbook.engine.hop import Hop
from workbook.flow.cost_row import CostRow
from workbook.flow.resources import Kind, kind_of, label_of
from workbook.flow.sessions import Who

_DELIVERIES = {Kind.ENDPOINT: "HTTP deliveries", Kind.MAILBOX: "emails", Kind.PHONE: "text messages"}
_TOPICS = frozenset({Kind.TOPIC, Kind.FIFO_TOPIC})


def routing_rows(hops: Sequence[Hop]) -> Iterator[CostRow]:
    """The rows of a bill for topics, buses and schedules."""
    yield from _requests_to_topics(hops)
    yield from _deliveries_of_topics(hops)
    yield from _events(hops)
    yield from _schedules(hops)
    yield from _pipes(hops)


def _requests_to_topics(hops: Sequence[Hop]) -> Iterator[CostRow]:
    who, published = Who(hops), _bytes_of_calls(hops, "publish")
    calls: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for hop in hops:
        if was_sent(hop) and hop.resource.startswith("sns:"):
            calls[hop.resource.removeprefix("sns:"), who(hop)].append(chunks(published[hop.number]))
    for (operation, caller), units in sorted(calls.items()):
        yield CostRow("SNS", operation, caller, len(units), sum(units), "requests")


def _deliveries_of_topics(hops: Sequence[Hop]) -> Iterator[CostRow]:
    counted: Counter[tuple[str, str]] = Counter()
    for hop in hops:
        unit = _DELIVERIES.get(kind_of(hop.resource)) if hop.kind == "deliver" else None
        source = str(hop.facts.get("source"))
        if unit is not None and hop.outcome == "ok" and kind_of(source) in _TOPICS:
            counted[label_of(source), unit] += 1
    for (topic, unit), number in sorted(counted.items()):
        yield CostRow("SNS", topic, "", number, number, unit)


def _events(hops: Sequence[Hop]) -> Iterator[CostRow]:
    who = Who(hops)
    calls = {hop.number: hop for hop in hops if hop.kind == "api-call" and hop.resource == "events:PutEvents"}
    units: defaultdict[str, list[int]] = defaultdict(list)
    for hop in hops:
        call = next((calls[cause] for cause in hop.causes if cause in calls), None)
        if hop.kind == "put-event" and call is not None:
            units[who(call)].append(chunks(hop.size))
    for caller, sizes in sorted(units.items()):
        yield CostRow("EventBridge", "PutEvents", caller, len(sizes), sum(sizes), "events")


def _schedules(hops: Sequence[Hop]) -> Iterator[CostRow]:
    fired = Counter(
        label_of(hop.resource)
        for hop in hops
        if hop.kind == "fire" and kind_of(hop.resource) is Kind.SCHEDULE
    )
    for schedule, number in sorted(fired.items()):
        yield CostRow("Scheduler", schedule, "", number, number, "invocations")


def _pipes(hops: Sequence[Hop]) -> Iterator[CostRow]:
    batches: defaultdict[str, list[int]] = defaultdict(list)
    for hop in hops:
        if hop.kind == "batch" and kind_of(hop.resource) is Kind.PIPE:
            batches[label_of(hop.resource)].append(chunks(hop.size))
    for pipe, sizes in sorted(batches.items()):
        yield CostRow("Pipes", pipe, "", len(sizes), sum(sizes), "requests")


def _bytes_of_calls(hops: Sequence[Hop], kind: str) -> Counter[int]:
    sizes: Counter[int] = Counter()
    for hop in hops:
        if hop.kind == kind:
            for cause in hop.causes:
                sizes[cause] += hop.size
    return sizes
