"""What proves the keys of the questions in questions/secure_roles.toml.

Each function is read by itself, beside its question; what several of them use stands at the top.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from workbook import Lab
from workbook.teaching.quizzes.shown import Shown

OWN, PARTNER = "123456789012", "210987654321"
QUEUE = f"arn:aws:sqs:us-east-1:{OWN}:"


def policy(*statements: Mapping[str, object]) -> str:
    """A policy of these statements, which all allow."""
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **one} for one in statements]}
    )


def can(actions: str | list[str], on: str = "*") -> dict[str, object]:
    """A statement that allows actions on a resource."""
    return {"Action": actions, "Resource": on}


def role(
    iam: Any, name: str, trusted: Mapping[str, object], *may: Mapping[str, object], **more: object
) -> str:
    """A role that somebody may assume, with what it may do; its ARN."""
    trust = policy({"Principal": trusted, "Action": "sts:AssumeRole", **more})
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]
    if may:
        iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=policy(*may))
    return str(made["Arn"])


def service(*names: str) -> dict[str, list[str]]:
    """Services of AWS as a principal."""
    return {"Service": [f"{name}.amazonaws.com" for name in names]}


def outcome(call: Callable[..., object], **parameters: object) -> str:
    """What comes of a call: "done", or the code of the error."""
    try:
        call(**parameters)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "done"


def let_all_fail(aws: Mapping[str, Any], dead: Mapping[str, str], role_arn: str) -> None:
    """A topic and a rule meet a closed queue; a schedule may not invoke; a function raises an error."""
    topic = aws["sns"].create_topic(Name="news")["TopicArn"]
    redrive = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": dead["topic"]})}
    aws["sns"].subscribe(TopicArn=topic, Protocol="sqs", Endpoint=QUEUE + "closed", Attributes=redrive)
    aws["sns"].publish(TopicArn=topic, Message="rain")
    aws["events"].put_rule(Name="news", EventPattern='{"source": ["sky"]}')
    target = {"Id": "1", "Arn": QUEUE + "closed", "DeadLetterConfig": {"Arn": dead["rule"]}}
    aws["events"].put_targets(Rule="news", Targets=[target])
    aws["events"].put_events(Entries=[{"Source": "sky", "DetailType": "Rain", "Detail": "{}"}])
    function = f"arn:aws:lambda:us-east-1:{OWN}:function:rain"
    target = {"Arn": function, "RoleArn": role_arn, "DeadLetterConfig": {"Arn": dead["schedule"]}}
    daily = {"ScheduleExpression": "rate(1 days)", "FlexibleTimeWindow": {"Mode": "OFF"}}
    aws["scheduler"].create_schedule(Name="news", Target=target, **daily)
    with contextlib.suppress(ClientError):  # Lambda refuses a queue that its role may not use
        to = {"TargetArn": dead["function"]}
        aws["lambda"].update_function_configuration(FunctionName="rain", DeadLetterConfig=to)
    aws["lambda"].invoke(FunctionName="rain", InvocationType="Event")


def who_lets_dead_letters_in(lab: Lab) -> Shown:
    """Each sender fails twice: its dead-letter queue lets it in by a policy alone, then by a role alone."""
    services = ("sqs", "iam", "sns", "events", "scheduler", "lambda")
    aws = {name: lab.client(name) for name in services}
    dead = {name: QUEUE + name for name in ("topic", "rule", "schedule", "function")}

    def kept(*, by_policy: bool) -> list[int]:
        lab.reset()
        for name in ("closed", *dead):
            everybody = policy({"Principal": "*", **can("sqs:SendMessage", QUEUE + name)})
            open_to_all = by_policy and name != "closed"
            aws["sqs"].create_queue(QueueName=name, Attributes={"Policy": everybody} if open_to_all else {})
        may = can("logs:*" if by_policy else "sqs:*")
        arn = role(aws["iam"], "sender", service("scheduler", "lambda"), may)
        lab.function("rain", "def handler(event, context):\n    raise ValueError\n", Role=arn)
        let_all_fail(aws, dead, arn)
        lab.advance(minutes=5)
        return [len(lab.queue(name)) for name in dead]

    found = dict(zip(dead, zip(kept(by_policy=True), kept(by_policy=False), strict=True), strict=True))
    words = {(1, 0): "The policy of the dead-letter queue", (0, 1): "A role of the sender"}
    return Shown(
        answer={name: words.get(of, "neither alone") for name, of in found.items()},
        says="Each sender failed twice, with a policy of its dead-letter queue, and with a role.",
        each={name: f"kept with the policy: {of[0]}, with the role: {of[1]}" for name, of in found.items()},
    )


def trust_policies_of_a_schedule(lab: Lab) -> Shown:
    """Under each trust policy a schedule of the group is made, and one of another group."""
    iam, scheduler = lab.client("iam"), lab.client("scheduler")
    groups = f"arn:aws:scheduler:us-east-1:{OWN}:schedule-group/"

    def make(group: str, role_arn: str) -> str:
        return outcome(
            scheduler.create_schedule,
            Name="bills",
            GroupName=group,
            ScheduleExpression="rate(1 days)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": QUEUE + "bills", "RoleArn": role_arn},
        )

    def under(condition: Mapping[str, object]) -> tuple[str, str]:
        lab.reset()
        for group in ("billing", "games"):
            scheduler.create_schedule_group(Name=group)
        arn = role(iam, "bills", service("scheduler"), can("sqs:SendMessage"), Condition=condition)
        return make("billing", arn), make("games", arn)

    one = f"arn:aws:scheduler:us-east-1:{OWN}:schedule/billing/bills"
    found = {
        "group": under({"StringEquals": {"aws:SourceArn": groups + "billing"}}),
        "schedule": under({"StringEquals": {"aws:SourceArn": one}}),
        "account": under({"StringEquals": {"aws:SourceAccount": OWN}}),
        "queue": under({"StringEquals": {"aws:SourceArn": QUEUE + "bills"}}),
    }
    return Shown(
        answer={option: of[0] == "done" and of[1] != "done" for option, of in found.items()},
        says="With each condition a schedule was made in the group billing, and one in the group games.",
        each={option: f"in billing: {of[0]}; in games: {of[1]}" for option, of in found.items()},
    )


def limited_role(iam: Any) -> str:
    """A role for Scheduler whose policy and whose boundary allow different things; its ARN."""
    border = policy(can("sqs:*", QUEUE + "orders"), can("sqs:*", QUEUE + "payroll"))
    boundary = iam.create_policy(PolicyName="border", PolicyDocument=border)["Policy"]["Arn"]
    trust = policy({"Principal": service("scheduler"), "Action": "sts:AssumeRole"})
    made = iam.create_role(RoleName="timer", AssumeRolePolicyDocument=trust, PermissionsBoundary=boundary)
    send = "sqs:SendMessage"
    allowed = policy(can(send, QUEUE + "orders"), can(send, QUEUE + "invoices"))
    iam.put_role_policy(RoleName="timer", PolicyName="may", PolicyDocument=allowed)
    return str(made["Role"]["Arn"])


def what_a_boundary_leaves(lab: Lab) -> Shown:
    """A schedule for each queue, by a role with a policy and a boundary; what arrives?"""
    sqs, scheduler = lab.client("sqs"), lab.client("scheduler")
    arn = limited_role(lab.client("iam"))
    arrived = {}
    for name in ("orders", "invoices", "payroll", "games"):
        sqs.create_queue(QueueName=name)
        scheduler.create_schedule(
            Name=name,
            ScheduleExpression="rate(1 days)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": QUEUE + name, "RoleArn": arn, "Input": "now"},
        )
        lab.advance(minutes=2)
        arrived[name] = len(lab.queue(name))
    words = {True: "The message arrives", False: "The message does not arrive"}
    return Shown(
        answer={name: words[number > 0] for name, number in arrived.items()},
        says="Four schedules with the same role fired once, each for a queue.",
        each={name: f"{number} in the queue" for name, number in arrived.items()},
        picture=lab.flow(),
    )


def a_destination_that_is_refused(lab: Lab) -> Shown:
    """Set the destination with each change, and let the function fail; what is kept?"""
    iam, sqs, functions = lab.client("iam"), lab.client("sqs"), lab.client("lambda")
    code = "def handler(event, context):\n    raise ValueError\n"

    def kept(*may: Mapping[str, object], queue_policy: str = "", caller: bool = False) -> str:
        lab.reset()
        sqs.create_queue(QueueName="failed", Attributes={"Policy": queue_policy} if queue_policy else {})
        arn = role(iam, "works", service("lambda"), can("logs:*"), *may)
        lab.function("works", code, Role=arn)
        if caller:
            who = {"StatementId": "in", "Action": "lambda:InvokeFunction", "Principal": "sqs.amazonaws.com"}
            functions.add_permission(FunctionName="works", **who)
        to = {"OnFailure": {"Destination": QUEUE + "failed"}}
        set_it = functions.put_function_event_invoke_config
        said = outcome(set_it, FunctionName="works", MaximumRetryAttempts=0, DestinationConfig=to)
        functions.invoke(FunctionName="works", InvocationType="Event")
        lab.run_until_idle()
        return f"setting: {said}; records kept: {len(lab.queue('failed'))}"

    send = can("sqs:SendMessage", QUEUE + "failed")
    found = {
        "role": kept(send),
        "queue": kept(queue_policy=policy({"Principal": service("lambda"), **send})),
        "function": kept(caller=True),
        "receive": kept(can(["sqs:ReceiveMessage", "sqs:DeleteMessage"], QUEUE + "failed")),
    }
    return Shown(
        answer={option: text.endswith(": 1") for option, text in found.items()},
        says="After each change the destination was set, and the function was invoked once and failed.",
        each=found,
    )


def a_step_in_another_account(lab: Lab) -> Shown:
    """Take away one step at a time from all of them; does the execution still succeed?"""
    iam, sqs, machines = lab.client("iam"), lab.client("sqs", account=PARTNER), lab.client("stepfunctions")
    theirs = lab.client("iam", account=PARTNER)
    queue, post = f"arn:aws:sqs:us-east-1:{PARTNER}:mail", f"arn:aws:iam::{PARTNER}:role/post"
    send = can("sqs:SendMessage", queue)

    def end(leave_out: str) -> str:
        lab.reset()
        take = {"assume": can("sts:AssumeRole", post), "send": send}
        own = [statement for name, statement in take.items() if name != leave_out]
        arn = role(iam, "writes", service("states"), can("logs:*"), *own)
        trusted: dict[str, object] = {} if leave_out == "trust" else {"AWS": arn}
        trusted |= {} if leave_out == "service" and trusted else service("states")
        role(theirs, "post", trusted, send)
        let_in = policy({"Principal": service("states"), **send})
        attributes = {} if leave_out == "queue" else {"Policy": let_in}
        url = sqs.create_queue(QueueName="mail", Attributes=attributes)["QueueUrl"]
        state = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True}
        state |= {"Parameters": {"QueueUrl": url, "MessageBody": "hello"}, "Credentials": {"RoleArn": post}}
        definition = json.dumps({"StartAt": "Send", "States": {"Send": state}})
        made = machines.create_state_machine(name="write", roleArn=arn, definition=definition)
        started = machines.start_execution(stateMachineArn=made["stateMachineArn"])["executionArn"]
        lab.run_until_idle()
        return str(machines.describe_execution(executionArn=started)["status"])

    without = {step: end(step) for step in ("trust", "assume", "queue", "send", "service")}
    return Shown(
        answer={step: status != "SUCCEEDED" for step, status in without.items()},
        says=f"With all five the execution: {end('')}. Then one step was left out each time.",
        each={step: f"without it: {status}" for step, status in without.items()},
    )


def a_workflow_that_waits_for_a_job(lab: Lab) -> Shown:
    """Make the state machine with each role or integration; does it wait for the job?"""
    iam, machines = lab.client("iam"), lab.client("stepfunctions")
    run = can(["ecs:RunTask", "ecs:StopTask", "ecs:DescribeTasks"])
    rule = f"arn:aws:events:us-east-1:{OWN}:rule/StepFunctionsGetEventsForECSTaskRule"

    def made(*may: Mapping[str, object], call: str = "ecs:runTask.sync", trusted: str = "states") -> str:
        lab.reset()
        lab.job("ecs", "film", minutes=50)
        arn = role(iam, "renders", service("states", trusted), run, *may)
        state = {
            "Type": "Task",
            "Resource": f"arn:aws:states:::{call}",
            "Parameters": {"TaskDefinition": "film"},
        }
        definition = json.dumps({"StartAt": "Run", "States": {"Run": {**state, "End": True}}})
        said = outcome(machines.create_state_machine, name="render", roleArn=arn, definition=definition)
        if said != "done":
            return said
        machine = f"arn:aws:states:us-east-1:{OWN}:stateMachine:render"
        started = machines.start_execution(stateMachineArn=machine)["executionArn"]
        lab.advance(minutes=5)
        running = machines.describe_execution(executionArn=started)["status"] == "RUNNING"
        return "waits" if running else "does not wait"

    events = can(["events:PutTargets", "events:PutRule", "events:DescribeRule"], rule)
    found = {
        "rule": made(events),
        "trust": made(trusted="events"),
        "logs": made(can(["logs:CreateLogDelivery", "logs:GetLogDelivery"])),
        "plain": made(call="ecs:runTask"),
    }
    return Shown(
        answer={option: said == "waits" for option, said in found.items()},
        says="After each change the state machine was made and started, and looked at after five minutes.",
        each=found,
    )


def roles_of_a_pipe(lab: Lab) -> Shown:
    """Make the pipe with each role, let an order through, and see what else the role would be good for."""
    iam, sqs, pipes = lab.client("iam"), lab.client("sqs"), lab.client("pipes")
    read = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    price = "def handler(event, context):\n    return event\n"

    def make(source: str, arn: str) -> str:
        return outcome(
            pipes.create_pipe,
            Name=source,
            Source=QUEUE + source,
            Enrichment=f"arn:aws:lambda:us-east-1:{OWN}:function:price",
            Target=QUEUE + "bills",
            RoleArn=arn,
        )

    def works(*may: Mapping[str, object], by_policy: bool = False) -> tuple[int, int]:
        lab.reset()
        urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("orders", "payroll", "bills")}
        lab.function("price", price)
        if by_policy:
            who = {"StatementId": "in", "Action": "lambda:InvokeFunction", "Principal": "pipes.amazonaws.com"}
            lab.client("lambda").add_permission(FunctionName="price", **who)
        arn = role(iam, "pipe", service("pipes"), *may)
        counts = []
        for source in ("orders", "payroll"):
            make(source, arn)
            lab.advance(minutes=2)
            sqs.send_message(QueueUrl=urls[source], MessageBody="{}")
            lab.advance(minutes=1)
            counts.append(len(lab.queue("bills")))
        return counts[0], counts[1] - counts[0]

    function = f"arn:aws:lambda:us-east-1:{OWN}:function:price"
    send, invoke = can("sqs:SendMessage", QUEUE + "bills"), can("lambda:InvokeFunction", function)
    found = {
        "least": works(can(read, QUEUE + "orders"), invoke, send),
        "every": works(can(read), invoke, send),
        "policy": works(can(read, QUEUE + "orders"), send, by_policy=True),
        "target": works(can(read, QUEUE + "orders"), invoke),
    }
    return Shown(
        answer={option: of == (1, 0) for option, of in found.items()},
        says="With each role an order was sent; then a second pipe with the same role tried to read payroll.",
        each={option: f"orders let through: {of[0]}; of payroll: {of[1]}" for option, of in found.items()},
    )


def an_event_that_starts_a_workflow(lab: Lab) -> Shown:
    """After each change an event is put; does the execution start?"""
    iam, events, machines = lab.client("iam"), lab.client("events"), lab.client("stepfunctions")
    machine = f"arn:aws:states:us-east-1:{OWN}:stateMachine:ship"

    def started(target_role: str, *may: Mapping[str, object], trusted: str = "states") -> str:
        lab.reset()
        roles = {"own": role(iam, "own", service("states", trusted), *may)}
        roles["rule"] = role(iam, "rule", service("events"), can("states:StartExecution", machine))
        roles["wide"] = role(iam, "wide", service("events"), can("states:*"))
        definition = json.dumps({"StartAt": "Go", "States": {"Go": {"Type": "Succeed"}}})
        machines.create_state_machine(name="ship", roleArn=roles["own"], definition=definition)
        events.put_rule(Name="paid", EventPattern='{"source": ["shop"]}')
        target = {"Id": "1", "Arn": machine, "RoleArn": roles[target_role]}
        said = outcome(events.put_targets, Rule="paid", Targets=[target])
        events.put_events(Entries=[{"Source": "shop", "DetailType": "Paid", "Detail": "{}"}])
        lab.run_until_idle(90_000)
        runs = machines.list_executions(stateMachineArn=machine)["executions"]
        return f"target: {said}; executions: {len(runs)}"

    found = {
        "rule": started("rule"),
        "own": started("own"),
        "trust": started("own", trusted="events"),
    }
    return Shown(
        answer={option: text.endswith(": 1") for option, text in found.items()},
        says="With each change an event was put that the rule matches.",
        each={**found, "wide": f"{started('wide')}, and with it everything else in Step Functions"},
    )
