"""What proves the keys of the questions in questions/workflows.toml.

Each function is read by itself, beside its question; what several of them use stands at the top.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
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

    role, function = role_for(lab, "lambda:InvokeFunction"), lab.function("book", book)

    def names_given(name: str, catcher: Mapping[str, object], task: Mapping[str, object]) -> list[str]:
        catch = [{"ErrorEquals": ["States.ALL"], "Next": "Refund", **catcher}]
        states = {
            "Book": {"Type": "Task", "Resource": function, "Catch": catch, **task, "End": True},
            "Refund": {"Type": "Pass", "End": True},
        }
        machine = workflow(machines, name, role, states)
        ended = run(lab, machines, machine, {"booking": 4711, "paid": 900})
        return sorted(json.loads(ended["output"]))

    given = {
        "a": names_given("a", {"ResultPath": "$.error"}, {}),
        "b": names_given("b", {}, {"ResultPath": "$.error"}),
        "c": names_given("c", {"ResultPath": None}, {}),
        "d": names_given("d", {}, {"OutputPath": "$"}),
        "e": names_given("e", {}, {"ResultSelector": {"booking.$": "$.booking"}}),
    }
    return Shown(
        answer={way: "booking" in names for way, names in given.items()},
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

    lab.function("ask", ask)
    role = role_for(lab, "lambda:InvokeFunction")

    def offers(name: str, **states: object) -> int:
        ended = run(lab, machines, workflow(machines, name, role, states), {})
        return str(ended.get("output")).count('"offer"')

    error = {"ErrorEquals": ["States.ALL"]}
    found = {
        "a": offers("a", Ask=parallel(catches=True)),
        "b": offers("b", Ask=parallel(Catch=[{**error, "Next": "Go_on"}]), Go_on=nothing),
        "c": offers("c", Ask=parallel(Retry=[{**error, "MaxAttempts": 2}])),
        "d": offers(
            "d",
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


def what_each_field_does(lab: Lab) -> Shown:
    """Test the state with one field at a time, and see which of the wishes it fulfils."""
    machines = lab.client("stepfunctions")

    def quote(event: object, context: object) -> dict[str, int]:
        return {"price": 5, "days": 2}

    role, function = role_for(lab, "lambda:InvokeFunction"), lab.function("quote", quote)
    order, came, answer = {"id": 7}, {"order": {"id": 7}, "customer": "Ada"}, {"price": 5, "days": 2}
    wishes: dict[str, Callable[[Any, Any], bool]] = {
        "given": lambda given, _: given == order,
        "selected": lambda _, output: output == {"price": 5},
        "beside": lambda _, output: output == {**came, "quote": answer},
        "part": lambda _, output: output == answer["price"],
    }
    fields: dict[str, object] = {
        "InputPath": "$.order",
        "ResultSelector": {"price.$": "$.price"},
        "ResultPath": "$.quote",
        "OutputPath": "$.price",
    }
    found: dict[str, list[str]] = {wish: [] for wish in wishes}
    for field, value in fields.items():
        state = {"Type": "Task", "Resource": function, field: value, "End": True}
        tested = machines.test_state(
            definition=json.dumps(state), roleArn=role, input=json.dumps(came), inspectionLevel="DEBUG"
        )
        given = json.loads(tested["inspectionData"]["afterInputPath"])
        output = json.loads(tested["output"])
        for wish, is_fulfilled in wishes.items():
            if is_fulfilled(given, output):
                found[wish].append(field)
    return Shown(
        answer={wish: " or ".join(fulfilling) for wish, fulfilling in found.items()},
        says="TestState ran the state with each of the four fields, and each wish was looked for.",
        each={wish: f"fulfilled with {' or '.join(names)}, no other" for wish, names in found.items()},
    )


def a_value_that_is_needed_at_the_end(lab: Lab) -> Shown:
    """Change the workflow in each way; does the last state know the language, and what had to be changed?

    Pass states play the work: their Output is what a task would have as its result.
    """
    machines = lab.client("stepfunctions")
    role, names = role_for(lab, "sqs:SendMessage"), ["Look up", "Pack", "Weigh", "Send", "Write"]

    def task(number: int) -> dict[str, Any]:
        result = {"language": "sv"} if number == 0 else {"done": names[number]}
        return {"Type": "Pass", "Output": result}

    def write(expression: str) -> dict[str, Any]:
        return {"Type": "Pass", "Output": {"letter in": f"{{% {expression} %}}"}}

    def attempt(way: str, changes: Mapping[int, dict[str, Any]]) -> tuple[bool, int]:
        states = {name: changes.get(number, task(number)) for number, name in enumerate(names)}
        for name, following in zip(names, [*names[1:], None], strict=True):
            states[name] |= {"Next": following} if following else {"End": True}
        machine = workflow(machines, way, role, states, language="JSONata")
        ended = run(lab, machines, machine, {"parcel": 7})
        return '"sv"' in ended.get("output", ""), len(changes)

    kept = {"language": "{% $states.input.language %}"}
    handed_on = {number: {"Type": "Pass", "Output": kept} for number in (1, 2, 3)}
    ways = {
        "a": attempt("a", {0: {**task(0), "Assign": {"language": "sv"}}, 4: write("$language")}),
        "b": attempt("b", {**handed_on, 4: write("$states.input.language")}),
        "c": attempt("c", {4: write("$states.context.Execution.Input.language")}),
        "d": attempt("d", {4: write("$states.input.language")}),
    }
    works = {way: changed for way, (known, changed) in ways.items() if known}
    return Shown(
        answer={way: works.get(way) == min(works.values()) for way in ways},
        says="The workflow of five states was changed in each way, and run.",
        each={
            way: f"the letter {'has' if known else 'has not'} the language; states changed: {changed}"
            for way, (known, changed) in ways.items()
        },
    )


def three_days_and_twenty_steps(lab: Lab) -> Shown:
    """Let an order go through each design, and count the state transitions that are billed."""
    machines = lab.client("stepfunctions")
    steps: dict[str, Any] = {f"Step {n}": {"Type": "Pass", "Next": f"Step {n + 1}"} for n in range(1, 20)}
    steps["Step 20"] = {"Type": "Succeed"}
    wait = {"Wait": {"Type": "Wait", "Seconds": 3 * 86_400, "Next": "Step 1"}}

    def order(kind: str, kind_of_steps: str = "", call: str = "") -> tuple[str, int]:
        lab.reset()
        role = role_for(lab, "states:*", "events:*")
        states = {**wait, **steps}
        if kind_of_steps:
            called = workflow(machines, "steps", role, steps, type=kind_of_steps)
            task = {"Type": "Task", "Resource": f"arn:aws:states:::{call}", "End": True}
            states = {**wait, "Step 1": {**task, "Parameters": {"StateMachineArn": called}}}
        machine = workflow(machines, "order", role, states, type=kind)
        machines.start_execution(stateMachineArn=machine)
        lab.run_until_idle()
        [first, *_] = [hop for hop in lab.trace if hop.kind == "start-execution"]
        return first.outcome, round(lab.cost().units("Step Functions", "state transitions"))

    ways = {
        "a": order("STANDARD", "EXPRESS", "aws-sdk:sfn:startSyncExecution"),
        "b": order("STANDARD"),
        "c": order("EXPRESS"),
        "d": order("STANDARD", "STANDARD", "states:startExecution.sync:2"),
    }
    done = {way: transitions for way, (outcome, transitions) in ways.items() if outcome == "ok"}
    return Shown(
        answer={way: done.get(way) == min(done.values()) for way in ways},
        says="One order went through each design, its three days included.",
        each={
            way: f"{transitions} transitions; it ended: {outcome}"
            for way, (outcome, transitions) in ways.items()
        },
    )


def events_of_five_thousand_addresses(lab: Lab) -> Shown:
    """Run each design with few addresses, and reckon what 5,000 come to."""
    machines = lab.client("stepfunctions")
    role = role_for(lab, "lambda:InvokeFunction", "states:*")

    def ask(event: object, context: object) -> None:
        import time

        time.sleep(10)

    task = {"Type": "Task", "Resource": lab.function("ask", ask, Timeout=30), "End": True}

    def each_address(task_name: str = "Ask", mode: str = "INLINE", **settings: int) -> dict[str, Any]:
        config = {"Mode": mode, **({"ExecutionType": "STANDARD"} if mode == "DISTRIBUTED" else {})}
        processor = {"ProcessorConfig": config, "StartAt": task_name, "States": {task_name: task}}
        return {"Type": "Map", "ItemProcessor": processor, "End": True, **settings}

    def events(machine: str, addresses: int) -> int:
        execution = run(lab, machines, machine, list(range(addresses)))["executionArn"]
        return len(machines.get_execution_history(executionArn=execution, maxResults=1000)["events"])

    def events_of(name: str, state: dict[str, Any], addresses: int = 5_000) -> int:
        machine = workflow(machines, name, role, {"Addresses": state})
        one, two = events(machine, 1), events(machine, 2)
        return one + (two - one) * (addresses - 1)

    quarters = [{"StartAt": f"Map {n}", "States": {f"Map {n}": each_address(f"Ask {n}")}} for n in range(4)]
    ways = {
        "a": events_of("a", each_address(mode="DISTRIBUTED", MaxConcurrency=40)),
        "b": events_of("b", each_address(MaxConcurrency=10)),
        "d": events_of("d", {"Type": "Parallel", "Branches": quarters, "End": True}, addresses=1_250),
    }
    express = workflow(machines, "c", role, {"Addresses": each_address()}, type="EXPRESS")
    answer = machines.start_sync_execution(stateMachineArn=express, input='["one"]')
    seconds = (answer["stopDate"] - answer["startDate"]).total_seconds() * 5_000 / 40
    return Shown(
        answer={**{way: count <= 25_000 for way, count in ways.items()}, "c": seconds <= 300},
        says="Each design was run with one address and with two, and 5,000 were reckoned from that.",
        each={
            **{way: f"{count:,} events in the history of the execution" for way, count in ways.items()},
            "c": f"5,000 addresses, 40 at a time, take {seconds:,.0f} s; an execution may take 300",
        },
    )


def a_picture_between_two_functions(lab: Lab) -> Shown:
    """Hand a picture of 300 KB on in each way, and see whether it arrives."""
    machines, s3 = lab.client("stepfunctions"), lab.client("s3")

    def render(event: object, context: object) -> str:
        return "x" * 300_000

    def render_into_the_bucket(event: object, context: object) -> str:
        import boto3

        boto3.client("s3").put_object(Bucket="pictures", Key="7.png", Body="x" * 300_000)
        return "7.png"

    def send(event: str, context: object) -> int:
        import boto3

        if not event.endswith(".png"):
            return len(event)
        return int(boto3.client("s3").head_object(Bucket="pictures", Key=event)["ContentLength"])

    def arrives(first: Any, kind: str = "STANDARD", **settings: Any) -> int:
        lab.reset()
        s3.create_bucket(Bucket="pictures")
        rendering = {"Type": "Task", "Resource": lab.function("render", first), **settings, "Next": "Send"}
        sending = {"Type": "Task", "Resource": lab.function("send", send), "End": True}
        role = role_for(lab, "lambda:InvokeFunction")
        states = {"Render": rendering, "Send": sending}
        language = "JSONata" if "Assign" in settings else "JSONPath"
        machine = workflow(machines, "badge", role, states, type=kind, language=language)
        machines.start_execution(stateMachineArn=machine)
        lab.run_until_idle()
        entered = [hop.facts for hop in lab.trace if hop.kind == "enter-state"]
        return int(str(entered[-1]["output"])) if entered[-1]["state"] == "Send" else 0

    caught = [{"ErrorEquals": ["States.ALL"], "Next": "Send"}]
    keep = {"picture": "{% $states.result %}"}
    ways = {
        "a": arrives(render_into_the_bucket),
        "b": arrives(render, kind="EXPRESS"),
        "c": arrives(render, Catch=caught),
        "d": arrives(render, Assign=keep, Output="7"),
    }
    return Shown(
        answer={way: size == 300_000 for way, size in ways.items()},
        says="A picture of 300,000 characters was handed on in each way.",
        each={way: f"{size:,} characters arrived" for way, size in ways.items()},
    )
