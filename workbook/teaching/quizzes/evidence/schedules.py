"""What proves the keys of the questions in questions/schedules.toml.

Each function is read by itself, beside its question; what several of them use stands at the top.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from workbook import Lab
from workbook.teaching.quizzes.shown import Shown

QUEUE = "arn:aws:sqs:us-east-1:123456789012:"


def policy(statement: Mapping[str, object]) -> str:
    """A policy of one statement that allows something."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def role_for(lab: Lab, *actions: str) -> str:
    """A role that Scheduler may assume to do these actions; its ARN."""
    iam = lab.client("iam")
    trust = policy({"Principal": {"Service": "scheduler.amazonaws.com"}, "Action": "sts:AssumeRole"})
    role = iam.create_role(RoleName="clockwork", AssumeRolePolicyDocument=trust)["Role"]
    may = policy({"Action": actions, "Resource": "*"})
    iam.put_role_policy(RoleName="clockwork", PolicyName="may", PolicyDocument=may)
    return str(role["Arn"])


def schedule(scheduler: Any, name: str, when: str, target: Mapping[str, object], **options: object) -> None:
    """A schedule without a flexible window."""
    window = {"Mode": "OFF"}
    scheduler.create_schedule(
        Name=name, ScheduleExpression=when, Target=target, FlexibleTimeWindow=window, **options
    )


def count(sqs: Any, url: str) -> int:
    """How many messages wait in a queue."""
    name = "ApproximateNumberOfMessages"
    return int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name])


def ways_to_empty_a_queue_at_night(lab: Lab) -> Shown:
    """Three wishes are left in the queue; each way has one night."""
    sqs, scheduler, events = lab.client("sqs"), lab.client("scheduler"), lab.client("events")
    wishes = QUEUE + "wishes"
    let_in = {"Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"}

    def left(way: str) -> int:
        lab.reset()
        may = {"Policy": policy({**let_in, "Resource": wishes})}
        url = sqs.create_queue(QueueName="wishes", Attributes=may)["QueueUrl"]
        role = role_for(lab, "sqs:SendMessage", "sqs:PurgeQueue")
        night, lisbon = "cron(0 4 * * ? *)", "Europe/Lisbon"
        for song in ("one", "two", "three"):
            sqs.send_message(QueueUrl=url, MessageBody=song)
        if way == "a":
            purge = "arn:aws:scheduler:::aws-sdk:sqs:purgeQueue"
            target = {"Arn": purge, "RoleArn": role, "Input": json.dumps({"QueueUrl": url})}
            schedule(scheduler, "night", night, target, ScheduleExpressionTimezone=lisbon)
        elif way == "b":
            target = {"Arn": wishes, "RoleArn": role, "Input": "PurgeQueue"}
            schedule(scheduler, "night", night, target, ScheduleExpressionTimezone=lisbon)
        else:
            events.put_rule(Name="night", ScheduleExpression=night)
            events.put_targets(Rule="night", Targets=[{"Id": "1", "Arn": wishes}])
        lab.advance(days=1)
        return count(sqs, url)

    found = {way: left(way) for way in "abc"}
    return Shown(
        answer={way: messages == 0 for way, messages in found.items()},
        says="Three wishes were in the queue, and one night went by in each way.",
        each={way: f"messages in the morning: {messages}" for way, messages in found.items()},
        picture=lab.sequence(),
    )


def update_that_leaves_settings_out(lab: Lab) -> Shown:
    """A schedule that is disabled and has a time zone, after an update that names neither."""
    sqs, scheduler = lab.client("sqs"), lab.client("scheduler")
    sqs.create_queue(QueueName="pool")
    target = {"Arn": QUEUE + "pool", "RoleArn": role_for(lab, "sqs:SendMessage")}
    athens = {"ScheduleExpressionTimezone": "Europe/Athens", "State": "DISABLED"}
    schedule(scheduler, "pool", "cron(0 6 * * ? *)", target, **athens)
    window = {"Mode": "OFF"}
    later = "cron(30 6 * * ? *)"
    scheduler.update_schedule(Name="pool", ScheduleExpression=later, Target=target, FlexibleTimeWindow=window)
    now = scheduler.get_schedule(Name="pool")
    lab.advance(days=1)
    fired = [time.strftime("%H:%M") for time in lab.queue("pool").frame()["sent"]]
    return Shown(
        answer={
            "a": now["State"] == "ENABLED" and fired == ["06:30"],
            "b": now["State"] == "DISABLED",
            "c": fired == ["04:30"],
            "d": now["ScheduleExpression"] != later,
        },
        says=f"The update was taken. The state is {now['State']}, and it fired at {', '.join(fired)} UTC.",
        picture=lab.sequence(),
    )


def wind_every_90_minutes(lab: Lab) -> Shown:
    """Wait until the day after the regatta, and count."""
    sqs, scheduler = lab.client("sqs"), lab.client("scheduler")
    sqs.create_queue(QueueName="wind")
    target = {"Arn": QUEUE + "wind", "RoleArn": role_for(lab, "sqs:SendMessage")}
    midnight = lab.now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    day = {"StartDate": midnight + timedelta(hours=9), "EndDate": midnight + timedelta(hours=17)}
    schedule(scheduler, "wind", "rate(90 minutes)", target, ScheduleExpressionTimezone="UTC", **day)
    lab.advance(days=2)
    times = [time.strftime("%H:%M") for time in lab.queue("wind").frame()["sent"]]
    return Shown(answer=len(times), says=f"It fired at {', '.join(times)}.", picture=lab.sequence())


def schedules_that_are_left_on_saturday(lab: Lab) -> Shown:
    """Create the four on a Monday morning, and list the schedules on Saturday."""
    sqs, scheduler = lab.client("sqs"), lab.client("scheduler")
    sqs.create_queue(QueueName="kitchen")
    target = {"Arn": QUEUE + "kitchen", "RoleArn": role_for(lab, "sqs:SendMessage")}
    noon = lab.now.strftime("at(%Y-%m-%dT12:00:00)")
    tuesday = lab.now + timedelta(days=1)
    schedule(scheduler, "once", noon, target, ActionAfterCompletion="DELETE")
    schedule(scheduler, "stays", noon, target)
    schedule(scheduler, "ends", "rate(1 hours)", target, ActionAfterCompletion="DELETE", EndDate=tuesday)
    schedule(scheduler, "endless", "rate(1 hours)", target, ActionAfterCompletion="DELETE")
    lab.advance(days=5)
    left = {found["Name"] for found in scheduler.list_schedules()["Schedules"]}
    four = ("once", "stays", "ends", "endless")
    return Shown(
        answer={name: "Still there" if name in left else "Deleted" for name in four},
        says=f"The four were created on a Monday. On {lab.now:%A} {len(left)} of them are left.",
    )
