"""Exercises on queues: batches that fail in part, and what comes when."""

from __future__ import annotations

import boto3

from workbook.lab import Lab
from workbook.scenarios.framework.reading import hops_of
from workbook.teaching.answer import Answer
from workbook.teaching.asked import Code, Order
from workbook.teaching.contract import Exercise, Finding, Mistake, Property, Run, Situation, broken, held
from workbook.teaching.properties.counting import calls_of, counted

LESSON = "01_queues"
QUEUE = "orders"
PreOrders = list[dict[str, object]]

# ---- q-1: the Monday after the holidays

TOO_LATE = ("wedding cake", "name-day cake")
"""Their customers want them in 20 minutes, and SQS delays a message by 15 at most."""


def a_quiet_monday(lab: Lab, answer: Answer) -> object:
    """Twenty-three pre-orders, all of them possible."""
    return _sent(answer, [{"cake": f"cake {number}", "delay": number * 30} for number in range(1, 24)])


def a_busy_monday(lab: Lab, answer: Answer) -> object:
    """Eighteen pre-orders, and two that want a longer delay than there is."""
    orders: PreOrders = [{"cake": f"cake {number}", "delay": number * 30} for number in range(1, 19)]
    for place, cake in zip((3, 15), TOO_LATE, strict=True):
        orders.insert(place, {"cake": cake, "delay": 1200})
    return _sent(answer, orders)


def nobody_wants_anything(lab: Lab, answer: Answer) -> object:
    """No pre-order at all."""
    return _sent(answer, [])


def _sent(answer: Answer, orders: PreOrders) -> object:
    url = boto3.client("sqs").create_queue(QueueName=QUEUE)["QueueUrl"]
    refused = answer.send_all(url, orders)
    return orders, refused


def all_possible_orders_are_there(run: Run) -> Finding:
    """Each order that SQS can take is in the queue, once, with its delay."""
    orders, _ = _made(run)
    wanted = {str(order["cake"]): order["delay"] for order in orders if order["cake"] not in TOO_LATE}
    there = [
        (str(hop.facts["body"]), _delay(hop.facts, hop.time)) for hop in hops_of(run.trace, "send", at=QUEUE)
    ]
    for cake, delay in wanted.items():
        found = [seconds for body, seconds in there if body == cake]
        if found != [delay]:
            return broken(
                expected=f"The order for {cake} is in the queue once, delayed by {delay} s.",
                happened=f"It is there {counted(len(found), 'time')}, delayed by {found[0]} s."
                if found
                else "It is not there.",
            )
    return held()


def refused_orders_are_reported(run: Run) -> Finding:
    """What SQS refused is what the function returned."""
    orders, refused = _made(run)
    wanted = [str(order["cake"]) for order in orders if order["cake"] in TOO_LATE]
    if isinstance(refused, list | tuple | set) and sorted(map(str, refused)) == sorted(wanted):
        return held()
    return broken(
        expected=f"send_all returns {wanted}: the cakes that SQS refused.",
        happened=f"It returned {refused!r}.",
    )


def few_requests(run: Run) -> Finding:
    """As many requests as there are full tens, and one for the rest."""
    orders, _ = _made(run)
    needed = -(-len(orders) // 10)
    calls = calls_of(run.trace, "SendMessage") + calls_of(run.trace, "SendMessageBatch")
    if calls <= needed:
        return held()
    return broken(
        expected=f"{counted(len(orders), 'order')} need {counted(needed, 'request')}.",
        happened=f"There were {calls} requests.",
    )


def _made(run: Run) -> tuple[PreOrders, object]:
    made = run.made
    assert isinstance(made, tuple)  # noqa: S101 - `_sent` made it
    return made


def _delay(facts: object, sent_at: int) -> int:
    until = facts.get("available_at") if hasattr(facts, "get") else None
    return round((until - sent_at) / 1_000_000) if isinstance(until, int) else 0


BATCHES = Exercise(
    id="q-1",
    title="The Monday after the holidays",
    lesson=LESSON,
    level=2,
    topic="sqs",
    asks=Code("send_all(orders, pre_orders)"),
    situations=(
        Situation(name="quiet", set_up="23 pre-orders come in.", play=a_quiet_monday),
        Situation(
            name="busy",
            set_up="20 pre-orders come in. Two of them want a delay of 20 minutes, which SQS does not have.",
            play=a_busy_monday,
        ),
        Situation(name="none", set_up="Nobody has ordered anything.", play=nobody_wants_anything),
    ),
    properties=(
        Property(
            name="every order that SQS can take is there once, with its delay",
            points=2,
            judge=all_possible_orders_are_there,
        ),
        Property(name="orders that SQS refused are returned", points=2, judge=refused_orders_are_reported),
        Property(name="there are no more requests than needed", points=1, judge=few_requests),
    ),
    mistakes=(
        Mistake(
            name="failures-ignored",
            recognised=lambda run: (
                run.situation.name == "busy"
                and all_possible_orders_are_there(run).holds
                and not _made(run)[1]
            ),
            message="A batch that fails in part raises nothing: the answer has status 200, and its "
            "`Failed` names the entries that are not in the queue. Whoever does not look there "
            "loses cakes.",
        ),
        Mistake(
            name="one-by-one",
            recognised=lambda run: calls_of(run.trace, "SendMessage") > 0,
            message="One request for each order costs ten times as much as it must. Put up to ten into "
            "one send_message_batch.",
        ),
        Mistake(
            name="last-ones-forgotten",
            recognised=lambda run: (
                run.situation.name == "quiet" and not all_possible_orders_are_there(run).holds
            ),
            message="23 is two tens and three more. Look at what your loop does with the last orders, "
            "which do not fill a batch.",
        ),
    ),
)

# ---- q-2: what comes when

ARRIVALS = {"bun": "the bun", "loaf": "the loaf", "tart": "the tart", "pie": "the pie"}


def four_orders(lab: Lab, answer: Answer) -> list[str]:
    """Two are delayed, two were received and left, and somebody waits for whatever comes."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName=QUEUE)["QueueUrl"]
    for body, timeout in (("pie", 60), ("loaf", None)):
        sqs.send_message(QueueUrl=url, MessageBody=body)
        more = {} if timeout is None else {"VisibilityTimeout": timeout}
        with lab.actor("a cook who faints"):
            sqs.receive_message(QueueUrl=url, **more)
    sqs.send_message(QueueUrl=url, MessageBody="tart", DelaySeconds=45)
    lab.advance(5)
    sqs.send_message(QueueUrl=url, MessageBody="bun", DelaySeconds=28)
    came: list[str] = []
    while len(came) < len(ARRIVALS):
        for message in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20).get("Messages", []):
            came.append(message["Body"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return came


def the_order_is_right(run: Run) -> Finding:
    """The prediction is what happened."""
    if run.answer.order == run.made:
        return held()
    assert isinstance(run.made, list)  # noqa: S101 - `four_orders` made it
    right = next(place for place, name in enumerate(run.made) if run.answer.order[place] != name)
    came = "First" if right == 0 else f"After {', '.join(run.made[:right])}"
    return broken(
        expected=f"You expect: {', '.join(run.answer.order)}.",
        happened=f"{came} came the {run.made[right]}, and not the {run.answer.order[right]}.",
    )


WHAT_COMES_WHEN = Exercise(
    id="q-2",
    title="What comes when",
    lesson=LESSON,
    level=1,
    topic="sqs",
    asks=Order(ARRIVALS),
    situations=(
        Situation(
            name="morning",
            set_up="The four orders are sent, and a second cook waits for them.",
            play=four_orders,
        ),
    ),
    properties=(Property(name="the orders come as you say", points=2, judge=the_order_is_right),),
    mistakes=(
        Mistake(
            name="as-sent",
            recognised=lambda run: run.answer.order == ["pie", "loaf", "tart", "bun"],
            message="That is the order in which they were sent. What matters is when each becomes "
            "visible: at the end of its delay, or of its visibility timeout.",
        ),
        Mistake(
            name="delay-from-nine",
            recognised=lambda run: run.answer.order == ["bun", "loaf", "tart", "pie"],
            message="The bun's delay of 28 s ends 33 s after nine, since it was sent at 5 s. The loaf is "
            "back at 30.",
        ),
    ),
)

EXERCISES = (BATCHES, WHAT_COMES_WHEN)
