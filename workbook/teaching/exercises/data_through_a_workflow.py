"""An exercise on what a state hands on, and what is lost on the way."""

from __future__ import annotations

import json

import boto3

from workbook.lab import Lab
from workbook.scenarios.framework.reading import hops_of
from workbook.teaching.answer import Answer
from workbook.teaching.asked import Code
from workbook.teaching.contract import Exercise, Finding, Mistake, Property, Run, Situation, broken, held
from workbook.teaching.properties.workflows import machine_of, started, status_of

DESK = "desk"
CLAIMS: dict[str, dict[str, object]] = {
    "one": {"claim": "A-17", "customer": "Wanda", "items": [{"name": "bicycle", "value": 900}]},
    "several": {
        "claim": "A-18",
        "customer": "Tarik",
        "items": [
            {"name": "sofa", "value": 700},
            {"name": "lamp", "value": 600},
            {"name": "piano", "value": 2900},
        ],
    },
    "small": {"claim": "A-19", "customer": "Wanda", "items": [{"name": "lamp", "value": 60}]},
}
WANTED: dict[str, dict[str, object]] = {
    "one": {"claim": "A-17", "pay": 900, "to_inspect": ["bicycle"]},
    "several": {"claim": "A-18", "pay": 3000, "to_inspect": ["sofa", "piano"]},
    "small": {"claim": "A-19", "pay": 60, "to_inspect": []},
}


def a_claim(name: str):  # type: ignore[no-untyped-def]  # noqa: ANN201 - a situation's play
    """What plays the claim of this name; returns how the execution ended."""

    def play(lab: Lab, answer: Answer) -> str:
        desk = boto3.client("sqs").create_queue(QueueName=DESK)["QueueUrl"]
        contract = lab.function("contract", look_up)
        actions = ("lambda:InvokeFunction", "sqs:SendMessage")
        machine = machine_of(answer.definition(contract, desk), *actions, name="claims")
        execution = started(machine, **CLAIMS[name])
        lab.run_until_idle(3600)
        return status_of(execution)

    return play


def look_up(event, context):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - as a learner writes it
    """Say up to what amount a customer is insured, and from which value on things are inspected."""
    limit, inspect_from = {"Wanda": (10_000, 500), "Tarik": (3_000, 700)}[event["customer"]]
    return {"limit": limit, "inspect_from": inspect_from}


def _told(run: Run) -> list[dict[str, object]]:
    bodies = [str(hop.facts["body"]) for hop in hops_of(run.trace, "send", at=DESK)]
    return [found if isinstance(found := json.loads(body), dict) else {"": found} for body in bodies]


def it_ends_well(run: Run) -> Finding:
    """The execution succeeded, and the desk was told once."""
    told = len(_told(run))
    if run.made == "SUCCEEDED" and told == 1:
        return held()
    return broken(
        expected="The execution succeeds and tells the desk once.",
        happened=f"It is {run.made}, and the desk was told {told} times.",
    )


def _field_is_right(run: Run, field: str) -> Finding:
    wanted = WANTED[run.situation.name][field]
    found = [told.get(field, "nothing") for told in _told(run)]
    if found == [wanted]:
        return held()
    shown = json.dumps(found[0]) if found else "no message at all"
    return broken(
        expected=f"The desk is told: {field} is {json.dumps(wanted)}.", happened=f"It was told: {shown}."
    )


CLAIM = Exercise(
    id="data-1",
    title="The claim without a number",
    lesson="21_data_through_a_workflow",
    level=2,
    topic="step-functions",
    asks=Code("definition(contract, desk)"),
    situations=(
        Situation(name="one", set_up="Wanda claims a bicycle of 900.", play=a_claim("one")),
        Situation(
            name="several",
            set_up="Tarik, who is insured up to 3,000 and whose things are inspected from 700 on, claims a "
            "sofa of 700, a lamp of 600 and a piano of 2,900.",
            play=a_claim("several"),
        ),
        Situation(name="small", set_up="Wanda claims a lamp of 60.", play=a_claim("small")),
    ),
    properties=(
        Property(name="the desk is told once", points=1, judge=it_ends_well),
        Property(
            name="the claim's number is there", points=2, judge=lambda run: _field_is_right(run, "claim")
        ),
        Property(name="the sum is right", points=2, judge=lambda run: _field_is_right(run, "pay")),
        Property(
            name="what is to be inspected is a list",
            points=2,
            judge=lambda run: _field_is_right(run, "to_inspect"),
        ),
    ),
    mistakes=(
        Mistake(
            name="input-lost",
            recognised=lambda run: (
                run.made == "FAILED" and not _told(run) and run.situation.name == "several"
            ),
            message="What `Look up` hands on is the contract alone: a state's result takes the place of "
            "its input. Whatever later states need of the claim must be handed on, or kept in a "
            "variable.",
        ),
        Mistake(
            name="one-is-no-list",
            recognised=lambda run: (
                (_told(run) != [] and not isinstance(_told(run)[0].get("to_inspect"), list))
                or (run.situation.name == "small" and run.made == "FAILED")
            ),
            message="In JSONata several values are a list, one value is that value, and none is nothing. "
            "Square brackets make a list of whatever comes.",
        ),
        Mistake(
            name="pays-everything",
            recognised=lambda run: (
                run.situation.name == "several" and [told.get("pay") for told in _told(run)] == [4200]
            ),
            message="Tarik is insured up to 3,000. `$min([a, b])` is the smaller of two numbers.",
        ),
    ),
)

EXERCISES = (CLAIM,)
