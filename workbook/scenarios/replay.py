"""Two rules get the same events; then these are replayed from an archive, and only one rule should get them.

A replay goes to all rules of the bus that match, unless it names some in FilterArns, or a rule's pattern
keeps out what has `replay-name`. It sends minute after minute of the events' time, each in any order.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping, Sequence

import boto3

from workbook import Lab
from workbook.engine.hop import Hop
from workbook.scenarios.framework.account import Findings, counted
from workbook.scenarios.framework.reading import Hops, hops_of
from workbook.scenarios.framework.scenario import HOUR, Scenario
from workbook.scenarios.framework.settings import Number, Switch

BUS = "library"
RULES = ("points", "fees")
QUEUES = tuple(f"{rule}-queue" for rule in RULES)


def build(lab: Lab, keep_replays_from_fees: bool) -> str:
    """Create a bus with an archive, and two rules with a queue each."""
    events = boto3.client("events")
    bus = events.create_event_bus(Name=BUS)["EventBusArn"]
    events.create_archive(ArchiveName="returns", EventSourceArn=bus)
    pattern: dict[str, object] = {"detail-type": ["Book returned"]}
    new_only = {**pattern, "replay-name": [{"exists": False}]}
    serve("points", pattern)
    serve("fees", new_only if keep_replays_from_fees else pattern)
    return bus


def serve(rule: str, pattern: dict[str, object]) -> None:
    """Make a rule of the bus, with a queue that lets EventBridge in."""
    queue = f"{rule}-queue"
    arn = f"arn:aws:sqs:us-east-1:123456789012:{queue}"
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    boto3.client("sqs").create_queue(QueueName=queue, Attributes={"Policy": policy})
    events = boto3.client("events")
    events.put_rule(Name=rule, EventBusName=BUS, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=rule, EventBusName=BUS, Targets=[{"Id": "queue", "Arn": arn}])


def trigger(lab: Lab, bus: str, books: int, pause: int, only_points: bool) -> None:
    """Put an event for each book, and replay them all ten minutes later."""
    events = boto3.client("events")
    begin = lab.now
    for book in range(1, books + 1):
        detail = json.dumps({"book": book})
        entry = {"Source": "library.desk", "DetailType": "Book returned", "Detail": detail}
        events.put_events(Entries=[{"EventBusName": BUS, **entry}])
        lab.advance(pause)
    lab.advance(minutes=10)  # AWS's advice: it may take a while until an event is in the archive
    points = events.describe_rule(Name="points", EventBusName=BUS)["Arn"]
    events.start_replay(
        ReplayName="again",
        EventSourceArn=events.describe_archive(ArchiveName="returns")["ArchiveArn"],
        EventStartTime=begin.replace(microsecond=0) - datetime.timedelta(seconds=1),
        EventEndTime=lab.now,
        Destination={"Arn": bus, "FilterArns": [points] if only_points else []},
    )


def measure(trace: Hops) -> Findings:
    """For each rule how many events it got at first and by the replay; and which order the replay had."""
    first = {hop.message: place for place, hop in enumerate(hops_of(trace, "put-event"))}
    replayed = list(hops_of(trace, "replay"))
    rows = tuple((rule, *_matched(trace, rule)) for rule in RULES)
    return Findings(_conclusion(first, replayed, rows), ("rule", "events at first", "events again"), rows)


def _matched(trace: Hops, rule: str) -> tuple[int, int]:
    """How many events a rule matched that were put, and how many that were replayed."""
    causes = [
        trace[hop.causes[0] - 1].kind
        for hop in hops_of(trace, "match")
        if hop.resource.endswith(f":rule/{BUS}/{rule}")
    ]
    return causes.count("put-event"), causes.count("replay")


def _conclusion(
    first: Mapping[str | None, int], replayed: Sequence[Hop], rows: Iterable[tuple[str, int, int]]
) -> str:
    if not replayed:
        return "Nothing was replayed yet."
    minutes = {json.loads(str(hop.facts["body"]))["time"][: len("2026-01-05T09:00")] for hop in replayed}
    places = [first[hop.message] for hop in replayed]
    astray = sum(places[number] > min(places[number:]) for number in range(len(places)))
    got = ", ".join(f"{rule} got {number:,}" for rule, _, number in rows)
    return (
        f"{counted(len(replayed), 'event')} of {counted(len(minutes), 'minute')} came again: {got}. "
        f"{counted(astray, 'event')} came before an older one."
    )


SCENARIO = Scenario(
    name="replay",
    title="A replay for one of two rules",
    question="Who gets the events of a replay, and in which order?",
    watch="Watch which rules the replay's events go to, and how they are numbered.",
    settings=(
        Number("books", "books given back", 9, minimum=1, maximum=200, unit="events"),
        Number("pause", "time from one to the next", 20, minimum=0, maximum=HOUR, unit="s"),
        Switch("only_points", "FilterArns: for the rule points alone", default=False),
        Switch("keep_replays_from_fees", "the pattern of fees keeps replays out", default=False),
    ),
    build=build,
    trigger=trigger,
    measure=measure,
    queues=QUEUES,
    differs="a replay needs a second for each minute that has events, and the order within a minute comes "
    "from the lab's seed; AWS promises neither.",
)
