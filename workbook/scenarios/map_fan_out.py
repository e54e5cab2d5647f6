"""Many items at once to a service that lets in only a few: what a Map state and its retries make of it.

An inline Map works on up to 40 items at a time. The function behind it may run only a few times at once; what
is more than that is throttled, and a retrier tries it again. Without jitter those that were turned away
together come back together, and most of them are turned away again. With MaxConcurrency at what the service
bears nobody is. Each retry is a state transition more, and when one item has used up its retries, the whole
execution fails, with all that was done.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import boto3

from workbook import Lab
from workbook.engine.hop import Hop
from workbook.scenarios.framework.account import Cell, Findings, counted
from workbook.scenarios.framework.concurrency import ended_at, most_at_a_time
from workbook.scenarios.framework.reading import Hops, hops_of, instant_fact
from workbook.scenarios.framework.scenario import HOUR, Scenario
from workbook.scenarios.framework.settings import Number, Switch, limit_of, source_of

SERVICE = "read-page"


def build(lab: Lab, capacity: int, at_once: int, retries: int, jitter: bool) -> str:
    """Create the service, which lets in so many calls, and the state machine that calls it."""
    lab.function(SERVICE, read_page, Timeout=10)
    boto3.client("lambda").put_function_concurrency(
        FunctionName=SERVICE, ReservedConcurrentExecutions=capacity
    )
    pages = {
        "Type": "Map",
        "MaxConcurrency": at_once,
        "ItemProcessor": {"StartAt": "Read page", "States": {"Read page": call(retries, jitter)}},
        "End": True,
    }
    definition = {"QueryLanguage": "JSONata", "StartAt": "Pages", "States": {"Pages": pages}}
    answer = boto3.client("stepfunctions").create_state_machine(
        name="read-book", definition=json.dumps(definition), roleArn=create_role()
    )
    return answer["stateMachineArn"]


def read_page(event: object, context: object) -> object:
    """Read one page, which takes a second."""
    import time

    time.sleep(1)
    return event


def call(retries: int, jitter: bool) -> dict[str, Any]:
    """The state that has one page read, and has it tried again when it is throttled."""
    retrier = {
        "ErrorEquals": ["Lambda.TooManyRequestsException"],
        "IntervalSeconds": 1,
        "BackoffRate": 2,
        "MaxDelaySeconds": 30,
        "MaxAttempts": retries,
        "JitterStrategy": "FULL" if jitter else "NONE",
    }
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": "read-page", "Payload": "{% $states.input %}"},
        "Output": "{% $states.result.Payload %}",
        "Retry": [retrier],
        "End": True,
    }


def create_role() -> str:
    """Create the role in whose name the state machine calls the function; its ARN."""
    iam = boto3.client("iam")
    trust = policy(Principal={"Service": "states.amazonaws.com"}, Action="sts:AssumeRole")
    role = iam.create_role(RoleName="read-book", AssumeRolePolicyDocument=trust)
    allow = policy(Action="lambda:InvokeFunction", Resource="*")
    iam.put_role_policy(RoleName="read-book", PolicyName="call", PolicyDocument=allow)
    return role["Role"]["Arn"]


def policy(**statement: object) -> str:
    """A policy of one statement that allows something."""
    allow = {"Effect": "Allow", **statement}
    return json.dumps({"Version": "2012-10-17", "Statement": [allow]})


def trigger(lab: Lab, machine: str, pages: int) -> None:
    """Have a book of so many pages read."""
    numbers = json.dumps(list(range(1, pages + 1)))
    boto3.client("stepfunctions").start_execution(stateMachineArn=machine, input=numbers)


class _Tally(NamedTuple):
    """What it took, in the order of the table."""

    read: int
    calls: int
    throttled: int
    most_at_once: int
    transitions: int
    seconds: float
    status: str


LINES = (
    "pages read",
    "calls of the service",
    "of which it turned away",
    "running in the service at most",
    "state transitions",
    "seconds until the end",
    "status of the execution",
)


def measure(trace: Hops, pages: int) -> Findings:
    """How many calls and transitions it took, and how it ended."""
    execution = next(hops_of(trace, "start-execution"), None)
    if execution is None:
        return Findings("No book was begun yet.", (), ())
    tally = _tally(trace, execution)
    cells: tuple[Cell, ...] = tally
    rows = tuple(zip(LINES, cells, strict=True))
    return Findings(_conclusion(tally, pages), ("what", "number"), rows)


def _tally(trace: Hops, execution: Hop) -> _Tally:
    runs = list(hops_of(trace, "invoke", at=SERVICE))
    throttled = sum(1 for _ in hops_of(trace, "throttle", at=SERVICE))
    status = str(execution.facts.get("status", "RUNNING"))
    end = ended_at(execution) if status != "RUNNING" else trace[-1].time
    return _Tally(
        read=sum(ended_at(run) <= end for run in runs),
        calls=len(runs) + throttled,
        throttled=throttled,
        most_at_once=most_at_a_time(runs),
        transitions=instant_fact(execution, "transitions"),
        seconds=round((end - execution.time) / 1e6, 1),
        status=status,
    )


def _conclusion(tally: _Tally, pages: int) -> str:
    calls = f"{counted(tally.calls, 'call')} for {counted(pages, 'page')}, {tally.throttled:,} turned away."
    if tally.status == "FAILED":
        lost = "its output, the pages that were read, is nowhere"
        return f"{calls} One page used up its retries, and the whole execution failed: {lost}."
    if tally.status == "RUNNING":
        return f"{calls} It is still running."
    return f"{calls} All were read after {tally.seconds:,} s, with {tally.transitions:,} state transitions."


SCENARIO = Scenario(
    name="map-fan-out",
    title="A Map, and a service that lets in a few",
    question="What do many items at once and their retries cost, when a service lets in only a few?",
    watch="Watch how many are turned away, when those come back, and whether all pages are read in the end.",
    settings=(
        Number("pages", "pages", 60, minimum=1, maximum=400, unit="items"),
        Number(
            "at_once",
            "MaxConcurrency (0: as many as AWS can)",
            0,
            minimum=0,
            maximum=limit_of("stepfunctions.map.inline"),
            unit="items",
            source=source_of("stepfunctions.map.inline"),
        ),
        Number("capacity", "the service lets in at once", 5, minimum=1, maximum=100, unit="calls"),
        Number("retries", "each is tried again", 5, minimum=0, maximum=20, unit="times"),
        Switch("jitter", "with jitter", default=False),
    ),
    build=build,
    trigger=trigger,
    measure=measure,
    queues=(),  # nothing waits in a queue: that is the point
    limit=HOUR,
    differs="a call of the service takes a second and never fails otherwise; what chance the jitter adds is "
    "from the lab's seed.",
)
