"""Requests that wait for a person, who is slow, or not there at all.

A workflow sends each request with a task token to the approver's queue, and waits for an answer with that
token. Without a time limit it waits for as long as a standard execution may: a year. With one, the wait
fails with States.Timeout: the request is sent once more, with a new token, and in the end somebody else gets
it. The approver sees nothing of this: an answer with an old token comes too late, and is refused.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections import Counter
from typing import Any

import boto3

from workbook import Lab
from workbook.scenarios.framework.account import Cell, Findings, counted
from workbook.scenarios.framework.reading import Hops, hops_of
from workbook.scenarios.framework.scenario import HOUR, Scenario
from workbook.scenarios.framework.settings import Number, Switch

MACHINE = "approvals"
QUEUES = ("approver", "manager")


def build(lab: Lab, timeout: int | None, reminders: int, at_work: bool, minutes: int) -> str:
    """Create the queues, the state machine and, if at work, the approver; the machine's ARN."""
    sqs, machines = boto3.client("sqs"), boto3.client("stepfunctions")
    approver, manager = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in QUEUES)
    definition = json.dumps(workflow(approver, manager, timeout, reminders))
    made = machines.create_state_machine(name=MACHINE, roleArn=create_role(), definition=definition)
    if at_work:
        lab.program("approver", approve, approver, minutes)
    return made["stateMachineArn"]


def create_role() -> str:
    """Create a role in whose name the state machine may send to queues; its ARN."""
    iam = boto3.client("iam")
    states = {"Service": "states.amazonaws.com"}
    trust = {"Effect": "Allow", "Principal": states, "Action": "sts:AssumeRole"}
    allow = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
    policies = [json.dumps({"Version": "2012-10-17", "Statement": [each]}) for each in (trust, allow)]
    role = iam.create_role(RoleName=MACHINE, AssumeRolePolicyDocument=policies[0])["Role"]
    iam.put_role_policy(RoleName=MACHINE, PolicyName="send", PolicyDocument=policies[1])
    return role["Arn"]


def workflow(approver: str, manager: str, timeout: int | None, reminders: int) -> dict[str, Any]:
    """Ask, and wait for an answer; with a time limit, remind, and then tell the manager."""
    body = {"request": "{% $states.input.request %}", "token": "{% $states.context.Task.Token %}"}
    ask: dict[str, Any] = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Arguments": {"QueueUrl": approver, "MessageBody": body},
        "End": True,
    }
    states = {"Ask": ask}
    if timeout is not None:
        late = {"ErrorEquals": ["States.Timeout"]}
        ask["TimeoutSeconds"] = timeout * 60
        ask["Retry"] = [{**late, "MaxAttempts": reminders}]
        ask["Catch"] = [{**late, "Output": "{% $states.input %}", "Next": "Escalate"}]
        states["Escalate"] = {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage",
            "Arguments": {"QueueUrl": manager, "MessageBody": "{% $states.input %}"},
            "End": True,
        }
    return {"QueryLanguage": "JSONata", "StartAt": "Ask", "States": states}


def approve(url: str, minutes: int) -> None:
    """Take one request after the other, think it over, and answer it."""
    sqs, machines = boto3.client("sqs"), boto3.client("stepfunctions")
    while True:
        received = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20, VisibilityTimeout=43_200)
        for message in received.get("Messages", []):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            time.sleep(minutes * 60)
            token = json.loads(message["Body"])["token"]
            with contextlib.suppress(machines.exceptions.TaskTimedOut):  # then it is too late
                machines.send_task_success(taskToken=token, output='"approved"')


def trigger(lab: Lab, machine: str, requests: int) -> None:
    """Start an execution for each request."""
    machines = boto3.client("stepfunctions")
    for number in range(1, requests + 1):
        value = json.dumps({"request": number})
        machines.start_execution(stateMachineArn=machine, input=value)


def measure(trace: Hops) -> Findings:
    """How the requests ended, and what became of the tokens."""
    executions = list(hops_of(trace, "start-execution", at=MACHINE))
    if not executions:
        return Findings("Nothing was requested yet.", (), ())
    tokens = Counter(hop.outcome for hop in hops_of(trace, "issue-token", at=MACHINE))
    waiting = sum(hop.outcome == "waits" for hop in executions)
    escalated = sum(1 for _ in hops_of(trace, "send", at="manager"))
    late = sum(hop.outcome == "TaskTimedOut" for hop in hops_of(trace, "api-call"))
    rows: tuple[tuple[Cell, ...], ...] = (
        ("requests", len(executions)),
        ("approved", tokens["ok"]),
        ("left to the manager", escalated),
        ("still waiting", waiting),
        ("task tokens given out", tokens.total()),
        ("answers that came too late", late),
    )
    return Findings(_conclusion(tokens["ok"], escalated, waiting, late), ("what", "number"), rows)


def _conclusion(approved: int, escalated: int, waiting: int, late: int) -> str:
    ends = f"{counted(approved, 'request')} approved, {escalated:,} left to the manager"
    if waiting:
        return f"{ends}; {waiting:,} still waiting, and without an answer for up to a year."
    too_late = f" {counted(late, 'answer')} came too late." if late else ""
    return f"{ends}, none waiting.{too_late}"


SCENARIO = Scenario(
    name="unanswered-approval",
    title="An approval that nobody gives",
    question="What becomes of a workflow that waits for a person who does not answer?",
    watch="Watch the approver's queue, and the moment at which a wait ends without an answer.",
    settings=(
        Number("requests", "requests", 3, minimum=1, maximum=20, unit="requests"),
        Number(
            "timeout",
            "TimeoutSeconds",
            60,
            minimum=1,
            maximum=1440,
            unit="min",
            without="no time limit",
        ),
        Number("reminders", "reminders, each with a new token", 1, minimum=0, maximum=5, unit="reminders"),
        Switch("at_work", "the approver is at work", default=False),
        Number("minutes", "and needs for each answer", 50, minimum=0, maximum=480, unit="min"),
    ),
    build=build,
    trigger=trigger,
    measure=measure,
    queues=QUEUES,
    limit=240 * HOUR,
    differs="the run is ended after ten days; the approver is a program that works day and night, and takes "
    "requests in the order in which they come.",
)
