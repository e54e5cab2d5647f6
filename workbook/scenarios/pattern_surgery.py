"""A rule that should report warm fridges, and clauses of its pattern that keep the wrong events out.

Each fridge of a hospital says how warm it is, and each says it a little differently: one as text, one without
its ward, one with another spelling of the source. A pattern compares what is there, letter by letter and type
by type, and says nothing when it does not match. So a fridge may be warm for days and nobody is told.
"""

from __future__ import annotations

import json
from typing import Any

import boto3

from workbook import Lab
from workbook.aws.patterns import EventPattern
from workbook.pattern_verdict import Verdict
from workbook.scenarios.framework.account import Findings, counted
from workbook.scenarios.framework.reading import Hops, hops_of
from workbook.scenarios.framework.scenario import Scenario
from workbook.scenarios.framework.settings import Number, Switch

BUS = "cold-chain"
RULE = "too-warm"
QUEUE = "calls"
WHY = "what kept it out"


def build(
    lab: Lab,
    above: int,
    leave_out_tests: bool,
    without_ward: bool,
    any_case: bool,
) -> None:
    """Create the bus, the queue of calls to the pharmacist, and the rule between them."""
    events, sqs = boto3.client("events"), boto3.client("sqs")
    bus = events.create_event_bus(Name=BUS)["EventBusArn"]
    calls = sqs.create_queue(QueueName=QUEUE)["QueueUrl"]
    pattern = pattern_of(above, leave_out_tests, without_ward, any_case)
    events.put_rule(Name=RULE, EventBusName=bus, EventPattern=json.dumps(pattern))
    target = let_in(sqs, calls)
    events.put_targets(Rule=RULE, EventBusName=bus, Targets=[{"Id": "calls", "Arn": target}])


def pattern_of(
    above: int,
    leave_out_tests: bool,
    without_ward: bool,
    any_case: bool,
) -> dict[str, Any]:
    """The rule's pattern: fridges that are too warm, perhaps without those that are only tested."""
    detail: dict[str, Any] = {"celsius": [{"numeric": [">", above]}]}
    if leave_out_tests:
        detail["ward"] = [{"anything-but": ["test"]}]
        if without_ward:
            detail["ward"].append({"exists": False})
    source = {"equals-ignore-case": "fridges"} if any_case else "fridges"
    return {"source": [source], "detail": detail}


def let_in(sqs: Any, url: str) -> str:
    """Let EventBridge send to a queue; its ARN."""
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


READINGS = [
    ("fridges", '{"fridge": 1, "ward": "children", "celsius": 4.5}'),
    ("fridges", '{"fridge": 2, "ward": "children", "celsius": 9.5}'),
    ("fridges", '{"fridge": 3, "ward": "surgery", "celsius": "11.0"}'),
    ("fridges", '{"fridge": 4, "ward": "test", "celsius": 21}'),
    ("fridges", '{"fridge": 5, "celsius": 12.5}'),
    ("Fridges", '{"fridge": 6, "ward": "surgery", "celsius": 10}'),
    ("fridges", '{"fridge": 7, "ward": "surgery", "celsius": 8}'),
    ("kitchen", '{"fridge": 8, "ward": "kitchen", "celsius": 14}'),
]
"""What each fridge says, under which source; the kitchen's is not the pharmacist's affair."""


def trigger(lab: Lab, system: None, mend_sender: bool) -> None:
    """Let every fridge report once."""
    events = boto3.client("events")
    for source, reading in READINGS:
        detail = json.loads(reading)
        if mend_sender:
            detail["celsius"] = float(detail["celsius"])
        entry = {
            "EventBusName": BUS,
            "Source": source,
            "DetailType": "Temperature Read",
            "Detail": json.dumps(detail),
        }
        with lab.actor("fridges"):
            events.put_events(Entries=[entry])


def measure(trace: Hops, above: int, leave_out_tests: bool) -> Findings:
    """For each reading whether it should have been reported, whether it was, and what decided."""
    put = list(hops_of(trace, "put-event"))
    if not put:
        return Findings("No fridge has reported yet.", (), ())
    pattern = EventPattern(_pattern_in(trace))
    matched = {hop.message for hop in hops_of(trace, "match")}
    rows, missed, needless = [], 0, 0
    for hop in put:
        event = json.loads(str(hop.facts["body"]))
        wanted, reported = _is_wanted(event, above, leave_out_tests), hop.message in matched
        missed += wanted and not reported
        needless += reported and not wanted
        why = "; ".join(Verdict(pattern.explain(event)).deciding)
        rows.append((_said(event), _yes(wanted), _yes(reported), why))
    conclusion = _conclusion(missed, needless)
    columns = ("the fridge says", "wanted", "reported", WHY)
    return Findings(conclusion, columns, tuple(rows), prose=WHY)


def _conclusion(missed: int, needless: int) -> str:
    said = [
        f"{counted(number, 'fridge')} {'was' if number == 1 else 'were'} {what}."
        for number, what in ((missed, "too warm and not reported"), (needless, "reported for nothing"))
        if number
    ]
    return " ".join(said) or "Every fridge of which the pharmacist wants to hear was reported, and no other."


def _pattern_in(trace: Hops) -> dict[str, object]:
    (rule,) = (hop for hop in hops_of(trace, "create") if ":rule/" in hop.resource)
    settings: Any = rule.facts["settings"]
    found: dict[str, object] = settings["EventPattern"]
    return found


def _is_wanted(event: dict[str, Any], above: int, leave_out_tests: bool) -> bool:
    """What a person would say who reads the event."""
    detail = event["detail"]
    is_test = leave_out_tests and detail.get("ward") == "test"
    return event["source"].lower() == "fridges" and float(detail["celsius"]) > above and not is_test


def _said(event: dict[str, Any]) -> str:
    detail = event["detail"]
    ward = f", ward {detail['ward']}" if "ward" in detail else ""
    return f"{event['source']} {detail['fridge']}{ward}: {json.dumps(detail['celsius'])}"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


SCENARIO = Scenario(
    name="pattern-surgery",
    title="Pattern surgery",
    question="Which clause of a pattern keeps out an event that should have come through?",
    watch="Watch which fridges are reported. Then mend one clause after the other, and at last the sender.",
    settings=(
        Number("above", "too warm is what is above", 8, minimum=-20, maximum=40, unit="degrees"),
        Switch("leave_out_tests", "leave out the ward test (anything-but)", default=True),
        Switch("without_ward", "or no ward at all (exists: false)", default=False),
        Switch("any_case", "source in capitals or not (equals-ignore-case)", default=False),
        Switch("mend_sender", "all fridges send numbers", default=False),
    ),
    build=build,
    trigger=trigger,
    measure=measure,
    queues=(),
    differs="each target gets an event once and at once. AWS delivers at least once.",
)
