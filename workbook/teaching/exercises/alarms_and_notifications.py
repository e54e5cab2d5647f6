"""An exercise on an alarm that never fires."""

from __future__ import annotations

import boto3

from workbook.engine.clock import SECOND
from workbook.lab import Lab
from workbook.scenarios.framework.reading import hops_of
from workbook.teaching.answer import Answer
from workbook.teaching.asked import Code
from workbook.teaching.contract import Exercise, Finding, Mistake, Property, Run, Situation, broken, held
from workbook.teaching.properties.counting import times

LESSON = "14_alarms_and_notifications"
QUEUE = "to-print"
DESK = "picture-desk"
PAGER = "pager"
MINUTE = 60
SOON = 8
"""Minutes after which the desk has to know."""


def the_program_dies(lab: Lab, answer: Answer) -> int:
    """Eleven pictures come, and nobody takes them; after half an hour somebody does."""
    _built(lab, answer)
    lab.advance(10 * MINUTE)
    begin = lab.world.clock.now
    _sent(11)
    lab.advance(30 * MINUTE)
    _taken()
    lab.advance(20 * MINUTE)
    return begin


def a_goal(lab: Lab, answer: Answer) -> int:
    """Twenty pictures come at once, and all are taken within two minutes."""
    _built(lab, answer)
    lab.advance(10 * MINUTE)
    begin = lab.world.clock.now
    _sent(20)
    lab.advance(90)
    _taken()
    lab.advance(20 * MINUTE)
    return begin


def a_quiet_day(lab: Lab, answer: Answer) -> int:
    """Nine pictures, which wait for half an hour."""
    _built(lab, answer)
    begin = lab.world.clock.now
    _sent(9)
    lab.advance(30 * MINUTE)
    return begin


def _built(lab: Lab, answer: Answer) -> None:
    sqs, sns = boto3.client("sqs"), boto3.client("sns")
    sqs.create_queue(QueueName=QUEUE)
    topic = sns.create_topic(Name=DESK)["TopicArn"]
    lab.function(PAGER, pager)
    function = boto3.client("lambda").get_function_configuration(FunctionName=PAGER)["FunctionArn"]
    boto3.client("lambda").add_permission(
        FunctionName=PAGER,
        StatementId="desk",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
        SourceArn=topic,
    )
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function)
    answer.watch(topic)


def pager(event, context):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - as a learner writes it
    """Ring."""


def _sent(count: int) -> None:
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    for number in range(count):
        sqs.send_message(QueueUrl=url, MessageBody=f"picture {number}")


def _taken() -> None:
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def _rings(run: Run) -> list[int]:
    """When the desk was told that something is wrong: microseconds."""
    return [
        hop.time
        for hop in hops_of(run.trace, "publish", at=DESK)
        if str(hop.facts.get("subject", "")).startswith("ALARM")
    ]


def the_desk_is_told(run: Run) -> Finding:
    """Pictures that pile up ring the desk, soon and once."""
    begin = run.made if isinstance(run.made, int) else 0
    rings = [(ring - begin) / SECOND / MINUTE for ring in _rings(run)]
    expected = f"The desk is told once, within {SOON} minutes."
    if not rings:
        return broken(expected=expected, happened="In 50 minutes nobody was told.")
    if rings[0] > SOON or len(rings) > 1:
        return broken(
            expected=expected,
            happened=f"It was told {times(len(rings))}, first after {rings[0]:.0f} minutes.",
        )
    return held()


def nobody_is_woken(run: Run) -> Finding:
    """What passes by itself rings nobody."""
    rings = len(_rings(run))
    if not rings:
        return held()
    return broken(
        expected="Nobody is told: this passes by itself.", happened=f"The desk was told {times(rings)}."
    )


ALARM = Exercise(
    id="alarm-1",
    title="An alarm that never fires",
    lesson=LESSON,
    level=2,
    topic="cloudwatch",
    asks=Code("watch(desk)"),
    situations=(
        Situation(
            name="dead",
            set_up="Eleven pictures come, and the program that should take them is dead for half an hour.",
            play=the_program_dies,
        ),
        Situation(
            name="goal",
            set_up="Twenty pictures come at once, and all are taken within two minutes.",
            play=a_goal,
        ),
        Situation(name="quiet", set_up="Nine pictures wait for half an hour.", play=a_quiet_day),
    ),
    properties=(
        Property(
            name=f"the desk is told once, within {SOON} minutes",
            points=3,
            judge=the_desk_is_told,
            situations=("dead",),
        ),
        Property(
            name="a short rush and a few pictures wake nobody",
            points=2,
            judge=nobody_is_woken,
            situations=("goal", "quiet"),
        ),
    ),
    mistakes=(
        Mistake(
            name="another-metric",
            recognised=lambda run: run.situation.name == "dead" and not _rings(run) and _never_had_data(),
            message="The alarm has no data to look at: either there is no such metric, or nothing that it "
            "could count. A metric is found by its namespace, name and exact dimensions; that of a queue "
            "has one dimension, QueueName.",
        ),
        Mistake(
            name="too-nervous",
            recognised=lambda run: run.situation.name == "goal" and not nobody_is_woken(run).holds,
            message="One value above the threshold is enough for this alarm, so each goal wakes the desk. "
            "EvaluationPeriods says how many periods in a row it takes.",
        ),
        Mistake(
            name="nobody-to-tell",
            recognised=lambda run: (
                run.situation.name == "dead"
                and not _rings(run)
                and any(
                    hop.outcome == "ALARM" or "ALARM" in str(hop.facts) for hop in hops_of(run.trace, "alarm")
                )
            ),
            message="The alarm went off, and nobody heard it: it has no action for the state ALARM.",
        ),
        Mistake(
            name="too-slow",
            recognised=lambda run: (
                run.situation.name == "dead" and not the_desk_is_told(run).holds and bool(_rings(run))
            ),
            message="The desk hears of it too late, or more than once. Count: period times evaluation "
            "periods, and a little for the metric to come.",
        ),
    ),
)


def _never_had_data() -> bool:
    alarms = boto3.client("cloudwatch").describe_alarms()["MetricAlarms"]
    return all(alarm["StateValue"] == "INSUFFICIENT_DATA" for alarm in alarms)


EXERCISES = (ALARM,)
