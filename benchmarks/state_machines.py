"""What state machines take: CPU seconds, for the machine of whoever measures is busy with other things."""

from __future__ import annotations

import json
import time
from typing import Any

from benchmarks.measuring import Measurement

_FIVE = {
    "Begin": {"Type": "Pass", "Next": "Look"},
    "Look": {
        "Type": "Choice",
        "Choices": [{"Variable": "$.n", "NumericGreaterThan": 500, "Next": "Take"}],
        "Default": "Take",
    },
    "Take": {"Type": "Pass", "Parameters": {"n.$": "$.n"}, "ResultPath": "$.taken", "Next": "Sleep"},
    "Sleep": {"Type": "Wait", "Seconds": 1, "Next": "End"},
    "End": {"Type": "Succeed"},
}
_PASS = {"Go": {"Type": "Pass", "End": True}}
_HOURS = {
    **{f"Sleep {hour}": {"Type": "Wait", "Seconds": 3600, "Next": f"Sleep {hour + 1}"} for hour in range(2)},
    "Sleep 2": {"Type": "Wait", "Seconds": 3600, "Next": "Each"},
    "Each": {
        "Type": "Map",
        "ItemsPath": "$.items",
        "ItemProcessor": {
            "StartAt": "One",
            "States": {"One": {"Type": "Pass", "Next": "Two"}, "Two": {"Type": "Pass", "End": True}},
        },
        "End": True,
    },
}


def _seconds(lab: Any, machine: str, *inputs: object) -> float:
    client = lab.client("stepfunctions")
    start = time.process_time()
    for given in inputs:
        client.start_execution(stateMachineArn=machine, input=json.dumps(given))
    lab.run_until_idle()
    return time.process_time() - start


def _made(lab: Any, name: str, states: dict[str, Any]) -> str:
    trust = {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": trust})
    role = lab.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=policy)["Role"]["Arn"]
    definition = json.dumps({"StartAt": next(iter(states)), "States": states})
    client = lab.client("stepfunctions")
    arn: str = client.create_state_machine(name=name, definition=definition, roleArn=role)["stateMachineArn"]
    return arn


def _map(**config: str) -> dict[str, Any]:
    processor = {"ProcessorConfig": {"Mode": "INLINE", **config}, "StartAt": "Go", "States": _PASS}
    selector = {"done": True}  # ten thousand results are more than a state may give
    return {"Each": {"Type": "Map", "ItemProcessor": processor, "ResultSelector": selector, "End": True}}


def lab_state_machines() -> Measurement:
    """The first CreateStateMachine, executions of five states, 3 hours of waiting, and both kinds of Map."""
    from workbook import Lab  # noqa: PLC0415 - loading it is part of other workloads

    with Lab() as lab:
        lab.client("iam").list_roles()
        lab.client("stepfunctions").list_state_machines()
        start = time.process_time()
        five = _made(lab, "five", _FIVE)
        first = time.process_time() - start
        distributed = _map(Mode="DISTRIBUTED", ExecutionType="STANDARD")
        return {
            "first": first,
            "hours": _seconds(lab, _made(lab, "hours", _HOURS), {"items": list(range(10))}),
            "thousand": _seconds(lab, five, *({"n": number} for number in range(1_000))),
            "inline": _seconds(lab, _made(lab, "inline", _map()), list(range(1_000))),
            "distributed": _seconds(lab, _made(lab, "distributed", distributed), list(range(10_000))),
        }
