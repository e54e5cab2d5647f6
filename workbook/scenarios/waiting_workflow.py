"""Two workflows that wait for a deposit: one asks again and again, the other waits once and looks then.

A Wait state is one transition, however long it lasts; each round of asking is three, and a call. So the one
that asks knows sooner and costs more, and the one that waits knows late, or too late. And who asks too often
comes to the end of the history: 25,000 events.
"""

from __future__ import annotations

import json
import time
from typing import NamedTuple

import boto3

from workbook import Lab
from workbook.aws.billable import whole_number
from workbook.engine.clock import SECOND
from workbook.flow.durations import duration_text
from workbook.scenarios.framework.account import Findings, counted
from workbook.scenarios.framework.reading import Hops, hops_of
from workbook.scenarios.framework.scenario import HOUR, Scenario
from workbook.scenarios.framework.settings import Number

DESK = "front-desk"
TABLE = "deposits"
ASKS = "asks-again"
WAITS = "waits-once"


def build(lab: Lab, pause: int, deadline: int) -> list[str]:
    """Create a table of deposits, a queue for the desk, and two state machines; their ARNs."""
    boto3.client("dynamodb").create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "guest", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "guest", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    desk = boto3.client("sqs").create_queue(QueueName=DESK)["QueueUrl"]
    too_late = {"Too late": {"Type": "Fail", "Error": "NoDeposit"}}
    return [
        create_state_machine(ASKS, "Look", states(desk, 60 * pause, otherwise="Wait")),
        create_state_machine(WAITS, "Wait", states(desk, 3600 * deadline, "Too late") | too_late),
    ]


def states(desk: str, seconds: int, otherwise: str) -> dict[str, object]:
    """The states that both have: wait, look for the deposit, tell the desk, or go elsewhere."""
    paid = {"Condition": "{% $states.input.paid %}", "Next": "Tell the desk"}
    name = "{% $states.context.StateMachine.Name %}"
    return {
        "Wait": {"Type": "Wait", "Seconds": seconds, "Next": "Look"},
        "Look": {
            "Type": "Task",
            "Resource": "arn:aws:states:::dynamodb:getItem",
            "Arguments": {"TableName": TABLE, "Key": {"guest": {"S": "Ida"}}},
            "Output": {"paid": "{% $exists($states.result.Item) %}"},
            "Next": "Paid?",
        },
        "Paid?": {"Type": "Choice", "Choices": [paid], "Default": otherwise},
        "Tell the desk": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage",
            "Arguments": {"QueueUrl": desk, "MessageBody": name},
            "End": True,
        },
    }


def create_state_machine(name: str, first: str, states: dict[str, object]) -> str:
    """Create a state machine and its role; its ARN."""
    iam = boto3.client("iam")
    trust = policy(Principal={"Service": "states.amazonaws.com"}, Action="sts:AssumeRole")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    work = policy(Action=["dynamodb:GetItem", "sqs:SendMessage"], Resource="*")
    iam.put_role_policy(RoleName=name, PolicyName="work", PolicyDocument=work)
    definition = json.dumps({"QueryLanguage": "JSONata", "StartAt": first, "States": states})
    machines = boto3.client("stepfunctions")
    answer = machines.create_state_machine(name=name, roleArn=role, definition=definition)
    return answer["stateMachineArn"]


def policy(**statement: object) -> str:
    """A policy that allows one thing."""
    allow = {"Effect": "Allow", **statement}
    return json.dumps({"Version": "2012-10-17", "Statement": [allow]})


def trigger(lab: Lab, state_machines: list[str], pays_after: int) -> None:
    """Start both for the same guest, who pays after so many minutes."""
    for state_machine in state_machines:
        boto3.client("stepfunctions").start_execution(stateMachineArn=state_machine)
    lab.program("Ida", pay, pays_after)


def pay(minutes: int) -> None:
    """Pay the deposit after so many minutes."""
    time.sleep(60 * minutes)
    item = {"guest": {"S": "Ida"}}
    boto3.client("dynamodb").put_item(TableName=TABLE, Item=item)


def measure(trace: Hops, pause: int, deadline: int) -> Findings:
    """For each workflow: how it ended, how long after the payment the desk knew, and what it took."""
    asks, waits = _row(trace, ASKS), _row(trace, WAITS)
    conclusion = (
        f"Asking every {pause:,} min took {counted(asks.transitions, 'transition')}, "
        f"and {asks.known}; waiting once for {counted(deadline, 'hour')} took {waits.transitions:,}, "
        f"and {waits.known}."
    )
    columns = ("workflow", "ended", "told after the payment", "looks", "transitions")
    return Findings(conclusion, columns, (asks, waits))


class _Row(NamedTuple):
    workflow: str
    status: str
    told: str
    looks: int
    transitions: int

    @property
    def known(self) -> str:
        """When the desk knew, as a part of a sentence."""
        return f"the desk knew {self.told} after the payment" if self.told else "the desk was never told"


def _row(trace: Hops, name: str) -> _Row:
    (run,) = hops_of(trace, "start-execution", at=name)
    looks = sum(hop.facts.get("state") == "Look" for hop in hops_of(trace, "enter-state", at=name))
    status = str(run.facts.get("status", "RUNNING"))
    return _Row(name, status, _delay(trace, name), looks, whole_number(run, "transitions"))


def _delay(trace: Hops, name: str) -> str:
    """From the payment until the desk was told; empty where it never was."""
    paid = next(hops_of(trace, "api-call", at="dynamodb:PutItem"), None)
    told = next((hop for hop in hops_of(trace, "send", at=DESK) if hop.facts.get("body") == name), None)
    if paid is None or told is None:
        return ""
    return duration_text((told.time - paid.time) / SECOND)


def seconds_at_most(pays_after: int, deadline: int, pause: int) -> int:
    """Until the guest has paid, and both have looked once more."""
    return max(60 * pays_after, HOUR * deadline) + 60 * pause + HOUR


SCENARIO = Scenario(
    name="waiting-workflow",
    title="Asking again, or waiting once",
    question="What does a workflow cost that asks again and again, and how late is one that waits once?",
    watch="Watch how often the table is asked in vain.",
    settings=(
        Number("pause", "pause between two looks", 60, minimum=1, maximum=1440, unit="min"),
        Number("deadline", "the other waits once for", 24, minimum=1, maximum=168, unit="h"),
        Number("pays_after", "the guest pays after", 565, minimum=1, maximum=10_080, unit="min"),
    ),
    build=build,
    trigger=trigger,
    measure=measure,
    queues=(DESK,),
    limit=seconds_at_most,
    differs="states other than Wait take no time but that of their calls, and the start of an execution is "
    "not counted as a transition.",
)
