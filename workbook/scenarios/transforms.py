"""A rule whose target wants another form of the event, and what becomes of an event that cannot have it.

A template puts values of the event into a text. Where a variable stands inside quotation marks, they go in as
they are, and a note with quotation marks of its own ends the text in the middle: what comes out is no JSON,
and is not delivered. A target that is down is another matter: it is tried again, until the retry policy says
that it is enough. In either case a dead-letter queue is what keeps the event.
"""

from __future__ import annotations

import json
from typing import Any

import boto3

from workbook import Lab
from workbook.engine.clock import SECOND
from workbook.engine.hop import Hop
from workbook.flow.durations import duration_text
from workbook.scenarios.framework.account import Cell, Findings, counted
from workbook.scenarios.framework.reading import Hops, hops_of
from workbook.scenarios.framework.scenario import HOUR, Scenario
from workbook.scenarios.framework.settings import Number, Switch, limit_of, source_of

BUS = "cable-car"
RULE = "stopped"
BOARD = "board"
DEAD_LETTERS = "unreached"


def build(
    lab: Lab,
    inside_quotes: bool,
    most_retries: int,
    most_age: int,
    dead_letter_queue: bool,
) -> None:
    """Create the bus, the queue of the board at the top, and the rule with a template."""
    events, sqs = boto3.client("events"), boto3.client("sqs")
    bus = events.create_event_bus(Name=BUS)["EventBusArn"]
    pattern = json.dumps({"detail-type": ["Car Stopped"]})
    events.put_rule(Name=RULE, EventBusName=bus, EventPattern=pattern)
    template = '{"text": "Stopped: <why>"}' if inside_quotes else '{"text": <why>}'
    target: dict[str, Any] = {
        "Id": BOARD,
        "Arn": open_queue(sqs, BOARD),
        "InputTransformer": {
            "InputPathsMap": {"why": "$.detail.note"},
            "InputTemplate": template,
        },
        "RetryPolicy": {
            "MaximumRetryAttempts": most_retries,
            "MaximumEventAgeInSeconds": most_age,
        },
    }
    if dead_letter_queue:
        target["DeadLetterConfig"] = {"Arn": open_queue(sqs, DEAD_LETTERS)}
    events.put_targets(Rule=RULE, EventBusName=bus, Targets=[target])


def open_queue(sqs: Any, name: str) -> str:
    """Create a queue to which EventBridge may send; its ARN."""
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    arn: str = answer["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return arn


def trigger(lab: Lab, system: None, down: int) -> None:
    """Stop the cable car three times, for three reasons, while the board may be down."""
    if down:
        lab.outage(BOARD, minutes=down)
    events = boto3.client("events")
    for detail in ({"note": "fog"}, {"note": 'gusts, "force 9"'}, {}):
        entry = {
            "EventBusName": BUS,
            "Source": "winch",
            "DetailType": "Car Stopped",
            "Detail": json.dumps(detail),
        }
        with lab.actor("Reto"):
            events.put_events(Entries=[entry])


def measure(trace: Hops) -> Findings:
    """For each event what the board got, after how many tries, or where the event is instead."""
    put = list(hops_of(trace, "put-event"))
    if not put:
        return Findings("The car has not been stopped yet.", (), ())
    rows = tuple(_row(trace, hop) for hop in put)
    shown, kept, lost = (sum(row[-1] == end for row in rows) for end in ("on the board", _KEPT, "lost"))
    sentences = [f"Of {counted(len(rows), 'event')} {shown} came to the board."]
    if kept:
        sentences.append(f"The dead-letter queue has {kept}.")
    if lost:
        sentences.append(f"{'One is' if lost == 1 else f'{lost} are'} lost, and nobody was told.")
    columns = ("note", "tries", "after", "what the board got", "in the end")
    return Findings(" ".join(sentences), columns, rows)


_KEPT = f"in {DEAD_LETTERS}"


def _row(trace: Hops, event: Hop) -> tuple[Cell, ...]:
    note = json.loads(str(event.facts["body"]))["detail"].get("note", "(none)")
    life = [hop for hop in trace if hop.message == event.message]
    tries = list(hops_of(life, "deliver"))
    if not tries:
        return note, 0, "", "", "on its way"
    last = tries[-1]
    return (
        note,
        len(tries),
        duration_text((last.time - event.time) / SECOND),
        _taken(trace, last),
        _end(life, last),
    )


def _taken(trace: Hops, delivery: Hop) -> str:
    """What the queue took of a delivery."""
    taken = (hop for hop in hops_of(trace, "send", at=BOARD) if delivery.number in hop.causes)
    return next((str(hop.facts["body"]) for hop in taken), "")


def _end(life: list[Hop], last: Hop) -> str:
    if last.outcome == "ok":
        return "on the board"
    kinds = {hop.kind for hop in life}
    return "lost" if "drop" in kinds else _KEPT if "give-up" in kinds else "on its way"


SCENARIO = Scenario(
    name="transforms",
    title="A template, and events that do not fit",
    question="What does a target get of an event, and where is what it cannot get?",
    watch="Watch what becomes of the note with quotation marks in it. Then let the board be down.",
    settings=(
        Switch("inside_quotes", "variable inside quotation marks", default=True),
        Switch("dead_letter_queue", "dead-letter queue", default=False),
        Number("down", "the board is down for", 0, minimum=0, maximum=2880, unit="minutes"),
        Number(
            "most_retries",
            "MaximumRetryAttempts",
            limit_of("eventbridge.retries"),
            minimum=0,
            maximum=limit_of("eventbridge.retries"),
            unit="retries",
            source=source_of("eventbridge.retries"),
        ),
        Number(
            "most_age",
            "MaximumEventAgeInSeconds",
            limit_of("eventbridge.event-age"),
            minimum=limit_of("eventbridge.event-age.minimum"),
            maximum=limit_of("eventbridge.event-age"),
            unit="s",
            source=source_of("eventbridge.event-age"),
        ),
    ),
    build=build,
    trigger=trigger,
    measure=measure,
    queues=(BOARD, DEAD_LETTERS),
    limit=72 * HOUR,
    differs="the pauses between tries. AWS says that they grow, and by chance not evenly, and gives no "
    "figures.",
)
