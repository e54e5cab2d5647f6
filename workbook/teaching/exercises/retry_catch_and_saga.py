"""A design: a saga that undoes what was done, in reverse."""

from __future__ import annotations

from dataclasses import dataclass

import boto3

from workbook.lab import Lab
from workbook.scenarios.framework.reading import hops_of
from workbook.teaching.answer import Answer
from workbook.teaching.asked import Code
from workbook.teaching.contract import Exercise, Finding, Mistake, Property, Run, Situation, broken, held
from workbook.teaching.properties.workflows import machine_of, started, status_of

LESSON = "22_retry_catch_and_saga"
BOOK = "book"
STEPS = ("hold_hall", "charge_card", "order_cake")
UNDOING = ("release_hall", "refund_card")
AWAY = 7
"""Seconds from the making of the function until the bank is back."""


@dataclass(frozen=True)
class Wedding:
    """What was done, in order, and how the execution ended."""

    done: list[str]
    status: str


def all_goes_well(lab: Lab, answer: Answer) -> Wedding:
    """Hall, card and cake work."""
    return _planned(lab, answer)


def the_bank_is_slow(lab: Lab, answer: Answer) -> Wedding:
    """The bank does not answer for some seconds, and then it does."""
    return _planned(lab, answer, away_for=AWAY)


def the_card_is_declined(lab: Lab, answer: Answer) -> Wedding:
    """There is no money."""
    return _planned(lab, answer, fails="charge_card")


def no_cake(lab: Lab, answer: Answer) -> Wedding:
    """The baker has no time."""
    return _planned(lab, answer, fails="order_cake")


def no_hall(lab: Lab, answer: Answer) -> Wedding:
    """The hall is taken."""
    return _planned(lab, answer, fails="hold_hall")


def _planned(lab: Lab, answer: Answer, *, fails: str = "", away_for: int = 0) -> Wedding:
    boto3.client("sqs").create_queue(QueueName=BOOK)
    arns = {}
    for name in (*UNDOING, *STEPS):
        back = lab.now.timestamp() + away_for if name == "charge_card" else 0
        variables = {"NAME": name, "FAILS": fails, "BACK": str(back)}
        arns[name] = lab.function(name, step, Environment={"Variables": variables})
    machine = machine_of(answer.definition(arns), "lambda:InvokeFunction", name="wedding")
    execution = started(machine, day="13 June")
    lab.run_until_idle(3600)
    return Wedding(_book(lab), status_of(execution))


def step(event, context):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - as a learner writes it
    """Do something, or fail at it, and write it into the book."""
    import os
    import time

    import boto3

    class Refused(Exception):
        pass

    class BankDown(Exception):
        pass

    name = os.environ["NAME"]
    if name == os.environ["FAILS"]:
        raise Refused(name)
    if time.time() < float(os.environ["BACK"]):
        raise BankDown("the bank does not answer")
    sqs = boto3.client("sqs")
    sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName="book")["QueueUrl"], MessageBody=name)
    return event


def _book(lab: Lab) -> list[str]:
    return [str(hop.facts["body"]) for hop in hops_of(lab.trace, "send", at=BOOK)]


def _made(run: Run) -> Wedding:
    return run.made if isinstance(run.made, Wedding) else Wedding([], "RUNNING")


WANTED = {
    "well": (list(STEPS), "SUCCEEDED"),
    "slow": (list(STEPS), "SUCCEEDED"),
    "hall": ([], "FAILED"),
    "card": (["hold_hall", "release_hall"], "FAILED"),
    "cake": (["hold_hall", "charge_card", "refund_card", "release_hall"], "FAILED"),
}


def the_book_is_right(run: Run) -> Finding:
    """What was done, and undone, in this order."""
    wanted, _ = WANTED[run.situation.name]
    done = _made(run).done
    if done == wanted:
        return held()
    return broken(
        expected=f"The book says: {', '.join(wanted) or 'nothing'}.",
        happened=f"It says: {', '.join(done) or 'nothing'}.",
    )


def the_end_is_right(run: Run) -> Finding:
    """An execution that could not plan the wedding has failed."""
    _, wanted = WANTED[run.situation.name]
    status = _made(run).status
    if status == wanted:
        return held()
    return broken(expected=f"The execution ends as {wanted}.", happened=f"It is {status}.")


SAGA = Exercise(
    id="saga-1",
    title="A wedding that can be called off",
    lesson=LESSON,
    level=3,
    topic="step-functions",
    asks=Code("definition(arns)"),
    situations=(
        Situation(name="well", set_up="Hall, card and cake work.", play=all_goes_well),
        Situation(
            name="slow",
            set_up="The bank raises BankDown for some seconds, and then it works.",
            play=the_bank_is_slow,
        ),
        Situation(name="hall", set_up="The hall is taken: hold_hall raises Refused.", play=no_hall),
        Situation(
            name="card", set_up="The card is declined: charge_card raises Refused.", play=the_card_is_declined
        ),
        Situation(name="cake", set_up="The baker has no time: order_cake raises Refused.", play=no_cake),
    ),
    properties=(
        Property(
            name="a wedding that can be planned is", points=2, judge=the_book_is_right, situations=("well",)
        ),
        Property(
            name="a bank that is back soon is tried again",
            points=2,
            judge=the_book_is_right,
            situations=("slow",),
        ),
        Property(
            name="what was done is undone, the last first",
            points=4,
            judge=the_book_is_right,
            situations=("hall", "card", "cake"),
        ),
        Property(name="the execution ends as what it was", points=2, judge=the_end_is_right),
    ),
    mistakes=(
        Mistake(
            name="no-undoing",
            recognised=lambda run: (
                run.situation.name == "cake" and _made(run).done == ["hold_hall", "charge_card"]
            ),
            message="The couple has paid for a wedding without a cake, in a hall that stays booked. Each "
            "step that may fail needs a Catch that leads to the undoing of the steps before it.",
        ),
        Mistake(
            name="undoes-too-much",
            recognised=lambda run: run.situation.name == "card" and "refund_card" in _made(run).done,
            message="The card was declined, and yet there was a refund. Undo only what was done: where "
            "the Catch leads depends on the step that failed.",
        ),
        Mistake(
            name="a-failure-that-succeeds",
            recognised=lambda run: run.situation.name == "card" and _made(run).status == "SUCCEEDED",
            message="After the undoing the execution ended well, so whoever started it believes that "
            "there is a wedding. End with a Fail state.",
        ),
        Mistake(
            name="gives-up-at-once",
            recognised=lambda run: run.situation.name == "slow" and not the_book_is_right(run).holds,
            message="The bank was away for some seconds only. Retry BankDown before Catch gets to see it.",
        ),
    ),
)

EXERCISES = (SAGA,)
