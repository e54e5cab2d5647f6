"""An exercise on a schedule in the wrong time zone."""

from __future__ import annotations

import datetime
import zoneinfo

import boto3

from workbook.lab import Lab
from workbook.scenarios.framework.reading import hops_of
from workbook.teaching.answer import Answer
from workbook.teaching.asked import Code
from workbook.teaching.contract import Exercise, Finding, Mistake, Property, Run, Situation, broken, held
from workbook.teaching.properties.roles import role_for

LESSON = "18_scheduler_and_pipes"
QUEUE = "bridge"
OSLO = zoneinfo.ZoneInfo("Europe/Oslo")
DAY = 86_400


def into_summer(lab: Lab, answer: Answer) -> None:
    """Four days around the last Sunday of March."""
    _watched(lab, answer, datetime.datetime(2026, 3, 27, 12, tzinfo=datetime.UTC))


def into_winter(lab: Lab, answer: Answer) -> None:
    """Four days around the last Sunday of October."""
    _watched(lab, answer, datetime.datetime(2026, 10, 23, 12, tzinfo=datetime.UTC))


def _watched(lab: Lab, answer: Answer, begin: datetime.datetime) -> None:
    lab.advance((begin - lab.now).total_seconds())
    queue = boto3.client("sqs").create_queue(QueueName=QUEUE)["QueueUrl"]
    arn = boto3.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    answer.build(arn["Attributes"]["QueueArn"], role_for("scheduler", "sqs:SendMessage"))
    lab.advance(4 * DAY)


def _local_times(run: Run) -> list[str]:
    sent = (
        datetime.datetime.fromtimestamp(hop.time / 1e6, OSLO) for hop in hops_of(run.trace, "send", at=QUEUE)
    )
    return [f"{each:%a %d %H:%M}" for each in sent]


def always_at_half_past_eight(run: Run) -> Finding:
    """The list comes each morning at 08:30 of Oslo."""
    times = _local_times(run)
    if len(times) == 4 and all(each.endswith("08:30") for each in times):
        return held()
    return broken(
        expected="On each of the four mornings the list comes at 08:30, Oslo time.",
        happened=f"It came {', '.join(times)}." if times else "It never came.",
    )


HALF_PAST_EIGHT = Exercise(
    id="zone-1",
    title="Half past eight in Oslo",
    lesson=LESSON,
    level=1,
    topic="scheduler",
    asks=Code("build(queue, role)"),
    situations=(
        Situation(
            name="spring",
            set_up="Four days in March pass; on the Sunday among them summer time begins.",
            play=into_summer,
        ),
        Situation(
            name="autumn",
            set_up="Four days in October pass; on the Sunday among them summer time ends.",
            play=into_winter,
        ),
    ),
    properties=(
        Property(name="the list comes at 08:30 on every morning", points=3, judge=always_at_half_past_eight),
    ),
    mistakes=(
        Mistake(
            name="utc",
            recognised=lambda run: (
                run.situation.name == "spring"
                and {each[-5:] for each in _local_times(run)} == {"09:30", "10:30"}
            ),
            message="Without a time zone a schedule counts in UTC, an hour behind Oslo in winter and two "
            "in summer. Use ScheduleExpressionTimezone.",
        ),
        Mistake(
            name="shifted-by-hand",
            recognised=lambda run: (
                run.situation.name == "spring"
                and {each[-5:] for each in _local_times(run)} == {"08:30", "09:30"}
            ),
            message="Taking an hour off by hand is right until the clocks change. A time zone knows the "
            "day on which they do.",
        ),
    ),
)

EXERCISES = (HALF_PAST_EIGHT,)
