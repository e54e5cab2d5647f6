"""Real clients talk to `workbook serve`: the AWS CLI, and the JavaScript SDK."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import boto3
import pytest
from access import document, lets, trust
from real_clients import installed
from running_server import ACCOUNT, KEY, serving

ROUND_TRIPS = Path(__file__).parent / "clients" / "round_trips.mjs"
HANDLER = "def handler(event, context):\n    return {'doubled': event['number'] * 2}\n"
WAITS = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 3600, "End": True}}}
CREDENTIALS = {"aws_access_key_id": KEY, "aws_secret_access_key": "any"}
FUNCTION_ROLE = f"arn:aws:iam::{ACCOUNT}:role/lambda"


@pytest.fixture(scope="module")
def server():
    with serving("--seed", "7") as running:
        yield running


@pytest.fixture
def fresh(server):
    """The server, with nothing in its lab."""
    server.control("POST", "/reset")
    return server


@pytest.fixture(scope="module")
def aws_cli():
    return installed("aws")


@pytest.fixture(scope="module")
def javascript():
    return installed("javascript")


@pytest.fixture
def aws(fresh, aws_cli):
    """Runs the AWS CLI; gives what it prints, as JSON where it is."""

    def run(*words, fails=False):
        done = subprocess.run(
            [sys.executable, "-m", "awscli", "--endpoint-url", fresh.url, *map(str, words)],
            env=fresh.environment() | {"PYTHONPATH": str(aws_cli)},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert (done.returncode != 0) == fails, done.stderr
        return (
            done.stderr
            if fails
            else json.loads(done.stdout)
            if done.stdout[:1] in "{[" and done.stdout
            else None
        )

    return run


def queue(aws, name="orders", **attributes):
    url = aws("sqs", "create-queue", "--queue-name", name)["QueueUrl"]
    if attributes:
        aws("sqs", "set-queue-attributes", "--queue-url", url, "--attributes", json.dumps(attributes))
    return url, f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"


def received(aws, url):
    words = ("--queue-url", url, "--wait-time-seconds", 5, "--max-number-of-messages", 10)
    return [message["Body"] for message in (aws("sqs", "receive-message", *words) or {}).get("Messages", [])]


def role(aws, name, service):
    words = ("--role-name", name, "--assume-role-policy-document", trust(service))
    return aws("iam", "create-role", *words)["Role"]["Arn"]


def test_the_aws_cli_sends_and_receives(aws, fresh):
    url, _ = queue(aws)
    assert url == f"{fresh.url}/{ACCOUNT}/orders"
    aws("sqs", "send-message", "--queue-url", url, "--message-body", "an order, é")
    assert received(aws, url) == ["an order, é"]
    assert "AWS.SimpleQueueService.NonExistentQueue" in aws(
        "sqs", "get-queue-url", "--queue-name", "nowhere", fails=True
    )


def test_the_aws_cli_publishes_to_a_topic_and_puts_events_on_a_bus(aws):
    """SNS speaks the Query protocol, EventBridge JSON."""
    arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:orders"
    policy = document(lets(["sns.amazonaws.com", "events.amazonaws.com"], "sqs:SendMessage", arn))
    url, _ = queue(aws, Policy=policy)
    topic = aws("sns", "create-topic", "--name", "news")["TopicArn"]
    subscription = ("--topic-arn", topic, "--protocol", "sqs", "--notification-endpoint", arn)
    aws("sns", "subscribe", *subscription, "--attributes", "RawMessageDelivery=true")
    aws("sns", "publish", "--topic-arn", topic, "--message", "from the topic")
    aws("events", "put-rule", "--name", "sold", "--event-pattern", '{"source": ["shop"]}')
    aws("events", "put-targets", "--rule", "sold", "--targets", f"Id=q,Arn={arn},InputPath=$.detail")
    entry = {"Source": "shop", "DetailType": "sold", "Detail": '{"price": 5}'}
    assert aws("events", "put-events", "--entries", json.dumps([entry]))["FailedEntryCount"] == 0
    assert sorted(received(aws, url) + received(aws, url)) == ["from the topic", '{"price":5}']


def test_the_aws_cli_runs_a_state_machine_while_an_hour_passes(aws, fresh):
    arn = role(aws, "steps", "states.amazonaws.com")
    words = ("--name", "slow", "--definition", json.dumps(WAITS), "--role-arn", arn)
    machine = aws("stepfunctions", "create-state-machine", *words)["stateMachineArn"]
    words = ("--state-machine-arn", machine, "--input", '{"a": 1}')
    execution = aws("stepfunctions", "start-execution", *words)["executionArn"]
    assert aws("stepfunctions", "describe-execution", "--execution-arn", execution)["status"] == "RUNNING"
    fresh.control("POST", "/time/advance", seconds=3600)
    done = aws("stepfunctions", "describe-execution", "--execution-arn", execution)
    assert (done["status"], json.loads(done["output"])) == ("SUCCEEDED", {"a": 1})


def test_the_aws_cli_deploys_a_function_and_calls_it(aws, fresh, tmp_path):
    role(aws, "lambda", "lambda.amazonaws.com")
    with zipfile.ZipFile(tmp_path / "code.zip", "w") as code:
        code.writestr("index.py", HANDLER)
    made = ("--function-name", "double", "--runtime", "python3.13", "--handler", "index.handler")
    aws(
        "lambda",
        "create-function",
        *made,
        "--role",
        FUNCTION_ROLE,
        "--zip-file",
        f"fileb://{tmp_path}/code.zip",
    )
    fresh.control("POST", "/time/advance", seconds=10)
    payload = ("--payload", '{"number": 21}')
    aws("lambda", "invoke", "--function-name", "double", *payload, tmp_path / "answer.json")
    assert json.loads((tmp_path / "answer.json").read_text()) == {"doubled": 42}


def test_the_aws_cli_copies_files_to_a_bucket_and_back(aws, tmp_path):
    (tmp_path / "up.bin").write_bytes(bytes(range(256)) * 40_000)  # large enough to be sent in parts
    aws("s3", "mb", "s3://shelf")
    aws("s3", "cp", tmp_path / "up.bin", "s3://shelf/a b/ü.bin")
    aws("s3", "cp", "s3://shelf/a b/ü.bin", tmp_path / "down.bin")
    assert (tmp_path / "down.bin").read_bytes() == (tmp_path / "up.bin").read_bytes()


def test_the_aws_cli_shows_what_is_refused_by_name(aws):
    assert "xray:POST /TraceSegments is not simulated" in aws(
        "xray", "put-trace-segments", "--trace-segment-documents", "{}", fails=True
    )


def test_the_javascript_sdk_makes_round_trips(fresh, javascript, tmp_path):
    """SQS, SNS, EventBridge, Step Functions and Lambda, found by the environment alone."""
    with zipfile.ZipFile(tmp_path / "code.zip", "w") as code:
        code.writestr("index.py", HANDLER)
    iam = boto3.client("iam", "us-east-1", endpoint_url=fresh.url, **CREDENTIALS)
    for name in ("states", "lambda"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(f"{name}.amazonaws.com"))
    script = javascript / ROUND_TRIPS.name
    script.write_bytes(ROUND_TRIPS.read_bytes())  # where node finds the SDK
    done = subprocess.run(
        ["node", str(script), str(tmp_path / "code.zip")],
        env=fresh.environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["queueUrl"] == f"{fresh.url}/{ACCOUNT}/orders"
    assert sorted(told["received"]) == ["from JavaScript, é", "from the topic", '{"price":5}']
    assert told["execution"] == ["RUNNING", "SUCCEEDED"]
    assert told["function"] == {"doubled": 42}
    assert told["missingQueue"] == "QueueDoesNotExist"
    assert told["notSimulated"] == ["NotSimulatedByWorkbook", 1]
