"""How many calls a second a FIFO queue takes.

Each of SendMessage, ReceiveMessage and DeleteMessage has a quota of 300 calls a second; a batch is one
call, so batches of 10 make 3,000 messages a second. With `FifoThroughputLimit` `perMessageGroupId` (high
throughput) the quota of sends counts for each message group by itself. Receives and deletes have then
the quota of the Region, tens of thousands a second, which is not simulated. Standard queues have no
quota.
Source: Amazon SQS Developer Guide, "Amazon SQS message quotas" and "Troubleshoot FIFO throttling issues".
"""

from __future__ import annotations

from collections.abc import Iterable

from workbook.aws.limits import limit
from workbook.engine.clock import SECOND

CALLS_PER_SECOND = limit("sqs.fifo.calls")
"""Calls a second, for each action of a FIFO queue."""

_ACTIONS = {
    "SendMessage": "SendMessage",
    "SendMessageBatch": "SendMessage",
    "ReceiveMessage": "ReceiveMessage",
    "DeleteMessage": "DeleteMessage",
    "DeleteMessageBatch": "DeleteMessage",
}


class FifoThroughput:
    """Counts the calls of the present second."""

    __slots__ = ("_calls", "_second")

    def __init__(self) -> None:
        self._second = 0
        self._calls: dict[tuple[str, str | None], int] = {}

    def admit(self, action: str, groups: Iterable[str], now: int, *, per_group: bool) -> bool:
        """Count a call at the instant `now`; False, and nothing counted, when its quota is used up."""
        quota = _ACTIONS.get(action)
        if quota is None or (per_group and quota != "SendMessage"):
            return True
        if now // SECOND != self._second:
            self._second = now // SECOND
            self._calls.clear()
        keys = [(quota, group) for group in sorted(set(groups))] if per_group else [(quota, None)]
        if any(self._calls.get(key, 0) >= CALLS_PER_SECOND for key in keys):
            return False
        for key in keys:
            self._calls[key] = self._calls.get(key, 0) + 1
        return True
