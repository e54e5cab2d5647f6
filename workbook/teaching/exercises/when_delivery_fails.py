"""An exercise on deliveries that fail for days."""

from __future__ import annotations

import json

import boto3

from workbook.lab import Lab
from workbook.scenarios.framework.reading import fates, hops_of
from workbook.teaching.answer import Answer
from workbook.teaching.asked import Code
from workbook.teaching.contract import Exercise, Finding, Mistake, Property, Run, Situation, broken, held
from workbook.teaching.properties.counting import counted
from workbook.teaching.properties.resources import arn_of_topic, url_of_queue

LESSON = "13_when_delivery_fails"
TOPIC = "warnings"
STATION = "station"
LOST = "undelivered"


def a_removed_queue(lab: Lab, answer: Answer) -> None:
    """Three warnings arrive; then somebody deletes the station's queue, and three more are published."""
    answer.build(lab)
    topic, url = arn_of_topic(TOPIC), url_of_queue(STATION)
    url_of_queue(LOST)
    sns = boto3.client("sns")
    for number in range(1, 4):
        sns.publish(TopicArn=topic, Message=f"warning {number}")
    lab.run_until_idle(3600)
    boto3.client("sqs").delete_queue(QueueUrl=url)
    lab.advance(120)
    for number in range(4, 7):
        sns.publish(TopicArn=topic, Message=f"warning {number}")
    lab.run_until_idle(3600)


def a_stranger_s_topic(lab: Lab, answer: Answer) -> None:
    """Another topic names the queue of the undelivered as its own dead-letter queue."""
    answer.build(lab)
    sns, sqs = boto3.client("sns"), boto3.client("sqs")
    other = sns.create_topic(Name="gossip")["TopicArn"]
    undelivered = sqs.get_queue_attributes(QueueUrl=url_of_queue(LOST), AttributeNames=["QueueArn"])
    arn = undelivered["Attributes"]["QueueArn"]
    gone = arn.replace(LOST, "a-queue-that-never-was")
    subscription = sns.subscribe(TopicArn=other, Protocol="sqs", Endpoint=gone)["SubscriptionArn"]
    sns.set_subscription_attributes(
        SubscriptionArn=subscription,
        AttributeName="RedrivePolicy",
        AttributeValue=json.dumps({"deadLetterTargetArn": arn}),
    )
    sns.publish(TopicArn=other, Message="gossip")
    lab.run_until_idle(3600)


def none_is_lost(run: Run) -> Finding:
    """What could not be delivered is kept."""
    published = list(hops_of(run.trace, "publish"))
    ends = fates(run.trace, STATION)
    lost = [hop for hop in published if ends.get(str(hop.message)) not in {"delivered", "dead-lettered"}]
    kept = len(list(hops_of(run.trace, "send", at=LOST)))
    dead = sum(end == "dead-lettered" for end in ends.values())
    if not lost and kept == dead:
        return held()
    missing = len(lost) or dead - kept
    return broken(
        expected=f"Each of the 6 warnings is in {STATION} or in {LOST}.",
        happened=f"{counted(missing, 'warning')} {'is' if missing == 1 else 'are'} nowhere.",
    )


def the_first_arrive(run: Run) -> Finding:
    """While the queue is there, warnings arrive."""
    arrived = len(list(hops_of(run.trace, "send", at=STATION)))
    if arrived == 3:
        return held()
    return broken(
        expected="The first three warnings are in the station's queue.", happened=f"There are {arrived}."
    )


def no_gossip(run: Run) -> Finding:
    """Only this topic may leave messages there."""
    if not list(hops_of(run.trace, "send", at=LOST)):
        return held()
    return broken(
        expected=f"Only {TOPIC} may send to {LOST}.", happened="A message of another topic lies there."
    )


UNDELIVERED = Exercise(
    id="fail-1",
    title="Three warnings nobody heard",
    lesson=LESSON,
    level=2,
    topic="sns",
    asks=Code("build(lab)"),
    situations=(
        Situation(
            name="removed",
            set_up="Three warnings are published. Then somebody deletes the queue of the station by "
            "mistake, and three more are published.",
            play=a_removed_queue,
        ),
        Situation(
            name="stranger",
            set_up="Another topic of the account names your queue as the place for what it cannot deliver.",
            play=a_stranger_s_topic,
        ),
    ),
    properties=(
        Property(name="warnings arrive", points=1, judge=the_first_arrive, situations=("removed",)),
        Property(name="none is lost", points=3, judge=none_is_lost, situations=("removed",)),
        Property(
            name="no other topic may use the queue", points=1, judge=no_gossip, situations=("stranger",)
        ),
    ),
    mistakes=(
        Mistake(
            name="no-redrive-policy",
            recognised=lambda run: (
                run.situation.name == "removed"
                and not list(hops_of(run.trace, "give-up"))
                and not none_is_lost(run).holds
            ),
            message="A queue that is gone is a permanent error: SNS does not try again, and with nowhere "
            "to put the message it drops it. A subscription can name a dead-letter queue, in its "
            "RedrivePolicy.",
        ),
        Mistake(
            name="no-policy-for-the-dead",
            recognised=lambda run: (
                run.situation.name == "removed"
                and bool(list(hops_of(run.trace, "give-up")))
                and not none_is_lost(run).holds
            ),
            message="The subscription names a dead-letter queue, and SNS may not send there. The dead- "
            "letter queue needs a policy like every other queue that SNS sends to; without it the "
            "message is lost after all.",
        ),
        Mistake(
            name="open-to-all",
            recognised=lambda run: run.situation.name == "stranger" and not no_gossip(run).holds,
            message="The policy of the dead-letter queue lets every topic in. Give it the condition on "
            "aws:SourceArn that the station's queue has.",
        ),
    ),
)

EXERCISES = (UNDELIVERED,)
