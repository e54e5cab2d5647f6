"""A nightly job around the night in which the clocks change, set in three ways that agree until then.

A cron with a time zone keeps to the clocks on the wall: a time that they leave out is skipped, one that they
show twice counts once. A cron in UTC and a rate of a day keep to 24 hours, so by the wall they are then an
hour off.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable
from zoneinfo import ZoneInfo

import boto3

from workbook import Lab
from workbook.engine.clock import datetime_of
from workbook.engine.story import short_name
from workbook.scenarios.framework.account import Findings, counted, times
from workbook.scenarios.framework.reading import Hops, hops_of, instant_fact
from workbook.scenarios.framework.scenario import HOUR, Scenario
from workbook.scenarios.framework.settings import Number, Switch

QUEUE = "night-jobs"
ZONE = "Europe/Oslo"
NIGHTS = 4
HALF_A_DAY = datetime.timedelta(hours=12)
KINDS = ("cron-in-Oslo", "cron-in-UTC", "rate")


def build(lab: Lab, autumn: bool) -> tuple[str, datetime.datetime]:
    """Create a queue and a role, and let time pass until the day before the first night."""
    sqs, iam = boto3.client("sqs"), boto3.client("iam")
    queue = sqs.create_queue(QueueName=QUEUE)["QueueUrl"]
    service = {"Principal": {"Service": "scheduler.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName="schedules", AssumeRolePolicyDocument=policy(**service))["Role"]
    iam.put_role_policy(
        RoleName="schedules",
        PolicyName="send",
        PolicyDocument=policy(Action="sqs:SendMessage", Resource=queue_arn(queue)),
    )
    first_night = saturday_before_the_change(lab.now, month=10 if autumn else 3)
    lab.advance((first_night - HALF_A_DAY - lab.now).total_seconds())
    return role["Arn"], first_night


def policy(**statement: object) -> str:
    """A policy that allows one thing."""
    allow = {"Effect": "Allow", **statement}
    return json.dumps({"Version": "2012-10-17", "Statement": [allow]})


def queue_arn(url: str) -> str:
    """The ARN of the queue with this URL."""
    answer = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return answer["Attributes"]["QueueArn"]


def saturday_before_the_change(now: datetime.datetime, month: int) -> datetime.datetime:
    """Its midnight; Europe's clocks change on the last Sundays of March and October."""
    midnight = datetime.datetime(now.year, month, 31, tzinfo=ZoneInfo(ZONE))
    saturday = midnight - datetime.timedelta(days=(midnight.weekday() + 1) % 7 + 1)
    if saturday - HALF_A_DAY < now:
        return saturday_before_the_change(now.replace(year=now.year + 1, month=1, day=1), month)
    return saturday


def trigger(lab: Lab, system: tuple[str, datetime.datetime], hour: int, minute: int) -> None:
    """Make three schedules for four nights; in the first one they fire at the same time."""
    role, first_night = system
    wall = first_night.replace(hour=hour, minute=minute)
    utc = wall.astimezone(datetime.UTC)
    expressions = {
        "cron-in-Oslo": (f"cron({minute} {hour} * * ? *)", ZONE),
        "cron-in-UTC": (f"cron({utc.minute} {utc.hour} * * ? *)", "UTC"),
        "rate": ("rate(1 days)", "UTC"),
    }
    queue = boto3.client("sqs").get_queue_url(QueueName=QUEUE)["QueueUrl"]
    for name, (expression, zone) in expressions.items():
        boto3.client("scheduler").create_schedule(
            Name=name,
            ScheduleExpression=expression,
            ScheduleExpressionTimezone=zone,
            StartDate=wall,
            EndDate=first_night + datetime.timedelta(days=NIGHTS),
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": queue_arn(queue), "RoleArn": role, "Input": name},
        )


def measure(trace: Hops) -> Findings:
    """For each night the times by the clocks on the wall at which each schedule was due."""
    due: dict[str, list[datetime.datetime]] = {kind: [] for kind in KINDS}
    for hop in hops_of(trace, "fire"):
        name = short_name(hop.resource).rpartition("/")[2]
        due[name].append(_on_the_wall(instant_fact(hop, "scheduled_at")))
    everything = [time for found in due.values() for time in found]
    if not everything:
        return Findings("Nothing was due yet.", (), ())
    first = min(everything).date()
    days = [first + datetime.timedelta(days=number) for number in range(NIGHTS)]
    rows = tuple(
        (f"{day:%a %d %b}", *(_times(time for time in due[kind] if time.date() == day) for kind in KINDS))
        for day in days
    )
    parts = "; ".join(f"{kind} {times(len(found))}, at {_times(found)}" for kind, found in due.items())
    return Findings(f"In {counted(NIGHTS, 'night')} by the clocks of Oslo: {parts}.", ("day", *KINDS), rows)


def _on_the_wall(instant: int) -> datetime.datetime:
    return datetime_of(instant).astimezone(ZoneInfo(ZONE))


def _times(found: Iterable[datetime.datetime]) -> str:
    """The times of day, each once."""
    return ", ".join(dict.fromkeys(f"{time:%H:%M}" for time in found)) or "not at all"


SCENARIO = Scenario(
    name="daylight-saving",
    title="A nightly job, and the clocks change",
    question="When does a nightly job run, in the nights around a change of the clocks?",
    watch="Watch the night from Saturday to Sunday, and those after it: which schedules keep their time?",
    settings=(
        Number("hour", "hour of the job in Oslo", 2, minimum=0, maximum=23, unit="h"),
        Number("minute", "minute", 30, minimum=0, maximum=59, unit="min"),
        Switch("autumn", "in autumn, when the clocks go back", default=False),
    ),
    build=build,
    trigger=trigger,
    measure=measure,
    queues=(QUEUE,),
    limit=NIGHTS * 24 * HOUR + 12 * HOUR,
    afterwards=NIGHTS * 24 * HOUR + 12 * HOUR,
    differs="which second of its minute a schedule takes comes from the lab's seed; "
    "AWS promises the minute only.",
)
