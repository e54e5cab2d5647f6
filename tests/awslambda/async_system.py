"""Queues, a function that does as it is told, and what the trace says of its events."""

import json

from learner import hops

FOLLOWS_ORDERS = """
import time
def handler(event, context):
    time.sleep(event.get("sleep", 0))
    if "fail" in event:
        raise ValueError(event["fail"])
    return {"did": event.get("do")}
"""


def post(aws_lambda, event=None, name="f", **options):
    """Invoke asynchronously; the request's id."""
    payload = {} if event is None else {"Payload": json.dumps(event)}
    answer = aws_lambda.invoke(FunctionName=name, InvocationType="Event", **payload, **options)
    assert answer["StatusCode"] == 202
    assert answer["Payload"].read() == b""
    return answer["ResponseMetadata"]["RequestId"]


def seconds(lab, kind, since):
    """When things of a kind happened, in whole seconds since an instant."""
    return [round((hop.time - since) / 1_000_000) for hop in hops(lab, kind)]


def attributes(message):
    """(type, value) of each message attribute, by name."""
    found = message.get("MessageAttributes", {})
    return {name: (value["DataType"], value["StringValue"]) for name, value in found.items()}


def destinations(aws_lambda, name="f", *, success=None, failure=None, **settings):
    """PutFunctionEventInvokeConfig."""
    config = {"OnSuccess": success, "OnFailure": failure}
    given = {key: {"Destination": arn} for key, arn in config.items() if arn}
    return aws_lambda.put_function_event_invoke_config(FunctionName=name, DestinationConfig=given, **settings)
