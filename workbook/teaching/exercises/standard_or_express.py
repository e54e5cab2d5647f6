"""An exercise on the two kinds of workflow: one was chosen for a job of two weeks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import ClientError

from workbook.lab import Lab
from workbook.scenarios.framework.settings import Switch
from workbook.teaching.answer import Answer
from workbook.teaching.asked import Settings
from workbook.teaching.contract import Exercise, Finding, Mistake, Property, Run, Situation, broken, held
from workbook.teaching.properties.counting import of_all
from workbook.teaching.properties.workflows import machine_of, started

LESSON = "24_standard_or_express"
LETTERS = "letters"
DAY = 86_400


@dataclass(frozen=True)
class Gate:
    """What the barrier at the exit got as an answer."""

    status: str
    refusal: str = ""


def a_fine(lab: Lab, answer: Answer) -> int:
    """A driver has not paid: a letter, two weeks, a second letter."""
    url = boto3.client("sqs").create_queue(QueueName=LETTERS)["QueueUrl"]
    letter = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Arguments": {"QueueUrl": url, "MessageBody": "please pay"},
    }
    states: dict[str, Any] = {
        "First letter": {**letter, "Next": "14 days"},
        "14 days": {"Type": "Wait", "Seconds": 14 * DAY, "Next": "Second letter"},
        "Second letter": {**letter, "End": True},
    }
    kind = "EXPRESS" if answer.settings["letters_express"] else "STANDARD"
    machine = machine_of(_definition(states), "sqs:SendMessage", name="letters", kind=kind)
    started(machine, car="HH-99")
    lab.advance(20 * DAY)
    return of_all(lab.trace, "send", at=LETTERS)


def at_the_exit(lab: Lab, answer: Answer) -> Gate:
    """A car stands before the barrier, and waits for an answer."""
    paid = {"Condition": "{% $states.input.paid %}", "Next": "Open"}
    states: dict[str, Any] = {
        "Paid?": {"Type": "Choice", "Choices": [paid], "Default": "Shut"},
        "Open": {"Type": "Pass", "Output": {"barrier": "open"}, "End": True},
        "Shut": {"Type": "Pass", "Output": {"barrier": "shut"}, "End": True},
    }
    kind = "EXPRESS" if answer.settings["exit_express"] else "STANDARD"
    machine = machine_of(_definition(states), "sqs:SendMessage", name="exit", kind=kind)
    try:
        ended = boto3.client("stepfunctions").start_sync_execution(
            stateMachineArn=machine, input='{"paid": true}'
        )
    except ClientError as error:
        return Gate("", error.response["Error"]["Message"])
    return Gate(json.loads(ended.get("output", "{}")).get("barrier", ended["status"]))


def _definition(states: dict[str, Any]) -> dict[str, Any]:
    return {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states}


def both_letters_are_sent(run: Run) -> Finding:
    """The second letter goes out after two weeks."""
    if run.made == 2:
        return held()
    return broken(
        expected="The second letter is sent after 14 days.",
        happened="After 20 days only the first one has been sent.",
    )


def the_barrier_opens(run: Run) -> Finding:
    """Whoever asks gets the answer at once."""
    gate = run.made if isinstance(run.made, Gate) else Gate("")
    if gate.status == "open":
        return held()
    told = f"Step Functions answers: {gate.refusal}." if gate.refusal else f"The answer is {gate.status}."
    return broken(
        expected="The barrier calls StartSyncExecution, and the answer says that it may open.", happened=told
    )


KINDS = Exercise(
    id="kind-1",
    title="Two workflows of a car park",
    lesson=LESSON,
    level=1,
    topic="step-functions",
    asks=Settings(
        (
            Switch("letters_express", "the letters are an express workflow", default=True),
            Switch("exit_express", "the exit is an express workflow", default=False),
        )
    ),
    situations=(
        Situation(name="fine", set_up="A driver has not paid. Twenty days pass.", play=a_fine),
        Situation(name="exit", set_up="A car stands at the exit, and the barrier asks.", play=at_the_exit),
    ),
    properties=(
        Property(name="both letters are sent", points=2, judge=both_letters_are_sent, situations=("fine",)),
        Property(name="the barrier gets its answer", points=2, judge=the_barrier_opens, situations=("exit",)),
    ),
    mistakes=(
        Mistake(
            name="express-for-weeks",
            recognised=lambda run: run.situation.name == "fine" and run.made == 1,
            message="An express execution ends after five minutes, whatever it waits for. What takes days "
            "is work for a standard workflow.",
        ),
        Mistake(
            name="standard-at-the-exit",
            recognised=lambda run: run.situation.name == "exit" and not the_barrier_opens(run).holds,
            message="Only express workflows can be started synchronously. A standard one answers with the "
            "ARN of its execution, and the barrier would have to ask again and again how it went.",
        ),
    ),
)

EXERCISES = (KINDS,)
