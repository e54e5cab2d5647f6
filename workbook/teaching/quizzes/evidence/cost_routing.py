"""What proves the keys of the questions in questions/cost_routing.toml: topics, buses and workflows.

Each function is read by itself, beside its question; what several of them use stands at the top.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from workbook import Lab
from workbook.teaching.quizzes.shown import Shown

QUEUE = "arn:aws:sqs:us-east-1:123456789012:"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:"
TRANSITIONS = ("Step Functions", "state transitions")


def policy(**statement: object) -> str:
    """A policy that allows something."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def open_queue(sqs: Any, name: str) -> str:
    """A queue that topics and rules may send to; its URL."""
    services = {"Service": ["sns.amazonaws.com", "events.amazonaws.com"]}
    let_in = policy(Principal=services, Action="sqs:SendMessage", Resource=QUEUE + name)
    return str(sqs.create_queue(QueueName=name, Attributes={"Policy": let_in})["QueueUrl"])


def let_in(functions: Any, name: str, service: str) -> None:
    """Let a service of AWS invoke a function."""
    who = {"StatementId": service, "Principal": f"{service}.amazonaws.com"}
    functions.add_permission(FunctionName=name, Action="lambda:InvokeFunction", **who)


def run_workflow(lab: Lab, states: Mapping[str, object], first: str) -> dict[str, Any]:
    """Make a standard workflow with these states, run it once, and wait for its end."""
    iam, machines = lab.client("iam"), lab.client("stepfunctions")
    trust = policy(Principal={"Service": "states.amazonaws.com"}, Action="sts:AssumeRole")
    role = iam.create_role(RoleName="workflow", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    may = policy(Action=["lambda:*", "sqs:*", "glue:*", "events:*"], Resource="*")
    iam.put_role_policy(RoleName="workflow", PolicyName="may", PolicyDocument=may)
    definition = json.dumps({"StartAt": first, "States": states})
    made = machines.create_state_machine(name="workflow", roleArn=role, definition=definition)
    started = machines.start_execution(stateMachineArn=made["stateMachineArn"])["executionArn"]
    lab.run_until_idle()
    described: dict[str, Any] = machines.describe_execution(executionArn=started)
    return described


def readings_on_a_bus(lab: Lab) -> Shown:
    """Put ten readings of 5 KB on a bus in each way, and read the bill."""
    events = lab.client("events")
    reading = "x" * 5 * 1024

    def entry(*readings: str) -> dict[str, str]:
        return {"Source": "meter", "DetailType": "Readings", "Detail": json.dumps({"readings": readings})}

    def billed(*requests: list[dict[str, str]]) -> tuple[int, int]:
        lab.reset()
        for entries in requests:
            events.put_events(Entries=entries)
        return len(requests), int(lab.cost().units("EventBridge", "events"))

    ten = [reading] * 10
    before = billed([entry(one) for one in ten])[1]
    found = {
        "one": billed([entry(*ten)]),
        "single": billed(*[[entry(one)] for one in ten]),
        "halves": billed([entry(one) for one in ten[:5]], [entry(one) for one in ten[5:]]),
        "short": billed([entry(one[:1024]) for one in ten]),
    }
    return Shown(
        answer={way: of[1] == min(units for _, units in found.values()) for way, of in found.items()},
        says=f"Ten readings were put in each way; as it was, they were billed as {before} events.",
        each={
            way: f"requests: {requests}; billed events: {units}" for way, (requests, units) in found.items()
        },
    )


def an_archive_for_a_week(lab: Lab) -> Shown:
    """Ten events, two of them orders, with each archive. What does it hold after six days, and after nine?"""
    events = lab.client("events")
    bus = "arn:aws:events:us-east-1:123456789012:event-bus/default"
    orders = json.dumps({"detail-type": ["Order"]})

    def held(**settings: object) -> tuple[int, int]:
        lab.reset()
        events.create_archive(ArchiveName="week", EventSourceArn=bus, **settings)
        for number in range(10):
            kind = "Order" if number in (3, 7) else "Page Viewed"
            events.put_events(Entries=[{"Source": "shop", "DetailType": kind, "Detail": "{}"}])
        counts = []
        for days in (6, 3):
            lab.advance(days=days)
            counts.append(events.describe_archive(ArchiveName="week")["EventCount"])
        return counts[0], counts[1]

    found = {
        "both": held(EventPattern=orders, RetentionDays=7),
        "days": held(RetentionDays=7),
        "pattern": held(EventPattern=orders),
        "none": held(),
    }
    return Shown(
        answer={way: of == min(found.values()) for way, of in found.items()},
        says="Ten events were put, two of them orders, with each archive.",
        each={way: f"held after six days: {six}, after nine: {nine}" for way, (six, nine) in found.items()},
    )


FORWARD = """
import boto3, json

def handler(event, context):
    url = "https://sqs.us-east-1.amazonaws.com/123456789012/packing"
    boto3.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps({"id": event["detail"]["id"]}))
"""


def an_event_that_becomes_shorter(lab: Lab) -> Shown:
    """Four events go to the queue in each way: what is in it, and how often did a function run?"""
    sqs, events, functions = lab.client("sqs"), lab.client("events"), lab.client("lambda")

    def packed(target: Mapping[str, object], memory: int = 128) -> tuple[bool, int]:
        lab.reset()
        url = open_queue(sqs, "packing")
        lab.function("forward", FORWARD, MemorySize=memory, Timeout=30)
        let_in(functions, "forward", "events")
        events.put_rule(Name="paid", EventPattern='{"source": ["shop"]}')
        events.put_targets(Rule="paid", Targets=[{"Id": "1", **target}])
        for number in range(4):
            detail = json.dumps({"id": number, "address": "7 Mill Lane"})
            events.put_events(Entries=[{"Source": "shop", "DetailType": "Paid", "Detail": detail}])
        lab.run_until_idle()
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        bodies = sorted(message["Body"].replace(" ", "") for message in found)
        right = bodies == [f'{{"id":{number}}}' for number in range(4)]
        return right, int(lab.cost().units("Lambda", "invocations"))

    shorter = {"InputPathsMap": {"id": "$.detail.id"}, "InputTemplate": '{"id": <id>}'}
    found = {
        "transformer": packed({"Arn": QUEUE + "packing", "InputTransformer": shorter}),
        "function": packed({"Arn": FUNCTION + "forward"}, memory=512),
        "path": packed({"Arn": QUEUE + "packing", "InputPath": "$.detail"}),
        "input": packed({"Arn": QUEUE + "packing", "Input": '{"id": "$.detail.id"}'}),
    }
    good = {way: runs for way, (right, runs) in found.items() if right}
    return Shown(
        answer={way: good.get(way) == min(good.values()) for way in found},
        says="Four payments were events in each way.",
        each={
            way: f"{'the right text' if right else 'another text'}; invocations: {runs}"
            for way, (right, runs) in found.items()
        },
    )


LOOK = """
import time

def handler(event, context):
    return "done" if time.time() >= event["end"] else "running"
"""
JOB = {"Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun", "Parameters": {"JobName": "render"}}


def asking_loop(seconds: int) -> dict[str, object]:
    """States that start the job, and then ask again and again whether it is done."""
    look = {"Type": "Task", "Resource": FUNCTION + "look", "Parameters": {"end": "END"}}
    done = {"Variable": "$", "StringEquals": "done", "Next": "Done"}
    return {
        "Start": {**JOB, "Next": "Pause"},
        "Pause": {"Type": "Wait", "Seconds": seconds, "Next": "Look"},
        "Look": {**look, "Next": "Decide"},
        "Decide": {"Type": "Choice", "Choices": [done], "Default": "Pause"},
        "Done": {"Type": "Succeed"},
    }


def waiting_for_a_job(lab: Lab) -> Shown:
    """A job of 12 minutes in each way: how many transitions, and how long after its end does it go on?"""

    def tried(states: Mapping[str, object]) -> tuple[int, int]:
        lab.reset()
        lab.job("glue", "render", minutes=12)
        lab.function("look", LOOK)
        end = round(lab.now.timestamp()) + 12 * 60
        text = json.dumps(states).replace('"END"', str(end))
        described = run_workflow(lab, json.loads(text), "Start")
        late = round(described["stopDate"].timestamp() - end)
        return int(lab.cost().units(*TRANSITIONS)), late

    found = {
        "sync": tried({"Start": {**JOB, "Resource": f"{JOB['Resource']}.sync", "End": True}}),
        "minute": tried(asking_loop(60)),
        "rare": tried(asking_loop(300)),
        "none": tried({"Start": {**JOB, "End": True}}),
    }
    good = {way: number for way, (number, late) in found.items() if 0 <= late <= 60}
    return Shown(
        answer={way: good.get(way) == min(good.values()) for way in found},
        says="A job of 12 minutes was run in each way.",
        each={
            way: f"{number} transitions; went on {late} s after the end"
            for way, (number, late) in found.items()
        },
    )


def transitions_of_retries(lab: Lab) -> Shown:
    """One execution whose task succeeds at once, one whose task fails twice; the difference."""
    code = """
calls = 0

def handler(event, context):
    global calls
    calls += 1
    if calls <= FAILURES:
        raise ValueError("not yet")
"""

    def billed(failures: int) -> tuple[str, int]:
        lab.reset()
        lab.function("pay", code.replace("FAILURES", str(failures)))
        retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 3}]
        pay = {"Type": "Task", "Resource": FUNCTION + "pay", "Retry": retry, "Next": "Thank"}
        described = run_workflow(lab, {"Pay": pay, "Thank": {"Type": "Pass", "End": True}}, "Pay")
        return described["status"], int(lab.cost().units(*TRANSITIONS))

    (end, smooth), (other_end, bumpy) = billed(0), billed(2)
    return Shown(
        answer=200 * (bumpy - smooth),
        says=(
            f"Without a failure {smooth} transitions are counted ({end}), "
            f"with two failures {bumpy} ({other_end})."
        ),
    )


def a_step_that_only_sends(lab: Lab) -> Shown:
    """Run the workflow with each form of the step; is the message sent, and how often does a function run?"""
    sqs = lab.client("sqs")
    url = "https://sqs.us-east-1.amazonaws.com/123456789012/mail"
    send = f"""
import boto3

def handler(event, context):
    boto3.client("sqs").send_message(QueueUrl="{url}", MessageBody="thanks")
"""

    def sent(
        resource: str, parameters: Mapping[str, object] | None = None, memory: int = 256
    ) -> tuple[int, int]:
        lab.reset()
        sqs.create_queue(QueueName="mail")
        lab.function("send", send, MemorySize=memory, Timeout=30)
        step = {"Type": "Task", "Resource": resource, "End": True, "Parameters": parameters or {}}
        run_workflow(lab, {"Send": step}, "Send")
        return len(lab.queue("mail")), int(lab.cost().units("Lambda", "invocations"))

    invoke = "arn:aws:states:::lambda:invoke"
    found = {
        "direct": sent("arn:aws:states:::sqs:sendMessage", {"QueueUrl": url, "MessageBody": "thanks"}),
        "small": sent(FUNCTION + "send", memory=128),
        "event": sent(invoke, {"FunctionName": "send", "InvocationType": "Event"}),
        "invoke": sent(invoke, {"FunctionName": "send"}),
    }
    good = {way: runs for way, (messages, runs) in found.items() if messages == 1}
    return Shown(
        answer={way: good.get(way) == min(good.values()) for way in found},
        says="One execution ran with each form of the step.",
        each={way: f"{messages} message sent; {runs} invocations" for way, (messages, runs) in found.items()},
    )


def deliveries_that_are_billed(lab: Lab) -> Shown:
    """One subscription at a time, and one message: what does SNS count besides the requests?"""
    sns, sqs, functions = lab.client("sns"), lab.client("sqs"), lab.client("lambda")

    def confirm(request: Any) -> None:
        if request.json().get("Type") == "SubscriptionConfirmation":
            lab.http(request.json()["SubscribeURL"])

    def deliveries() -> int:
        rows = [row for row in lab.cost().rows if row.service == "SNS" and row.unit != "requests"]
        return int(sum(row.units for row in rows))

    def counted(protocol: str, endpoint: str) -> int:
        lab.reset()
        open_queue(sqs, "inbox")
        lab.function("note", "def handler(event, context):\n    return None\n")
        let_in(functions, "note", "sns")
        lab.endpoint("https://partner.example.com", confirm)
        topic = sns.create_topic(Name="news")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol=protocol, Endpoint=endpoint)
        lab.run_until_idle()
        if protocol == "email":
            lab.http(lab.mailbox.of(endpoint)[-1].link)
        before = deliveries()
        sns.publish(TopicArn=topic, Message="rain")
        lab.run_until_idle()
        return deliveries() - before

    found = {
        "https": counted("https", "https://partner.example.com/news"),
        "email": counted("email", "ann@example.com"),
        "sqs": counted("sqs", QUEUE + "inbox"),
        "lambda": counted("lambda", FUNCTION + "note"),
    }
    return Shown(
        answer={way: number > 0 for way, number in found.items()},
        says="One message was published for one subscription at a time.",
        each={way: f"deliveries that SNS counts: {number}" for way, number in found.items()},
    )
