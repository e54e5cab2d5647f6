"""What AWS would count for the bill, derived from the trace: numbers of units, never prices.

Sources, as of 2026-11: SQS counts every request, batch or not, and each 64 KB of payload as one more
("each 64 KB chunk of a payload is billed as 1 request"); Lambda counts invocations, and duration in
milliseconds times memory in GB.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from workbook.aws.limits import limit
from workbook.engine.clock import SECOND
from workbook.engine.hop import Hop

SQS_CHUNK = limit("sqs.billing.chunk")
"""Bytes of payload in one billed request of SQS."""

_NEVER_SENT = frozenset({"ParamValidationError", "NotSimulatedByWorkbook"})
"""Outcomes of calls that botocore or the workbook refused before they became a request."""

_PAYLOAD_KINDS = frozenset({"send", "receive", "deduplicate"})


@dataclass(frozen=True)
class BillableUnits:
    """Counts for the bill."""

    sqs_requests: int
    """Requests to SQS in chunks of 64 KB, made by boto3 and by the pollers of event source mappings."""
    sqs_requests_by_operation: dict[str, int]
    lambda_invocations: int
    lambda_gigabyte_seconds: float

    def __repr__(self) -> str:
        return (
            f"<billable: {self.sqs_requests} SQS requests, {self.lambda_invocations} Lambda invocations, "
            f"{self.lambda_gigabyte_seconds:.6f} GB-seconds>"
        )


@dataclass(frozen=True, slots=True)
class SqsRequests:
    """The requests to SQS that one hop stands for: a call, or the receives of pollers that waited in vain."""

    hop: Hop
    operation: str
    count: int
    """Requests."""
    units: int
    """What is billed: one for each request, and one for each further 64 KB that it moves."""
    empty: int
    """How many of them were receives that brought no message."""


def billable_units(hops: Sequence[Hop], now: int) -> BillableUnits:
    """Count what a trace says until the instant `now` (microseconds)."""
    requests: Counter[str] = Counter()
    for request in sqs_requests(hops, now):
        requests[request.operation] += request.units
    by_operation = {name: count for name, count in sorted(requests.items()) if count}
    invocations = [hop for hop in hops if hop.kind == "invoke"]
    seconds = sum(map(gigabyte_seconds, invocations))
    return BillableUnits(sum(by_operation.values()), by_operation, len(invocations), seconds)


def sqs_requests(hops: Sequence[Hop], now: int) -> Iterator[SqsRequests]:
    """All requests to SQS up to the instant `now`, in order, by whomever they were made."""
    payloads, received = _moved_by_calls(hops)
    for hop in hops:
        if hop.kind == "long-poll":
            polls = _empty_receives(hop, now)
            yield SqsRequests(hop, "ReceiveMessage", polls, polls, polls)
        elif (operation := sqs_operation(hop)) is not None:
            asked = operation == "ReceiveMessage" and hop.outcome == "ok"
            empty = int(asked and not received[hop.number])
            yield SqsRequests(hop, operation, 1, chunks(payloads[hop.number]), empty)


def sqs_operation(hop: Hop) -> str | None:
    """The operation, if the hop is one request that reached SQS: a call's, or one of Lambda's pollers."""
    if hop.kind == "poller-request":
        return str(hop.facts["operation"])
    if was_sent(hop) and hop.resource.startswith("sqs:"):
        return hop.resource.removeprefix("sqs:")
    return None


def was_sent(hop: Hop) -> bool:
    """Whether the hop is a call that became a request; some are refused before."""
    return hop.kind == "api-call" and hop.outcome not in _NEVER_SENT


def chunks(size: int) -> int:
    """Requests that SQS bills for one with a payload of `size` bytes."""
    return max(1, math.ceil(size / SQS_CHUNK))


def gigabyte_seconds(invocation: Hop) -> float:
    """Memory in GB times the billed duration in seconds."""
    return whole_number(invocation, "memory") / 1024 * whole_number(invocation, "billed_milliseconds") / 1000


def whole_number(hop: Hop, fact: str) -> int:
    """A fact that is a whole number; 0 where the hop has none (yet)."""
    value = hop.facts.get(fact, 0)
    assert isinstance(value, int)  # noqa: S101 - facts are typed loosely; who records these records them as int
    return value


def _empty_receives(hop: Hop, now: int) -> int:
    """Receives in vain while Lambda's pollers waited at a queue; they may do so still."""
    polls, seconds = whole_number(hop, "polls"), whole_number(hop, "seconds")
    ended = whole_number(hop, "ended_at") or now
    return polls * ((ended - hop.time) // (seconds * SECOND))


def _moved_by_calls(hops: Iterable[Hop]) -> tuple[Counter[int], Counter[int]]:
    """Bytes that each call moved, and messages that it received, by the number of the call's hop."""
    payloads: Counter[int] = Counter()
    received: Counter[int] = Counter()
    for hop in hops:
        if hop.kind in _PAYLOAD_KINDS:
            for cause in hop.causes:
                payloads[cause] += hop.size
                received[cause] += hop.kind == "receive"
    return payloads, received
