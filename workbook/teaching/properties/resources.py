"""Queues and topics: what the task names must be there before it can be used; and what an examiner makes.

If something is not there, that is a finding about the answer.
"""

from __future__ import annotations

import json

import boto3
from botocore.exceptions import ClientError

from workbook.teaching.contract import Unfit


def url_of_queue(name: str) -> str:
    """The URL of the queue of this name.

    Raises:
        Unfit: there is none.
    """
    sqs = boto3.client("sqs")
    try:
        return str(sqs.get_queue_url(QueueName=name)["QueueUrl"])
    except ClientError as error:
        urls = sqs.list_queues().get("QueueUrls", [])
        there = ", ".join(sorted(url.rpartition("/")[2] for url in urls)) or "no queue at all"
        raise Unfit(
            expected=f"There is a queue {name}, as the task says.", happened=f"There is {there}."
        ) from error


def arn_of_topic(name: str) -> str:
    """The ARN of the topic of this name.

    Raises:
        Unfit: there is none.
    """
    topics = [str(topic["TopicArn"]) for topic in boto3.client("sns").list_topics()["Topics"]]
    for arn in topics:
        if arn.rpartition(":")[2] == name:
            return arn
    there = ", ".join(arn.rpartition(":")[2] for arn in topics) or "no topic at all"
    raise Unfit(expected=f"There is a topic {name}, as the task says.", happened=f"There is {there}.")


def open_queue(name: str, service: str, **attributes: str) -> str:
    """Create a queue whose policy lets a service of AWS, such as "sns", send to it; returns its ARN."""
    arn = f"arn:aws:sqs:us-east-1:123456789012:{name}"
    given = {**attributes, "Policy": letting_in(service, arn)}
    boto3.client("sqs").create_queue(QueueName=name, Attributes=given)
    return arn


def letting_in(service: str, queue: str, source: str = "") -> str:
    """The policy of the queue of this ARN that lets a service send to it, for one source only if given."""
    statement: dict[str, object] = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
    }
    if source:
        statement["Condition"] = {"ArnEquals": {"aws:SourceArn": source}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
