"""What the task names must be there before it can be used; if not, that is a finding about the answer."""

from __future__ import annotations

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
