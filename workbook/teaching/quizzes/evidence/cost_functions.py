"""What proves the keys of the questions in questions/cost_functions.toml: what is billed, counted.

Each function is read by itself, beside its question; what several of them use stands at the top.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from workbook import Lab
from workbook.teaching.quizzes.shown import Shown

QUEUE = "arn:aws:sqs:us-east-1:123456789012:"


def policy(**statement: object) -> str:
    """A policy that allows something."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def role_for(lab: Lab, service: str, *actions: str) -> str:
    """A role that a service may assume to do these actions; its ARN."""
    iam = lab.client("iam")
    trust = policy(Principal={"Service": f"{service}.amazonaws.com"}, Action="sts:AssumeRole")
    role = iam.create_role(RoleName=service, AssumeRolePolicyDocument=trust)["Role"]
    iam.put_role_policy(
        RoleName=service, PolicyName="may", PolicyDocument=policy(Action=actions, Resource="*")
    )
    return str(role["Arn"])


def units(lab: Lab, service: str, unit: str) -> float:
    """What the bill counts so far."""
    return lab.cost().units(service, unit)


def cheapest(bills: Mapping[str, float]) -> dict[str, bool]:
    """Which of the ways that do what is asked costs least."""
    return {way: bill == min(bills.values()) for way, bill in bills.items()}


def orders_of_one_country(lab: Lab) -> Shown:
    """Five orders are published, one of them from Austria; how often do functions run in each way?"""
    sns, functions = lab.client("sns"), lab.client("lambda")

    print_label = """
def handler(event, context):
    country = event["Records"][0]["Sns"]["MessageAttributes"]["country"]["Value"]
    return "printed" if country == "AT" else "nothing to do"
"""

    def day(*, filtered: bool = False, twice: bool = False, memory: int = 128) -> tuple[float, float]:
        lab.reset()
        topic = sns.create_topic(Name="orders")["TopicArn"]
        for name in ("label", "check")[: 1 + twice]:
            arn = lab.function(name, print_label, MemorySize=memory)
            who = {"StatementId": "in", "Action": "lambda:InvokeFunction", "Principal": "sns.amazonaws.com"}
            functions.add_permission(FunctionName=name, **who)
            wanted = {"FilterPolicy": json.dumps({"country": ["AT"]})} if filtered else {}
            sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn, Attributes=wanted)
        for country in ("DE", "FR", "AT", "IT", "DE"):
            value = {"country": {"DataType": "String", "StringValue": country}}
            sns.publish(TopicArn=topic, Message="order", MessageAttributes=value)
        lab.run_until_idle()
        return units(lab, "Lambda", "invocations"), units(lab, "SNS", "requests")

    found = {
        "filter": day(filtered=True),
        "return": day(),
        "memory": day(memory=256),
        "check": day(twice=True),
    }
    return Shown(
        answer=cheapest({way: runs for way, (runs, _) in found.items()}),
        says="Five orders were published in each way, one of them from Austria.",
        each={
            way: f"{runs:.0f} invocations, {requests:.0f} requests to SNS"
            for way, (runs, requests) in found.items()
        },
    )


def readings_that_nobody_needs(lab: Lab) -> Shown:
    """Five readings come, one of them an alarm, with each setting; how often does the function run?"""
    sqs, functions = lab.client("sqs"), lab.client("lambda")
    alarm = {"Filters": [{"Pattern": json.dumps({"body": {"alarm": [True]}})}]}

    ring = """
def handler(event, context):
    for record in event["Records"]:
        print("ring" if "true" in record["body"] else "nothing to do")
"""

    def night(queue: Mapping[str, str] | None = None, **settings: object) -> tuple[int, int]:
        lab.reset()
        url = sqs.create_queue(QueueName="readings", Attributes=queue or {})["QueueUrl"]
        arn = lab.function("ring", ring)
        mapping = {"EventSourceArn": QUEUE + "readings", "FunctionName": arn, "BatchSize": 1}
        functions.create_event_source_mapping(**mapping, **settings)
        lab.advance(minutes=1)
        for number in range(5):
            sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"alarm": number == 2}))
        lab.advance(minutes=5)
        return int(units(lab, "Lambda", "invocations")), len(lab.queue("readings"))

    found = {
        "filter": night(FilterCriteria=alarm),
        "concurrency": night(ScalingConfig={"MaximumConcurrency": 2}),
        "delay": night(queue={"DelaySeconds": "60"}),
        "reports": night(FunctionResponseTypes=["ReportBatchItemFailures"]),
    }
    return Shown(
        answer=cheapest({way: runs for way, (runs, _) in found.items()}),
        says="Five readings were sent with each setting, one of them an alarm.",
        each={way: f"{runs} invocations; {left} messages left" for way, (runs, left) in found.items()},
    )


def a_batch_of_ten_documents(lab: Lab) -> Shown:
    """Send ten documents of 30 KB in one batch, and read the bill."""
    sqs = lab.client("sqs")
    url = sqs.create_queue(QueueName="documents")["QueueUrl"]
    before = units(lab, "SQS", "requests")
    entries = [{"Id": str(number), "MessageBody": "x" * 30 * 1024} for number in range(10)]
    sent = sqs.send_message_batch(QueueUrl=url, Entries=entries)["Successful"]
    billed = units(lab, "SQS", "requests") - before
    return Shown(
        answer=billed,
        says=f"One SendMessageBatch took {len(sent)} documents. It is billed as {billed:.0f} requests.",
    )


def a_queue_that_is_idle_by_day(lab: Lab) -> Shown:
    """A day in each way: a message at one o'clock in the night, and nothing else. What do pollers cost?"""
    sqs, functions, scheduler = lab.client("sqs"), lab.client("lambda"), lab.client("scheduler")

    def switch(mapping: str, role: str, at: str, *, on: bool) -> None:
        target = {"Arn": "arn:aws:scheduler:::aws-sdk:lambda:updateEventSourceMapping", "RoleArn": role}
        scheduler.create_schedule(
            Name=f"{'on' if on else 'off'}",
            ScheduleExpression=at,
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={**target, "Input": json.dumps({"UUID": mapping, "Enabled": on})},
        )

    def day(
        queue: Mapping[str, str] | None = None, *, switched: bool = False, **settings: object
    ) -> tuple[int, int]:
        lab.reset()
        url = sqs.create_queue(QueueName="bookings", Attributes=queue or {})["QueueUrl"]
        arn = lab.function("book", "def handler(event, context):\n    return None\n")
        made = functions.create_event_source_mapping(
            EventSourceArn=QUEUE + "bookings", FunctionName=arn, **settings
        )
        if switched:
            role = role_for(lab, "scheduler", "lambda:UpdateEventSourceMapping")
            switch(made["UUID"], role, "cron(50 0 * * ? *)", on=True)
            switch(made["UUID"], role, "cron(10 2 * * ? *)", on=False)
        lab.advance(hours=25)  # from nine o'clock: one night has passed
        before = units(lab, "SQS", "requests")
        lab.advance(hours=15, minutes=30)
        sqs.send_message(QueueUrl=url, MessageBody="a booking")
        lab.advance(hours=8, minutes=30)
        return round(units(lab, "SQS", "requests") - before), int(units(lab, "Lambda", "invocations"))

    found = {
        "switch": day(switched=True),
        "long": day({"ReceiveMessageWaitTimeSeconds": "20"}),
        "window": day(MaximumBatchingWindowInSeconds=300),
        "batch": day(BatchSize=1),
    }
    done = {way: requests for way, (requests, runs) in found.items() if runs}
    return Shown(
        answer={way: done.get(way) == min(done.values()) for way in found},
        says="A day was played in each way, with one message at half past one in the night.",
        each={
            way: f"{requests:,} requests to SQS; {runs} invocation" for way, (requests, runs) in found.items()
        },
    )


def events_that_can_never_succeed(lab: Lab) -> Shown:
    """Four events, two of them invalid, with each setting: how often does the function run, what is kept?"""
    sqs, functions = lab.client("sqs"), lab.client("lambda")
    code = "def handler(event, context):\n    return event['id']\n"

    def day(retries: int, *, destination: bool = False, dead_letters: bool = False) -> tuple[int, int]:
        lab.reset()
        sqs.create_queue(QueueName="failed")
        role = role_for(lab, "lambda", "sqs:SendMessage", "logs:*")
        dead = {"DeadLetterConfig": {"TargetArn": QUEUE + "failed"}} if dead_letters else {}
        lab.function("take", code, Role=role, **dead)
        to = {"OnFailure": {"Destination": QUEUE + "failed"}} if destination else {}
        functions.put_function_event_invoke_config(
            FunctionName="take", MaximumRetryAttempts=retries, DestinationConfig=to
        )
        for event in ({"id": 1}, {}, {"id": 2}, {}):
            functions.invoke(FunctionName="take", InvocationType="Event", Payload=json.dumps(event))
        lab.run_until_idle()
        return int(units(lab, "Lambda", "invocations")), len(lab.queue("failed"))

    found = {
        "none": day(0, destination=True),
        "destination": day(2, destination=True),
        "dead": day(2, dead_letters=True),
        "lost": day(0),
    }
    kept = {way: runs for way, (runs, records) in found.items() if records == 2}
    return Shown(
        answer={way: kept.get(way) == min(kept.values()) for way in found},
        says="Four events were sent with each setting; two of them have no id, and fail always.",
        each={way: f"{runs} invocations; kept: {records} of 2" for way, (runs, records) in found.items()},
    )


def a_function_that_mostly_waits(lab: Lab) -> Shown:
    """The function waits two seconds for a partner; ten calls with each setting, and the bill."""
    functions = lab.client("lambda")

    def ask(event: object, context: object) -> str:
        import time

        time.sleep(2)  # the partner's answer takes as long, whatever memory the function has
        return "answer"

    def bill(memory: int = 1024, timeout: int = 60, kind: str = "RequestResponse", limit: int = 0) -> float:
        lab.reset()
        lab.function("ask", ask, MemorySize=memory, Timeout=timeout)
        if limit:
            functions.put_function_concurrency(FunctionName="ask", ReservedConcurrentExecutions=limit)
        for _ in range(10):
            functions.invoke(FunctionName="ask", InvocationType=kind)
            lab.advance(seconds=3)
        lab.run_until_idle()
        return round(units(lab, "Lambda", "GB-seconds"), 2)

    found = {
        "memory": bill(memory=256),
        "timeout": bill(timeout=3),
        "event": bill(kind="Event"),
        "reserved": bill(limit=1),
    }
    return Shown(
        answer=cheapest(found),
        says="The function was called ten times with each setting; it waited two seconds each time.",
        each={way: f"{seconds} GB-seconds" for way, seconds in found.items()},
    )


def a_function_that_writes_where_it_reads(lab: Lab) -> Shown:
    """One picture is uploaded with each setting; how often does the function run within a minute?"""
    s3, functions = lab.client("s3"), lab.client("lambda")

    shrink = """
import boto3

def handler(event, context):
    name = event["Records"][0]["s3"]["object"]["key"].rpartition("/")[2]
    boto3.client("s3").put_object(Bucket="pictures", Key="small/" + name, Body=b".")
"""

    def runs(event: str = "s3:ObjectCreated:*", limit: int = 0, **rules: str) -> int:
        lab.reset()
        s3.create_bucket(Bucket="pictures")
        arn = lab.function("shrink", shrink)
        who = {"StatementId": "in", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}
        functions.add_permission(FunctionName="shrink", **who)
        if limit:
            functions.put_function_concurrency(FunctionName="shrink", ReservedConcurrentExecutions=limit)
        told: dict[str, Any] = {"LambdaFunctionArn": arn, "Events": [event]}
        if rules:
            named = [{"Name": name, "Value": value} for name, value in rules.items()]
            told["Filter"] = {"Key": {"FilterRules": named}}
        configuration = {"LambdaFunctionConfigurations": [told]}
        s3.put_bucket_notification_configuration(Bucket="pictures", NotificationConfiguration=configuration)
        s3.put_object(Bucket="pictures", Key="in/cat.jpg", Body=b"....")
        lab.advance(minutes=1)
        return int(units(lab, "Lambda", "invocations"))

    found = {
        "prefix": runs(prefix="in/"),
        "suffix": runs(suffix=".jpg"),
        "put": runs("s3:ObjectCreated:Put"),
        "one": runs(limit=1),
    }
    return Shown(
        answer=cheapest(found),
        says="One picture was uploaded with each setting, and a minute went by.",
        each={way: f"{number} invocations for one picture" for way, number in found.items()},
    )
