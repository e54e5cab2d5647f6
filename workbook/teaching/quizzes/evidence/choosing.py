"""What proves the keys of the questions in questions/choosing.toml: each design is built and used.

Each function is read by itself, beside its question; what several of them use stands at the top.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from workbook import Chaos, Lab
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
    """Sell three tickets in one moment in each way; how many cards are charged at a time?"""
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
        for _ in range(3):
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
        answer={way: charges == 3 and at_once <= 2 for way, (charges, at_once) in ways.items()},
        says="Three tickets were sold at the same moment in each way; a charge took five seconds.",
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

    def wait(url: str, kind: str) -> None:
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
        made = machines.create_state_machine(name="m", definition=definition, roleArn=role, type=kind)
        machines.start_execution(stateMachineArn=made["stateMachineArn"])

    def rule(url: str) -> None:
        events.put_rule(Name="order-7", ScheduleExpression="rate(10 days)")
        events.put_targets(Rule="order-7", Targets=[{"Id": "1", "Arn": QUEUE + "mails", "Input": "7"}])

    def mails(ask: Callable[[str], object]) -> list[int]:
        lab.reset()
        url, came = open_queue(sqs, "mails"), []
        try:
            ask(url)
        except ClientError:
            return [0]  # it was refused
        for _ in range(3):
            lab.advance(days=10, minutes=2)
            came.append(len(read(sqs, url)))
        return came

    ways = {
        "a": mails(schedule),
        "b": mails(delay),
        "c": mails(lambda url: wait(url, "EXPRESS")),
        "d": mails(rule),
        "e": mails(lambda url: wait(url, "STANDARD")),
    }
    return Shown(
        answer={way: came == [1, 0, 0] for way, came in ways.items()},
        says="Each service was asked for the mail of one customer, and 30 days were played.",
        each={way: f"mails in each ten days: {', '.join(map(str, came))}" for way, came in ways.items()},
    )


def lorries_for_the_deck(lab: Lab) -> Shown:
    """Book five vehicles in each way; which bookings reach the deck, and how many functions were written?"""
    sqs, functions, events = lab.client("sqs"), lab.client("lambda"), lab.client("events")
    pipes = lab.client("pipes")

    def pick(event: dict[str, list[dict[str, str]]], context: object) -> None:
        import boto3

        sqs = boto3.client("sqs")
        deck = sqs.get_queue_url(QueueName="deck")["QueueUrl"]
        for record in event["Records"]:
            if "lorry" in record["body"]:
                sqs.send_message(QueueUrl=deck, MessageBody=record["body"])

    def pipe() -> None:
        filters = [{"Pattern": json.dumps({"body": {"kind": ["lorry"]}})}]
        ends = {"Source": QUEUE + "bookings", "Target": QUEUE + "deck"}
        wanted = {"FilterCriteria": {"Filters": filters}}
        role = role_for(lab, "pipes", "sqs:*")
        pipes.create_pipe(Name="lorries", RoleArn=role, SourceParameters=wanted, **ends)

    def function() -> None:
        lab.function("pick", pick)
        functions.create_event_source_mapping(EventSourceArn=QUEUE + "bookings", FunctionName="pick")

    def rule() -> None:
        pattern = json.dumps({"source": ["aws.sqs"], "resources": [QUEUE + "bookings"]})
        events.put_rule(Name="lorries", EventPattern=pattern)
        events.put_targets(Rule="lorries", Targets=[{"Id": "1", "Arn": QUEUE + "deck"}])

    def booked(join: Callable[[], object], **settings: str) -> tuple[str, int]:
        lab.reset()
        deck, bookings = open_queue(sqs, "deck"), open_queue(sqs, "bookings", **settings)
        join()
        lab.run_until_idle()
        for kind in ["car", "lorry", "bicycle", "lorry", "lorry"]:
            sqs.send_message(QueueUrl=bookings, MessageBody=json.dumps({"kind": kind}))
        lab.advance(minutes=1)
        came = [kind for body in read(sqs, deck) for kind in ("lorry", "car", "bicycle") if kind in body]
        return ", ".join(came) or "nothing", len(functions.list_functions()["Functions"])

    redrive = json.dumps({"deadLetterTargetArn": QUEUE + "deck", "maxReceiveCount": 1})
    ways = {
        "a": booked(pipe),
        "b": booked(function),
        "c": booked(rule),
        "d": booked(lambda: None, RedrivePolicy=redrive),
    }
    right = {way: written for way, (came, written) in ways.items() if came == "lorry, lorry, lorry"}
    return Shown(
        answer={way: right.get(way) == min(right.values()) for way in ways},
        says="A car, a bicycle and three lorries were booked in each way.",
        each={way: f"on the deck: {came}; functions: {n}" for way, (came, n) in ways.items()},
    )


def worker(jobs: str, done: str) -> None:
    """Ask for jobs, do them, and say so."""
    import boto3

    sqs = boto3.client("sqs")
    while True:
        for message in sqs.receive_message(QueueUrl=jobs).get("Messages", []):
            sqs.send_message(QueueUrl=done, MessageBody="done")
            sqs.delete_message(QueueUrl=jobs, ReceiptHandle=message["ReceiptHandle"])


def jobs_for_a_worker_behind_a_firewall(lab: Lab) -> Shown:
    """Give out three jobs in each way, while nothing from outside gets through to the worker."""
    sqs, sns, events = lab.client("sqs"), lab.client("sns"), lab.client("events")
    url = "https://worker.example.com"

    def queue() -> Callable[[], object]:
        jobs = sqs.create_queue(QueueName="jobs", Attributes={"ReceiveMessageWaitTimeSeconds": "20"})
        done = sqs.create_queue(QueueName="done")
        lab.program("worker", worker, jobs["QueueUrl"], done["QueueUrl"])
        return lambda: sqs.send_message(QueueUrl=jobs["QueueUrl"], MessageBody="{}")

    def topic(**attributes: str) -> Callable[[], object]:
        made = sns.create_topic(Name="jobs")["TopicArn"]
        sns.subscribe(TopicArn=made, Protocol="https", Endpoint=url, Attributes=attributes)
        return lambda: sns.publish(TopicArn=made, Message="{}")

    def patient_topic() -> Callable[[], object]:
        retries = {"numRetries": 100, "minDelayTarget": 20, "maxDelayTarget": 36}
        return topic(DeliveryPolicy=json.dumps({"healthyRetryPolicy": retries}))

    def rule() -> Callable[[], object]:
        key = {"ApiKeyAuthParameters": {"ApiKeyName": "key", "ApiKeyValue": "secret"}}
        by = events.create_connection(Name="worker", AuthorizationType="API_KEY", AuthParameters=key)
        made = events.create_api_destination(
            Name="worker", ConnectionArn=by["ConnectionArn"], InvocationEndpoint=url, HttpMethod="POST"
        )
        role = role_for(lab, "events", "events:InvokeApiDestination")
        events.put_rule(Name="jobs", EventPattern='{"source": ["jobs"]}')
        target = {"Id": "1", "Arn": made["ApiDestinationArn"], "RoleArn": role}
        events.put_targets(Rule="jobs", Targets=[target])
        entry = {"Source": "jobs", "DetailType": "job", "Detail": "{}"}
        return lambda: events.put_events(Entries=[entry])

    def arrived(build: Callable[[], Callable[[], object]]) -> int:
        lab.reset()
        sent = put_up_server(lab, url)
        lab.outage(url)
        give_out = build()
        for _ in range(3):
            give_out()
        lab.advance(minutes=10)
        return len(lab.queue("done")) if build == queue else len(sent)

    designs = {"a": queue, "b": topic, "c": rule, "d": patient_topic}
    ways = {way: arrived(build) for way, build in designs.items()}
    return Shown(
        answer={way: jobs == 3 for way, jobs in ways.items()},
        says="Three jobs were given out in each way, and the worker's address let no request in.",
        each={way: f"{jobs} of 3 jobs arrived" for way, jobs in ways.items()},
    )


def accounts_in_order(lab: Lab) -> Shown:
    """Publish three entries of one account in each way, while one of the two queues is down for a moment."""
    sqs, sns, events = lab.client("sqs"), lab.client("sns"), lab.client("events")
    fifo = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}

    def queues(suffix: str) -> list[str]:
        attributes = fifo if suffix else {}
        return [open_queue(sqs, name + suffix, **attributes) for name in ("bank", "audit")]

    def topic(topic_suffix: str, queue_suffix: str) -> list[list[str]]:
        settings = {"FifoTopic": "true", "ContentBasedDeduplication": "true"} if topic_suffix else {}
        made = sns.create_topic(Name="entries" + topic_suffix, Attributes=settings)["TopicArn"]
        urls = queues(queue_suffix)
        raw = {"RawMessageDelivery": "true"}
        for name in ("bank", "audit"):
            endpoint = QUEUE + name + queue_suffix
            sns.subscribe(TopicArn=made, Protocol="sqs", Endpoint=endpoint, Attributes=raw)
        group = {"MessageGroupId": "account-7"} if topic_suffix else {}
        return publish(urls, queue_suffix, lambda n: sns.publish(TopicArn=made, Message=n, **group))

    def bus() -> list[list[str]]:
        urls = queues(".fifo")
        events.put_rule(Name="entries", EventPattern='{"source": ["bank"]}')
        group = {"SqsParameters": {"MessageGroupId": "account-7"}, "InputPath": "$.detail.n"}
        targets = [{"Id": name, "Arn": f"{QUEUE}{name}.fifo", **group} for name in ("bank", "audit")]
        events.put_targets(Rule="entries", Targets=targets)
        entry = {"Source": "bank", "DetailType": "entry"}
        put = lambda n: events.put_events(Entries=[{**entry, "Detail": json.dumps({"n": n})}])  # noqa: E731
        return publish(urls, ".fifo", put)

    def publish(urls: list[str], suffix: str, say: Callable[[str], object]) -> list[list[str]]:
        lab.outage("audit" + suffix, seconds=5)
        for number in "123":
            say(number)
            lab.advance(seconds=3)
        lab.run_until_idle()
        return [[body.strip('"') for body in read(sqs, url)] for url in urls]

    def arrived(play: Callable[[], list[list[str]]]) -> str:
        lab.reset()
        lab.chaos = Chaos(reordering=1.0)
        try:
            return " and ".join(", ".join(found) for found in play())
        except ClientError as error:
            return error.response["Error"]["Code"]

    ways = {
        "a": arrived(lambda: topic(".fifo", ".fifo")),
        "b": arrived(lambda: topic("", ".fifo")),
        "c": arrived(bus),
        "d": arrived(lambda: topic(".fifo", "")),
    }
    return Shown(
        answer={way: came == "1, 2, 3 and 1, 2, 3" for way, came in ways.items()},
        says=(
            "Entries 1, 2 and 3 of an account were published, while one of the two queues was down for five "
            "seconds. What AWS does now and then, standard queues did always: a message was overtaken."
        ),
        each=ways,
    )


def what_only_a_bus_does(lab: Lab) -> Shown:
    """Try each wish with a rule on a bus and with a standard topic."""
    sqs, sns, events = lab.client("sqs"), lab.client("sns"), lab.client("events")
    topic = sns.create_topic(Name="visits")["TopicArn"]
    queues = [open_queue(sqs, "behind-rule"), open_queue(sqs, "behind-topic")]

    def targets(source: str, *arns: str, **more: object) -> int:
        events.put_rule(Name=source, EventPattern=json.dumps({"source": [source]}))
        wanted = [{"Id": arn[-4:], "Arn": arn, **more} for arn in arns]
        try:
            return len(wanted) - int(events.put_targets(Rule=source, Targets=wanted)["FailedEntryCount"])
        except ClientError:
            return 0

    def say_and_look(source: str, text: str) -> list[bool]:
        events.put_events(Entries=[{"Source": source, "DetailType": "visit", "Detail": '{"who": "Ada"}'}])
        sns.publish(TopicArn=topic, Message='{"who": "Ada"}')
        lab.run_until_idle()
        return [any(text in body for body in read(sqs, url)) for url in queues]

    before = say_and_look("gate", "Ada")  # there is no subscription and no rule
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=QUEUE + "behind-topic")
    targets("aws.states", QUEUE + "behind-rule")
    fail = json.dumps({"StartAt": "Fail", "States": {"Fail": {"Type": "Fail"}}})
    machines, role = lab.client("stepfunctions"), role_for(lab, "states", "sqs:SendMessage")
    visit = machines.create_state_machine(name="visit", definition=fail, roleArn=role)
    machines.start_execution(stateMachineArn=visit["stateMachineArn"])
    failed = say_and_look("house", "FAILED")
    wanted = {"InputPathsMap": {"who": "$.detail.who"}, "InputTemplate": '"<who> is at the gate"'}
    targets("gate", QUEUE + "behind-rule", InputTransformer=wanted)
    sentence = say_and_look("gate", "Ada is at the gate")
    teams = [f"{QUEUE}team-{number}" for number in range(8)]
    for team in teams:
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=team)
    subscribed = sns.get_topic_attributes(TopicArn=topic)["Attributes"]["SubscriptionsConfirmed"]
    eight = [targets("house", *teams) == 8, int(subscribed) > 8]
    ada = "ada@example.com"
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=ada)
    email = [targets("mail", ada) == 1, len(lab.mailbox.of(ada)) == 1]

    wishes = {"a": failed, "b": sentence, "c": eight, "d": email, "e": before}
    return Shown(
        answer={wish: rule and not topic for wish, (rule, topic) in wishes.items()},
        says="Each wish was tried with a rule and with a topic.",
        each={wish: f"rule: {rule}, topic: {topic}" for wish, (rule, topic) in wishes.items()},
    )


def play_an_outage(lab: Lab, number: int, steps: list[str]) -> bool:
    """Three orders are dead letters; do these steps, three hours each. Has the last one done any good?"""
    sqs, known, fixed, handled = lab.client("sqs"), False, False, 0
    dead = sqs.create_queue(QueueName=f"dead-{number}")["QueueUrl"]
    redrive = json.dumps({"deadLetterTargetArn": f"{QUEUE}dead-{number}", "maxReceiveCount": 1})
    settings = {"RedrivePolicy": redrive, "VisibilityTimeout": "10"}
    orders = sqs.create_queue(QueueName=f"orders-{number}", Attributes=settings)["QueueUrl"]

    def fail() -> None:  # the broken consumer, which deletes nothing
        for _ in range(2):
            sqs.receive_message(QueueUrl=orders, MaxNumberOfMessages=10)
            lab.advance(seconds=11)

    sqs.send_message_batch(QueueUrl=orders, Entries=[{"Id": n, "MessageBody": n} for n in "123"])
    fail()
    lab.advance(days=3, hours=22)
    for step in steps:
        good = True
        if step == "retention":
            sqs.set_queue_attributes(QueueUrl=dead, Attributes={"MessageRetentionPeriod": "1209600"})
        if step == "look":
            good = known = "Messages" in sqs.receive_message(QueueUrl=dead)
        if step == "fix":
            good = fixed = known  # whoever does not know the cause mends nothing
        if step == "move":
            sqs.start_message_move_task(SourceArn=f"{QUEUE}dead-{number}")
            lab.advance(seconds=5)
            good = fixed
            handled = len(read(sqs, orders)) if fixed else 0
        lab.advance(hours=3)
    return good and handled + len(lab.queue(f"dead-{number}")) == 3


def an_outage_and_its_repair(lab: Lab) -> Shown:
    """Find out which step can be done next: it does some good, and no order is lost in the meantime."""
    outages = iter(range(100))
    done: list[str] = []
    left = ["move", "look", "fix", "retention"]
    while left:
        [step] = [step for step in left if play_an_outage(lab, next(outages), [*done, step])]
        done, left = [*done, step], [other for other in left if other != step]
    return Shown(
        answer=done,
        says=(
            f"{next(outages)} outages were played. In each place only one of the steps that were left did "
            "any good and lost no order."
        ),
    )


def orders_while_payments_are_down(lab: Lab) -> Shown:
    """Place an order in each way while payments fail for ten minutes; is it paid in the end?"""
    sqs, sns, functions = lab.client("sqs"), lab.client("sns"), lab.client("lambda")
    machines = lab.client("stepfunctions")

    def pay(event: object, context: object) -> None:
        import os
        import time

        if time.time() < float(os.environ["BACK"]):
            raise ConnectionError("payments are down")

    def queue() -> None:
        url = open_queue(sqs, "orders", VisibilityTimeout="60")
        functions.create_event_source_mapping(EventSourceArn=QUEUE + "orders", FunctionName="pay")
        sqs.send_message(QueueUrl=url, MessageBody="{}")

    def workflow() -> None:
        retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 10, "MaxAttempts": 10}]
        task = {"Type": "Task", "Resource": FUNCTION + "pay", "Retry": retry, "End": True}
        definition = json.dumps({"StartAt": "Pay", "States": {"Pay": task}})
        role = role_for(lab, "states", "lambda:InvokeFunction")
        made = machines.create_state_machine(name="order", definition=definition, roleArn=role)
        machines.start_execution(stateMachineArn=made["stateMachineArn"])

    def asynchronously() -> None:
        functions.invoke(FunctionName="pay", InvocationType="Event", Payload="{}")

    def four_calls() -> None:
        any("FunctionError" not in functions.invoke(FunctionName="pay") for _ in range(4))

    def topic() -> None:
        made = sns.create_topic(Name="orders")["TopicArn"]
        service = {"Action": "lambda:InvokeFunction", "Principal": "sns.amazonaws.com"}
        functions.add_permission(FunctionName="pay", StatementId="1", **service)
        sns.subscribe(TopicArn=made, Protocol="lambda", Endpoint=FUNCTION + "pay")
        sns.publish(TopicArn=made, Message="{}")

    def pay_for(order: Callable[[], object]) -> tuple[int, int]:
        lab.reset()
        back = str(lab.now.timestamp() + 600)
        lab.function("pay", pay, Environment={"Variables": {"BACK": back}})
        order()
        lab.run_until_idle()
        calls = [hop.outcome for hop in lab.trace if hop.kind == "invoke"]
        return len(calls), calls.count("ok")

    designs = {"a": queue, "b": workflow, "c": asynchronously, "d": four_calls, "e": topic}
    ways = {way: pay_for(order) for way, order in designs.items()}
    return Shown(
        answer={way: payments == 1 for way, (_, payments) in ways.items()},
        says="One order was placed in each way, and payments were down for its first ten minutes.",
        each={way: f"{calls} calls, of which {paid} succeeded" for way, (calls, paid) in ways.items()},
    )


def files_that_come_now_and_then(lab: Lab) -> Shown:
    """Play a quarter of an hour in which one file comes, and count what is billed in each way."""
    s3, functions, scheduler = lab.client("s3"), lab.client("lambda"), lab.client("scheduler")
    machines = lab.client("stepfunctions")

    def look(event: object, context: object) -> int:
        return 1  # a look at the bucket; its own requests are not counted here

    def look_on(event: object, context: object) -> None:
        import time

        for _ in range(14):
            time.sleep(60)  # and a look after each minute

    def notification() -> None:
        lab.function("look", look)
        service = {"Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}
        functions.add_permission(FunctionName="look", StatementId="1", **service)
        created = {"LambdaFunctionArn": FUNCTION + "look", "Events": ["s3:ObjectCreated:*"]}
        s3.put_bucket_notification_configuration(
            Bucket="scans", NotificationConfiguration={"LambdaFunctionConfigurations": [created]}
        )

    def schedule(rate: str, function: Callable[..., object]) -> None:
        role = role_for(lab, "scheduler", "lambda:InvokeFunction")
        target = {"Arn": lab.function("look", function, Timeout=900), "RoleArn": role}
        window = {"Mode": "OFF"}
        scheduler.create_schedule(
            Name="look", ScheduleExpression=rate, Target=target, FlexibleTimeWindow=window
        )

    def workflow() -> None:
        many = {"Variable": "$", "NumericGreaterThan": 100, "Next": "Full"}
        states = {
            "Wait": {"Type": "Wait", "Seconds": 60, "Next": "Look"},
            "Look": {"Type": "Task", "Resource": lab.function("look", look), "Next": "Many?"},
            "Many?": {"Type": "Choice", "Choices": [many], "Default": "Wait"},
            "Full": {"Type": "Succeed"},
        }
        definition = json.dumps({"StartAt": "Wait", "States": states})
        role = role_for(lab, "states", "lambda:InvokeFunction")
        made = machines.create_state_machine(name="look", definition=definition, roleArn=role)
        machines.start_execution(stateMachineArn=made["stateMachineArn"])

    def play(build: Callable[[], object]) -> tuple[int, float, int]:
        lab.reset()
        s3.create_bucket(Bucket="scans")
        build()
        lab.advance(minutes=5)
        s3.put_object(Bucket="scans", Key="7.png", Body=b"scan")
        lab.advance(minutes=10)
        invocations = sum(hop.kind == "invoke" for hop in lab.trace)
        transitions = sum(hop.kind == "enter-state" for hop in lab.trace)
        return invocations, round(lab.cost().units("Lambda", "GB-seconds"), 3), transitions

    ways = {
        "a": play(notification),
        "b": play(lambda: schedule("rate(1 minute)", look)),
        "c": play(workflow),
        "d": play(lambda: schedule("rate(15 minutes)", look_on)),
    }
    least = [min(column) for column in zip(*ways.values(), strict=True)]
    return Shown(
        answer={way: list(bill) == least for way, bill in ways.items()},
        says="A quarter of an hour was played in each way, with one file after five minutes.",
        each={
            way: f"{calls} invocations, {seconds} GB-seconds, {transitions} state transitions"
            for way, (calls, seconds, transitions) in ways.items()
        },
    )
