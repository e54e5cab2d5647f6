"""What proves the keys of the questions in questions/step_functions.toml.

Each function is read by itself, beside its question; what several of them use stands at the top.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from workbook import Lab
from workbook.teaching.quizzes.shown import Shown


def make_role(lab: Lab) -> str:
    """A role that Step Functions may assume, and which may call functions and queues; its ARN."""
    iam = lab.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}
    may = {"Effect": "Allow", "Action": ["lambda:InvokeFunction", "sqs:SendMessage"], "Resource": "*"}
    role = iam.create_role(RoleName="workflow", AssumeRolePolicyDocument=document(trust))["Role"]
    iam.put_role_policy(RoleName="workflow", PolicyName="calls", PolicyDocument=document(may))
    return str(role["Arn"])


def document(statement: Mapping[str, object]) -> str:
    """A policy of one statement."""
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def make_machine(
    machines: Any, role: str, name: str, state: Mapping[str, object], kind: str = "STANDARD"
) -> str:
    """A state machine of one state; its ARN."""
    definition = json.dumps({"StartAt": "Only", "States": {"Only": {**state, "End": True}}})
    made = machines.create_state_machine(name=name, definition=definition, roleArn=role, type=kind)
    return str(made["stateMachineArn"])


def calls_of_a_function_that_fails(lab: Lab) -> Shown:
    """A retrier that says nothing but which errors, and a function that always fails."""
    machines = lab.client("stepfunctions")

    def charge(event: object, context: object) -> None:
        raise RuntimeError("the bank does not answer")

    task = {
        "Type": "Task",
        "Resource": lab.function("charge", charge),
        "Retry": [{"ErrorEquals": ["States.TaskFailed"]}],
    }
    machine = make_machine(machines, make_role(lab), "payment", task)
    execution = machines.start_execution(stateMachineArn=machine)["executionArn"]
    lab.run_until_idle()
    status = machines.describe_execution(executionArn=execution)["status"]
    calls = sum(hop.kind == "invoke" for hop in lab.trace)
    return Shown(
        answer=calls,
        says=f"The function was called {calls} times, and the execution ended as {status}.",
        picture=lab.sequence(),
    )


def a_map_of_one_hundred_items(lab: Lab) -> Shown:
    """An inline Map over 100 items, each of which waits for 60 seconds."""
    machines = lab.client("stepfunctions")
    wait = {"Type": "Wait", "Seconds": 60, "End": True}
    each = {"Type": "Map", "ItemProcessor": {"StartAt": "Wait", "States": {"Wait": wait}}}
    machine = make_machine(machines, make_role(lab), "photos", each)
    items = json.dumps(list(range(100)))
    execution = machines.start_execution(stateMachineArn=machine, input=items)["executionArn"]
    lab.run_until_idle()
    shown = machines.describe_execution(executionArn=execution)
    seconds = (shown["stopDate"] - shown["startDate"]).total_seconds()
    return Shown(answer=round(seconds), says=f"The execution ended after {seconds:.0f} seconds.")


def ten_minutes_in_each_type(lab: Lab) -> Shown:
    """The same wait of ten minutes in a state machine of either type."""
    machines, role = lab.client("stepfunctions"), make_role(lab)
    wait = {"Type": "Wait", "Seconds": 600}
    express = make_machine(machines, role, "express", wait, "EXPRESS")
    quick = machines.start_sync_execution(stateMachineArn=express)
    seconds = (quick["stopDate"] - quick["startDate"]).total_seconds()
    longer = make_machine(machines, role, "longer", {**wait, "Seconds": 200}, "EXPRESS")
    short = machines.start_sync_execution(stateMachineArn=longer)["status"]
    standard = make_machine(machines, role, "standard", wait)
    execution = machines.start_execution(stateMachineArn=standard)["executionArn"]
    lab.advance(minutes=11)
    status = machines.describe_execution(executionArn=execution)["status"]
    return Shown(
        answer={
            "a": quick["status"] != "SUCCEEDED" and status == "SUCCEEDED",
            "b": quick["status"] == "SUCCEEDED",
            "d": short != "SUCCEEDED",
        },
        says=(
            f"The express execution ended after {seconds:.0f} seconds as {quick['status']}; "
            f"the standard one ended as {status}."
        ),
        each={"d": f"an express execution that waits for 200 seconds: {short}"},
    )


def the_same_name_twice(lab: Lab) -> Shown:
    """Start an execution, and start it again with the same name: while it runs, and with another input."""
    machines = lab.client("stepfunctions")
    machine = make_machine(machines, make_role(lab), "order", {"Type": "Wait", "Seconds": 3600})

    def start(value: int) -> str:
        given = json.dumps({"total": value})
        try:
            started = machines.start_execution(stateMachineArn=machine, name="order-17", input=given)
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return str(started["executionArn"])

    first, again, other = start(20), start(20), start(30)
    running = len(machines.list_executions(stateMachineArn=machine)["executions"])
    return Shown(
        answer={
            "a": again == first and running == 1,
            "b": again != first and running == 2,
            "c": again == "ExecutionAlreadyExists",
        },
        says=(
            f"The second call got {'the same ARN' if again == first else again}, and {running} execution is "
            f"there. With another input the answer was {other}."
        ),
    )


def a_token_that_is_used_twice(lab: Lab) -> Shown:
    """Two people answer the same task token, one after the other."""
    sqs, machines = lab.client("sqs"), lab.client("stepfunctions")
    queue = sqs.create_queue(QueueName="approvals")["QueueUrl"]
    ask = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": queue, "MessageBody": {"token.$": "$$.Task.Token"}},
    }
    machine = make_machine(machines, make_role(lab), "approval", ask)
    execution = machines.start_execution(stateMachineArn=machine)["executionArn"]
    lab.advance(minutes=1)
    body = sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"]
    token = json.loads(body)["token"]
    machines.send_task_success(taskToken=token, output='"approved"')
    refused = ""
    try:
        machines.send_task_failure(taskToken=token, error="Rejected")
    except ClientError as error:
        refused = error.response["Error"]["Code"]
    lab.advance(minutes=1)
    status = machines.describe_execution(executionArn=execution)["status"]
    runs = len(machines.list_executions(stateMachineArn=machine)["executions"])
    return Shown(
        answer={
            "a": refused == "TaskTimedOut" and status == "SUCCEEDED",
            "b": status == "FAILED",
            "c": refused == "",
            "d": runs > 1,
        },
        says=f"The second answer was refused with {refused}; the execution ended as {status}.",
        each={"d": f"executions of the state machine: {runs}"},
        picture=lab.sequence(),
    )
