"""An exercise on a rule that never sees its events."""

from __future__ import annotations

import json

import boto3

from workbook.lab import Lab
from workbook.scenarios.framework.reading import hops_of
from workbook.teaching.answer import Answer
from workbook.teaching.asked import Code
from workbook.teaching.contract import Exercise, Finding, Mistake, Property, Run, Situation, broken, held
from workbook.teaching.properties.counting import of_all
from workbook.teaching.properties.resources import open_queue, url_of_queue

LESSON = "15_event_buses_and_patterns"
BUCKET = "readings"
CALLS = "calls"
LISTED = "listed"


def a_warm_fridge(lab: Lab, answer: Answer) -> None:
    """Fridges report; some are too warm, and one says it as text."""
    _built(lab, answer)
    for fridge, celsius in ((1, 4.5), (2, 9.5), (3, 8), (4, 12)):
        _reported("cold-chain", "fridges", {"fridge": fridge, "celsius": celsius})
    _reported("cold-chain", "fridges", {"fridge": 5})
    _reported("cold-chain", "ovens", {"fridge": 6, "celsius": 180})
    _reported("default", "fridges", {"fridge": 7, "celsius": 20})
    lab.run_until_idle(3600)


def a_file_of_readings(lab: Lab, answer: Answer) -> None:
    """A bucket gets three files."""
    _built(lab, answer)
    s3 = boto3.client("s3")
    for key in ("monday.csv", "monday.txt", "tuesday.csv"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"2,9.5")
    lab.run_until_idle(3600)


def _built(lab: Lab, answer: Answer) -> None:
    s3, events = boto3.client("s3"), boto3.client("events")
    s3.create_bucket(Bucket=BUCKET)
    tell: dict[str, object] = {"EventBridgeConfiguration": {}}
    s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration=tell)
    events.create_event_bus(Name="cold-chain")
    for name in (CALLS, LISTED):
        open_queue(name, "events")
    answer.build(lab)


def _reported(bus: str, source: str, detail: dict[str, object]) -> None:
    entry = {
        "EventBusName": bus,
        "Source": source,
        "DetailType": "Temperature Read",
        "Detail": json.dumps(detail),
    }
    boto3.client("events").put_events(Entries=[entry])


def warm_fridges_ring(run: Run) -> Finding:
    """The telephone rings for fridges above eight degrees, and for nothing else."""
    url_of_queue(CALLS)
    bodies = [json.loads(str(hop.facts["body"])) for hop in hops_of(run.trace, "send", at=CALLS)]
    rung = sorted(body.get("detail", {}).get("fridge", 0) for body in bodies)
    if rung == [2, 4]:
        return held()
    return broken(
        expected="The telephone rings for the fridges 2 and 4, which are warmer than 8 degrees.",
        happened=f"It rang for {', '.join(map(str, rung))}." if rung else "It did not ring.",
    )


def files_are_listed(run: Run) -> Finding:
    """Each file of readings is listed."""
    bodies = [json.loads(str(hop.facts["body"])) for hop in hops_of(run.trace, "send", at=LISTED)]
    listed = sorted(body.get("detail", {}).get("object", {}).get("key", "") for body in bodies)
    if listed == ["monday.csv", "tuesday.csv"]:
        return held()
    return broken(
        expected="The files monday.csv and tuesday.csv are listed, and monday.txt is not.",
        happened=f"Listed: {', '.join(listed) or 'nothing'}.",
    )


WRONG_BUS = Exercise(
    id="bus-1",
    title="A rule that hears nothing",
    lesson=LESSON,
    level=2,
    topic="eventbridge",
    asks=Code("build(lab)"),
    situations=(
        Situation(
            name="warm",
            set_up="Five fridges and an oven report to the bus cold-chain, and one fridge to the default "
            "bus.",
            play=a_warm_fridge,
        ),
        Situation(
            name="file",
            set_up="Three files are put into the bucket: monday.csv, monday.txt and tuesday.csv.",
            play=a_file_of_readings,
        ),
    ),
    properties=(
        Property(name="warm fridges ring", points=2, judge=warm_fridges_ring, situations=("warm",)),
        Property(name="files of readings are listed", points=3, judge=files_are_listed, situations=("file",)),
    ),
    mistakes=(
        Mistake(
            name="wrong-bus",
            recognised=lambda run: run.situation.name == "file" and of_all(run.trace, "match") == 0,
            message="What AWS's own services tell arrives on the default bus, and only there. A rule on a "
            "bus of your own never sees it, whatever its pattern says.",
        ),
        Mistake(
            name="every-file",
            recognised=lambda run: run.situation.name == "file" and of_all(run.trace, "send", at=LISTED) == 3,
            message="The rule takes every object. The key is in detail.object.key; a suffix picks those "
            "that end in .csv.",
        ),
        Mistake(
            name="every-source",
            recognised=lambda run: run.situation.name == "warm" and of_all(run.trace, "send", at=CALLS) > 2,
            message="The telephone rang too often: for an oven, which is another source, or for a fridge "
            "at exactly 8 degrees.",
        ),
    ),
)

EXERCISES = (WRONG_BUS,)
