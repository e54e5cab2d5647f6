"""A design: the order system, which takes orders at once, charges each once, and packs what is paid."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterable

import boto3

from workbook.lab import Lab
from workbook.scenarios.framework.reading import hops_of, instant_fact
from workbook.teaching.answer import Answer
from workbook.teaching.asked import Code
from workbook.teaching.contract import Exercise, Finding, Mistake, Property, Run, Situation, broken, held
from workbook.teaching.properties.counting import of_all, times
from workbook.teaching.properties.resources import url_of_queue

BANK, PACK, BOOK, ASIDE = "bank", "pack", "book", "aside"
ORDERS = 12
RUSH = 30
DECLINED = (4, 9)
MOST_AT_ONCE = 2
STRIKE = 20 * 60
LATEST = 4 * 3600


def an_evening(lab: Lab, answer: Answer) -> int:
    """Twelve orders, one every ten seconds; two cards are declined."""
    return _opened(lab, answer, ORDERS, pause=10)


def a_rush(lab: Lab, answer: Answer) -> int:
    """Thirty orders in the same second."""
    return _opened(lab, answer, RUSH)


def a_strike(lab: Lab, answer: Answer) -> int:
    """Twelve orders, while nobody packs for twenty minutes."""
    return _opened(lab, answer, ORDERS, pause=10, strike=STRIKE)


def _opened(lab: Lab, answer: Answer, orders: int, *, pause: int = 0, strike: int = 0) -> int:
    boto3.client("sqs").create_queue(QueueName=BOOK)
    back = {"BACK": str(lab.now.timestamp() + 60 + strike)} if strike else {"BACK": "0"}
    bank_arn = lab.function(BANK, bank, Timeout=10)
    pack_arn = lab.function(PACK, pack, Timeout=10, Environment={"Variables": back})
    answer.build(lab, bank_arn, pack_arn)
    url_of_queue(ASIDE)
    lab.advance(60)
    for number in range(1, orders + 1):
        card = "declined" if number in DECLINED else "good"
        answer.call("order", {"order": number, "card": card}, limit=5)
        lab.advance(pause)
    lab.run_until_idle(LATEST)
    return orders


def bank(event, context):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - as a learner writes it
    """Charge the card of an order, and write it into the book."""
    import json
    import time

    import boto3

    class CardDeclined(Exception):
        pass

    order = json.loads(event["Records"][0]["body"]) if "Records" in event else event
    time.sleep(1)
    if order["card"] == "declined":
        raise CardDeclined(f"order {order['order']}")
    sqs = boto3.client("sqs")
    line = json.dumps({"charged": order["order"]})
    sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName="book")["QueueUrl"], MessageBody=line)
    return order


def pack(event, context):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - as a learner writes it
    """Pack each order of the event, and write it into the book; during a strike it fails."""
    import json
    import os
    import time

    import boto3

    class Strike(Exception):
        pass

    if time.time() < float(os.environ["BACK"]):
        raise Strike("nobody packs today")
    sqs = boto3.client("sqs")
    book = sqs.get_queue_url(QueueName="book")["QueueUrl"]
    for record in event.get("Records", [event]):
        order = json.loads(record["body"]) if "body" in record else record
        sqs.send_message(QueueUrl=book, MessageBody=json.dumps({"packed": order["order"]}))
    return event


def _in_the_book(run: Run, what: str) -> Counter[int]:
    lines = [json.loads(str(hop.facts["body"])) for hop in hops_of(run.trace, "send", at=BOOK)]
    return Counter(line[what] for line in lines if what in line)


def _good(run: Run) -> list[int]:
    orders = run.made if isinstance(run.made, int) else 0
    return [number for number in range(1, orders + 1) if number not in DECLINED]


def each_is_charged_once(run: Run) -> Finding:
    """The card of each good order was charged once, neither less nor more."""
    charged = _in_the_book(run, "charged")
    for number in _good(run):
        if charged[number] != 1:
            return broken(
                expected="The card of each order is charged once.",
                happened=f"Order {number} was charged {times(charged[number])}.",
            )
    return held()


def what_is_paid_is_packed(run: Run) -> Finding:
    """Each good order was packed, and none that was not paid."""
    packed = _in_the_book(run, "packed")
    missing = [number for number in _good(run) if not packed[number]]
    unpaid = [number for number in DECLINED if packed[number]]
    if unpaid:
        return broken(
            expected="An order whose card was declined is not packed.",
            happened=f"Order {unpaid[0]} was packed, and nobody has paid for it.",
        )
    if missing:
        return broken(
            expected="Each order that was paid is packed in the end.",
            happened=f"{len(missing)} are not, order {missing[0]} among them.",
        )
    return held()


def what_fails_is_put_aside(run: Run) -> Finding:
    """The orders with declined cards are in the queue for people to look at, and no others are."""
    waiting = [_order_in(body) for body in run.lab.queue(ASIDE).frame()["body"]]
    if sorted(map(str, waiting)) == sorted(map(str, DECLINED)):
        return held()
    found = ", ".join("a message without an order" if each is None else f"order {each}" for each in waiting)
    return broken(
        expected=f"Orders {' and '.join(map(str, DECLINED))}, those with declined cards, are in `{ASIDE}`.",
        happened=f"In it: {found or 'nothing'}.",
    )


def _order_in(value: object) -> object:
    """The number of the order in a message, however deep in an envelope it lies; None if there is none."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    if isinstance(value, dict):
        if "order" in value and not isinstance(value["order"], dict):
            return value["order"]
        return _first_order(value.values())
    return _first_order(value) if isinstance(value, list) else None


def _first_order(values: Iterable[object]) -> object:
    return next((found for each in values if (found := _order_in(each)) is not None), None)


def the_bank_bears_it(run: Run) -> Finding:
    """No more calls at a time than the bank bears."""
    steps: list[tuple[int, int]] = []
    for hop in hops_of(run.trace, "invoke", at=BANK):
        steps += [(hop.time, 1), (instant_fact(hop, "ended_at"), -1)]
    most = max(itertools.accumulate(change for _, change in sorted(steps)), default=0)
    if most <= MOST_AT_ONCE:
        return held()
    return broken(
        expected=f"The bank is asked for {MOST_AT_ONCE} cards at a time at most.",
        happened=f"It was asked for {most} at the same time.",
    )


ORDER_SYSTEM = Exercise(
    id="shop-1",
    title="The order system",
    lesson="27_queue_workflow_or_event",
    level=3,
    topic="choosing",
    asks=Code("build(lab, bank, pack)", "order(order)"),
    situations=(
        Situation(
            name="evening",
            set_up=f"{ORDERS} orders, one every ten seconds; the cards of two are declined.",
            play=an_evening,
        ),
        Situation(name="rush", set_up=f"{RUSH} orders in the same second.", play=a_rush),
        Situation(
            name="strike",
            set_up=f"{ORDERS} orders, while `pack` fails for {STRIKE // 60} minutes.",
            play=a_strike,
        ),
    ),
    properties=(
        Property(name="each card is charged once", points=3, judge=each_is_charged_once),
        Property(name="what is paid is packed, and nothing else", points=3, judge=what_is_paid_is_packed),
        Property(name="what cannot be charged is put aside", points=2, judge=what_fails_is_put_aside),
        Property(name=f"the bank is asked for {MOST_AT_ONCE} at a time", points=2, judge=the_bank_bears_it),
    ),
    mistakes=(
        Mistake(
            name="error-not-read",
            recognised=lambda run: any(_in_the_book(run, "packed")[number] for number in DECLINED),
            message="The call of the bank was answered with status 200, and a `FunctionError` in it. Who "
            "does not look at that goes on as if the card had been charged.",
        ),
        Mistake(
            name="all-at-once",
            recognised=lambda run: not the_bank_bears_it(run).holds,
            message="Nothing held the orders back, so the bank was asked for all of them at the same "
            "time. A queue lets them wait, and its mapping's `MaximumConcurrency` says how many "
            "run at once.",
        ),
        Mistake(
            name="charged-again",
            recognised=lambda run: max(_in_the_book(run, "charged").values(), default=0) > 1,
            message="Packing failed, and with it the whole message came back, so the card was charged "
            "again. Two steps that may fail by themselves need a queue each, or a workflow.",
        ),
        Mistake(
            name="good-orders-put-aside",
            recognised=lambda run: (
                run.situation.name == "strike" and of_all(run.trace, "dead-letter", at=ASIDE) > len(DECLINED)
            ),
            message="The strike lasted longer than the tries, so orders that are paid lie among those "
            "that cannot be charged. Packing must be tried for longer.",
        ),
    ),
)

EXERCISES = (ORDER_SYSTEM,)
