"""An alarm on a queue: how soon it tells of a consumer that died, and how often it tells for nothing.

A program prepares pictures, one in five seconds. A rush comes that it works off; later it ends, and pictures
go on coming. The two are what an alarm has to tell apart. A low threshold and a single period tell early, of
the rush as well; more periods wait until what goes away by itself has gone. The age of the oldest message
says how long somebody has waited already, however many pictures there are.

Whether SQS reports an age where nothing waits is not known for certain, so missing data count as no breach.
"""

from __future__ import annotations

import time

import boto3

from workbook import Lab
from workbook.engine.clock import SECOND
from workbook.engine.hop import Hop
from workbook.flow.durations import duration_text
from workbook.scenarios.framework.account import Cell, Findings, counted
from workbook.scenarios.framework.reading import Hops, hops_of
from workbook.scenarios.framework.scenario import HOUR, Scenario
from workbook.scenarios.framework.settings import Number, Switch

QUEUE = "pictures"
ALARM = "pictures-wait"
RUSH_AT = 5 * 60  # seconds
DEATH_AT = 20 * 60
END = 45 * 60
WORK = 5
PAUSE = 20


def build(lab: Lab, by_age: bool, threshold: int, periods: int) -> str:
    """Create the queue, a topic with Leila's email address, and the alarm."""
    pictures = boto3.client("sqs").create_queue(QueueName=QUEUE)["QueueUrl"]
    sns = boto3.client("sns")
    desk = sns.create_topic(Name="picture-desk")["TopicArn"]
    sns.subscribe(TopicArn=desk, Protocol="email", Endpoint="leila@paper.example")
    lab.http(lab.mailbox[-1].link)  # she confirms
    waiting, oldest = "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"
    boto3.client("cloudwatch").put_metric_alarm(
        AlarmName=ALARM,
        Namespace="AWS/SQS",
        MetricName=oldest if by_age else waiting,
        Dimensions=[{"Name": "QueueName", "Value": QUEUE}],
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=periods,
        Threshold=threshold,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[desk],
    )
    return pictures


def trigger(lab: Lab, pictures: str, rush: int) -> None:
    """Pictures come, once many; the program that prepares them ends after twenty minutes."""
    lab.program("prepress", prepare, pictures)
    lab.program("photographers", take_pictures, pictures)
    lab.program("match", take_many, pictures, rush)


def prepare(pictures: str) -> None:
    """Prepare pictures for print, for twenty minutes; then the program ends without a word."""
    sqs, end = boto3.client("sqs"), time.time() + DEATH_AT
    while time.time() < end:
        answer = sqs.receive_message(QueueUrl=pictures, WaitTimeSeconds=20)
        for picture in answer.get("Messages", []):
            time.sleep(WORK)
            sqs.delete_message(QueueUrl=pictures, ReceiptHandle=picture["ReceiptHandle"])


def take_pictures(pictures: str) -> None:
    """Take a picture now and then."""
    for number in range(END // PAUSE):
        boto3.client("sqs").send_message(QueueUrl=pictures, MessageBody=f"town {number}")
        time.sleep(PAUSE)


def take_many(pictures: str, rush: int) -> None:
    """After five minutes, come home from a match with many pictures."""
    time.sleep(RUSH_AT)
    for number in range(rush):
        boto3.client("sqs").send_message(QueueUrl=pictures, MessageBody=f"goal {number}")


def measure(trace: Hops) -> Findings:
    """When the alarm changed its state, and how many pictures waited then."""
    sent = list(hops_of(trace, "send", at=QUEUE))
    if not sent:
        return Findings("No pictures were taken yet.", (), ())
    begin = sent[0].time
    changes = [hop for hop in hops_of(trace, "alarm") if hop.time >= begin]
    death = begin + DEATH_AT * SECOND
    moments = [(begin + RUSH_AT * SECOND, "the rush"), (death, "the program ends")]
    moments += [(hop.time, f"the alarm is {hop.facts['new']}") for hop in changes]
    ended = trace[-1].time
    rows = tuple(_row(trace, begin, *moment) for moment in sorted(moments) if moment[0] <= ended)
    columns = ("minute", "what happens", "pictures that wait")
    return Findings(_conclusion(trace, changes, death), columns, rows)


def _row(trace: Hops, begin: int, instant: int, what: str) -> tuple[Cell, ...]:
    return (round((instant - begin) / (60 * SECOND)), what, _waiting(trace, instant))


def _waiting(trace: Hops, instant: int) -> int:
    """How many pictures are not prepared at an instant."""
    earlier = [hop.kind for hop in hops_of(trace, "send", "delete", at=QUEUE) if hop.time <= instant]
    return earlier.count("send") - earlier.count("delete")


def _conclusion(trace: Hops, changes: list[Hop], death: int) -> str:
    alarms = [hop for hop in changes if hop.facts["new"] == "ALARM"]
    in_vain = sum(hop.time <= death for hop in alarms)
    nothing = f"{counted(in_vain, 'email')} for nothing" if in_vain else "No email for nothing"
    if trace[-1].time < death:
        return f"{nothing} so far; the program is still at work."
    last = changes[-1] if changes else None
    if last is None or last.facts["new"] != "ALARM":
        minutes = counted(round((trace[-1].time - death) / (60 * SECOND)), "minute")
        return f"{nothing}. That the program has ended, nobody was told within {minutes}."
    if last.time <= death:
        return f"{nothing}, and none when the program ended: the alarm was in ALARM already."
    after = duration_text((last.time - death) / SECOND)
    waited = counted(_waiting(trace, last.time), "picture")
    return f"{nothing}. An email told of the dead program after {after}, when {waited} waited."


SCENARIO = Scenario(
    name="queue-alarm",
    title="An alarm on a queue",
    question="How soon does an alarm tell of a dead consumer, and how often does it tell for nothing?",
    watch="Watch how many pictures wait during the rush, and after the program has ended.",
    settings=(
        Switch("by_age", "watch the age of the oldest picture", default=False),
        Number("threshold", "alarm above", 10, minimum=0, maximum=3_600, unit="pictures or seconds"),
        Number("periods", "for so many minutes in a row", 3, minimum=1, maximum=30, unit="min"),
        Number("rush", "pictures in the rush", 40, minimum=0, maximum=200, unit="pictures"),
    ),
    build=build,
    trigger=trigger,
    measure=measure,
    queues=(QUEUE,),
    limit=2 * HOUR,
    differs="the alarm looks at each full minute and knows all values up to then; "
    "AWS's are a minute or two later.",
)
