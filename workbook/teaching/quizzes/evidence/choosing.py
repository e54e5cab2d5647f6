"""What proves the keys of the questions in questions/choosing.toml: each design is built and used.

Each function is read by itself, beside its question; what several of them use stands at the top.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from workbook import Lab
from workbook.teaching.quizzes.shown import Shown

QUEUE = "arn:aws:sqs:us-east-1:123456789012:"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:"


def policy(**statement: object) -> str:
    """A policy that allows something."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def open_queue(sqs: Any, name: str, **attributes: str) -> str:
    """A queue that topics and buses may send to; its URL."""
    services = {"Service": ["sns.amazonaws.com", "events.amazonaws.com"]}
    let_in = policy(Principal=services, Action="sqs:SendMessage", Resource=QUEUE + name)
    made = sqs.create_queue(QueueName=name, Attributes={"Policy": let_in, **attributes})
    return str(made["QueueUrl"])


def role_for(lab: Lab, service: str, *actions: str) -> str:
    """A role that a service may assume to do these actions; its ARN."""
    iam = lab.client("iam")
    trust = policy(Principal={"Service": f"{service}.amazonaws.com"}, Action="sts:AssumeRole")
    role = iam.create_role(RoleName=service, AssumeRolePolicyDocument=trust)["Role"]
    may = policy(Action=actions, Resource="*")
    iam.put_role_policy(RoleName=service, PolicyName="may", PolicyDocument=may)
    return str(role["Arn"])


def read(sqs: Any, url: str) -> list[str]:
    """Receive and delete all that is in a queue; the bodies."""
    bodies = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            bodies.append(message["Body"])
    return bodies


def put_up_server(lab: Lab, url: str) -> list[str]:
    """A server outside AWS, which agrees to be a topic's subscriber; what it is sent is put into the list."""
    sent: list[str] = []

    def server(request: Any) -> None:
        content = request.json()
        if content.get("Type") == "SubscriptionConfirmation":
            lab.http(content["SubscribeURL"])
        else:
            sent.append(request.body)

    lab.endpoint(url, server)
    return sent


def orders_that_departments_hear_of(lab: Lab) -> Shown:
    """Two departments, one of which is away for two hours; then a third joins. Who hears of two orders?"""
    sqs, sns = lab.client("sqs"), lab.client("sns")
    first, departments = ["billing", "shipping"], ["billing", "shipping", "marketing"]

    def heard(way: str) -> dict[str, int]:
        lab.reset()
        topic = sns.create_topic(Name="orders")["TopicArn"]
        urls = {name: open_queue(sqs, name) for name in ["orders", *departments]}
        servers = {name: put_up_server(lab, f"https://{name}.example.com") for name in departments}

        def join(name: str) -> None:
            if way == "a":
                sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=QUEUE + name)
            if way == "d":
                sns.subscribe(TopicArn=topic, Protocol="https", Endpoint=f"https://{name}.example.com")
            lab.run_until_idle()

        def order() -> None:  # the shop's program, which stays as it is
            if way in "ad":
                sns.publish(TopicArn=topic, Message="order")
            for name in {"b": ["orders"], "c": first}.get(way, []):
                sqs.send_message(QueueUrl=urls[name], MessageBody="order")

        for name in first:
            join(name)
        lab.outage("https://shipping.example.com", hours=2)
        order()
        lab.advance(hours=3)
        join("marketing")
        order()
        lab.run_until_idle()
        if way == "d":
            return {name: len(sent) for name, sent in servers.items()}
        return {name: len(read(sqs, urls["orders" if way == "b" else name])) for name in departments}

    ways = {way: heard(way) for way in "abcd"}
    return Shown(
        answer={way: orders == {"billing": 2, "shipping": 2, "marketing": 1} for way, orders in ways.items()},
        says=(
            "The first order came while shipping was away for two hours. Then marketing joined, and the "
            "second order came. The shop's program stayed as it was. In the end each looked, billing first."
        ),
        each={way: ", ".join(f"{name} {n}" for name, n in orders.items()) for way, orders in ways.items()},
    )


def cards_that_are_charged_at_once(lab: Lab) -> Shown:
    """Sell four tickets in one moment in each way; how many cards are charged at a time?"""
    sqs, sns, functions = lab.client("sqs"), lab.client("sns"), lab.client("lambda")
    machines = lab.client("stepfunctions")

    def charge(event: object, context: object) -> None:
        import time

        time.sleep(5)

    def by_queue(**settings: object) -> Callable[[], object]:
        url = open_queue(sqs, "tickets")
        functions.create_event_source_mapping(
            EventSourceArn=QUEUE + "tickets", FunctionName="charge", BatchSize=1, **settings
        )
        return lambda: sqs.send_message(QueueUrl=url, MessageBody="{}")

    def by_topic() -> Callable[[], object]:
        topic = sns.create_topic(Name="tickets")["TopicArn"]
        functions.add_permission(
            FunctionName="charge",
            StatementId="1",
            Action="lambda:InvokeFunction",
            Principal="sns.amazonaws.com",
        )
        sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=FUNCTION + "charge")
        return lambda: sns.publish(TopicArn=topic, Message="{}")

    def by_workflow() -> Callable[[], object]:
        states = {"Charge": {"Type": "Task", "Resource": FUNCTION + "charge", "End": True}}
        machine = machines.create_state_machine(
            name="ticket",
            definition=json.dumps({"StartAt": "Charge", "States": states}),
            roleArn=role_for(lab, "states", "lambda:InvokeFunction"),
        )["stateMachineArn"]
        return lambda: machines.start_execution(stateMachineArn=machine)

    def charged(build: Callable[[], Callable[[], object]]) -> tuple[int, int]:
        lab.reset()
        lab.function("charge", charge, Timeout=10)
        sell = build()
        lab.run_until_idle()
        for _ in range(4):
            sell()
        lab.run_until_idle()
        begun = [hop.time for hop in lab.trace if hop.kind == "invoke"]
        five_seconds = 5_000_000  # the trace counts microseconds
        return len(begun), max(sum(a <= time < a + five_seconds for a in begun) for time in begun)

    ways = {
        "a": charged(lambda: by_queue(ScalingConfig={"MaximumConcurrency": 2})),
        "b": charged(by_topic),
        "c": charged(by_workflow),
        "d": charged(by_queue),
    }
    return Shown(
        answer={way: charges == 4 and at_once <= 2 for way, (charges, at_once) in ways.items()},
        says="Four tickets were sold at the same moment in each way; a charge took five seconds.",
        each={
            way: f"{charges} charges, up to {at_once} at a time" for way, (charges, at_once) in ways.items()
        },
    )


def what_was_paid_for_no_seat(lab: Lab) -> Shown:
    """Begin where a card has been charged, and there is no such seat; is the money given back?"""
    sqs, functions, events = lab.client("sqs"), lab.client("lambda"), lab.client("events")
    machines = lab.client("stepfunctions")

    def book(ticket: object, context: object) -> None:
        raise ValueError("there is no such row")

    def refund(ticket: object, context: object) -> str:
        return "refunded"

    def workflow() -> None:
        undo = [{"ErrorEquals": ["States.ALL"], "Next": "Refund"}]
        states = {
            "Charged": {"Type": "Pass", "Next": "Book"},
            "Book": {"Type": "Task", "Resource": FUNCTION + "book", "Catch": undo, "End": True},
            "Refund": {"Type": "Task", "Resource": FUNCTION + "refund", "End": True},
        }
        definition = json.dumps({"StartAt": "Charged", "States": states})
        role = role_for(lab, "states", "lambda:InvokeFunction")
        made = machines.create_state_machine(name="ticket", definition=definition, roleArn=role)
        machines.start_execution(stateMachineArn=made["stateMachineArn"])

    def queue() -> None:
        sqs.create_queue(QueueName="aside")
        redrive = json.dumps({"deadLetterTargetArn": QUEUE + "aside", "maxReceiveCount": 3})
        charged = open_queue(sqs, "charged", RedrivePolicy=redrive)
        functions.create_event_source_mapping(EventSourceArn=QUEUE + "charged", FunctionName="book")
        sqs.send_message(QueueUrl=charged, MessageBody="{}")

    def event() -> None:
        service = {"Action": "lambda:InvokeFunction", "Principal": "events.amazonaws.com"}
        functions.add_permission(FunctionName="book", StatementId="1", **service)
        events.put_rule(Name="charged", EventPattern=json.dumps({"detail-type": ["charged"]}))
        events.put_targets(Rule="charged", Targets=[{"Id": "1", "Arn": FUNCTION + "book"}])
        events.put_events(Entries=[{"Source": "theatre", "DetailType": "charged", "Detail": "{}"}])

    def call() -> None:
        functions.invoke(FunctionName="book", Payload="{}")

    def tries_and_refunds(go_on: Callable[[], object]) -> tuple[int, int]:
        lab.reset()
        lab.function("book", book), lab.function("refund", refund)
        go_on()
        lab.run_until_idle()
        ran = [hop.resource.rsplit(":", 1)[-1] for hop in lab.trace if hop.kind == "invoke"]
        return ran.count("book"), ran.count("refund")

    designs = {"a": workflow, "b": queue, "c": event, "d": call}
    ways = {way: tries_and_refunds(go_on) for way, go_on in designs.items()}
    return Shown(
        answer={way: refunds == 1 for way, (_, refunds) in ways.items()},
        says="Each design went on from a charge whose seat does not exist, and nobody looked after it.",
        each={way: f"booking tried: {tries}; refunds: {refunds}" for way, (tries, refunds) in ways.items()},
    )


def ten_days_from_now(lab: Lab) -> Shown:
    """Ask each service for one message in ten days, and count what came, and what ran in between."""
    sqs, scheduler, events = lab.client("sqs"), lab.client("scheduler"), lab.client("events")
    machines = lab.client("stepfunctions")

    def schedule(url: str) -> None:
        target = {
            "Arn": QUEUE + "mails",
            "RoleArn": role_for(lab, "scheduler", "sqs:SendMessage"),
            "Input": "7",
        }
        when = f"at({lab.now + datetime.timedelta(days=10):%Y-%m-%dT%H:%M:%S})"
        once = {"FlexibleTimeWindow": {"Mode": "OFF"}, "ActionAfterCompletion": "DELETE"}
        scheduler.create_schedule(Name="order-7", ScheduleExpression=when, Target=target, **once)

    def delay(url: str) -> None:
        sqs.send_message(QueueUrl=url, MessageBody="7", DelaySeconds=10 * 86_400)

    def express(url: str) -> None:
        send = {"QueueUrl": url, "MessageBody": "7"}
        states = {
            "Wait": {"Type": "Wait", "Seconds": 10 * 86_400, "Next": "Send"},
            "Send": {
                "Type": "Task",
                "Resource": "arn:aws:states:::sqs:sendMessage",
                "Parameters": send,
                "End": True,
            },
        }
        definition = json.dumps({"StartAt": "Wait", "States": states})
        role = role_for(lab, "states", "sqs:SendMessage")
        made = machines.create_state_machine(name="m", definition=definition, roleArn=role, type="EXPRESS")
        machines.start_execution(stateMachineArn=made["stateMachineArn"])

    def rule(url: str) -> None:
        events.put_rule(Name="order-7", ScheduleExpression="rate(10 days)")
        events.put_targets(Rule="order-7", Targets=[{"Id": "1", "Arn": QUEUE + "mails", "Input": "7"}])

    def mails(ask: Callable[[str], object]) -> list[int]:
        lab.reset()
        url, came = open_queue(sqs, "mails", MessageRetentionPeriod="1209600"), []
        try:
            ask(url)
        except ClientError:
            return [0]  # the request was refused
        for _ in range(3):
            lab.advance(days=10, minutes=2)
            came.append(len(read(sqs, url)))
        return came

    ways = {"a": mails(schedule), "b": mails(delay), "c": mails(express), "d": mails(rule)}
    return Shown(
        answer={way: came == [1, 0, 0] for way, came in ways.items()},
        says="Each service was asked for the mail of one customer, and 30 days were played.",
        each={way: f"mails after each ten days: {', '.join(map(str, came))}" for way, came in ways.items()},
    )
