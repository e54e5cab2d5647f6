"""What proves the keys of the questions in questions/scheduler.toml.

Each function is read by itself, beside its question; what several of them use stands at the top.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from botocore.exceptions import ClientError

from workbook import Lab
from workbook.teaching.quizzes.shown import Shown

QUEUE = "arn:aws:sqs:us-east-1:123456789012:"


def role_for(
    lab: Lab, *resources: str, service: str = "scheduler.amazonaws.com", action: str = "sqs:SendMessage"
) -> str:
    """A role that a service may assume, and that may do one action on these resources; its ARN."""
    iam = lab.client("iam")
    trust = {"Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    may = {"Action": action, "Resource": list(resources) or "*"}
    role = iam.create_role(RoleName="clockwork", AssumeRolePolicyDocument=policy(trust))["Role"]
    iam.put_role_policy(RoleName="clockwork", PolicyName="may", PolicyDocument=policy(may))
    return str(role["Arn"])


def policy(statement: Mapping[str, object]) -> str:
    """A policy of one statement that allows something."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def schedule(scheduler: Any, name: str, when: str, target: Mapping[str, object], **options: object) -> None:
    """A schedule without a flexible window, unless another one is given."""
    options = {"FlexibleTimeWindow": {"Mode": "OFF"}, **options}
    scheduler.create_schedule(Name=name, ScheduleExpression=when, Target=target, **options)


def came(lab: Lab, queue: str) -> list[datetime]:
    """When each message was sent to a queue, in UTC."""
    return [time.to_pydatetime() for time in lab.queue(queue).frame()["sent"]]


def reminders_that_are_due_once(lab: Lab) -> Shown:
    """Remind a patient tomorrow, in each way; then look whether it came, and what is left of the way."""
    scheduler, events, sqs = lab.client("scheduler"), lab.client("events"), lab.client("sqs")
    found: dict[str, tuple[int, int]] = {}

    def remind(way: str) -> None:
        lab.reset()
        url = sqs.create_queue(QueueName="reminders")["QueueUrl"]
        target = {"Arn": QUEUE + "reminders", "RoleArn": role_for(lab), "Input": "tomorrow at nine"}
        tomorrow = "at(2026-01-06T09:00:00)"
        try:
            if way == "a":
                schedule(scheduler, "visit", tomorrow, target, ActionAfterCompletion="DELETE")
            elif way == "b":
                schedule(scheduler, "visit", tomorrow, target, EndDate=lab.now + timedelta(days=1))
            elif way == "c":
                sqs.send_message(QueueUrl=url, MessageBody="tomorrow", DelaySeconds=86_400)
            else:
                events.put_rule(Name="visit", ScheduleExpression=tomorrow)
        except ClientError:
            pass
        lab.advance(days=2)
        found[way] = (len(came(lab, "reminders")), len(scheduler.list_schedules()["Schedules"]))

    for way in "abcd":
        remind(way)
    return Shown(
        answer={way: arrived == 1 and left == 0 for way, (arrived, left) in found.items()},
        says="One appointment was entered in each way, and two days went by.",
        each={
            way: f"reminders that came: {arrived}; schedules that are left: {left}"
            for way, (arrived, left) in found.items()
        },
    )


def backups_in_the_month_of_the_clock_change(lab: Lab) -> Shown:
    """Let the schedule run for March 2026 in New York, and count."""
    lab.client("sqs").create_queue(QueueName="backups")
    target = {"Arn": QUEUE + "backups", "RoleArn": role_for(lab), "Input": "back up"}
    zone = ZoneInfo("America/New_York")
    schedule(
        lab.client("scheduler"),
        "backup",
        "cron(30 2 * * ? *)",
        target,
        ScheduleExpressionTimezone="America/New_York",
        StartDate=datetime(2026, 3, 1, tzinfo=zone),
        EndDate=datetime(2026, 4, 1, tzinfo=zone),
    )
    lab.advance(days=90)
    begun = [hop.time / 1_000_000 for hop in lab.trace if hop.kind == "deliver"]
    days = {datetime.fromtimestamp(time, zone).day for time in begun}
    without = ", ".join(str(day) for day in range(1, 32) if day not in days)
    return Shown(
        answer=len(begun),
        says=f"{len(days)} of the 31 nights had a backup. The night without one is that of {without} March.",
    )


def opening_after_the_clocks_changed(lab: Lab) -> Shown:
    """Make all four on Friday, and look at the clock in Berlin when each calls on Monday."""
    scheduler, events, sqs = lab.client("scheduler"), lab.client("events"), lab.client("sqs")
    friday, monday = datetime(2026, 3, 27, 7, tzinfo=UTC), datetime(2026, 3, 30, tzinfo=UTC).date()
    lab.advance((friday - timedelta(hours=1) - lab.now).total_seconds())
    role = role_for(lab)

    def queue(name: str) -> str:
        may = {"Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:*", "Resource": QUEUE + name}
        sqs.create_queue(QueueName=name, Attributes={"Policy": policy(may)})
        return QUEUE + name

    def target(name: str) -> dict[str, str]:
        return {"Arn": queue(name), "RoleArn": role, "Input": "open"}

    eight = "cron(0 8 * * ? *)"
    schedule(scheduler, "zone", eight, target("zone"), ScheduleExpressionTimezone="Europe/Berlin")
    schedule(scheduler, "none", eight, target("none"))
    schedule(scheduler, "rate", "rate(1 days)", target("rate"), StartDate=friday)
    events.put_rule(Name="rule", ScheduleExpression=eight)
    events.put_targets(Rule="rule", Targets=[{"Id": "1", "Arn": queue("rule")}])
    lab.advance(days=4)

    def clock(name: str) -> str:
        local = [time.astimezone(ZoneInfo("Europe/Berlin")) for time in came(lab, name)]
        [on_monday] = [time for time in local if time.date() == monday]
        return f"{on_monday:%H:%M}"

    times = {name: clock(name) for name in ("zone", "none", "rate", "rule")}
    return Shown(
        answer=times,
        says="The four were made on Friday morning, and the lab went on until Tuesday.",
        each={name: f"on Monday it called at {time} by the clock in Berlin" for name, time in times.items()},
    )


def calls_of_six_stores(lab: Lab) -> Shown:
    """Six stores, each way in turn: count the calls from two to three, and those of the fullest minute."""
    scheduler, sqs = lab.client("scheduler"), lab.client("sqs")
    hour = {"StartDate": datetime(2026, 1, 6, 2, tzinfo=UTC), "EndDate": datetime(2026, 1, 6, 3, tzinfo=UTC)}
    window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 60}
    found: dict[str, tuple[int, int]] = {}

    def night(way: str, when: str, **options: Any) -> None:
        lab.reset()
        sqs.create_queue(QueueName="calls")
        target = {"Arn": QUEUE + "calls", "RoleArn": role_for(lab), "Input": "prices"}
        target |= options.pop("more", {})
        for store in range(6):
            schedule(scheduler, f"store-{store}", when, target, **options)
        lab.advance(hours=20)
        minutes = [time.replace(second=0, microsecond=0) for time in came(lab, "calls")]
        found[way] = (len(minutes), max(minutes.count(minute) for minute in minutes))

    night("a", "cron(0 2 * * ? *)", FlexibleTimeWindow=window)
    night("b", "cron(0 2 * * ? *)", more={"RetryPolicy": {"MaximumEventAgeInSeconds": 3600}})
    night("c", "cron(* 2 * * ? *)")
    night("d", "rate(1 days)", **hour)
    return Shown(
        answer={way: calls == 6 and fullest < 6 for way, (calls, fullest) in found.items()},
        says="Six of the stores had a schedule each, and a night went by in each way.",
        each={
            way: f"{calls} calls, {fullest} in the fullest minute" for way, (calls, fullest) in found.items()
        },
    )


def dead_letters_of_a_schedule(lab: Lab) -> Shown:
    """Let a schedule call a queue that does not exist, with some of the five measures; was a letter kept?"""
    scheduler, sqs = lab.client("scheduler"), lab.client("sqs")

    def letters(measures: str) -> int:
        lab.reset()
        name = "letters.fifo" if "e" in measures else "letters"
        may = {
            "Principal": {"Service": "scheduler.amazonaws.com"},
            "Action": "sqs:*",
            "Resource": QUEUE + name,
        }
        kind = {"FifoQueue": "true"} if "e" in measures else {}
        open_to_all = {"Policy": policy(may)} if "c" in measures else {}
        sqs.create_queue(QueueName=name, Attributes={**kind, **open_to_all})
        allowed = [QUEUE + "nowhere", *([QUEUE + name] if "b" in measures else [])]
        target: dict[str, Any] = {"Arn": QUEUE + "nowhere", "RoleArn": role_for(lab, *allowed), "Input": "go"}
        if "a" in measures or "e" in measures:
            target["DeadLetterConfig"] = {"Arn": QUEUE + name}
        if "d" in measures:
            target["RetryPolicy"] = {"MaximumRetryAttempts": 185}
        try:
            schedule(scheduler, "invoice", "at(2026-01-05T10:00:00)", target)
        except ClientError:
            return 0  # CreateSchedule refuses it
        lab.advance(days=2)
        return len(came(lab, name))

    both, others = letters("ab"), {"c": letters("ac"), "d": letters("bd"), "e": letters("be")}
    without = {"a": letters("b"), "b": letters("a")}
    needed = {step: count < both for step, count in without.items()}
    return Shown(
        answer={**needed, **{step: count == both for step, count in others.items()}},
        says=f"The schedule called a queue that does not exist. With both right steps {both} letter came.",
        each={
            **{
                step: f"with the other right step, and without this, letters kept: {count}"
                for step, count in without.items()
            },
            **{
                step: f"with this in the place of a right one, letters kept: {count}"
                for step, count in others.items()
            },
        },
    )


def reports_that_come_too_late(lab: Lab) -> Shown:
    """Let the queue be away for two minutes, and then for half an hour, with each setting."""
    scheduler, sqs = lab.client("scheduler"), lab.client("sqs")

    def minutes(away: int, more: Mapping[str, object], options: Mapping[str, object]) -> float | None:
        lab.reset()
        sqs.create_queue(QueueName="reports")
        target = {"Arn": QUEUE + "reports", "RoleArn": role_for(lab), "Input": "report", **more}
        ten = datetime(2026, 1, 5, 10, tzinfo=UTC)
        lab.advance(minutes=59)
        lab.outage("reports", minutes=away + 1)
        schedule(scheduler, "report", "cron(0 10 * * ? *)", target, **options)
        lab.advance(hours=20)
        return next(((time - ten).total_seconds() / 60 for time in came(lab, "reports")), None)

    window = {"FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 10}}
    ways: dict[str, tuple[Mapping[str, object], Mapping[str, object]]] = {
        "a": ({"RetryPolicy": {"MaximumEventAgeInSeconds": 600}}, {}),
        "b": ({"RetryPolicy": {"MaximumRetryAttempts": 0}}, {}),
        "c": ({}, window),
        "d": ({}, {"EndDate": datetime(2026, 1, 5, 10, 10, tzinfo=UTC)}),
    }
    found = {way: (minutes(2, *each), minutes(30, *each)) for way, each in ways.items()}

    def words(after: float | None) -> str:
        return "never" if after is None else f"{after:.0f} min after ten"

    return Shown(
        answer={way: short is not None and long is None for way, (short, long) in found.items()},
        says="The report was due at ten. The queue was away until 10:02, and in another run until 10:30.",
        each={
            way: f"away for 2 minutes: {words(short)}; for 30 minutes: {words(long)}"
            for way, (short, long) in found.items()
        },
    )


def who_has_to_allow_a_schedule(lab: Lab) -> Shown:
    """Make each of the four mistakes by itself, and see what becomes of the schedule's message."""
    scheduler, sqs = lab.client("scheduler"), lab.client("sqs")

    def outcome(away: int = 0, **role: str) -> str:
        lab.reset()
        sqs.create_queue(QueueName="orders")
        target = {"Arn": QUEUE + "orders", "RoleArn": role_for(lab, **role), "Input": "restock"}
        if away:
            lab.outage("orders", minutes=away)
        try:
            schedule(scheduler, "restock", "at(2026-01-05T09:00:00)", target)
        except ClientError:
            return "CreateSchedule is refused"
        lab.advance(hours=30)
        tries = sum(hop.kind == "deliver" for hop in lab.trace)
        if not came(lab, "orders"):
            return "The call fails and is not tried again" if tries <= 1 else "The call fails again and again"
        return "The call succeeds at once" if tries == 1 else "The call succeeds after more tries"

    found = {
        "trust": outcome(service="events.amazonaws.com"),
        "may": outcome(action="sqs:ReceiveMessage"),
        "queue": outcome(),
        "away": outcome(away=3),
    }
    return Shown(
        answer=found,
        says="A message was scheduled with each of the four conditions, and 30 hours went by.",
    )
