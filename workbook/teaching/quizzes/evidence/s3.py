"""What proves the keys of the questions in questions/s3.toml.

Each function is read by itself, beside its question; what several of them use stands at the top.
"""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from workbook import Lab
from workbook.teaching.quizzes.shown import Shown

QUEUE = "arn:aws:sqs:us-east-1:123456789012:"
EVENTS = "arn:aws:events:us-east-1:123456789012:"


def document(**statement: object) -> str:
    """A policy of one statement."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def open_queue(sqs: Any, name: str, **attributes: str) -> str:
    """A queue that lets buckets, topics and rules send to it; its URL."""
    senders = {"Service": [f"{service}.amazonaws.com" for service in ("s3", "sns", "events")]}
    policy = document(Principal=senders, Action="sqs:SendMessage", Resource=QUEUE + name)
    answer = sqs.create_queue(QueueName=name, Attributes={"Policy": policy, **attributes})
    return str(answer["QueueUrl"])


def to(kind: str, arn: str, **rules: str) -> dict[str, Any]:
    """Tell a "Queue", "Topic" or "LambdaFunction" of new objects whose keys fit the rules."""
    notification: dict[str, Any] = {f"{kind}Arn": arn, "Events": ["s3:ObjectCreated:*"]}
    if rules:
        named = [{"Name": name, "Value": value} for name, value in rules.items()]
        notification["Filter"] = {"Key": {"FilterRules": named}}
    return {f"{kind}Configurations": [notification]}


def notify(s3: Any, **configurations: object) -> str:
    """Configure the bucket; what S3 says against it, or nothing."""
    try:
        s3.put_bucket_notification_configuration(Bucket="inbox", NotificationConfiguration=configurations)
    except ClientError as error:
        return str(error.response["Error"]["Message"])
    return ""


def read(lab: Lab, sqs: Any, url: str) -> list[Any]:
    """The JSON in the messages of a queue, once nothing is on its way."""
    lab.run_until_idle()
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    for message in found:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [json.loads(message["Body"]) for message in found]


def pictures_for_a_queue_and_a_function(lab: Lab) -> Shown:
    """Upload two pictures with each configuration. Who sees how many?"""
    s3, sqs, sns, functions = (lab.client(name) for name in ("s3", "sqs", "sns", "lambda"))
    s3.create_bucket(Bucket="inbox")
    url, queue = open_queue(sqs, "print"), QUEUE + "print"
    arn = lab.function("thumbnail", "def handler(event, context):\n    return None\n")
    for service in ("s3.amazonaws.com", "sns.amazonaws.com"):
        name, action = service.split(".")[0], "lambda:InvokeFunction"
        functions.add_permission(FunctionName=arn, StatementId=name, Action=action, Principal=service)
    topic = "arn:aws:sns:us-east-1:123456789012:pictures"
    policy = document(Principal={"Service": "s3.amazonaws.com"}, Action="sns:Publish", Resource=topic)
    sns.create_topic(Name="pictures", Attributes={"Policy": policy})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)

    def seen(**configurations: object) -> tuple[int, int, str]:
        if refusal := notify(s3, **configurations):
            return 0, 0, refusal
        read(lab, sqs, url)  # takes away the test event
        before = len(lab.trace)
        for number in range(2):
            s3.put_object(Bucket="inbox", Key=f"in/{number}.jpg", Body=b"...")
        printed = len(read(lab, sqs, url))
        runs = sum(hop.kind == "invoke" for hop in lab.trace[before:])
        return printed, runs, f"the printer saw {printed} of 2, the function {runs}"

    found = {
        "a": seen(**to("Topic", topic, prefix="in/", suffix=".jpg")),
        "b": seen(
            **to("Queue", queue, prefix="in/", suffix=".jpg"),
            **to("LambdaFunction", arn, prefix="in/", suffix=".jpg"),
        ),
        "c": seen(**to("Queue", queue, prefix="in/"), **to("LambdaFunction", arn, suffix=".jpg")),
    }
    functions.create_event_source_mapping(EventSourceArn=queue, FunctionName=arn, BatchSize=1)
    found["d"] = seen(**to("Queue", queue, prefix="in/", suffix=".jpg"))
    return Shown(
        answer={way: (printed, runs) == (2, 2) for way, (printed, runs, _) in found.items()},
        says="Two pictures were uploaded with each configuration that S3 took.",
        each={way: text for way, (_, _, text) in found.items()},
    )


def scans_that_start_a_workflow(lab: Lab) -> Shown:
    """A small scan and a large one are uploaded. Which of them start the workflow?"""
    s3, sns, events, machines, iam = (
        lab.client(name) for name in ("s3", "sns", "events", "stepfunctions", "iam")
    )
    s3.create_bucket(Bucket="inbox")
    trusted = {"Service": ["events.amazonaws.com", "states.amazonaws.com"]}
    trust = document(Principal=trusted, Action="sts:AssumeRole")
    role = iam.create_role(RoleName="scans", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    may = document(Action="states:StartExecution", Resource="*")
    iam.put_role_policy(RoleName="scans", PolicyName="start", PolicyDocument=may)
    definition = json.dumps({"StartAt": "Read", "States": {"Read": {"Type": "Succeed"}}})
    made = machines.create_state_machine(name="read", definition=definition, roleArn=role)
    machine = made["stateMachineArn"]
    starter = lab.function("starter", "def handler(event, context):\n    return None\n")
    refusals = {"b": notify(s3, **to("LambdaFunction", starter, size="1000000"))}
    topic = sns.create_topic(Name="scans")["TopicArn"]
    try:
        sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=machine)
    except ClientError as error:
        refusals["d"] = error.response["Error"]["Message"]
    notify(s3, EventBridgeConfiguration={})
    large = {"object": {"size": [{"numeric": [">", 1_000_000]}]}}
    pattern = {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": large}
    events.put_rule(Name="large", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="large", Targets=[{"Id": "1", "Arn": machine, "RoleArn": role}])
    for name, size in (("small", 900_000), ("large", 1_100_000)):
        s3.put_object(Bucket="inbox", Key=name, Body=b"x" * size)
    lab.run_until_idle()
    started = machines.list_executions(stateMachineArn=machine)["executions"]
    inputs = [machines.describe_execution(executionArn=each["executionArn"])["input"] for each in started]
    keys = [json.loads(text)["detail"]["object"]["key"] for text in inputs]
    runs = sum(hop.kind == "invoke" for hop in lab.trace)
    return Shown(
        answer={"a": keys == ["large"] and runs == 0, "b": not refusals["b"], "d": "d" not in refusals},
        says="A scan of 900,000 bytes and one of 1,100,000 were uploaded.",
        each={"a": f"started for: {', '.join(keys)}; functions ran {runs} times", **refusals},
        picture=lab.flow(),
    )


def what_two_ways_of_telling_do(lab: Lab) -> Shown:
    """A bucket tells a queue of its objects in both ways: what can be seen?"""
    s3, sqs, events = lab.client("s3"), lab.client("sqs"), lab.client("events")

    def tell(way: str, queue: str) -> bool:
        if way == "Event notification":
            return not notify(s3, **to("Queue", QUEUE + queue))
        notify(s3, EventBridgeConfiguration={})
        events.put_rule(Name="all", EventPattern=json.dumps({"source": ["aws.s3"]}))
        group = {"SqsParameters": {"MessageGroupId": "inbox"}} if queue.endswith(".fifo") else {}
        target = {"Id": "1", "Arn": QUEUE + queue, **group}
        return events.put_targets(Rule="all", Targets=[target])["FailedEntryCount"] == 0

    def observations(way: str) -> list[str]:
        lab.reset()
        s3.create_bucket(Bucket="inbox")
        url, began, seen = open_queue(sqs, "cakes"), lab.now, []
        events.create_archive(ArchiveName="week", EventSourceArn=EVENTS + "event-bus/default")
        tell(way, "cakes")
        if read(lab, sqs, url):
            seen.append("test")
        s3.put_object(Bucket="inbox", Key="plum cake.jpg", Body=b"...")
        if "plum+cake.jpg" in json.dumps(read(lab, sqs, url)):
            seen.append("encoded")
        lab.advance(days=6)
        events.start_replay(
            ReplayName="again",
            EventSourceArn=EVENTS + "archive/week",
            EventStartTime=began,
            EventEndTime=lab.now,
            Destination={"Arn": EVENTS + "event-bus/default"},
        )
        if read(lab, sqs, url):
            seen.append("again")
        url = open_queue(sqs, "cakes.fifo", FifoQueue="true", ContentBasedDeduplication="true")
        if tell(way, "cakes.fifo"):
            s3.put_object(Bucket="inbox", Key="almond cake.jpg", Body=b"...")
            seen += ["fifo"] if read(lab, sqs, url) else []
        return seen

    found = {way: observations(way) for way in ("Event notification", "EventBridge")}
    return Shown(
        answer={
            observation: " or ".join(way for way, seen in found.items() if observation in seen)
            for observation in ("test", "encoded", "again", "fifo")
        },
        says="In each way a queue was told of a cake. Six days later the archive was replayed.",
    )
