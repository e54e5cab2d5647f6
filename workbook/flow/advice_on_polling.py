"""Receives that one receive could have been.

    asked and asked again    one long poll waits instead
    received one by one      MaxNumberOfMessages takes up to ten, when ten were there
    Lambda's idle pollers    ask as long as a mapping is enabled

Numbers of AWS are in `workbook.aws.limits`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from workbook.aws.billable import chunks, sqs_requests, whole_number
from workbook.aws.limits import limit
from workbook.engine.clock import SECOND
from workbook.engine.hop import Hop
from workbook.flow.advice import Advice, counted, saving_requests
from workbook.flow.durations import duration_text
from workbook.flow.sessions import Call, Group, Session, by_queue, units_of

LONGEST_WAIT = limit("sqs.wait-time")
MOST = limit("sqs.receive.maximum-messages")


def find(hops: Sequence[Hop], sessions: Iterable[Session], total: int, now: int) -> Iterator[Advice]:
    """All advice on receives; `total` is what SQS bills in all."""
    yield from _long_polls(sessions, total)
    yield from _larger_receives(hops, sessions, total)
    yield from _idle_pollers(hops, total, now)


# ---- long polls


def _long_polls(sessions: Iterable[Session], total: int) -> Iterator[Advice]:
    asked = [call for call in chain(*sessions) if call.operation == "ReceiveMessage"]
    empty = Counter(call.queue for call in asked if call.is_empty_receive)
    all_of = Counter(call.queue for call in asked)
    groups = [group for session in sessions for group in polls_that_one_could_be(session)]
    for queue, together in by_queue(groups).items():
        reason = (
            f"{empty[queue]:,} of {counted(all_of[queue], 'receive')} brought nothing. A long poll waits up "
            f"to {LONGEST_WAIT} s and answers when a message comes: {counted(len(together), 'request')} "
            f"instead of {sum(map(len, together)):,}."
        )
        saves = sum(units_of(group) - group[-1].units for group in together)
        yield saving_requests(f"WaitTimeSeconds={LONGEST_WAIT}", queue, saves, total, reason)


def polls_that_one_could_be(session: Session) -> list[Group]:
    """Receives in a row, the first of them empty, that one long poll of 20 s would have replaced.

    A receive that brought one message ends a row: the long poll would have brought it. One that brought
    several does not belong to it, for the long poll would have answered with the first of them.
    """
    groups: list[Group] = []
    row: Group = []
    for call in session:
        continues = bool(row) and _asks_again(row, call)
        if continues and len(call.messages("receive")) <= 1:
            row.append(call)
        if not continues or not call.is_empty_receive:
            groups.append(row)
            row = [call] if call.is_empty_receive else []
    groups.append(row)
    return [group for group in groups if len(group) > 1]


def _asks_again(row: Group, call: Call) -> bool:
    over = row[0].hop.time + LONGEST_WAIT * SECOND
    in_time = row[-1].returned <= call.hop.time and call.ended <= over
    return call.operation == "ReceiveMessage" and call.queue == row[0].queue and in_time


# ---- more at a time


def _larger_receives(hops: Sequence[Hop], sessions: Iterable[Session], total: int) -> Iterator[Advice]:
    available, deleted = _available_before(hops), _deletions(hops)
    groups = [
        group for session in sessions for group in receives_that_one_could_be(session, available, deleted)
    ]
    for queue, together in by_queue(groups).items():
        received = [[hop for call in group for hop in call.messages("receive")] for group in together]
        saves = sum(map(units_of, together)) - sum(chunks(sum(hop.size for hop in one)) for one in received)
        if saves:
            reason = (
                f"{counted(sum(map(len, together)), 'receive')} brought {sum(map(len, received)):,} messages "
                f"that lay there all the while; {counted(len(together), 'request')} could have brought "
                "them, and each was deleted soon enough for that."
            )
            change = f"MaxNumberOfMessages={MOST}"
            yield saving_requests(change, queue, saves, total, reason)


def receives_that_one_could_be(
    session: Session, available: dict[int, int], deleted: dict[int, int]
) -> list[Group]:
    """Receives at one queue whose messages lay there at the first of them: up to ten messages.

    `available` says since when a received message had lain there, `deleted` when it was deleted, both by the
    number of the receive's hop. Taken at once, all of them have to be deleted within one visibility timeout.
    """
    groups: list[Group] = []
    latest: dict[str, Group] = {}
    for call in session:
        received = call.messages("receive") if call.operation == "ReceiveMessage" else []
        group = latest.get(call.queue)
        if received and group and _could_join(group, call, available, deleted):
            group.append(call)
        elif received:
            groups.append([call])
            latest[call.queue] = groups[-1]
    return [group for group in groups if len(group) > 1]


def _could_join(group: Group, call: Call, available: dict[int, int], deleted: dict[int, int]) -> bool:
    first = group[0].hop.time
    received = call.messages("receive")
    taken = sum(len(one.messages("receive")) for one in group)
    return taken + len(received) <= MOST and all(
        available.get(hop.number, hop.time) <= first
        and hop.number in deleted
        and deleted[hop.number] < first + whole_number(hop, "visible_at") - hop.time
        for hop in received
    )


_SHOWS_ITSELF_AT = {
    "send": "available_at",
    "move": "available_at",
    "dead-letter": "available_at",
    "delay": "available_at",
    "receive": "visible_at",
    "hide": "visible_at",
}


def _available_before(hops: Sequence[Hop]) -> dict[int, int]:
    """Since when a message had lain in its queue, visible, when it was received: by number of the receive."""
    latest: dict[str | None, int] = {}
    available = {}
    for hop in hops:
        if hop.kind == "receive" and hop.message in latest:
            available[hop.number] = latest[hop.message]
        if hop.kind in _SHOWS_ITSELF_AT:
            latest[hop.message] = whole_number(hop, _SHOWS_ITSELF_AT[hop.kind]) or hop.time
    return available


def _deletions(hops: Sequence[Hop]) -> dict[int, int]:
    """When a received message was deleted, by the number of the receive."""
    return {cause: hop.time for hop in hops if hop.kind == "delete" for cause in hop.causes}


# ---- Lambda's pollers


def _idle_pollers(hops: Sequence[Hop], total: int, now: int) -> Iterator[Advice]:
    in_vain: Counter[str] = Counter()
    idle: Counter[str] = Counter()
    for request in sqs_requests(hops, now):
        if request.hop.kind == "long-poll":
            in_vain[request.hop.resource] += request.units
            idle[request.hop.resource] += (whole_number(request.hop, "ended_at") or now) - request.hop.time
    for queue, saves in in_vain.items():
        if saves:
            quiet = duration_text(idle[queue] / SECOND)
            reason = (
                f"Lambda's pollers asked about {saves:,} times in vain, in {quiet} with nothing to receive "
                "(estimated: five long polls of 20 s at a time). They ask for as long as the mapping is "
                "enabled: disable it while nothing comes, or let one queue carry what several rarely have."
            )
            yield saving_requests("fewer idle pollers", queue, saves, total, reason)
