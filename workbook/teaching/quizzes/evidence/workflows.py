"""What proves the keys of the questions in questions/workflows.toml.

Each function is read by itself, beside its question; what several of them use stands at the top.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from workbook import Lab
from workbook.teaching.quizzes.shown import Shown


def role_for(lab: Lab, *actions: str) -> str:
    """A role that Step Functions may assume to do these actions; its ARN."""
    iam = lab.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName="workflow", AssumeRolePolicyDocument=policy(trust))["Role"]
    may = policy({"Effect": "Allow", "Action": actions, "Resource": "*"})
    iam.put_role_policy(RoleName="workflow", PolicyName="may", PolicyDocument=may)
    return str(role["Arn"])


def policy(statement: Mapping[str, object]) -> str:
    """A policy of one statement."""
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def workflow(machines: Any, name: str, role: str, states: Mapping[str, Any], **settings: str) -> str:
    """A state machine that starts with the first of these states; its ARN."""
    language = {"QueryLanguage": settings.pop("language", "JSONPath")}
    definition = json.dumps({**language, "StartAt": next(iter(states)), "States": states})
    made = machines.create_state_machine(name=name, roleArn=role, definition=definition, **settings)
    return str(made["stateMachineArn"])


def run(lab: Lab, machines: Any, machine: str, value: object) -> dict[str, Any]:
    """Start an execution, let it end, and say what became of it."""
    started = machines.start_execution(stateMachineArn=machine, input=json.dumps(value))
    lab.run_until_idle()
    shown: dict[str, Any] = machines.describe_execution(executionArn=started["executionArn"])
    return shown


def a_report_after_a_job(lab: Lab) -> Shown:
    """Run a job of 50 minutes and then a report, in each way; was the job over when the report was made?"""
    machines = lab.client("stepfunctions")

    def write(event: object, context: object) -> str:
        return "written"

    def minutes_to_the_report(suffix: str, wait: int, **settings: object) -> float:
        lab.reset()
        lab.job("glue", "clean", minutes=50)
        report = lab.function("report", write)
        role = role_for(lab, "glue:*", "lambda:InvokeFunction", "events:*")
        job = {"Type": "Task", "Resource": f"arn:aws:states:::glue:startJobRun{suffix}"}
        states = {
            "Clean": {**job, "Parameters": {"JobName": "clean"}, **settings, "Next": "Pause"},
            "Pause": {"Type": "Wait", "Seconds": wait, "Next": "Report"},
            "Report": {"Type": "Task", "Resource": report, "End": True},
        }
        began = lab.now.timestamp()
        run(lab, machines, workflow(machines, "night", role, states), {})
        [made] = [hop for hop in lab.trace if hop.kind == "invoke"]
        return (made.time / 1_000_000 - began) / 60

    minutes = {
        "a": minutes_to_the_report(".sync", 0),
        "b": minutes_to_the_report("", 30 * 60),
        "c": minutes_to_the_report("", 0, Retry=[{"ErrorEquals": ["States.ALL"], "MaxAttempts": 10}]),
        "d": minutes_to_the_report("", 0, TimeoutSeconds=3600),
    }
    return Shown(
        answer={way: after >= 50 for way, after in minutes.items()},
        says="A night was played in each way, with a job that took 50 minutes.",
        each={way: f"the report was made after {after:.0f} minutes" for way, after in minutes.items()},
    )


def a_worker_that_falls_silent(lab: Lab) -> Shown:
    """Send a heartbeat every five minutes until minute 25, then nothing; when does the state give up?"""
    sqs, machines = lab.client("sqs"), lab.client("stepfunctions")
    queue = sqs.create_queue(QueueName="scans")["QueueUrl"]
    ask = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": queue, "MessageBody": {"token.$": "$$.Task.Token"}},
        "TimeoutSeconds": 4 * 3600,
        "HeartbeatSeconds": 600,
        "End": True,
    }
    machine = workflow(machines, "scan", role_for(lab, "sqs:SendMessage"), {"Ask": ask})
    execution = machines.start_execution(stateMachineArn=machine)["executionArn"]
    lab.advance(seconds=1)
    token = json.loads(sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"])["token"]
    for _ in range(5):
        lab.advance(minutes=5)
        machines.send_task_heartbeat(taskToken=token)
    lab.run_until_idle()
    ended = machines.describe_execution(executionArn=execution)
    minutes = (ended["stopDate"] - ended["startDate"]).total_seconds() / 60
    return Shown(
        answer=round(minutes),
        says=f"After the fifth heartbeat nothing came. In minute {minutes:.0f} it ended: {ended['status']}.",
        picture=lab.sequence(),
    )


def failures_that_a_map_run_bears(lab: Lab) -> Shown:
    """Let more and more of 40 items fail, until the Map Run does."""
    machines = lab.client("stepfunctions")
    role = role_for(lab, "states:*")
    broken = {"Variable": "$.broken", "BooleanEquals": True, "Next": "Bad"}
    item = {
        "Broken?": {"Type": "Choice", "Choices": [broken], "Default": "Good"},
        "Bad": {"Type": "Fail", "Error": "Unreadable"},
        "Good": {"Type": "Succeed"},
    }
    mode = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    invoices = {
        "Type": "Map",
        "ItemProcessor": {"ProcessorConfig": mode, "StartAt": "Broken?", "States": item},
        "ToleratedFailureCount": 3,
        "ToleratedFailurePercentage": 5,
        "End": True,
    }
    machine = workflow(machines, "invoices", role, {"Invoices": invoices})
    failing, ended = -1, {"status": "SUCCEEDED"}
    while ended["status"] == "SUCCEEDED":
        failing += 1
        items = [{"broken": number < failing} for number in range(40)]
        ended = run(lab, machines, machine, items)
    return Shown(
        answer=failing - 1,
        says=f"With {failing - 1} of 40 it succeeded; with {failing} it ended with {ended['error']}.",
    )


def pauses_of_a_retrier(lab: Lab) -> Shown:
    """Let a function fail at every call, and look when it is called."""
    machines = lab.client("stepfunctions")

    def ask(event: object, context: object) -> None:
        raise RuntimeError("the partner is down")

    pauses = {"IntervalSeconds": 2, "BackoffRate": 3, "MaxDelaySeconds": 20, "MaxAttempts": 4}
    retry = [{"ErrorEquals": ["States.TaskFailed"], **pauses}]
    task = {"Type": "Task", "Resource": lab.function("ask", ask), "Retry": retry, "End": True}
    machine = workflow(machines, "price", role_for(lab, "lambda:InvokeFunction"), {"Ask": task})
    run(lab, machines, machine, {})
    calls = [hop.time / 1_000_000 for hop in lab.trace if hop.kind == "invoke"]
    after = [round(time - calls[0]) for time in calls]
    return Shown(
        answer=after[-1],
        says=f"It was called after {', '.join(map(str, after))} seconds, and then no more.",
        picture=lab.sequence(),
    )


def what_a_refund_is_given(lab: Lab) -> Shown:
    """Let a booking fail with each way to set the fields, and look at what the refund gets."""
    machines = lab.client("stepfunctions")

    def book(event: object, context: object) -> None:
        raise RuntimeError("the hotel is full")

    def input_of_the_refund(in_the_catcher: dict[str, object], in_the_task: dict[str, object]) -> list[str]:
        lab.reset()
        catch = {"ErrorEquals": ["States.ALL"], "Next": "Refund", **in_the_catcher}
        task = {"Type": "Task", "Resource": lab.function("book", book), **in_the_task}
        states = {
            "Book": {**task, "Catch": [catch], "End": True},
            "Refund": {"Type": "Pass", "End": True},
        }
        role = role_for(lab, "lambda:InvokeFunction")
        machine = workflow(machines, "trip", role, states)
        ended = run(lab, machines, machine, {"booking": 4711, "paid": 900})
        return sorted(json.loads(ended["output"]))

    given = {
        "a": input_of_the_refund({"ResultPath": "$.error"}, {}),
        "b": input_of_the_refund({}, {"ResultPath": "$.error"}),
        "c": input_of_the_refund({"ResultPath": None}, {}),
        "d": input_of_the_refund({}, {"OutputPath": "$"}),
    }
    return Shown(
        answer={way: {"booking", "error"} <= set(names) for way, names in given.items()},
        says="A booking failed in each way, and the names in the input of the refund were noted.",
        each={way: f"the refund gets {', '.join(names)}" for way, names in given.items()},
    )


def a_saga_that_turns_back(lab: Lab) -> Shown:
    """Let the third booking fail, and note in which order the functions run."""
    machines = lab.client("stepfunctions")

    def succeed(event: object, context: object) -> str:
        return "done"

    def fail(event: object, context: object) -> None:
        raise RuntimeError("no car left")

    def step(name: str, **more: object) -> dict[str, object]:
        function = lab.function(name, fail if name == "book-car" else succeed)
        return {"Type": "Task", "Resource": function, "ResultPath": None, **more}

    def catch(state: str) -> list[dict[str, object]]:
        return [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.why", "Next": state}]

    states = {
        "Flight": step("book-flight", Next="Hotel"),
        "Hotel": step("book-hotel", Catch=catch("No flight"), Next="Car"),
        "Car": step("book-car", Catch=catch("No hotel"), End=True),
        "No hotel": step("cancel-hotel", Next="No flight"),
        "No flight": step("cancel-flight", Next="Off"),
        "Off": {"Type": "Fail", "Error": "NoTrip"},
    }
    machine = workflow(machines, "trip", role_for(lab, "lambda:InvokeFunction"), states)
    ended = run(lab, machines, machine, {})
    ran = [hop.resource.rsplit(":", 1)[-1] for hop in lab.trace if hop.kind == "invoke"]
    return Shown(
        answer=ran,
        says=f"The functions ran in this order, and the execution ended as {ended['status']}.",
        picture=lab.state_machine("trip"),
    )


def three_offers_of_which_one_fails(lab: Lab) -> Shown:
    """Ask three insurers, one of which is down, and count the offers that are there in the end."""
    machines = lab.client("stepfunctions")
    nothing = {"Type": "Pass", "Result": "no offer", "End": True}

    def ask(event: str, context: object) -> dict[str, str]:
        if event == "B":
            raise RuntimeError("down")
        return {"offer": event}

    def task(insurer: str, **more: object) -> dict[str, object]:
        asked = {"FunctionName": "ask", "Payload": insurer}
        return {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": asked, **more}

    def branch(insurer: str, *, catches: bool) -> dict[str, object]:
        catch = [{"ErrorEquals": ["States.ALL"], "Next": f"None of {insurer}"}]
        if not catches:
            return {"StartAt": insurer, "States": {insurer: task(insurer, End=True)}}
        states = {insurer: task(insurer, Catch=catch, End=True), f"None of {insurer}": nothing}
        return {"StartAt": insurer, "States": states}

    def parallel(*, catches: bool = False, **settings: object) -> dict[str, object]:
        branches = [branch(insurer, catches=catches) for insurer in "ABC"]
        return {"Type": "Parallel", "Branches": branches, "End": True, **settings}

    def offers(**states: object) -> int:
        lab.reset()
        lab.function("ask", ask)
        role = role_for(lab, "lambda:InvokeFunction")
        ended = run(lab, machines, workflow(machines, "offers", role, states), {})
        return str(ended.get("output")).count('"offer"')

    error = {"ErrorEquals": ["States.ALL"]}
    found = {
        "a": offers(Ask=parallel(catches=True)),
        "b": offers(Ask=parallel(Catch=[{**error, "Next": "Go_on"}]), Go_on=nothing),
        "c": offers(Ask=parallel(Retry=[{**error, "MaxAttempts": 2}])),
        "d": offers(
            A=task("A", ResultPath="$.A", Next="B"),
            B=task("B", ResultPath="$.B", Next="C"),
            C=task("C", ResultPath="$.C", End=True),
        ),
    }
    return Shown(
        answer={way: count == 2 for way, count in found.items()},
        says="Three insurers were asked in each way; one of them was down.",
        each={way: f"{count} offers arrived" for way, count in found.items()},
    )


def where_a_choice_leads(lab: Lab) -> Shown:
    """Send each order through the Choice, and see how its execution ends."""
    machines = lab.client("stepfunctions")
    states = {
        "How much?": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Clerk"},
                {"Variable": "$.total", "NumericGreaterThan": 500, "Next": "Fraud desk"},
            ],
            "Default": "Ship",
        },
        "Clerk": {"Type": "Pass", "Result": "Clerk", "End": True},
        "Fraud desk": {"Type": "Pass", "Result": "Fraud desk", "End": True},
        "Ship": {"Type": "Pass", "Result": "Ship", "End": True},
    }
    machine = workflow(machines, "order", role_for(lab, "sqs:SendMessage"), states)
    orders = {"100": {"total": 100}, "300": {"total": 300}, "800": {"total": 800}, "none": {"sum": 80}}
    ways, errors = {}, {}
    for option, order in orders.items():
        ended = run(lab, machines, machine, order)
        ways[option] = json.loads(ended["output"]) if "output" in ended else "The execution fails"
        errors[option] = ended.get("error", "no error")
    return Shown(
        answer=ways,
        says="Four executions were started, one for each order.",
        each={option: f"{ways[option]}; {error}" for option, error in errors.items()},
    )
