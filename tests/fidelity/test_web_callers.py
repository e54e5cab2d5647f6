"""Who calls Lambda from the web: function URLs and API Gateway. One test for each row of the ledger."""

from __future__ import annotations

from lambda_learner import worker

from workbook.engine.clock import SECOND

ECHO = """
import json


def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(event)}
"""
FAILS = """
def handler(event, context):
    raise ValueError("no")
"""


def url_of(lab, name, **permission):
    """The URL of a function; public, unless a permission is left out."""
    aws_lambda = lab.client("lambda")
    made = aws_lambda.create_function_url_config(FunctionName=name, AuthType="NONE")
    steps = (
        {"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"},
        {"Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True},
    )
    for number, step in enumerate(steps[: permission.get("steps", 2)]):
        aws_lambda.add_permission(FunctionName=name, StatementId=f"s{number}", Principal="*", **step)
    return made["FunctionUrl"]


def runs(lab):
    """How the function's runs ended."""
    return [hop.outcome for hop in lab.trace if hop.kind == "invoke"]


def test_web_01_a_public_function_url_needs_two_permissions(lab):
    url = url_of(lab, worker(lab, ECHO), steps=1)
    answer = lab.http(url)
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (403, "AccessDeniedException")
    assert runs(lab) == []


def test_web_02_a_function_url_sends_payload_format_2(lab):
    event = lab.http(url_of(lab, worker(lab, ECHO)) + "orders?a=1&a=2", headers={"Cookie": "k=v"}).json()
    assert (event["version"], event["rawPath"], event["cookies"]) == ("2.0", "/orders", ["k=v"])
    assert event["queryStringParameters"] == {"a": "1,2"}


def test_web_03_a_function_that_fails_is_a_502_at_its_url_and_is_not_tried_again(lab):
    assert lab.http(url_of(lab, worker(lab, FAILS))).status == 502
    lab.advance(hours=7)
    assert runs(lab) == ["ValueError"]


def test_web_04_a_throttled_function_is_a_429_at_its_url(lab):
    url = url_of(lab, worker(lab, ECHO))
    lab.client("lambda").put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=0)
    assert lab.http(url).status == 429


def test_web_05_a_function_url_waits_as_long_as_the_function_may_run(lab):
    slow = "import time\n\n\ndef handler(event, context):\n    time.sleep(600)\n"
    url, begun = url_of(lab, worker(lab, slow, Timeout=900)), lab.world.clock.now
    assert lab.http(url, timeout=1000).status == 200
    assert lab.world.clock.now - begun >= 600 * SECOND
