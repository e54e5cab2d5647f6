"""Exercises on dead-letter queues: where they belong, when they take a message, and the way back."""

from __future__ import annotations

from collections import Counter

import boto3

from workbook.lab import Lab
from workbook.scenarios.framework.reading import Hops, hops_of, lives, whereabouts
from workbook.teaching.answer import Answer
from workbook.teaching.asked import Code
from workbook.teaching.contract import Exercise, Finding, Mistake, Property, Run, Situation, broken, held
from workbook.teaching.properties.counting import of_all, times
from workbook.teaching.properties.resources import url_of_queue

LESSON = "03_dead_letter_queues"
HOUR = 3600

# ---- dlq-1: the parcel that ticks

PARCELS = "parcels"
SET_ASIDE = "parcels-set-aside"
GOOD = tuple(f"parcel {number}" for number in range(1, 9))
TICKING = "parcel 9, ticking"
WET = "parcel 10, wet label"
"""Its label cannot be read at first; once it has dried, it can."""
DRY_AFTER = 20
WITHIN = 2 * HOUR
MOST_TRIES = 10
"""AWS advises at least 5 with Lambda, as throttled invocations use up receives."""


def a_parcel_that_ticks(lab: Lab, answer: Answer) -> None:
    """Eight good parcels and one that no inspection survives."""
    _built(lab, answer)
    _sent(*GOOD[:4], TICKING, *GOOD[4:])
    lab.advance(WITHIN)


def a_wet_label(lab: Lab, answer: Answer) -> None:
    """A parcel whose first inspection fails, and whose second would not."""
    _built(lab, answer)
    _sent(f"{WET}, {lab.now.timestamp() + DRY_AFTER:.0f}")
    lab.advance(WITHIN)


def _built(lab: Lab, answer: Answer) -> None:
    answer.build(lab)
    lab.advance(120)  # until mappings are enabled
    url_of_queue(PARCELS)
    url_of_queue(SET_ASIDE)


def _sent(*parcels: str) -> None:
    for parcel in parcels:
        boto3.client("sqs").send_message(QueueUrl=url_of_queue(PARCELS), MessageBody=parcel)


def it_is_set_aside(run: Run) -> Finding:
    """The parcel that ticks is in the queue for parcels set aside."""
    ends = _ends(run.trace)
    end = ends.get(TICKING, "nowhere")
    if end == f"in {SET_ASIDE}":
        return held()
    inspections = times(_inspections(run.trace)[TICKING])
    return broken(
        expected=f"After some tries the parcel that ticks lies in {SET_ASIDE}.",
        happened=f"After {WITHIN // HOUR} hours, in which it was inspected {inspections}, it is {end}.",
    )


def few_tries(run: Run) -> Finding:
    """The inspection did not fail for ever."""
    tried = _inspections(run.trace)[TICKING]
    if 2 <= tried <= MOST_TRIES:
        return held()
    return broken(
        expected="The parcel that ticks is tried at least twice and at most 10 times.",
        happened=f"It was inspected {times(tried)}.",
    )


def good_parcels_are_inspected(run: Run) -> Finding:
    """Each good parcel was inspected, and is done."""
    ends = _ends(run.trace)
    for parcel in GOOD:
        if ends.get(parcel) != "deleted":
            return broken(
                expected="Each good parcel is inspected and done with.",
                happened=f"{parcel.capitalize()} is {ends.get(parcel, 'nowhere')}.",
            )
    return held()


def the_wet_label_is_read(run: Run) -> Finding:
    """A parcel that fails once gets its second chance."""
    end = next((end for body, end in _ends(run.trace).items() if body.startswith(WET)), "nowhere")
    if end == "deleted":
        return held()
    return broken(
        expected="A parcel that fails at first is inspected again, and then it passes.",
        happened=f"The parcel with the wet label is {end}.",
    )


def _ends(trace: Hops) -> dict[str, str]:
    """Where each parcel is in the end, by what is written on it."""
    return {str(life[0].facts.get("body", "")): whereabouts(life) for life in lives(trace).values()}


def _inspections(trace: Hops) -> Counter[str]:
    bodies = {str(hop.message): str(hop.facts["body"]) for hop in hops_of(trace, "send", at=PARCELS)}
    return Counter(bodies.get(str(hop.message), "") for hop in hops_of(trace, "receive", at=PARCELS))


THE_PARCEL_THAT_TICKS = Exercise(
    id="dlq-1",
    title="The parcel that ticks",
    lesson=LESSON,
    level=2,
    topic="sqs",
    asks=Code("build(lab)"),
    situations=(
        Situation(
            name="ticking",
            set_up="Nine parcels arrive. One of them ticks, and makes the function fail each time.",
            play=a_parcel_that_ticks,
        ),
        Situation(
            name="wet",
            set_up=f"A parcel arrives whose label is wet. {DRY_AFTER} seconds later it can be read.",
            play=a_wet_label,
        ),
    ),
    properties=(
        Property(
            name="good parcels are inspected and done with",
            points=1,
            judge=good_parcels_are_inspected,
            situations=("ticking",),
        ),
        Property(
            name=f"the parcel that ticks ends in {SET_ASIDE}",
            points=3,
            judge=it_is_set_aside,
            situations=("ticking",),
        ),
        Property(name="it is tried 2 to 10 times", points=1, judge=few_tries, situations=("ticking",)),
        Property(
            name="a parcel that fails once gets another chance",
            points=2,
            judge=the_wet_label_is_read,
            situations=("wet",),
        ),
    ),
    mistakes=(
        Mistake(
            name="on-the-function",
            recognised=lambda run: (
                run.situation.name == "ticking"
                and not it_is_set_aside(run).holds
                and _has_dead_letter_config()
            ),
            message="The dead-letter queue of a function is for events that somebody sent it "
            "asynchronously. Here Lambda's pollers call it, and take care of the message "
            "themselves: they leave it in the queue. So the queue needs the redrive policy.",
        ),
        Mistake(
            name="one-chance",
            recognised=lambda run: (
                run.situation.name == "wet"
                and of_all(run.trace, "dead-letter") > 0
                and of_all(run.trace, "receive", at=PARCELS) == 1
            ),
            message="A maxReceiveCount of 1 sets a parcel aside that failed a single time. What passes at "
            "the second try needs a second receive.",
        ),
        Mistake(
            name="too-soon",
            recognised=lambda run: (
                run.situation.name == "wet"
                and of_all(run.trace, "dead-letter") > 0
                and of_all(run.trace, "receive", at=PARCELS) > 1
            ),
            message="The tries came so soon after one another that all of them were used up while the label "
            "was wet. How soon a parcel comes back is the queue's visibility timeout.",
        ),
        Mistake(
            name="taken-along",
            recognised=lambda run: (
                run.situation.name == "ticking"
                and it_is_set_aside(run).holds
                and not good_parcels_are_inspected(run).holds
            ),
            message="A batch fails as a whole: good parcels that were in one batch with the one that ticks "
            "came back with it, and were set aside with it. Batches of one do not do that.",
        ),
        Mistake(
            name="too-patient",
            recognised=lambda run: run.situation.name == "ticking" and not few_tries(run).holds,
            message="Each try costs an invocation, and holds up the people who wait for the parcel. A few "
            "receives are enough to tell bad luck from a bad parcel.",
        ),
    ),
)


def _has_dead_letter_config() -> bool:
    functions = boto3.client("lambda").list_functions()["Functions"]
    return any(function.get("DeadLetterConfig", {}).get("TargetArn") for function in functions)


# ---- dlq-2: the way back

REPAIRED = "orders"
WAITING = "orders-set-aside"
ORDERS = tuple(f"order {number}" for number in range(1, 13))


def twelve_orders_wait(lab: Lab, answer: Answer) -> None:
    """Twelve orders were set aside by a bug that is repaired, and the shop is open."""
    orders, dead = _queues_of_the_shop()
    sqs = boto3.client("sqs")
    for order in ORDERS:
        sqs.send_message(QueueUrl=orders, MessageBody=order)
    for _ in range(3):  # the bug: received, not handled, back again
        while sqs.receive_message(QueueUrl=orders, MaxNumberOfMessages=10).get("Messages"):
            pass
        lab.advance(31)
    answer.bring_back(orders, dead)
    lab.run_until_idle(HOUR)


def _queues_of_the_shop() -> tuple[str, str]:
    sqs = boto3.client("sqs")
    dead = sqs.create_queue(QueueName=WAITING)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = f'{{"deadLetterTargetArn": "{arn}", "maxReceiveCount": 2}}'
    orders = sqs.create_queue(QueueName=REPAIRED, Attributes={"RedrivePolicy": policy})["QueueUrl"]
    return str(orders), str(dead)


def all_are_back(run: Run) -> Finding:
    """All orders can be received from the queue of the shop."""
    back, left = len(run.lab.queue(REPAIRED)), len(run.lab.queue(WAITING))
    if (back, left) == (len(ORDERS), 0):
        return held()
    return broken(
        expected=f"All {len(ORDERS)} orders are in {REPAIRED} again, and none in {WAITING}.",
        happened=f"{back} are in {REPAIRED}, and {left} in {WAITING}.",
    )


def moved_by_sqs(run: Run) -> Finding:
    """SQS moved the messages, not the learner's program."""
    sent = of_all(run.trace, "send", at=REPAIRED) - len(ORDERS)
    if sent == 0 and of_all(run.trace, "move") == len(ORDERS):
        return held()
    happened = f"Your program sent {sent} of them itself." if sent else "No message move task moved them."
    return broken(
        expected="SQS moves the messages, so that none is lost if your program stops half-way.",
        happened=happened,
    )


THE_WAY_BACK = Exercise(
    id="dlq-2",
    title="The way back",
    lesson=LESSON,
    level=1,
    topic="sqs",
    asks=Code("bring_back(orders, set_aside)"),
    situations=(
        Situation(
            name="repaired",
            set_up="A bug made twelve orders fail until they were set aside. The bug is repaired, and "
            "`bring_back` is called with the URLs of both queues.",
            play=twelve_orders_wait,
        ),
    ),
    properties=(
        Property(name="all orders are in their queue again", points=2, judge=all_are_back),
        Property(name="SQS moves them, not a program", points=2, judge=moved_by_sqs),
    ),
    mistakes=(
        Mistake(
            name="by-hand",
            recognised=lambda run: of_all(run.trace, "send", at=REPAIRED) > len(ORDERS),
            message="Receiving and sending by hand works on a good day. If the program stops between the "
            "two, an order is there twice; if it deletes first, it is gone. SQS has a task for "
            "this.",
        ),
        Mistake(
            name="nothing-moved",
            recognised=lambda run: of_all(run.trace, "move") == 0,
            message="Nothing has moved. The task starts at the dead-letter queue: it wants that queue's "
            "ARN, not its URL, and knows by itself where the messages came from.",
        ),
    ),
)

EXERCISES = (THE_PARCEL_THAT_TICKS, THE_WAY_BACK)
