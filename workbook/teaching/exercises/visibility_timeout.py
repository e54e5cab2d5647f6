"""Exercises on the visibility timeout: who works twice, and when a message comes back."""

from __future__ import annotations

import json
import time

import boto3

from workbook.engine.clock import SECOND
from workbook.engine.hop import Hop
from workbook.lab import Lab
from workbook.scenarios.framework.reading import hops_of
from workbook.scenarios.framework.settings import Number, limit_of, source_of
from workbook.teaching.answer import Answer
from workbook.teaching.asked import Code, Settings
from workbook.teaching.contract import Exercise, Finding, Mistake, Property, Run, Situation, broken, held
from workbook.teaching.properties.counting import of_all, times

LESSON = "02_visibility_timeout"
QUEUE = "orders"
HOUR = 3600

# ---- vt-1: one number for the whole bakery

LONGEST_WORK = 50
BACK_WITHIN = 120
LOOKED_FOR = 3 * HOUR


def a_quiet_evening(lab: Lab, answer: Answer) -> None:
    """Six orders, three cooks, and cakes that take up to 50 seconds."""
    orders = _queue_with(answer.settings["visibility_timeout"])
    for number, seconds in enumerate((20, 50, 35, 50, 5, 45), start=1):
        _send(orders, f"cake {number}", seconds)
    for number in range(1, 4):
        lab.program(f"cook {number}", patient_cook, orders)
    lab.run_until_idle(HOUR)


def a_cook_faints(lab: Lab, answer: Answer) -> None:
    """One order; the first cook takes it and is seen no more; the second asks for work all evening."""
    orders = _queue_with(answer.settings["visibility_timeout"])
    _send(orders, "wedding cake", 40)
    with lab.actor("cook 1"):
        boto3.client("sqs").receive_message(QueueUrl=orders, WaitTimeSeconds=20)
    lab.program("cook 2", patient_cook, orders)
    lab.run_until_idle(LOOKED_FOR)


def _queue_with(visibility_timeout: int) -> str:
    attributes = {"VisibilityTimeout": str(visibility_timeout)}
    return str(boto3.client("sqs").create_queue(QueueName=QUEUE, Attributes=attributes)["QueueUrl"])


def _send(orders: str, cake: str, seconds: int) -> None:
    body = json.dumps({"cake": cake, "seconds": seconds})
    boto3.client("sqs").send_message(QueueUrl=orders, MessageBody=body)


def patient_cook(orders: str) -> None:
    """Take an order, work as long as it needs, delete it, and ask for the next."""
    sqs = boto3.client("sqs")
    while True:
        for message in sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=20).get("Messages", []):
            time.sleep(json.loads(message["Body"])["seconds"])
            sqs.delete_message(QueueUrl=orders, ReceiptHandle=message["ReceiptHandle"])


def nothing_is_baked_twice(run: Run) -> Finding:
    """Each order was handed out once."""
    twice = [life for life in _orders(run).values() if len(_receives(life)) > 1]
    if not twice:
        return held()
    life = max(twice, key=lambda life: len(_receives(life)))
    often = times(len(_receives(life)))
    return broken(
        expected="Each order is given to one cook.",
        happened=f"{_cake(life).capitalize()}, which takes {_work(life)} s, was given out {often}.",
    )


def the_order_is_back_in_time(run: Run) -> Finding:
    """The order of the cook who fainted was handed out again soon enough."""
    receives = [hop for life in _orders(run).values() for hop in _receives(life)]
    expected = f"Another cook has the order at most {BACK_WITHIN} s after the first one took it."
    if len(receives) < 2:
        return broken(expected=expected, happened="It did not come back in 3 hours.")
    late = (receives[1].time - receives[0].time) / SECOND
    if late <= BACK_WITHIN + 0.5:  # half a second for the way
        return held()
    return broken(expected=expected, happened=f"It came back after {late:,.0f} s.")


def _orders(run: Run) -> dict[str, list[Hop]]:
    lives: dict[str, list[Hop]] = {}
    for hop in hops_of(run.trace, "send", "receive", "hide", "delete", at=QUEUE):
        lives.setdefault(str(hop.message), []).append(hop)
    return lives


def _receives(life: list[Hop]) -> list[Hop]:
    return [hop for hop in life if hop.kind == "receive"]


def _cake(life: list[Hop]) -> str:
    return str(_body(life)["cake"])


def _work(life: list[Hop]) -> int:
    return int(_body(life)["seconds"])


def _body(life: list[Hop]) -> dict[str, str]:
    body: dict[str, str] = json.loads(str(life[0].facts["body"]))
    return body


ONE_NUMBER = Exercise(
    id="vt-1",
    title="One number for the whole bakery",
    lesson=LESSON,
    level=1,
    topic="sqs",
    asks=Settings(
        (
            Number(
                "visibility_timeout",
                "visibility timeout",
                limit_of("sqs.visibility-timeout.default"),
                minimum=0,
                maximum=limit_of("sqs.visibility-timeout.maximum"),
                unit="s",
                source=source_of("sqs.visibility-timeout.maximum"),
            ),
        )
    ),
    situations=(
        Situation(
            name="evening",
            set_up="Six orders come in, whose cakes take from 5 to 50 seconds. Three cooks are at work.",
            play=a_quiet_evening,
        ),
        Situation(
            name="fainting",
            set_up="A cook takes an order for a wedding cake and faints. A second cook asks for work.",
            play=a_cook_faints,
        ),
    ),
    properties=(
        Property(
            name="no cake is baked twice", points=2, judge=nothing_is_baked_twice, situations=("evening",)
        ),
        Property(
            name=f"the order of a cook who faints is back within {BACK_WITHIN} seconds",
            points=2,
            judge=the_order_is_back_in_time,
            situations=("fainting",),
        ),
    ),
    mistakes=(
        Mistake(
            name="shorter-than-the-work",
            recognised=lambda run: run.answer.settings["visibility_timeout"] <= LONGEST_WORK,
            message="The timeout ends while the cook is still at work. SQS cannot know that, and gives the "
            "order to the next cook. Choose more than the longest work takes.",
        ),
        Mistake(
            name="as-long-as-possible",
            recognised=lambda run: run.answer.settings["visibility_timeout"] > BACK_WITHIN,
            message="A long timeout is safe against work done twice, and slow when a cook is lost: for so "
            "long nobody else sees the order. Choose a little more than the longest work.",
        ),
    ),
)

# ---- vt-2: a heartbeat

NEVER_HIDDEN_LONGER = 120


def a_long_evening(lab: Lab, answer: Answer) -> None:
    """Cakes between 10 seconds and 25 minutes, and two cooks of the learner's."""
    orders = _queue_with(limit_of("sqs.visibility-timeout.default"))
    for number, seconds in enumerate((600, 10, 95, 1500, 29, 31), start=1):
        _send(orders, f"cake {number}", seconds)
    answer.start("cook", orders, called="cook 1")
    answer.start("cook", orders, called="cook 2")
    lab.run_until_idle(3 * HOUR)


def all_are_done(run: Run) -> Finding:
    """Each order was worked on for as long as it takes, and then deleted."""
    for life in _orders(run).values():
        end = next((hop for hop in life if hop.kind == "delete"), None)
        cake = _cake(life).capitalize()
        expected = f"{cake} is in the oven for {_work(life)} s, and its order is deleted afterwards."
        if end is None or not _receives(life):
            return broken(expected=expected, happened="Its order was never deleted.")
        worked = (end.time - _receives(life)[0].time) / SECOND
        if worked < _work(life):
            return broken(expected=expected, happened=f"Its order was deleted after {worked:,.0f} s.")
    return held()


def never_hidden_for_long(run: Run) -> Finding:
    """Whenever a cook had fainted, the order would have been back soon."""
    for life in _orders(run).values():
        for hop in life:
            seconds = _hidden_for(hop)
            if seconds > NEVER_HIDDEN_LONGER:
                return broken(
                    expected=f"No order is hidden for more than {NEVER_HIDDEN_LONGER} s from any moment on.",
                    happened=f"The order for {_cake(life)} was hidden for {seconds:,.0f} s at once.",
                )
    return held()


def _hidden_for(hop: Hop) -> float:
    """Seconds for which a receive or a change of visibility hides a message; 0 for all else."""
    until = hop.facts.get("visible_at")
    return (until - hop.time) / SECOND if isinstance(until, int) else 0.0


HEARTBEAT = Exercise(
    id="vt-2",
    title="Cakes of unknown size",
    lesson=LESSON,
    level=2,
    topic="sqs",
    asks=Code("cook(orders)"),
    situations=(
        Situation(
            name="evening",
            set_up="Six orders come in, whose cakes take from 10 seconds to 25 minutes. Two of your cooks "
            "are at work, and the queue has a visibility timeout of 30 seconds.",
            play=a_long_evening,
        ),
    ),
    properties=(
        Property(name="every cake is baked, and its order deleted", points=2, judge=all_are_done),
        Property(name="no cake is baked twice", points=3, judge=nothing_is_baked_twice),
        Property(
            name=f"no order is hidden for more than {NEVER_HIDDEN_LONGER} seconds at once",
            points=2,
            judge=never_hidden_for_long,
        ),
    ),
    mistakes=(
        Mistake(
            name="no-heartbeat",
            recognised=lambda run: of_all(run.trace, "hide") == 0 and not nothing_is_baked_twice(run).holds,
            message="While your cook sleeps, nobody tells SQS that the work goes on. Sleep in short pieces, "
            "and call change_message_visibility between them.",
        ),
        Mistake(
            name="hidden-for-hours",
            recognised=lambda run: not never_hidden_for_long(run).holds,
            message="One long timeout at the beginning works until a cook faints: then the order is hidden "
            "for the whole of it. Ask for a little time, again and again.",
        ),
        Mistake(
            name="one-extension",
            recognised=lambda run: of_all(run.trace, "hide") > 0 and not nothing_is_baked_twice(run).holds,
            message="The timeout that change_message_visibility sets counts from the call, and ends like the "
            "first one. The heartbeat has to come again before each of them ends.",
        ),
    ),
)

EXERCISES = (ONE_NUMBER, HEARTBEAT)
