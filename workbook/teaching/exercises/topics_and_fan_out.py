"""Exercises on fan-out: who may send to a queue, and what a message looks like when it arrives."""

from __future__ import annotations

import json
from collections import Counter

import boto3

from workbook.lab import Lab
from workbook.scenarios.framework.reading import hops_of
from workbook.teaching.answer import Answer
from workbook.teaching.asked import Code
from workbook.teaching.contract import Exercise, Finding, Mistake, Property, Run, Situation, broken, held
from workbook.teaching.properties.counting import of_all
from workbook.teaching.properties.resources import arn_of_topic, letting_in, url_of_queue

LESSON = "10_topics_and_fan_out"
QUEUES = ("kitchen", "accounts")
TOPIC = "orders"

# ---- sns-1: nothing arrives


def ten_orders(lab: Lab, answer: Answer) -> None:
    """Ten orders are published."""
    _built(lab, answer)
    _published(10)
    lab.run_until_idle(3600)


def a_stranger(lab: Lab, answer: Answer) -> None:
    """Another topic is subscribed to the kitchen's queue, and somebody publishes to it."""
    _built(lab, answer)
    sns = boto3.client("sns")
    other = sns.create_topic(Name="advertisements")["TopicArn"]
    arn = _arn(url_of_queue(QUEUES[0]))
    sns.subscribe(TopicArn=other, Protocol="sqs", Endpoint=arn)
    sns.publish(TopicArn=other, Message="buy one, get two")
    lab.run_until_idle(3600)


def _built(lab: Lab, answer: Answer) -> None:
    answer.build(lab)
    arn_of_topic(TOPIC)
    for name in QUEUES:
        url_of_queue(name)


def _published(count: int) -> None:
    sns = boto3.client("sns")
    for number in range(1, count + 1):
        sns.publish(TopicArn=arn_of_topic(TOPIC), Message=json.dumps({"order": number, "cake": "lemon"}))


def _arn(url: str) -> str:
    answer = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return str(answer["Attributes"]["QueueArn"])


def both_queues_get_all(run: Run) -> Finding:
    """Each queue has each order once."""
    for name in QUEUES:
        arrived = of_all(run.trace, "send", at=name)
        if arrived != 10:
            return broken(expected=f"All 10 orders are in {name}.", happened=f"There are {arrived}.")
    return held()


def strangers_are_refused(run: Run) -> Finding:
    """What another topic publishes is not in the queue."""
    if of_all(run.trace, "send", at=QUEUES[0]) == 0:
        return held()
    return broken(
        expected="Only the topic orders may send to the queue kitchen.",
        happened="A message of the topic advertisements is in it, too.",
    )


NOTHING_ARRIVES = Exercise(
    id="sns-1",
    title="Nothing arrives",
    lesson=LESSON,
    level=2,
    topic="sns",
    asks=Code("build(lab)"),
    situations=(
        Situation(name="orders", set_up="Ten orders are published to the topic orders.", play=ten_orders),
        Situation(
            name="stranger",
            set_up="Somebody subscribes the queue kitchen to another topic of the same account, and "
            "publishes there.",
            play=a_stranger,
        ),
    ),
    properties=(
        Property(
            name="both queues get every order", points=3, judge=both_queues_get_all, situations=("orders",)
        ),
        Property(
            name="no other topic may send to the kitchen",
            points=2,
            judge=strangers_are_refused,
            situations=("stranger",),
        ),
    ),
    mistakes=(
        Mistake(
            name="no-policy",
            recognised=lambda run: (
                run.situation.name == "orders"
                and any(hop.outcome == "NO_PERMISSION" for hop in hops_of(run.trace, "deliver"))
            ),
            message="SNS was not allowed to send to the queue, so it dropped the messages; whoever "
            "published them was told that all is well. A queue's own policy says who may send to "
            "it.",
        ),
        Mistake(
            name="open-to-all",
            recognised=lambda run: run.situation.name == "stranger" and not strangers_are_refused(run).holds,
            message="The policy lets every topic send. Add a condition: aws:SourceArn has to be the ARN "
            "of your topic.",
        ),
    ),
)

# ---- sns-2: an order in an envelope


def five_orders(lab: Lab, answer: Answer) -> Counter[str]:
    """Five orders are published, two of them in a hurry; the kitchen reads them with its old program."""
    sns, sqs = boto3.client("sns"), boto3.client("sqs")
    topic = sns.create_topic(Name=TOPIC)["TopicArn"]
    url = sqs.create_queue(QueueName=QUEUES[0])["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": letting_in("sns", _arn(url), topic)})
    answer.subscribe(topic, _arn(url))
    for number in range(1, 6):
        hurry = {"hurry": {"DataType": "String", "StringValue": "yes" if number % 2 else "no"}}
        message = json.dumps({"order": number, "cake": "lemon"})
        sns.publish(TopicArn=topic, Message=message, MessageAttributes=hurry)
    lab.run_until_idle(3600)
    return _read_by_the_kitchen()


def _read_by_the_kitchen() -> Counter[str]:
    """What the kitchen's program makes of what it receives."""
    sqs, url = boto3.client("sqs"), url_of_queue(QUEUES[0])
    read: Counter[str] = Counter()
    ask = {"QueueUrl": url, "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"]}
    while messages := sqs.receive_message(**ask).get("Messages"):
        for message in messages:
            order = json.loads(message["Body"])
            read["understood" if "order" in order else "not understood"] += 1
            hurry = message.get("MessageAttributes", {}).get("hurry", {})
            read["in a hurry"] += hurry.get("StringValue") == "yes"
    return read


def the_kitchen_understands(run: Run) -> Finding:
    """The bodies are what was published."""
    read = run.made if isinstance(run.made, Counter) else Counter()
    if read["understood"] == 5:
        return held()
    return broken(
        expected="The kitchen's program finds `order` and `cake` in each of the five bodies.",
        happened=f"It understood {read['understood']}; in {read['not understood']} there were other names.",
    )


def attributes_arrive(run: Run) -> Finding:
    """Message attributes are those of the SQS message."""
    read = run.made if isinstance(run.made, Counter) else Counter()
    if read["in a hurry"] == 3:
        return held()
    return broken(
        expected="Three of the messages have the attribute `hurry` with the value yes.",
        happened=f"The kitchen found it {read['in a hurry']} times.",
    )


ENVELOPE = Exercise(
    id="sns-2",
    title="An order in an envelope",
    lesson=LESSON,
    level=1,
    topic="sns",
    asks=Code("subscribe(topic, queue)"),
    situations=(
        Situation(
            name="five",
            set_up="Five orders are published, three of them with an attribute that says they are in a "
            "hurry.",
            play=five_orders,
        ),
    ),
    properties=(
        Property(name="the kitchen understands every order", points=2, judge=the_kitchen_understands),
        Property(name="message attributes arrive as such", points=1, judge=attributes_arrive),
    ),
    mistakes=(
        Mistake(
            name="in-an-envelope",
            recognised=lambda run: isinstance(run.made, Counter) and run.made["not understood"] > 0,
            message="SNS puts what was published into a JSON envelope of its own, with Type, TopicArn and "
            "the rest; the order is the text in its Message. With raw message delivery the body "
            "is what was published.",
        ),
    ),
)

EXERCISES = (NOTHING_ARRIVES, ENVELOPE)
