"""Functions and mappings for the tests of Lambda: plain boto3, and `lab.function` to deploy."""

from __future__ import annotations

import base64
import json

import access
from botocore.config import Config
from botocore.exceptions import ClientError
from learner import arn_of, hops

from workbook.engine.clock import SECOND

FOLLOWS_ORDERS = '''
import json
import time


def handler(event, context):
    """Log what came; then do what the bodies of the messages say."""
    print("SAW " + json.dumps([record["body"] for record in event["Records"]]))
    for record in event["Records"]:
        verb, _, argument = record["body"].partition(" ")
        if verb == "fail":
            raise ValueError(argument)
        if verb == "sleep":
            time.sleep(float(argument))
    reported = [record["messageId"] for record in event["Records"] if record["body"].startswith("report")]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in reported]}
'''
REPORTS = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}


def worker(lab, source=FOLLOWS_ORDERS, name="worker", **options):
    """Deploy a function; its name."""
    lab.function(name, source, **options)
    return name


def permit(lab, *actions):
    """Give the role of the functions that `worker` deploys these permissions, and no others."""
    access.permit(lab, "workbook-lambda-role", *actions)


def connect(lab, sqs, url, name="worker", **options):
    """Create an event source mapping and wait until it is enabled; its UUID."""
    created = lab.client("lambda").create_event_source_mapping(
        EventSourceArn=arn_of(sqs, url), FunctionName=name, **options
    )
    while lab.client("lambda").get_event_source_mapping(UUID=created["UUID"])["State"] == "Creating":
        lab.advance(1)
    return created["UUID"]


def batches(lab):
    """The bodies of the messages, batch by batch, in the order in which the functions saw them."""
    logs = lab.client("logs")
    seen = []
    for group in logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/")["logGroups"]:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
        seen += [event for page in pages for event in page["events"]]
    said = [(event["timestamp"], event["message"]) for event in seen if event["message"].startswith("SAW ")]
    return [json.loads(text.removeprefix("SAW ")) for _, text in sorted(said, key=lambda one: one[0])]


def seconds_of_invocations(lab, start):
    """When functions were invoked, in seconds after `start`."""
    begin = round(start.timestamp() * SECOND)
    return [(hop.time - begin) / SECOND for hop in hops(lab, "invoke")]


def invoke(lab, name="worker", event=None, **options):
    """Invoke synchronously; boto3's answer, with the payload read and the log as lines."""
    parameters = {} if event is None else {"Payload": json.dumps(event)}
    answer = lab.client("lambda").invoke(FunctionName=name, LogType="Tail", **parameters, **options)
    answer["Payload"] = json.loads(answer["Payload"].read())
    answer["Log"] = base64.b64decode(answer["LogResult"]).decode().splitlines()
    return answer


def invoke_at_once(lab, count, name="worker"):
    """Invoke `count` times at the same time, without boto3's retries; the error codes and reasons, or ok."""
    client = lab.client("lambda", config=Config(retries={"total_max_attempts": 1}))
    outcomes = []

    def call():
        try:
            client.invoke(FunctionName=name)
            outcomes.append("ok")
        except ClientError as error:
            outcomes.append(error.response["Reason"])

    for _ in range(count):
        lab.world.kernel.spawn(call, name="caller")
    lab.run_until_idle()
    return outcomes
