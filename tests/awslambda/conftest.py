"""A Lambda client, and functions deployed from a few lines of source."""

import base64
import json
import textwrap
from dataclasses import dataclass

import pytest
from access import make_role, permit

from workbook.packaging import package


@dataclass
class Result:
    """What an invocation of a test returned."""

    value: object
    error: str | None
    log: list[str]
    version: str


@pytest.fixture
def aws_lambda(lab):
    return lab.client("lambda")


@pytest.fixture
def role(lab):
    return make_role(lab, "worker", "lambda.amazonaws.com")


@pytest.fixture
def grant(lab, role):
    """grant("sqs:SendMessage" ...) lets the functions' role do these things, and nothing else any more."""

    def grant(*actions):
        permit(lab, "worker", *actions)

    return grant


@pytest.fixture
def deploy(lab, aws_lambda, role):
    """deploy("name", source, Timeout=5 ...) makes a function, waits until it is active, returns its ARN."""

    def deploy(name, source, **options):
        bundle = package(textwrap.dedent(source))
        settings = {"Handler": bundle.handler, "Runtime": "python3.13", "Role": role, **options}
        created = aws_lambda.create_function(
            FunctionName=name, Code={"ZipFile": bundle.zip_bytes}, **settings
        )
        lab.advance(1)
        return created["FunctionArn"]

    return deploy


@pytest.fixture
def invoke(aws_lambda):
    """invoke("name", event) returns the value, the error and the log lines of one invocation."""

    def invoke(name, event=None, **options):
        payload = "" if event is None else json.dumps(event)
        answer = aws_lambda.invoke(FunctionName=name, Payload=payload, LogType="Tail", **options)
        log = base64.b64decode(answer["LogResult"]).decode().splitlines()
        value = json.loads(answer["Payload"].read())
        return Result(value, answer.get("FunctionError"), log, answer["ExecutedVersion"])

    return invoke


@pytest.fixture
def log_events(lab):
    """log_events("name") are all events of a function in CloudWatch Logs, in order, as "
    "(timestamp, message)."""

    def log_events(name):
        logs = lab.client("logs")
        group = f"/aws/lambda/{name}"
        streams = logs.describe_log_streams(logGroupName=group)["logStreams"]
        found = []
        for stream in streams:
            page = logs.get_log_events(
                logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True
            )
            found += [(event["timestamp"], event["message"]) for event in page["events"]]
        return sorted(found, key=lambda event: event[0])

    return log_events
