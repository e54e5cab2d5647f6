"""An order in three steps that no transaction joins, and what is left when one of them fails.

Goods are reserved, the card is charged, a courier is booked: three services, each with a memory of its own.
When a later step fails, the earlier ones stay done, unless the workflow undoes them: a catcher leads to the
compensations, which run in the opposite order. A failure that passes (the bank is down) is tried again first;
one that stays (the card is declined) is not.
"""

from __future__ import annotations

import datetime
import json
from collections import Counter
from typing import Any

import boto3

from workbook import Lab
from workbook.scenarios.framework.account import Cell, Findings, counted
from workbook.scenarios.framework.reading import Hops, hops_of, instant_fact
from workbook.scenarios.framework.scenario import HOUR, Scenario
from workbook.scenarios.framework.settings import Number, SettingError, Switch

STEPS = ("reserve", "charge", "book", "refund", "release")
MACHINE = "orders"
_OTHER_ENDS = ("ok", "OrderCancelled", "waits")


def build(lab: Lab, down_for: int, retries: int, compensate: bool) -> str:
    """Create the functions, a role, and the state machine; its ARN."""
    opening = lab.now + datetime.timedelta(minutes=1)
    bank_is_back = {"BANK_IS_BACK": str(opening.timestamp() + down_for)}
    environment = {"Variables": bank_is_back}
    functions = {
        "reserve": lab.function("reserve", do),
        "charge": lab.function("charge", charge, Environment=environment),
        "book": lab.function("book", book),
        "refund": lab.function("refund", do),
        "release": lab.function("release", do),
    }
    definition = json.dumps(saga(functions, retries, compensate))
    machines = boto3.client("stepfunctions")
    made = machines.create_state_machine(name=MACHINE, roleArn=create_role(), definition=definition)
    lab.advance((opening - lab.now).total_seconds())
    return made["stateMachineArn"]


def do(event: dict[str, str], context: object) -> None:
    """A step that always goes well."""


def charge(event: dict[str, str], context: object) -> None:
    """Charge the card, if the bank can be reached and agrees."""
    import os
    import time

    class BankDownError(Exception):
        pass

    class CardDeclinedError(Exception):
        pass

    if time.time() < float(os.environ["BANK_IS_BACK"]):
        raise BankDownError("no answer")
    if event["card"] == "declined":
        raise CardDeclinedError("not enough money")


def book(event: dict[str, str], context: object) -> None:
    """Book a courier, if one goes there."""

    class NoCourierError(Exception):
        pass

    if event["to"] == "island":
        raise NoCourierError("nobody goes there")


def create_role() -> str:
    """Create a role in whose name the state machine may invoke functions; its ARN."""
    iam = boto3.client("iam")
    states = {"Service": "states.amazonaws.com"}
    trust = {"Effect": "Allow", "Principal": states, "Action": "sts:AssumeRole"}
    allow = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}
    policies = [json.dumps({"Version": "2012-10-17", "Statement": [each]}) for each in (trust, allow)]
    role = iam.create_role(RoleName=MACHINE, AssumeRolePolicyDocument=policies[0])["Role"]
    iam.put_role_policy(RoleName=MACHINE, PolicyName="invoke", PolicyDocument=policies[1])
    return role["Arn"]


def saga(functions: dict[str, str], retries: int, compensate: bool) -> dict[str, Any]:
    """The definition: three steps forward and, where something is caught, the way back."""
    retry = [{"ErrorEquals": ["BankDownError"], "MaxAttempts": retries}]
    states: dict[str, Any] = {
        "Reserve": {**step(functions["reserve"]), "Next": "Charge"},
        "Charge": {**step(functions["charge"]), "Retry": retry, "Next": "Book"},
        "Book": {**step(functions["book"]), "End": True},
    }
    if compensate:
        states["Charge"]["Catch"] = [catcher("Release")]
        states["Book"]["Catch"] = [catcher("Refund")]
        states["Refund"] = {**step(functions["refund"]), "Next": "Release"}
        states["Release"] = {**step(functions["release"]), "Next": "Cancelled"}
        states["Cancelled"] = {"Type": "Fail", "Error": "OrderCancelled"}
    return {"QueryLanguage": "JSONata", "StartAt": "Reserve", "States": states}


def step(function: str) -> dict[str, Any]:
    """A task that runs a function on the order, and hands the order on as it was."""
    return {"Type": "Task", "Resource": function, "Output": "{% $states.input %}"}


def catcher(next_state: str) -> dict[str, Any]:
    """A catcher that keeps the order, so that the next state knows what to undo."""
    return {"ErrorEquals": ["States.ALL"], "Output": "{% $states.input %}", "Next": next_state}


def trigger(lab: Lab, machine: str, orders: int, declined: int, islands: int) -> None:
    """Start an execution for each order: first those with a bad card, then those without a courier."""
    machines = boto3.client("stepfunctions")
    for number in range(1, orders + 1):
        order = {
            "order": number,
            "card": "declined" if number <= declined else "good",
            "to": "island" if declined < number <= declined + islands else "town",
        }
        machines.start_execution(stateMachineArn=machine, input=json.dumps(order))


def measure(trace: Hops) -> Findings:
    """How the orders ended, and what is still reserved or paid for without a courier."""
    executions = list(hops_of(trace, "start-execution", at=MACHINE))
    if not executions:
        return Findings("Nothing was ordered yet.", (), ())
    done = {step: sum(hop.outcome == "ok" for hop in hops_of(trace, "invoke", at=step)) for step in STEPS}
    ends = Counter(hop.outcome for hop in executions)
    reserved = done["reserve"] - done["release"] - done["book"]
    paid = done["charge"] - done["refund"] - done["book"]
    rows: tuple[tuple[Cell, ...], ...] = (
        ("orders", len(executions)),
        ("executions that succeeded", ends["ok"]),
        ("executions that ended as OrderCancelled", ends["OrderCancelled"]),
        ("executions that ended in their first error", ends.total() - sum(ends[end] for end in _OTHER_ENDS)),
        ("tries to charge a card", sum(1 for _ in hops_of(trace, "invoke", at="charge"))),
        ("goods reserved for nobody", reserved),
        ("payments for nothing", paid),
        ("state transitions that are billed", sum(instant_fact(hop, "transitions") for hop in executions)),
    )
    return Findings(_conclusion(len(executions), ends, reserved, paid), ("what", "number"), rows)


def _conclusion(orders: int, ends: Counter[str], reserved: int, paid: int) -> str:
    went = f"Of {counted(orders, 'order')} {ends['ok']:,} went through."
    if ends["waits"]:
        return f"{went} {counted(ends['waits'], 'execution is', 'executions are')} still running."
    if reserved or paid:
        left = f"goods are still reserved for {reserved:,}, and {counted(paid, 'customer')} paid for nothing"
        return f"{went} Nothing was undone for the others: {left}."
    if ends["ok"] == orders:
        return went
    return f"{went} What was done for the others was undone: nothing stays reserved, nobody paid for nothing."


def check(orders: int, declined: int, islands: int) -> None:
    """Refuse more bad orders than there are orders."""
    if declined + islands > orders:
        message = (
            f"declined={declined!r} and islands={islands!r}: together they cannot be more than {orders=}"
        )
        raise SettingError(message)


SCENARIO = Scenario(
    name="order-saga",
    title="An order saga, and a payment that fails",
    question="What is left behind when a step of an order fails, and who undoes it?",
    watch="Watch how often the card is charged, and which functions run after a failure.",
    settings=(
        Number("orders", "orders", 6, minimum=1, maximum=50, unit="orders"),
        Number("declined", "of which the card is declined for", 2, minimum=0, maximum=50, unit="orders"),
        Number("islands", "and no courier can be found for", 1, minimum=0, maximum=50, unit="orders"),
        Number("down_for", "the bank is down for", 5, minimum=0, maximum=3600, unit="s"),
        Number("retries", "MaxAttempts while the bank is down", 3, minimum=0, maximum=12, unit="retries"),
        Switch("compensate", "failures are caught, and undone", default=True),
    ),
    build=build,
    trigger=trigger,
    measure=measure,
    queues=(),
    check=check,
    limit=2 * HOUR,
    differs="the bank goes down just before the first order, and is back on the second; states take no time "
    "of their own here, only the functions that they call do.",
)
