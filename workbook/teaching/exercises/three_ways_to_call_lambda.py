"""A design: a door that answers at once, though the work behind it takes its time and sometimes stops."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

import boto3

from workbook.lab import Lab
from workbook.scenarios.framework.reading import hops_of
from workbook.teaching.answer import Answer
from workbook.teaching.asked import Code
from workbook.teaching.contract import (
    Exercise,
    Finding,
    Mistake,
    Property,
    Run,
    Situation,
    Unfit,
    broken,
    held,
)
from workbook.teaching.properties.counting import counted, of_all

PRINTED = "printed"
PRINTER = "printer"
CUSTOMERS = 12
SECONDS_BETWEEN = 5
PATIENCE = 5
"""Seconds that a customer waits for an answer."""
NO_PAPER = 10 * 60
LATEST = 2 * 3600


@dataclass(frozen=True)
class Visit:
    """What a customer was told, and after how many seconds."""

    status: int
    seconds: float


def a_morning(lab: Lab, answer: Answer) -> list[Visit]:
    """Twelve customers, and a printer that works."""
    return _open(lab, answer, without_paper=0)


def no_paper(lab: Lab, answer: Answer) -> list[Visit]:
    """The same customers, and a printer that has no paper for ten minutes."""
    return _open(lab, answer, without_paper=NO_PAPER)


def _open(lab: Lab, answer: Answer, *, without_paper: int) -> list[Visit]:
    boto3.client("sqs").create_queue(QueueName=PRINTED)
    back = {"BACK": str(lab.now.timestamp() + without_paper)}
    printer = lab.function(PRINTER, print_photo, Timeout=60, Environment={"Variables": back})
    door = answer.build(lab, printer)
    lab.advance(60)
    visits = []
    for number in range(1, CUSTOMERS + 1):
        visits.append(_visit(lab, door, number))
        lab.advance(SECONDS_BETWEEN)
    lab.run_until_idle(LATEST)
    return visits


def _visit(lab: Lab, door: object, number: int) -> Visit:
    if not isinstance(door, str) or not door.startswith("http"):
        raise Unfit(
            expected="`build` returns the URL to which customers send their photos.",
            happened=f"It returned {door!r}.",
        )
    begin = lab.now
    with lab.actor("customer"):
        answer = lab.http(door, "POST", {"photo": number})
    return Visit(answer.status, (lab.now - begin).total_seconds())


def print_photo(event, context):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - as a learner writes it
    """Print each photo of the event, 40 seconds for one; without paper it fails at once."""
    import json
    import os
    import time

    import boto3

    class NoPaper(Exception):
        pass

    if time.time() < float(os.environ["BACK"]):
        raise NoPaper("the printer has no paper")
    sqs = boto3.client("sqs")
    printed = sqs.get_queue_url(QueueName="printed")["QueueUrl"]
    for record in event.get("Records", [event]):
        photo = json.loads(record["body"]) if "body" in record else record
        time.sleep(40)
        sqs.send_message(QueueUrl=printed, MessageBody=json.dumps(photo))
    return {"statusCode": 200}


def _printed(run: Run) -> Counter[str]:
    bodies = [str(hop.facts["body"]) for hop in hops_of(run.trace, "send", at=PRINTED)]
    return Counter(str(json.loads(body).get("photo")) for body in bodies)


def _visits(run: Run) -> list[Visit]:
    return run.made if isinstance(run.made, list) else []


def everybody_is_answered(run: Run) -> Finding:
    """Each customer was told quickly that all is well."""
    for number, visit in enumerate(_visits(run), 1):
        if visit.seconds > PATIENCE or not 200 <= visit.status < 300:
            return broken(
                expected=f"Each customer hears within {PATIENCE} seconds that the photo was taken.",
                happened=f"Customer {number} had status {visit.status} after {visit.seconds:,.1f} s.",
            )
    return held()


def every_photo_is_printed(run: Run) -> Finding:
    """No photo is missing at the end."""
    missing = [number for number in range(1, CUSTOMERS + 1) if not _printed(run)[str(number)]]
    if not missing:
        return held()
    return broken(
        expected=f"All {CUSTOMERS} photos are printed in the end.",
        happened=f"Not printed: {counted(len(missing), 'photo')}, number {missing[0]} among them.",
    )


def none_is_printed_twice(run: Run) -> Finding:
    """Paper is dear."""
    twice = [number for number, often in sorted(_printed(run).items()) if often > 1]
    if not twice:
        return held()
    return broken(
        expected="No photo is printed more than once.",
        happened=f"Photo {twice[0]} was printed {_printed(run)[twice[0]]} times.",
    )


DOOR = Exercise(
    id="call-1",
    title="A door that answers at once",
    lesson="25_three_ways_to_call_lambda",
    level=3,
    topic="lambda",
    asks=Code("build(lab, printer)"),
    situations=(
        Situation(
            name="morning",
            set_up=f"{CUSTOMERS} customers send a photo each, one every {SECONDS_BETWEEN} seconds.",
            play=a_morning,
        ),
        Situation(
            name="no paper",
            set_up=f"The same, but for {NO_PAPER // 60} minutes the printer has no paper, and each "
            "invocation fails.",
            play=no_paper,
        ),
    ),
    properties=(
        Property(
            name=f"every customer is answered within {PATIENCE} seconds",
            points=3,
            judge=everybody_is_answered,
        ),
        Property(name="every photo is printed", points=4, judge=every_photo_is_printed),
        Property(name="none is printed twice", points=2, judge=none_is_printed_twice),
    ),
    mistakes=(
        Mistake(
            name="the-door-waits",
            recognised=lambda run: any(visit.seconds > PATIENCE for visit in _visits(run)),
            message="The customer waits for the printer. An HTTP API gives up after 30 seconds and says "
            "so with a 503, while the function goes on and prints. Take the photo, answer, and "
            "let the printer be called by something that can wait.",
        ),
        Mistake(
            name="left-to-lambda",
            recognised=lambda run: of_all(run.trace, "drop", at=PRINTER) > 0,
            message="An asynchronous invocation is tried three times within some three minutes, and then "
            "the event is gone. Ten minutes without paper are longer. A queue keeps what could "
            "not be done.",
        ),
        Mistake(
            name="too-much-for-one-run",
            recognised=lambda run: any(
                hop.outcome == "Sandbox.Timedout" for hop in hops_of(run.trace, "invoke", at=PRINTER)
            ),
            message="The printer got several photos in one batch, and its 60 seconds are enough for one. "
            "A batch that fails comes back whole, and what was printed already is printed again.",
        ),
    ),
)

EXERCISES = (DOOR,)
