"""What AWS would count for the bill, derived from the trace: numbers of units, never prices.

Sources, as of 2026-11: SQS counts every request, batch or not, and each 64 KB of payload as one more
("each 64 KB chunk of a payload is billed as 1 request"); Lambda counts invocations, and duration in
milliseconds times memory in GB.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from workbook.engine.clock import SECOND
from workbook.engine.hop import Hop
from workbook.engine.world import World

SQS_CHUNK = 64 * 1024
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


def billable_units(world: World) -> BillableUnits:
    """Count what `world`'s trace says so far."""
    payloads = _payload_of_calls(world)
    requests: Counter[str] = Counter()
    invocations, gigabyte_seconds = 0, 0.0
    for hop in world.trace:
        if hop.kind == "api-call" and hop.resource.startswith("sqs:") and hop.outcome not in _NEVER_SENT:
            requests[hop.resource.removeprefix("sqs:")] += _chunks(payloads[hop.number])
        elif hop.kind == "poller-request":
            requests[str(hop.facts["operation"])] += _chunks(payloads[hop.number])
        elif hop.kind == "long-poll":
            requests["ReceiveMessage"] += _empty_receives(hop, world.clock.now)
        elif hop.kind == "invoke":
            invocations += 1
            gigabyte_seconds += _gigabyte_seconds(hop)
    by_operation = {name: count for name, count in sorted(requests.items()) if count}
    return BillableUnits(sum(by_operation.values()), by_operation, invocations, gigabyte_seconds)


def _empty_receives(hop: Hop, now: int) -> int:
    """Receives in vain while Lambda's pollers waited at a queue; they may do so still."""
    polls, seconds = _whole_number(hop, "polls"), _whole_number(hop, "seconds")
    ended = _whole_number(hop, "ended_at") or now
    return polls * ((ended - hop.time) // (seconds * SECOND))


def _chunks(size: int) -> int:
    return max(1, math.ceil(size / SQS_CHUNK))


def _payload_of_calls(world: World) -> Counter[int]:
    """Bytes of messages that each call moved, by the number of the call's hop."""
    payloads: Counter[int] = Counter()
    for hop in world.trace:
        if hop.kind in _PAYLOAD_KINDS:
            for cause in hop.causes:
                payloads[cause] += hop.size
    return payloads


def _gigabyte_seconds(hop: Hop) -> float:
    return _whole_number(hop, "memory") / 1024 * _whole_number(hop, "billed_milliseconds") / 1000


def _whole_number(hop: Hop, fact: str) -> int:
    value = hop.facts.get(fact, 0)
    assert isinstance(value, int)  # noqa: S101 - facts are typed loosely; who records these records them as int
    return value
