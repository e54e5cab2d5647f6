"""State machines that a learner describes: made, started, and asked for their end."""

from __future__ import annotations

import json

import boto3
from botocore.exceptions import ClientError

from workbook.teaching.contract import Unfit
from workbook.teaching.properties.roles import role_for


def machine_of(definition: object, *actions: str, name: str = "workflow", kind: str = "STANDARD") -> str:
    """Create a state machine, with a role that may do these actions; returns its ARN.

    Raises:
        Unfit: Step Functions refuses the definition; the finding has its words.
    """
    role = role_for("states", *actions)
    text = definition if isinstance(definition, str) else json.dumps(definition)
    try:
        made = boto3.client("stepfunctions").create_state_machine(
            name=name, roleArn=role, definition=text, type=kind
        )
    except ClientError as error:
        raise Unfit(
            expected="Step Functions accepts the definition.", happened=error.response["Error"]["Message"]
        ) from error
    return str(made["stateMachineArn"])


def started(machine: str, **value: object) -> str:
    """Start an execution with this input; returns its ARN."""
    answer = boto3.client("stepfunctions").start_execution(stateMachineArn=machine, input=json.dumps(value))
    return str(answer["executionArn"])


def status_of(execution: str) -> str:
    """Its status, such as "RUNNING" or "SUCCEEDED"."""
    return str(boto3.client("stepfunctions").describe_execution(executionArn=execution)["status"])
