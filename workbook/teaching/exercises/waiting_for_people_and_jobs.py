"""An exercise on a task token that never comes back."""

from __future__ import annotations

import json
from dataclasses import dataclass

import boto3

from workbook.lab import Lab
from workbook.teaching.answer import Answer
from workbook.teaching.asked import Code
from workbook.teaching.contract import Exercise, Finding, Mistake, Property, Run, Situation, broken, held
from workbook.teaching.properties.counting import counted, of_all, times
from workbook.teaching.properties.workflows import machine_of, started, status_of

LESSON = "23_waiting_for_people_and_jobs"
PHARMACY = "pharmacy"
ON_CALL = "doctor-on-call"
HOUR = 3600
PATIENCE = 4
"""Hours after which somebody else is asked."""


@dataclass(frozen=True)
class Ended:
    """How an approval ended."""

    status: str
    asked_doctor: int


def mira_answers(lab: Lab, answer: Answer) -> Ended:
    """The pharmacist approves after three hours."""
    execution = _asked(lab, answer)
    lab.advance(3 * HOUR)
    _approved()
    lab.advance(5 * HOUR)
    return _end(lab, execution)


def nobody_answers(lab: Lab, answer: Answer) -> Ended:
    """The pharmacist is ill."""
    execution = _asked(lab, answer)
    lab.advance(6 * HOUR)
    return _end(lab, execution)


def _asked(lab: Lab, answer: Answer) -> str:
    sqs = boto3.client("sqs")
    urls = [sqs.create_queue(QueueName=name)["QueueUrl"] for name in (PHARMACY, ON_CALL)]
    machine = machine_of(answer.definition(*urls), "sqs:SendMessage", name="approval")
    execution = started(machine, child="Olu", mg=40)
    lab.advance(1)
    return execution


def _approved() -> None:
    sqs, url = boto3.client("sqs"), boto3.client("sqs").get_queue_url(QueueName=PHARMACY)["QueueUrl"]
    machines = boto3.client("stepfunctions")
    for message in sqs.receive_message(QueueUrl=url).get("Messages", []):
        token = json.loads(message["Body"])["token"]
        try:
            machines.send_task_success(taskToken=token, output='{"approved_by": "Mira"}')
        except (machines.exceptions.TaskTimedOut, machines.exceptions.TaskDoesNotExist):
            return  # too late; the findings say so


def _end(lab: Lab, execution: str) -> Ended:
    return Ended(status_of(execution), of_all(lab.trace, "send", at=ON_CALL))


def _made(run: Run) -> Ended:
    return run.made if isinstance(run.made, Ended) else Ended("RUNNING", 0)


def an_answer_counts(run: Run) -> Finding:
    """Who answers in time is heard, and nobody else is bothered."""
    end = _made(run)
    if end == Ended("SUCCEEDED", 0):
        return held()
    asked = f", and the doctor on call was asked {times(end.asked_doctor)}" if end.asked_doctor else ""
    return broken(
        expected="Mira answers after 3 hours, and the execution succeeds.",
        happened=f"Five hours later it is {end.status}{asked}.",
    )


def somebody_else_is_asked(run: Run) -> Finding:
    """When nobody answers, the doctor on call is asked once."""
    end = _made(run)
    if end.asked_doctor == 1:
        return held()
    has = counted(end.asked_doctor, "message")
    return broken(
        expected=f"After {PATIENCE} hours without an answer the doctor on call is asked, once.",
        happened=f"After 6 hours the doctor has {has}; the status is {end.status}.",
    )


def it_comes_to_an_end(run: Run) -> Finding:
    """The execution does not wait for ever, and does not fail."""
    end = _made(run)
    if end.status == "SUCCEEDED":
        return held()
    return broken(expected="After 6 hours the execution has succeeded.", happened=f"It is {end.status}.")


NO_ANSWER = Exercise(
    id="wait-1",
    title="An approval that nobody gives",
    lesson=LESSON,
    level=2,
    topic="step-functions",
    asks=Code("definition(pharmacy, doctor_on_call)"),
    situations=(
        Situation(name="answered", set_up="Mira approves the dose after three hours.", play=mira_answers),
        Situation(name="silent", set_up="Mira is ill, and nobody answers.", play=nobody_answers),
    ),
    properties=(
        Property(
            name="an answer in time is heard", points=2, judge=an_answer_counts, situations=("answered",)
        ),
        Property(
            name="without an answer the doctor on call is asked",
            points=2,
            judge=somebody_else_is_asked,
            situations=("silent",),
        ),
        Property(
            name="the execution comes to its end", points=1, judge=it_comes_to_an_end, situations=("silent",)
        ),
    ),
    mistakes=(
        Mistake(
            name="waits-for-ever",
            recognised=lambda run: run.situation.name == "silent" and _made(run).status == "RUNNING",
            message="A state that waits for a task token waits for a year, unless it has a time limit of "
            "its own: TimeoutSeconds.",
        ),
        Mistake(
            name="not-caught",
            recognised=lambda run: (
                run.situation.name == "silent" and _made(run).status in {"FAILED", "TIMED_OUT"}
            ),
            message="The time limit ended the state with States.Timeout, and as nobody caught that, the "
            "whole execution failed. A Catch leads to the doctor on call.",
        ),
        Mistake(
            name="impatient",
            recognised=lambda run: run.situation.name == "answered" and not an_answer_counts(run).holds,
            message="The limit is shorter than the time that Mira has. Her answer came for a token that "
            "was not waited for any more.",
        ),
    ),
)

EXERCISES = (NO_ANSWER,)
