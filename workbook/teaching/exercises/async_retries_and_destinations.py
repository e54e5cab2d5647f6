"""An exercise on asynchronous events that vanish: how often, how long, and where they end."""

from __future__ import annotations

import json
from collections.abc import Iterator

import boto3

from workbook.lab import Lab
from workbook.scenarios.framework.reading import hops_of
from workbook.teaching.answer import Answer
from workbook.teaching.asked import Code
from workbook.teaching.contract import Exercise, Finding, Mistake, Property, Run, Situation, broken, held
from workbook.teaching.properties.counting import counted

LESSON = "26_async_retries_and_destinations"
MAIL_TICKET = "mail-ticket"
FAILURES = "failures"
GUESTS = ("Ada", "Ben", "Cem", "Dora")
SHORT_SILENCE = 100
"""Seconds for which the mail server is silent: longer than the first retry takes, shorter than the second."""


def a_silent_evening(lab: Lab, answer: Answer) -> list[str]:
    """The mail server does not answer all evening."""
    _built(lab, answer, silent_for=24 * 3600)
    return _half_an_hour_later(lab)


def a_short_silence(lab: Lab, answer: Answer) -> list[str]:
    """The mail server answers again before Lambda's second retry."""
    _built(lab, answer, silent_for=SHORT_SILENCE)
    return _half_an_hour_later(lab)


def a_slow_server(lab: Lab, answer: Answer) -> list[str]:
    """Each mail takes most of a quarter of an hour, and only one may be sent at a time."""
    _built(lab, answer, silent_for=0, seconds_a_mail=800)
    boto3.client("lambda").put_function_concurrency(FunctionName=MAIL_TICKET, ReservedConcurrentExecutions=1)
    return _half_an_hour_later(lab)


def mail_ticket(event, context):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - as a learner writes it
    """Mail a ticket, if the mail server answers."""
    import os
    import time

    if time.time() < float(os.environ["SILENT_UNTIL"]):
        raise ConnectionError("the mail server does not answer")
    time.sleep(float(os.environ["SECONDS_A_MAIL"]))
    return {"mailed to": event["guest"]}


def _built(lab: Lab, answer: Answer, silent_for: int, seconds_a_mail: int = 1) -> None:
    """The function may send to any queue; what becomes of its events is the learner's."""
    boto3.client("sqs").create_queue(QueueName=FAILURES)
    until = lab.now.timestamp() + silent_for
    environment = {"Variables": {"SILENT_UNTIL": str(until), "SECONDS_A_MAIL": str(seconds_a_mail)}}
    lab.function(MAIL_TICKET, mail_ticket, Timeout=900, Environment=environment)
    role = boto3.client("lambda").get_function_configuration(FunctionName=MAIL_TICKET)["Role"]
    allow = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
    boto3.client("iam").put_role_policy(
        RoleName=role.rpartition("/")[2],
        PolicyName="send",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]}),
    )
    answer.protect()


def _half_an_hour_later(lab: Lab) -> list[str]:
    """Sell a ticket to each guest; the bodies that lie in the queue half an hour later."""
    functions = boto3.client("lambda")
    for guest in GUESTS:
        payload = json.dumps({"guest": guest})
        functions.invoke(FunctionName=MAIL_TICKET, InvocationType="Event", Payload=payload)
    lab.advance(1800)
    return [str(body) for body in lab.queue(FAILURES).frame()["body"]]


def none_is_lost(run: Run) -> Finding:
    """What could not be mailed lies in the queue."""
    missing = [guest for guest in GUESTS if not any(guest in body for body in _bodies(run))]
    if not missing:
        return held()
    return broken(
        expected=f"Half an hour after the sale, each ticket that was not mailed lies in `{FAILURES}`.",
        happened=f"{counted(len(missing), 'ticket')} are not there, such as that of {missing[0]}.",
    )


def none_waits_for_hours(run: Run) -> Finding:
    """Each ticket was mailed, is being mailed, or lies in the queue."""
    mailed = sum(hop.outcome == "ok" for hop in hops_of(run.trace, "invoke", at=MAIL_TICKET))
    waiting = len(GUESTS) - mailed - len(_bodies(run))
    if waiting <= 0:
        return held()
    return broken(
        expected=f"Half an hour after the sale, no ticket waits: it is mailed, or lies in `{FAILURES}`.",
        happened=f"{counted(waiting, 'ticket')} of {len(GUESTS)} did neither.",
    )


def malik_knows_why(run: Run) -> Finding:
    """Each message tells the event, the condition and the number of tries."""
    told = list(_records(run))
    guests = {str(record["requestPayload"]["guest"]) for record in told}
    if guests == set(GUESTS):
        return held()
    return broken(
        expected="For each lost ticket, a message tells the guest, why Lambda gave up, and how often it "
        "was tried.",
        happened=f"{len(guests)} of {len(GUESTS)} are told in full.",
    )


def short_trouble_heals(run: Run) -> Finding:
    """After a short silence every ticket is mailed, and no failure is kept."""
    mailed = sum(hop.outcome == "ok" for hop in hops_of(run.trace, "invoke", at=MAIL_TICKET))
    if mailed == len(GUESTS):
        return held()
    return broken(
        expected=f"When the mail server is silent for {SHORT_SILENCE} seconds, all {len(GUESTS)} tickets "
        "are mailed afterwards.",
        happened=f"{mailed} were mailed.",
    )


def _bodies(run: Run) -> list[str]:
    return run.made if isinstance(run.made, list) else []


def _records(run: Run) -> Iterator[dict[str, dict[str, object]]]:
    """The records of a destination among the messages; a dead letter is only the event."""
    for body in _bodies(run):
        message = json.loads(body)
        if "requestPayload" in message and "requestContext" in message:
            yield message


VANISHED = Exercise(
    id="async-1",
    title="Tickets that vanish",
    lesson=LESSON,
    level=2,
    topic="lambda",
    asks=Code("protect()"),
    situations=(
        Situation(
            name="silent",
            set_up="Four tickets are sold. The mail server does not answer all evening.",
            play=a_silent_evening,
        ),
        Situation(
            name="short",
            set_up=f"Four tickets are sold. The mail server is silent for {SHORT_SILENCE} seconds.",
            play=a_short_silence,
        ),
        Situation(
            name="slow",
            set_up="Four tickets are sold. The mail server takes 800 seconds for a mail, and the function's "
            "reserved concurrency is 1.",
            play=a_slow_server,
        ),
    ),
    properties=(
        Property(
            name="a short trouble heals by itself", points=2, judge=short_trouble_heals, situations=("short",)
        ),
        Property(name="no ticket is lost", points=2, judge=none_is_lost, situations=("silent",)),
        Property(name="Malik learns why", points=2, judge=malik_knows_why, situations=("silent",)),
        Property(
            name="who waits too long is known in time",
            points=2,
            judge=none_waits_for_hours,
            situations=("slow",),
        ),
    ),
    mistakes=(
        Mistake(
            name="gave-up-too-early",
            recognised=lambda run: run.situation.name == "short" and not short_trouble_heals(run).holds,
            message="Lambda tries again after one minute, and after two more. Your settings end that "
            "before the mail server is back: a retry less, or an event that may not grow old "
            "enough. Two retries are the default and the most.",
        ),
        Mistake(
            name="a-letter-without-a-story",
            recognised=lambda run: run.situation.name == "silent" and bool(_bodies(run)) and not _told(run),
            message="A dead-letter queue of a function gets the bare event, and three attributes about the "
            "last error. How often it was tried, and under which condition Lambda gave up, stands "
            "only in the record that an on-failure destination gets.",
        ),
        Mistake(
            name="nowhere-to-go",
            recognised=lambda run: run.situation.name == "silent" and not _bodies(run),
            message="After its last retry Lambda drops an event that has nowhere to go, and nobody is told. "
            "Name a destination for failures.",
        ),
        Mistake(
            name="six-hours",
            recognised=lambda run: run.situation.name == "slow" and not none_waits_for_hours(run).holds,
            message="A throttle is no failure and uses up no retry: Lambda keeps the event and tries for as "
            "long as it may grow old, six hours if nobody says otherwise. Say how old an event may "
            "become.",
        ),
    ),
)


def _told(run: Run) -> bool:
    return malik_knows_why(run).holds


EXERCISES = (VANISHED,)
