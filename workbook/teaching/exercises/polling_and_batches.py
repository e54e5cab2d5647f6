"""Exercises on polling and batches: what a night costs, and when a queue is empty."""

from __future__ import annotations

import datetime

import boto3

from workbook.engine.clock import SECOND
from workbook.engine.seeds import Chaos
from workbook.lab import Lab
from workbook.scenarios.framework.reading import hops_of, lives, whereabouts
from workbook.scenarios.framework.settings import Number, limit_of, source_of
from workbook.teaching.answer import Answer
from workbook.teaching.asked import Code, Settings
from workbook.teaching.contract import Exercise, Finding, Mistake, Property, Run, Situation, broken, held
from workbook.teaching.properties.counting import calls_of, counted

LESSON = "04_polling_and_batches"
QUEUE = "jobs"

# ---- poll-1: a courier's phone

NIGHT = 3600
REQUESTS_OF_A_NIGHT = 200
ENOUGH = 1_000
"""Requests after which a phone that asks for ever is switched off."""
SOON = 1
REQUESTS_OF_THE_MORNING = 12
MORNING_JOBS = 40


def a_quiet_night(lab: Lab, answer: Answer) -> None:
    """An hour in which nobody wants anything."""
    _polls_until(lab, _queue(), answer, lab.now + datetime.timedelta(seconds=NIGHT))


def flowers_at_odd_times(lab: Lab, answer: Answer) -> None:
    """Five jobs come, at instants that fit no rhythm."""
    url = _queue()
    lab.program("flower shop", flower_shop, url)
    _polls_until(lab, url, answer, lab.now + datetime.timedelta(seconds=400))


def flower_shop(url: str) -> None:
    """Send a job now and then."""
    import time

    for number, pause in enumerate((7.3, 31.9, 58.1, 44.7, 93.2), start=1):
        time.sleep(pause)
        boto3.client("sqs").send_message(QueueUrl=url, MessageBody=f"job {number}")


def a_busy_morning(lab: Lab, answer: Answer) -> None:
    """Forty jobs lie in the queue when the phone is switched on."""
    url = _queue()
    for start in range(0, MORNING_JOBS, 10):
        entries = [{"Id": str(number), "MessageBody": f"job {start + number}"} for number in range(10)]
        boto3.client("sqs").send_message_batch(QueueUrl=url, Entries=entries)
    _polls_until(lab, url, answer, lab.now + datetime.timedelta(seconds=60), most=MORNING_JOBS)


def _queue() -> str:
    return str(boto3.client("sqs").create_queue(QueueName=QUEUE)["QueueUrl"])


def _polls_until(lab: Lab, url: str, answer: Answer, end: datetime.datetime, most: int | None = None) -> None:
    """Ask as the settings say, until an instant, or until there were `most` messages."""
    sqs = boto3.client("sqs")
    ask = {
        "QueueUrl": url,
        "WaitTimeSeconds": answer.settings["wait"],
        "MaxNumberOfMessages": answer.settings["messages"],
    }
    got = requests = 0
    with lab.actor("phone"):
        while lab.now < end and requests < ENOUGH and (most is None or got < most):
            requests += 1
            for message in sqs.receive_message(**ask).get("Messages", []):
                got += 1
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            lab.advance(max(answer.settings["pause"], 0.001))


def the_night_is_cheap(run: Run) -> Finding:
    """Few requests are made while there is nothing."""
    calls = calls_of(run.trace, "ReceiveMessage")
    if calls <= REQUESTS_OF_A_NIGHT:
        return held()
    return broken(
        expected=f"An hour without a job takes at most {REQUESTS_OF_A_NIGHT} requests.",
        happened=f"The phone made {calls:,} in {_seconds_of(run):,.0f} s.",
    )


def _seconds_of(run: Run) -> float:
    return (run.trace[-1].time - run.trace[0].time) / SECOND


def jobs_are_seen_at_once(run: Run) -> Finding:
    """Each job reaches the phone as soon as it is there."""
    for life in lives(hops_of(run.trace, "send", "receive", at=QUEUE)).values():
        job = str(life[0].facts["body"])
        expected = f"Each job is on the phone within {SOON} s."
        if len(life) < 2:
            return broken(expected=expected, happened=f"{job.capitalize()} never came.")
        late = (life[1].time - life[0].time) / SECOND
        if late > SOON:
            return broken(expected=expected, happened=f"{job.capitalize()} came after {late:.1f} s.")
    return held()


def the_morning_is_cheap(run: Run) -> Finding:
    """Full batches are taken while there is much."""
    calls = calls_of(run.trace, "ReceiveMessage")
    done = len(list(hops_of(run.trace, "receive", at=QUEUE)))
    if calls <= REQUESTS_OF_THE_MORNING and done >= MORNING_JOBS:
        return held()
    return broken(
        expected=f"{MORNING_JOBS} jobs come within a minute, by {REQUESTS_OF_THE_MORNING} requests at most.",
        happened=f"{counted(calls, 'request')} brought {counted(done, 'job')}.",
    )


A_PHONE = Exercise(
    id="poll-1",
    title="A courier's phone",
    lesson=LESSON,
    level=1,
    topic="sqs",
    asks=Settings(
        (
            Number(
                "wait",
                "WaitTimeSeconds",
                0,
                minimum=0,
                maximum=limit_of("sqs.wait-time"),
                unit="s",
                source=source_of("sqs.wait-time"),
            ),
            Number(
                "messages",
                "MaxNumberOfMessages",
                1,
                minimum=1,
                maximum=limit_of("sqs.receive.maximum-messages"),
                unit="messages",
                source=source_of("sqs.receive.maximum-messages"),
            ),
            Number("pause", "pause between two requests", 5, minimum=0, maximum=60, unit="s"),
        )
    ),
    situations=(
        Situation(name="night", set_up="For an hour nobody wants anything.", play=a_quiet_night),
        Situation(name="flowers", set_up="Five jobs come at odd times.", play=flowers_at_odd_times),
        Situation(
            name="morning",
            set_up=f"{MORNING_JOBS} jobs wait when the phone is switched on.",
            play=a_busy_morning,
        ),
    ),
    properties=(
        Property(
            name=f"a quiet hour takes at most {REQUESTS_OF_A_NIGHT} requests",
            points=1,
            judge=the_night_is_cheap,
            situations=("night",),
        ),
        Property(
            name=f"a job is on the phone within {SOON} second",
            points=2,
            judge=jobs_are_seen_at_once,
            situations=("flowers",),
        ),
        Property(
            name=f"{MORNING_JOBS} jobs are fetched with at most {REQUESTS_OF_THE_MORNING} requests",
            points=1,
            judge=the_morning_is_cheap,
            situations=("morning",),
        ),
    ),
    mistakes=(
        Mistake(
            name="short-and-often",
            recognised=lambda run: (
                run.situation.name == "night"
                and run.answer.settings["wait"] <= 1
                and not the_night_is_cheap(run).holds
            ),
            message="A short poll comes back at once, empty, and is paid for like any other. Let SQS wait "
            "instead of the phone.",
        ),
        Mistake(
            name="short-and-seldom",
            recognised=lambda run: run.answer.settings["pause"] > 1,
            message="A pause between two requests saves requests and costs time: a job that comes in the "
            "pause lies there until it ends. A long poll saves both.",
        ),
        Mistake(
            name="one-at-a-time",
            recognised=lambda run: run.situation.name == "morning" and not the_morning_is_cheap(run).holds,
            message="A receive brings one message unless it asks for more, however many there are.",
        ),
    ),
)

# ---- poll-2: until it is empty

JOBS = 37


def a_full_queue(lab: Lab, answer: Answer) -> object:
    """Many jobs, and short polls that do not see all of them."""
    url = _queue()
    for number in range(1, JOBS + 1):
        boto3.client("sqs").send_message(QueueUrl=url, MessageBody=f"job {number}")
    return answer.drain(url)


def an_empty_queue(lab: Lab, answer: Answer) -> object:
    """Nothing to fetch."""
    return answer.drain(_queue())


def all_jobs_are_returned(run: Run) -> Finding:
    """The function returned the body of each job once."""
    wanted = [f"job {number}" for number in range(1, JOBS + 1)] if run.situation.name == "full" else []
    got = [str(body) for body in run.made] if isinstance(run.made, list | tuple) else None
    if got is not None and sorted(got) == sorted(wanted):
        return held()
    happened = (
        f"It returned {run.made!r}." if not got else f"It returned {counted(len(got), 'body', 'bodies')}."
    )
    return broken(
        expected=f"drain returns the bodies of all {len(wanted)} jobs, each once.", happened=happened
    )


def nothing_is_left(run: Run) -> Finding:
    """Every job was deleted."""
    left = [
        life
        for life in lives(hops_of(run.trace, "send", "delete")).values()
        if whereabouts(life) != "deleted"
    ]
    if not left:
        return held()
    return broken(
        expected="All jobs are deleted, so that no courier rides twice.",
        happened=f"Of {JOBS} jobs, {len(left)} will come back.",
    )


def it_takes_few_requests(run: Run) -> Finding:
    """Receives and deletes are made in batches."""
    calls = sum(
        calls_of(run.trace, each) for each in ("ReceiveMessage", "DeleteMessage", "DeleteMessageBatch")
    )
    most = 16 if run.situation.name == "full" else 2
    if calls <= most:
        return held()
    return broken(expected=f"It takes at most {most} requests.", happened=f"It took {calls}.")


UNTIL_EMPTY = Exercise(
    id="poll-2",
    title="Until it is empty",
    lesson=LESSON,
    level=2,
    topic="sqs",
    asks=Code("drain(jobs)"),
    situations=(
        Situation(
            name="full",
            set_up=f"{JOBS} jobs are in the queue, and short polls miss some of them, as on AWS.",
            play=a_full_queue,
            chaos=Chaos(missed_polls=0.6),
        ),
        Situation(name="empty", set_up="The queue is empty.", play=an_empty_queue),
    ),
    properties=(
        Property(name="all jobs are returned", points=3, judge=all_jobs_are_returned),
        Property(name="no job is left in the queue", points=2, judge=nothing_is_left),
        Property(name="it takes few requests", points=2, judge=it_takes_few_requests),
    ),
    mistakes=(
        Mistake(
            name="short-poll-believed",
            recognised=lambda run: run.situation.name == "full" and not all_jobs_are_returned(run).holds,
            message="An empty answer to a short poll does not mean that the queue is empty: it asks only "
            "some of the servers. A long poll asks them all.",
        ),
        Mistake(
            name="not-deleted",
            recognised=lambda run: (
                run.situation.name == "full"
                and all_jobs_are_returned(run).holds
                and not nothing_is_left(run).holds
            ),
            message="To receive a message does not remove it. Without a delete it is back when its "
            "visibility timeout ends.",
        ),
        Mistake(
            name="one-by-one",
            recognised=lambda run: (
                run.situation.name == "full"
                and nothing_is_left(run).holds
                and not it_takes_few_requests(run).holds
            ),
            message="Everything is there, at several times the price: receive up to ten with one request, "
            "and delete them with one delete_message_batch.",
        ),
    ),
)

EXERCISES = (A_PHONE, UNTIL_EMPTY)
