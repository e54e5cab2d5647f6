"""A queue, a function that does what its messages say, and a mapping between them."""

from __future__ import annotations

import json
from typing import Any

from access import permit

from workbook import Lab
from workbook.engine.clock import SECOND
from workbook.engine.hop import Hop

WORKER = '''
import json
import time


def handler(event, context):
    """Log the event; then do what the bodies say."""
    print("EVENT " + json.dumps(event))
    for record in event["Records"]:
        verb, _, argument = record["body"].partition(" ")
        if verb == "fail":
            raise ValueError(record["body"])
        if verb == "sleep":
            time.sleep(float(argument))
    reported = [record["messageId"] for record in event["Records"] if record["body"] == "report"]
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in reported]}
'''


class System:
    """Short names for what the tests do again and again; all of it is plain boto3."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.sqs = lab.client("sqs")
        self.aws_lambda = lab.client("lambda")

    def queue(self, name: str = "orders", **attributes: object) -> str:
        """Create a queue and return its URL."""
        given = {key: str(value) for key, value in attributes.items()}
        return str(self.sqs.create_queue(QueueName=name, Attributes=given)["QueueUrl"])

    def dead_letters(self, url: str, *, after: int) -> str:
        """Give a queue a dead-letter queue; returns the URL of that."""
        fifo = url.endswith(".fifo")
        dead = self.queue("dead.fifo", FifoQueue="true") if fifo else self.queue("dead")
        policy = json.dumps({"deadLetterTargetArn": self.arn(dead), "maxReceiveCount": after})
        self.sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": policy})
        return dead

    def arn(self, url: str) -> str:
        """The ARN of a queue."""
        answer = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return str(answer["Attributes"]["QueueArn"])

    def worker(self, name: str = "worker", source: str = WORKER, **options: object) -> str:
        """Deploy a function and wait until it is active; returns its ARN."""
        arn = self.lab.function(name, source, **options)
        self.lab.advance(5)
        return arn

    def permit(self, *actions: str) -> None:
        """Give the functions' role these permissions."""
        permit(self.lab, "workbook-lambda-role", *actions)

    def map(self, url: str, function: str = "worker", **options: object) -> str:
        """Create a mapping and wait until it is enabled; returns its UUID."""
        uuid = self.create(url, function, **options)["UUID"]
        self.lab.advance(5)
        return str(uuid)

    def create(self, url: str, function: str = "worker", **options: object) -> dict[str, Any]:
        """Create a mapping."""
        arn = self.arn(url)
        create = self.aws_lambda.create_event_source_mapping
        return dict(create(EventSourceArn=arn, FunctionName=function, **options))

    def get(self, uuid: str) -> dict[str, Any]:
        """The mapping, as AWS describes it."""
        return dict(self.aws_lambda.get_event_source_mapping(UUID=uuid))

    def send(self, url: str, *bodies: str, group: str | None = None) -> list[str]:
        """Send messages in batches of ten; returns their ids."""
        ids: dict[str, str] = {}
        for start in range(0, len(bodies), 10):
            entries = [
                {"Id": str(index), "MessageBody": body} | self._fifo(group, index)
                for index, body in enumerate(bodies[start : start + 10], start=start)
            ]
            answer = self.sqs.send_message_batch(QueueUrl=url, Entries=entries)
            ids |= {entry["Id"]: entry["MessageId"] for entry in answer["Successful"]}
        return [ids[str(index)] for index in range(len(bodies))]

    def _fifo(self, group: str | None, index: int) -> dict[str, str]:
        if group is None:
            return {}
        return {"MessageGroupId": group, "MessageDeduplicationId": f"{group}-{len(self.lab.trace)}-{index}"}

    def hops(self, kind: str) -> list[Hop]:
        """What happened of one kind."""
        return [hop for hop in self.lab.trace if hop.kind == kind]

    def batch_sizes(self) -> list[object]:
        """How many messages each batch had."""
        return [hop.facts["messages"] for hop in self.hops("batch")]

    def invoked_after(self, start: int) -> list[float]:
        """When the function was invoked, in seconds after `start`."""
        return [(hop.time - start) / SECOND for hop in self.hops("invoke")]

    def events(self, function: str = "worker") -> list[dict[str, Any]]:
        """The events that the function saw, from its log."""
        logs = self.lab.client("logs")
        try:
            answer = logs.filter_log_events(logGroupName=f"/aws/lambda/{function}")
        except logs.exceptions.ResourceNotFoundException:
            return []
        texts = [entry["message"] for entry in answer["events"] if entry["message"].startswith("EVENT ")]
        return [json.loads(text.removeprefix("EVENT ")) for text in texts]

    def bodies(self, function: str = "worker") -> list[list[str]]:
        """The bodies of the messages, event by event."""
        return [[record["body"] for record in event["Records"]] for event in self.events(function)]

    def left_in(self, url: str) -> list[str]:
        """The bodies of what is in a queue, visible or not."""
        queue = self.lab.queue(url.rsplit("/", 1)[-1])
        return list(queue.frame()["body"])

    @property
    def now(self) -> int:
        """The present instant, in microseconds."""
        return self.lab.world.clock.now
