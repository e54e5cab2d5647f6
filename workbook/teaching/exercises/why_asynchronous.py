"""An exercise on work that is done again: charge once, whatever happens."""

from __future__ import annotations

import json
from collections import Counter

import boto3

from workbook.engine.seeds import Chaos
from workbook.lab import Lab
from workbook.scenarios.framework.reading import hops_of
from workbook.teaching.answer import Answer
from workbook.teaching.asked import Code
from workbook.teaching.contract import Exercise, Finding, Mistake, Property, Run, Situation, broken, held
from workbook.teaching.properties.counting import of_all

LESSON = "09_why_asynchronous"
ORDERS = "orders"
CHARGES = "charges"
CUSTOMERS = tuple(
    f"{name}, order {number}" for number, name in enumerate(("Ada", "Ben", "Cem", "Dora"), 2001)
)


def a_good_evening(lab: Lab, answer: Answer) -> tuple[str, ...]:
    """Four orders, and ovens that answer; each play returns the orders there were."""
    _built(lab, answer, "")
    return _ordered(lab, CUSTOMERS)


def an_oven_that_does_not_answer(lab: Lab, answer: Answer) -> tuple[str, ...]:
    """Four orders; one oven answers only at the second try, after the card was charged."""
    _built(lab, answer, CUSTOMERS[1])
    return _ordered(lab, CUSTOMERS)


def a_queue_that_repeats(lab: Lab, answer: Answer) -> tuple[str, ...]:
    """Every message may come twice, as AWS says, and a customer orders two cakes."""
    _built(lab, answer, "")
    return _ordered(lab, (*CUSTOMERS, "Ada, order 2005"))


def two_at_the_same_moment(lab: Lab, answer: Answer) -> tuple[str, ...]:
    """Two invocations get a copy of the same message each, and neither waits for the other."""
    _built(lab, answer, "")
    record = {"messageId": "1", "body": CUSTOMERS[0], "attributes": {"ApproximateReceiveCount": "1"}}
    batch = json.dumps({"Records": [record]})
    for _ in range(2):
        boto3.client("lambda").invoke(FunctionName="kitchen", InvocationType="Event", Payload=batch)
    lab.advance(60)
    return CUSTOMERS[:1]


def _built(lab: Lab, answer: Answer, unlucky: str) -> None:
    sqs = boto3.client("sqs")
    sqs.create_queue(QueueName=CHARGES)
    url = sqs.create_queue(QueueName=ORDERS, Attributes={"VisibilityTimeout": "60"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    boto3.client("dynamodb").create_table(
        TableName="paid",
        KeySchema=[{"AttributeName": "order_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "order_id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    environment = {"Variables": {"UNLUCKY": unlucky}}
    lab.function("kitchen", answer.function("kitchen"), Timeout=10, Environment=environment)
    boto3.client("lambda").create_event_source_mapping(EventSourceArn=arn, FunctionName="kitchen")
    lab.run_until_idle(600)


def _ordered(lab: Lab, orders: tuple[str, ...]) -> tuple[str, ...]:
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName=ORDERS)["QueueUrl"]
    for order in orders:
        sqs.send_message(QueueUrl=url, MessageBody=order)
    lab.advance(2 * 3600)
    return orders


def everybody_pays_once(run: Run) -> Finding:
    """There is one charge for each order."""
    ordered = run.made if isinstance(run.made, tuple) else ()
    charged = _charges(run)
    for order in ordered:
        if charged[order] != 1:
            often = "was not charged" if not charged[order] else f"was charged {charged[order]} times"
            return broken(
                expected="Each order is charged once.",
                happened=f"{order.partition(',')[0]}, for {order[-4:]}, {often}.",
            )
    return held()


def everybody_gets_a_cake(run: Run) -> Finding:
    """Every order was handled to its end."""
    orders = {str(hop.message): str(hop.facts["body"]) for hop in hops_of(run.trace, "send", at=ORDERS)}
    done = {str(hop.message) for hop in hops_of(run.trace, "delete", at=ORDERS)}
    missing = [order for message, order in orders.items() if message not in done]
    if not missing:
        return held()
    return broken(expected="Every order is done in the end.", happened=f"That of {missing[0]} is not.")


ONCE = Exercise(
    id="idem-1",
    title="Charged twice",
    lesson=LESSON,
    level=2,
    topic="sqs",
    asks=Code("kitchen(event, context)"),
    situations=(
        Situation(name="good", set_up="Four customers order, and all ovens answer.", play=a_good_evening),
        Situation(
            name="oven",
            set_up="Ben's oven answers only at the second try, after his card was charged.",
            play=an_oven_that_does_not_answer,
        ),
        Situation(
            name="twice",
            set_up="The queue delivers messages twice now and then, as AWS says of standard queues. Ada "
            "orders two cakes.",
            play=a_queue_that_repeats,
            chaos=Chaos(duplicates=0.6),
        ),
        Situation(
            name="same moment",
            set_up="Two invocations get a copy of Ada's order each, at the same moment.",
            play=two_at_the_same_moment,
        ),
    ),
    properties=(
        Property(name="each order is charged once", points=4, judge=everybody_pays_once),
        Property(
            name="each order is done",
            points=2,
            judge=everybody_gets_a_cake,
            situations=("good", "oven", "twice"),
        ),
    ),
    mistakes=(
        Mistake(
            name="nothing-remembered",
            recognised=lambda run: (
                run.situation.name == "oven"
                and not _asked_the_table(run)
                and max(_charges(run).values(), default=0) > 1
            ),
            message="The card was charged, then the oven failed, and the whole batch came back: "
            "everything before the failure is done again. Remember what was done, where a second "
            "try finds it.",
        ),
        Mistake(
            name="receive-count",
            recognised=lambda run: (
                run.situation.name == "oven"
                and not _asked_the_table(run)
                and max(_charges(run).values(), default=0) <= 1
            ),
            message="The receive count says how often a message was handed out, and not what became of it. "
            "Cem's order was in the batch that failed at Ben's: it has a count of 2 and was never "
            "charged. Remember what was done in a place of your own.",
        ),
        Mistake(
            name="looked-first",
            recognised=lambda run: (
                run.situation.name == "same moment"
                and _asked_the_table(run)
                and max(_charges(run).values(), default=0) > 1
            ),
            message="Both looked into the table, both found nothing there, and both charged. Looking and "
            "writing must be one step: a write with a condition succeeds for one of them only.",
        ),
        Mistake(
            name="by-customer",
            recognised=lambda run: (
                run.situation.name == "twice" and of_all(run.trace, "send", at=CHARGES) < len(CUSTOMERS) + 1
            ),
            message="Ada's second order was taken for a copy of her first. What makes two messages the "
            "same is the order, not the customer.",
        ),
    ),
)


def _charges(run: Run) -> Counter[str]:
    return Counter(str(hop.facts["body"]) for hop in hops_of(run.trace, "send", at=CHARGES))


def _asked_the_table(run: Run) -> bool:
    return any("dynamodb:" in hop.resource for hop in hops_of(run.trace, "api-call") if hop.causes)


EXERCISES = (ONCE,)
