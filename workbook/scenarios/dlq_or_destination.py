"""What Lambda keeps of an event that a function could not do: a dead letter, or the record of a destination.

A theatre posts an event for each ticket, and a function mails it. While the mail server is down the function
fails; Lambda tries again after a minute and after two more, and then gives the event up. The function's
dead-letter queue gets the event and its last error, its on-failure destination a record that tells the whole
story. Both are sent with the function's own role. With neither, the event is lost.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping

import boto3

from workbook import Lab
from workbook.engine.hop import Hop
from workbook.scenarios.framework.account import Cell, Findings, counted
from workbook.scenarios.framework.reading import Hops, hops_of
from workbook.scenarios.framework.scenario import HOUR, Scenario
from workbook.scenarios.framework.settings import Number, Switch, limit_of, source_of

FUNCTION = "mail-ticket"
DEAD_LETTERS = "dead-letters"
FAILURES = "failures"
SUCCESSES = "successes"


def build(
    lab: Lab,
    minutes: int,
    retries: int,
    maximum_age: int,
    dead_letter_queue: bool,
    on_failure: bool,
    on_success: bool,
) -> str:
    """Deploy the function, and say where its events end; its ARN."""
    opening = lab.now + datetime.timedelta(minutes=1)
    back_at = opening + datetime.timedelta(minutes=minutes)
    variables = {"Variables": {"MAIL_IS_BACK_AT": str(back_at.timestamp())}}
    function = lab.function(FUNCTION, mail_ticket, Timeout=10, Environment=variables)
    let_send(FUNCTION)
    functions = boto3.client("lambda")
    if dead_letter_queue:
        letters = {"TargetArn": create_queue(DEAD_LETTERS)}
        functions.update_function_configuration(FunctionName=FUNCTION, DeadLetterConfig=letters)
    destinations = {}
    if on_failure:
        destinations["OnFailure"] = {"Destination": create_queue(FAILURES)}
    if on_success:
        destinations["OnSuccess"] = {"Destination": create_queue(SUCCESSES)}
    functions.put_function_event_invoke_config(
        FunctionName=FUNCTION,
        MaximumRetryAttempts=retries,
        MaximumEventAgeInSeconds=maximum_age,
        DestinationConfig=destinations,
    )
    lab.advance((opening - lab.now).total_seconds())
    return function


def mail_ticket(event: dict[str, str], context: object) -> dict[str, str]:
    """Mail a ticket, if the mail server answers."""
    import os
    import time

    if time.time() < float(os.environ["MAIL_IS_BACK_AT"]):
        raise ConnectionError("the mail server does not answer")
    return {"mailed to": event["guest"]}


def create_queue(name: str) -> str:
    """Create a queue; its ARN."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return answer["Attributes"]["QueueArn"]


def let_send(function: str) -> None:
    """Allow a function's role to send to queues: dead letters and records go with it."""
    answer = boto3.client("lambda").get_function_configuration(FunctionName=function)
    allow = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
    boto3.client("iam").put_role_policy(
        RoleName=answer["Role"].split("/")[-1],
        PolicyName="send",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]}),
    )


def trigger(lab: Lab, function: str, events: int) -> None:
    """Sell some tickets, and leave the rest to Lambda."""
    functions = boto3.client("lambda")
    for number in range(1, events + 1):
        ticket = json.dumps({"guest": f"guest {number}"})
        functions.invoke(FunctionName=function, InvocationType="Event", Payload=ticket)


def measure(trace: Hops) -> Findings:
    """What each place holds, and what one learns from what it holds."""
    events = len(list(hops_of(trace, "enqueue", at=FUNCTION)))
    if not events:
        return Findings("No ticket is sold yet.", (), ())
    places = {
        "dead-letter queue": DEAD_LETTERS,
        "on-failure destination": FAILURES,
        "on-success destination": SUCCESSES,
    }
    rows = tuple(_row(place, list(hops_of(trace, "send", at=queue))) for place, queue in places.items())
    return Findings(_conclusion(trace, events), ("place", "messages", *_TOLD), rows)


_TOLD = ("the event", "the error", "its place in the code", "the number of tries", "why they ended")
"""What one may want to know of an event, in the order of columns."""


def _row(place: str, messages: list[Hop]) -> tuple[Cell, ...]:
    """A place, how many messages it got, and what all of these tell."""
    told = [_told_by(hop) for hop in messages]
    answers = ("yes" if all(each[what] for each in told) else "no" for what in _TOLD)
    return (place, len(messages), *(answers if told else ["-"] * len(_TOLD)))


def _told_by(hop: Hop) -> dict[str, bool]:
    """What one message tells, be it a dead letter (the event itself) or a record of a destination."""
    body = json.loads(str(hop.facts["body"]))
    attributes = hop.facts.get("attributes")
    letter = attributes if isinstance(attributes, Mapping) else {}
    context, answer = body.get("requestContext", {}), body.get("responsePayload", {})
    facts = (
        "guest" in body.get("requestPayload", body),
        "ErrorMessage" in letter or "errorMessage" in answer,
        "stackTrace" in answer,
        "approximateInvokeCount" in context,
        "condition" in context,
    )
    return dict(zip(_TOLD, facts, strict=True))


def _conclusion(trace: Hops, events: int) -> str:
    tries = list(hops_of(trace, "invoke", at=FUNCTION))
    done = sum(hop.outcome == "ok" for hop in tries)
    lost = sum(1 for _ in hops_of(trace, "drop", at=FUNCTION))
    given_up = list(hops_of(trace, "give-up", at=FUNCTION))
    kept = len(given_up)
    open_ones = events - done - lost - kept
    ends = [f"{done:,} done", f"{kept:,} given up and kept", f"{lost:,} lost"]
    ends += [f"{open_ones:,} to be tried again"] if open_ones else []
    reasons = _reasons([*given_up, *hops_of(trace, "drop", at=FUNCTION)])
    return f"{counted(events, 'event')}, {counted(len(tries), 'try', 'tries')}: {', '.join(ends)}.{reasons}"


def _reasons(hops: Iterable[Hop]) -> str:
    """The conditions that Lambda names for what it gave up."""
    names = sorted({str(hop.facts["reason"]) for hop in hops if "reason" in hop.facts})
    return f" Lambda gave up because of {' and '.join(names)}." if names else ""


SCENARIO = Scenario(
    name="dlq-or-destination",
    title="A dead-letter queue, or a destination",
    question="What is kept of an event that a function could not do, and what does it tell?",
    watch="Watch when Lambda tries again, what it gives up, and what each place then tells of it.",
    settings=(
        Number("events", "tickets", 3, minimum=1, maximum=20, unit="events"),
        Number("minutes", "the mail server is down for", 10, minimum=0, maximum=60, unit="min"),
        Number(
            "retries",
            "MaximumRetryAttempts",
            2,
            minimum=0,
            maximum=limit_of("lambda.event.retries"),
            unit="retries",
            source=f"AWS's default is 2; {source_of('lambda.event.retries')}",
        ),
        Number(
            "maximum_age",
            "MaximumEventAgeInSeconds",
            limit_of("lambda.event.age"),
            minimum=limit_of("lambda.event.age.least"),
            maximum=limit_of("lambda.event.age"),
            unit="s",
            source=f"AWS's default is the most; {source_of('lambda.event.age')}",
        ),
        Switch("dead_letter_queue", "the function has a dead-letter queue", default=True),
        Switch("on_failure", "it has a destination for failures", default=True),
        Switch("on_success", "it has a destination for successes", default=False),
    ),
    build=build,
    trigger=trigger,
    measure=measure,
    queues=(DEAD_LETTERS, FAILURES, SUCCESSES),
    limit=3 * HOUR,
    differs="each event runs once here, and pauses count from the end of a try; on AWS the same event may "
    "run twice, and a new policy of a role is noticed some seconds later.",
)
