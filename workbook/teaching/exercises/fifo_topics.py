"""Exercises on FIFO topics: what makes two bids the same, what holds up what, and who comes late."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import boto3

from workbook.lab import Lab
from workbook.scenarios.framework.reading import hops_of
from workbook.teaching.answer import Answer
from workbook.teaching.asked import Code
from workbook.teaching.contract import (
    Exercise,
    Finding,
    Mistake,
    Property,
    Run,
    Situation,
    Unfit,
    broken,
    held,
)
from workbook.teaching.properties.counting import times
from workbook.teaching.properties.resources import open_queue, url_of_queue

LESSON = "12_fifo_topics"
TOPIC, BOARD, CASHIER, AUDIT = "bids.fifo", "board.fifo", "cashier.fifo", "audit.fifo"
FIFO = {"FifoQueue": "true", "VisibilityTimeout": "300"}


def _auction(*queues: str) -> str:
    """A FIFO topic and FIFO queues that listen to it; the topic's ARN."""
    topic: str = boto3.client("sns").create_topic(Name=TOPIC, Attributes={"FifoTopic": "true"})["TopicArn"]
    for name in queues:
        _listen(topic, _queue(name))
    return topic


def _queue(name: str) -> str:
    return open_queue(name, "sns", **FIFO)


def _listen(topic: str, queue: str) -> None:
    raw = {"RawMessageDelivery": "true"}
    boto3.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes=raw)


def _arrived(run: Run, name: str) -> list[Mapping[str, object]]:
    """The bids that are in a queue, in the order in which they came."""
    return [json.loads(str(hop.facts["body"])) for hop in hops_of(run.trace, "send", at=name)]


# ---- bids-1: what makes two bids the same

BIDS: Sequence[Mapping[str, object]] = (
    {"number": 1, "lot": "clock", "who": "Ada", "euros": 100},
    {"number": 2, "lot": "boat", "who": "Ada", "euros": 100},
    {"number": 3, "lot": "clock", "who": "Ben", "euros": 120},
    {"number": 4, "lot": "clock", "who": "Ada", "euros": 140},
    {"number": 5, "lot": "boat", "who": "Cem", "euros": 950},
    {"number": 6, "lot": "piano", "who": "Ben", "euros": 700},
    {"number": 7, "lot": "clock", "who": "Ben", "euros": 160},
    {"number": 8, "lot": "piano", "who": "Ada", "euros": 750},
    {"number": 9, "lot": "piano", "who": "Cem", "euros": 750},
)
SENT_TWICE = (3, 7)
BOARD_AWAY = 10
"""Seconds for which the board cannot be reached, from the first bid on."""


def an_evening(lab: Lab, answer: Answer) -> None:
    """Nine bids for three lots, the first while the board is away; two are sent twice, seeing no answer."""
    topic = _auction(BOARD, CASHIER)
    lab.outage(BOARD, seconds=BOARD_AWAY)
    for bid in BIDS:
        answer.announce(topic, dict(bid))
        if bid is BIDS[0]:
            lab.advance(BOARD_AWAY)
        if bid["number"] in SENT_TWICE:
            lab.advance(20)
            answer.announce(topic, dict(bid))
    lab.run_until_idle(600)


@dataclass(frozen=True)
class Meanwhile:
    """The lot that the cashier works on, and the lots of which bids could be received meanwhile."""

    busy: str
    received: tuple[str, ...]


def a_lot_that_takes_long(lab: Lab, answer: Answer) -> Meanwhile:
    """The cashier receives a bid and works on it, and then asks for others."""
    topic = _auction(BOARD, CASHIER)
    for bid in BIDS:
        answer.announce(topic, dict(bid))
    lab.run_until_idle(60)
    sqs, url = boto3.client("sqs"), url_of_queue(CASHIER)
    (held,) = sqs.receive_message(QueueUrl=url).get("Messages", [{"Body": '{"lot": "nothing"}'}])
    received = []
    for _ in BIDS:
        for message in sqs.receive_message(QueueUrl=url).get("Messages", []):
            received.append(_lot(message))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return Meanwhile(_lot(held), tuple(received))


def _lot(message: Mapping[str, str]) -> str:
    return str(json.loads(message["Body"])["lot"])


def _meanwhile(run: Run) -> Meanwhile:
    return run.made if isinstance(run.made, Meanwhile) else Meanwhile("nothing", ())


def each_bid_comes_once(run: Run) -> Finding:
    """Board and cashier have each bid, once."""
    for name in (BOARD, CASHIER):
        numbers = [bid["number"] for bid in _arrived(run, name)]
        for bid in BIDS:
            if numbers.count(bid["number"]) != 1:
                return broken(
                    expected=f"Each bid comes to `{name}` once.",
                    happened=f"{bid['who']}'s {bid['euros']} for the {bid['lot']} came "
                    f"{times(numbers.count(bid['number']))}.",
                )
    return held()


def bids_for_a_lot_keep_their_order(run: Run) -> Finding:
    """Within a lot, bids come as they were made."""
    for name in (BOARD, CASHIER):
        for lot in ("clock", "boat", "piano"):
            numbers = [int(str(bid["number"])) for bid in _arrived(run, name) if bid["lot"] == lot]
            if numbers != sorted(numbers):
                return broken(
                    expected=f"The bids for the {lot} come in the order in which they were made.",
                    happened=f"In `{name}` they came as {numbers}.",
                )
    return held()


def other_lots_go_on(run: Run) -> Finding:
    """While one lot is being worked on, bids for others can be received."""
    made = _meanwhile(run)
    others = sorted({"clock", "boat", "piano"} - {made.busy})
    if set(others) <= set(made.received):
        return held()
    return broken(
        expected=f"While the {made.busy} is being worked on, bids for {' and '.join(others)} go on.",
        happened=f"Bids could be received for: {', '.join(sorted(set(made.received))) or 'nothing'}.",
    )


def lots_do_not_mix(run: Run) -> Finding:
    """While a bid is being worked on, no later bid for the same lot is handed out."""
    made = _meanwhile(run)
    if made.busy not in made.received:
        return held()
    return broken(
        expected=f"While a bid for the {made.busy} is being worked on, no other for it is handed out.",
        happened=f"Another bid for the {made.busy} was handed out.",
    )


BIDDING = Exercise(
    id="bids-1",
    title="Going once, going twice",
    lesson=LESSON,
    level=2,
    topic="sns",
    asks=Code("announce(topic, bid)"),
    situations=(
        Situation(
            name="evening",
            set_up=f"{len(BIDS)} bids for three lots. Two of them are sent a second time after 20 seconds. "
            f"When the first bid comes, the board cannot be reached for {BOARD_AWAY} seconds.",
            play=an_evening,
        ),
        Situation(
            name="busy",
            set_up=f"{len(BIDS)} bids for three lots. The cashier receives one, and works on it for minutes.",
            play=a_lot_that_takes_long,
        ),
    ),
    properties=(
        Property(name="each bid comes once", points=3, judge=each_bid_comes_once, situations=("evening",)),
        Property(
            name="bids for a lot keep their order",
            points=2,
            judge=bids_for_a_lot_keep_their_order,
            situations=("evening",),
        ),
        Property(
            name="bids for one lot wait for each other",
            points=1,
            judge=lots_do_not_mix,
            situations=("busy",),
        ),
        Property(name="other lots go on", points=2, judge=other_lots_go_on, situations=("busy",)),
    ),
    mistakes=(
        Mistake(
            name="a-new-id-each-time",
            recognised=lambda run: (
                run.situation.name == "evening" and len(_arrived(run, CASHIER)) == len(BIDS) + len(SENT_TWICE)
            ),
            message="A telephone that saw no answer sent its bid again, and it counted as another one. "
            "The topic takes two messages for the same if they have the same deduplication id, so "
            "the id must come from the bid and not from the moment.",
        ),
        Mistake(
            name="too-much-the-same",
            recognised=lambda run: (
                run.situation.name == "evening" and len(_arrived(run, CASHIER)) < len(BIDS)
            ),
            message="Two different bids had the same deduplication id, and the topic dropped the second. "
            "What tells each bid from all others?",
        ),
        Mistake(
            name="one-group-for-all",
            recognised=lambda run: run.situation.name == "busy" and not _meanwhile(run).received,
            message="All bids are in one message group, so one that takes long holds up the whole "
            "auction. Choose the group by what must be kept in order, and nothing larger.",
        ),
        Mistake(
            name="a-group-for-each",
            recognised=lambda run: run.situation.name == "busy" and not lots_do_not_mix(run).holds,
            message="Each bid, or each bidder, has a group of its own, so nothing keeps the bids for a "
            "lot in order.",
        ),
    ),
)

# ---- bids-2: the auditor comes late

DAYS = 60
LATEST = DAYS - 1
"""Days after which the auditor comes in the worst case that is tried."""


def an_evening_visit(lab: Lab, answer: Answer) -> None:
    """Nine bids; the auditor comes in the evening, and wants them from noon on."""
    _audited(lab, answer, hours=9)


def a_visit_after_weeks(lab: Lab, answer: Answer) -> None:
    """The same, on the last day but one on which the auditor may come."""
    _audited(lab, answer, hours=LATEST * 24)


def _audited(lab: Lab, answer: Answer, *, hours: int) -> None:
    topic = _auction(BOARD)
    answer.open_auction(topic)
    lab.advance(60)
    _bid(lab, topic, BIDS[:3])
    noon = f"{lab.now:%Y-%m-%dT%H:%M:%S.000Z}"
    lab.advance(60)
    _bid(lab, topic, BIDS[3:])
    lab.advance(hours=hours)
    answer.audit(topic, _queue(AUDIT), noon)
    lab.run_until_idle(3600)
    bodies = [json.loads(str(hop.facts["body"])) for hop in hops_of(lab.trace, "send", at=AUDIT)]
    if any("number" not in body for body in bodies):
        raise Unfit(
            expected="The auditor's messages arrive raw, as the task says.",
            happened="They came in the envelope that SNS puts around a message.",
        )


def _bid(lab: Lab, topic: str, bids: Sequence[Mapping[str, object]]) -> None:
    sns = boto3.client("sns")
    for bid in bids:
        lot, number = str(bid["lot"]), str(bid["number"])
        text = json.dumps(bid)
        sns.publish(TopicArn=topic, Message=text, MessageGroupId=lot, MessageDeduplicationId=number)
        lab.advance(60)


def the_auditor_sees_all(run: Run) -> Finding:
    """Every bid since noon is in the auditor's queue, and none of before."""
    numbers = sorted(int(str(bid["number"])) for bid in _arrived(run, AUDIT))
    wanted = [int(str(bid["number"])) for bid in BIDS[3:]]
    if numbers == wanted:
        return held()
    return broken(
        expected=f"The auditor's queue has the bids {wanted}, those since noon.",
        happened=f"It has {numbers}.",
    )


def the_board_sees_nothing_again(run: Run) -> Finding:
    """What the auditor gets is nobody else's affair."""
    often = len(_arrived(run, BOARD))
    if often == len(BIDS):
        return held()
    return broken(
        expected=f"The board gets each of the {len(BIDS)} bids once.", happened=f"It got {often} messages."
    )


AUDIT_TRAIL = Exercise(
    id="bids-2",
    title="The auditor comes late",
    lesson=LESSON,
    level=2,
    topic="sns",
    asks=Code("open_auction(topic)", "audit(topic, queue, since)"),
    situations=(
        Situation(
            name="evening",
            set_up=f"{len(BIDS)} bids, three of them before noon. The auditor comes in the evening.",
            play=an_evening_visit,
        ),
        Situation(
            name="weeks",
            set_up=f"The same, but the auditor comes {LATEST} days later.",
            play=a_visit_after_weeks,
        ),
    ),
    properties=(
        Property(name="the auditor gets every bid since noon", points=4, judge=the_auditor_sees_all),
        Property(name="the board gets nothing again", points=1, judge=the_board_sees_nothing_again),
    ),
    mistakes=(
        Mistake(
            name="only-what-comes",
            recognised=lambda run: run.situation.name == "evening" and _arrived(run, AUDIT) == [],
            message="The queue is subscribed, and empty: a topic hands on what is published from then on. "
            "What was published before it has to replay, from an archive.",
        ),
        Mistake(
            name="from-the-beginning",
            recognised=lambda run: run.situation.name == "evening" and len(_arrived(run, AUDIT)) == len(BIDS),
            message="The auditor got the bids of the morning, too, which are none of his business. The "
            "replay has to start where he asks for it.",
        ),
        Mistake(
            name="archive-too-short",
            recognised=lambda run: (
                run.situation.name == "weeks" and len(_arrived(run, AUDIT)) < len(BIDS[3:])
            ),
            message=f"After {LATEST} days bids were missing in the archive. Its MessageRetentionPeriod is "
            f"counted in days, and the auditor may come {DAYS} days later.",
        ),
    ),
)

EXERCISES = (BIDDING, AUDIT_TRAIL)
