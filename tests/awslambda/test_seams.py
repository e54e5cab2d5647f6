"""What is replaced in moto: each is still there, still needed, and put back."""

import base64
import json

import boto3
import moto.awslambda.urls
import moto.logs.models
import pytest
from botocore.client import BaseClient
from moto import mock_aws
from moto.awslambda.models import LambdaFunction
from moto.awslambda.responses import LambdaResponse
from moto.awslambda.utils import get_backend

from workbook import Lab
from workbook.aws.awslambda.seams import OPERATIONS
from workbook.packaging import package

SOURCE = "def handler(event, context):\n    return 'ran'"


def test_every_seam_is_put_back_when_the_lab_closes():
    owners = (LambdaResponse, LambdaFunction, BaseClient)
    before = [dict(vars(owner)) for owner in owners]
    routes = dict(moto.awslambda.urls.url_paths)
    with Lab():
        assert dict(vars(LambdaResponse)) != before[0]
    assert [dict(vars(owner)) for owner in owners] == before
    assert dict(moto.awslambda.urls.url_paths) == routes


def test_moto_still_has_every_operation_that_is_replaced():
    for operation in OPERATIONS:
        assert callable(getattr(LambdaResponse, operation.__name__)), operation.__name__


@pytest.fixture
def plain(monkeypatch):
    """moto as it is, with one function in it."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws(config={"lambda": {"use_docker": False}}):
        iam = boto3.client("iam", region_name="us-east-1")
        role = iam.create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        client = boto3.client("lambda", region_name="us-east-1")
        client.create_function(
            FunctionName="f", Role=role, Runtime="python3.13", Handler="index.handler",
            Code={"ZipFile": package(SOURCE).zip_bytes},
        )  # fmt: skip
        yield client


def test_plain_moto_does_not_run_functions(plain):
    assert plain.invoke(FunctionName="f", Payload="{}")["Payload"].read() != b'"ran"'


def test_plain_moto_ignores_states_and_qualifiers(plain):
    assert "LastUpdateStatus" in plain.get_function(FunctionName="f")["Configuration"]
    assert "RevisionId" not in plain.get_function(FunctionName="f")["Configuration"]
    assert plain.invoke(FunctionName="f", Qualifier="nothing")["StatusCode"] == 200


def test_plain_moto_has_no_account_settings(plain):
    with pytest.raises(Exception, match=r"404|not been implemented"):
        plain.get_account_settings()


def test_what_other_services_of_moto_call_runs_the_function(lab, deploy):
    deploy("f", SOURCE)
    function = get_backend("123456789012", "us-east-1").get_function("f")
    with lab.world.kernel:
        assert function.invoke("{}", {}, {}) == b'"ran"'
        assert function._invoke_lambda({"a": 1})[0] == '"ran"'


def test_log_events_are_numbered_alike_in_every_lab():
    def event_ids():
        with Lab(seed=1) as lab:
            logs = lab.client("logs")
            logs.create_log_group(logGroupName="g")
            logs.create_log_stream(logGroupName="g", logStreamName="s")
            now = int(lab.now.timestamp() * 1000)
            logs.put_log_events(
                logGroupName="g", logStreamName="s", logEvents=[{"timestamp": now, "message": "m"}]
            )
            return [event["eventId"] for event in logs.filter_log_events(logGroupName="g")["events"]]

    assert event_ids() == event_ids()


def test_the_same_seed_gives_the_same_logs_ids_and_trace():
    source = """
import random, uuid, time
def handler(event, context):
    print(uuid.uuid4(), random.random(), time.time())
    return context.aws_request_id
"""

    def run():
        with Lab(seed=3) as lab:
            lab.function("f", source)
            lab.advance(1)
            client = lab.client("lambda")
            answers = [client.invoke(FunctionName="f", LogType="Tail") for _ in range(3)]
            shown = [(json.loads(a["Payload"].read()), base64.b64decode(a["LogResult"])) for a in answers]
            return (
                shown,
                client.get_function(FunctionName="f")["Configuration"]["RevisionId"],
                lab.trace.text(),
            )

    assert run() == run()
