"""Sends and deletes that one batch could have been, and messages that count several times.

    sent one after another   SendMessageBatch takes ten
    deleted one by one       DeleteMessageBatch takes ten
    more than 64 KB          billed again for each 64 KB that is begun

Numbers of AWS are in `workbook.aws.limits`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from workbook.aws.billable import SQS_CHUNK, chunks, sqs_requests, whole_number
from workbook.aws.limits import limit
from workbook.engine.hop import Hop
from workbook.flow.advice import Advice, counted, saving_requests
from workbook.flow.sessions import Call, Group, Session, by_queue, units_of

MOST = limit("sqs.batch-entries")
LARGEST = limit("sqs.batch-size")
CHUNK = f"{SQS_CHUNK // 1024} KB"


def find(hops: Sequence[Hop], sessions: Iterable[Session], total: int, now: int) -> Iterator[Advice]:
    """All advice on sends, deletes and sizes; `total` is what SQS bills in all."""
    yield from _sends(sessions, total)
    yield from _deletes(hops, sessions, total)
    yield from _smaller_messages(hops, total, now)


# ---- sends


def _sends(sessions: Iterable[Session], total: int) -> Iterator[Advice]:
    groups = [group for session in sessions for group in sends_that_one_could_be(session)]
    for queue, together in by_queue(groups).items():
        saves = sum(units_of(group) - chunks(sum(map(_bytes_sent, group))) for group in together)
        if saves:
            reason = (
                f"{sum(map(len, together)):,} messages were sent one right after another; as batches of up "
                f"to {MOST} they are {counted(len(together), 'request')}."
            )
            yield saving_requests("SendMessageBatch", queue, saves, total, reason)


def sends_that_one_could_be(session: Session) -> list[Group]:
    """SendMessage after SendMessage to one queue, with no time between: up to ten, up to 1 MiB together."""
    groups: list[Group] = []
    group: Group = []
    for call in session:
        if group and _goes_on(group, call):
            group.append(call)
        else:
            group = [call] if call.operation == "SendMessage" else []
            groups.append(group)
    return [group for group in groups if len(group) > 1]


def _goes_on(group: Group, call: Call) -> bool:
    follows = call.operation == "SendMessage" and call.hop.time == group[-1].returned
    fits = len(group) < MOST and sum(map(_bytes_sent, [*group, call])) <= LARGEST
    return follows and fits and call.queue == group[0].queue


def _bytes_sent(call: Call) -> int:
    return sum(hop.size for hop in call.effects if hop.kind in {"send", "deduplicate"})


# ---- deletes


def _deletes(hops: Sequence[Hop], sessions: Iterable[Session], total: int) -> Iterator[Advice]:
    groups = [group for session in sessions for group in deletes_that_one_could_be(session, hops)]
    for queue, together in by_queue(groups).items():
        deletes = sum(map(len, together))
        reason = (
            f"{deletes:,} messages were deleted one by one. What came with one receive could have gone with "
            f"one request, still within the visibility timeout: {counted(len(together), 'request')}."
        )
        saves = deletes - len(together)
        yield saving_requests("DeleteMessageBatch", queue, saves, total, reason)


def deletes_that_one_could_be(session: Session, hops: Sequence[Hop]) -> list[Group]:
    """DeleteMessage for messages of one receive, the last of them before any becomes visible again.

    `hops` is the whole trace.
    """
    groups: defaultdict[int, Group] = defaultdict(list)
    deadlines: defaultdict[int, list[int]] = defaultdict(list)
    for call in session:
        receive = _receive_of_deleted(call, hops)
        if receive is not None:
            asked = receive.causes[-1]
            groups[asked].append(call)
            deadlines[asked].append(whole_number(receive, "visible_at"))
    return [
        group
        for asked, group in groups.items()
        if len(group) > 1 and group[-1].hop.time < min(deadlines[asked])
    ]


def _receive_of_deleted(call: Call, hops: Sequence[Hop]) -> Hop | None:
    """The receive whose message the call deleted, if nothing happened to the message in between."""
    deletes = call.messages("delete") if call.operation == "DeleteMessage" else []
    if not deletes or len(deletes[0].causes) < 2:
        return None
    before = hops[deletes[0].causes[0] - 1]
    return before if before.kind == "receive" and before.causes else None


# ---- size


def _smaller_messages(hops: Sequence[Hop], total: int, now: int) -> Iterator[Advice]:
    saves: Counter[str] = Counter()
    large: Counter[str] = Counter()
    for request in sqs_requests(hops, now):
        if request.units > request.count:
            queue = str(request.hop.facts.get("on", request.hop.resource))
            saves[queue] += request.units - request.count
            large[queue] += request.count
    for queue, saved in saves.items():
        reason = (
            f"{counted(large[queue], 'request')} moved more than {CHUNK} and counted as "
            f"{saved + large[queue]:,}. A message that only names an object in S3 stays small; S3 counts "
            "requests of its own."
        )
        yield saving_requests(f"messages below {CHUNK}", queue, saved, total, reason)
