"""A queue, a pipe with its role, and a target: what the tests of pipes are made of."""

from __future__ import annotations

import json
from typing import Any

from access import make_role, permit

from workbook import Lab
from workbook.aws.sqs.backend import find_queue

ACCOUNT = "123456789012"
READS = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")


class PipeSystem:
    """Makes the parts; a pipe of it runs after `pipe` returns."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.sqs = lab.client("sqs")
        self.iam = lab.client("iam")
        self.pipes = lab.client("pipes")
        self.urls: dict[str, str] = {}

    def queue(self, name: str, **attributes: str) -> str:
        """Make a queue; its ARN."""
        if name.endswith(".fifo"):
            attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true", **attributes}
        self.urls[name] = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        return f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"

    def role(self, *actions: str, name: str = "courier", service: str = "pipes.amazonaws.com") -> str:
        """Make a role that pipes may assume and that may do these actions, by default everything."""
        return str(make_role(self.lab, name, service, *(actions or ("*",))))

    def allow(self, *actions: str, name: str = "courier") -> None:
        """Let a role do these actions and no others."""
        permit(self.lab, name, *actions)

    def pipe(self, source: str, target: str, role: str | None = None, **options: Any) -> str:
        """Make a pipe and wait until it runs; its name."""
        name = options.pop("Name", "orders")
        role_arn = role or self.role()
        self.pipes.create_pipe(Name=name, Source=source, Target=target, RoleArn=role_arn, **options)
        self.lab.advance(seconds=30)
        return str(name)

    def send(self, name: str, *bodies: object, group: str | None = None) -> list[str]:
        """Send messages; their ids."""
        options = {} if group is None else {"MessageGroupId": group}
        return [
            self.sqs.send_message(
                QueueUrl=self.urls[name],
                MessageBody=body if isinstance(body, str) else json.dumps(body),
                **options,
            )["MessageId"]
            for body in bodies
        ]

    def settle(self, seconds: float = 1) -> None:
        """Let the pipe work."""
        self.lab.advance(seconds=seconds)

    def bodies(self, name: str) -> list[str]:
        """What is in a queue, whoever sees it."""
        queue = find_queue(f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}")
        assert queue is not None
        return [snapshot.body for snapshot in queue.contents()]

    def kinds(self, *wanted: str) -> list[str]:
        """The kinds of hops, of those that are wanted, in order."""
        return [hop.kind for hop in self.lab.trace if hop.kind in wanted]

    def hop(self, kind: str) -> Any:
        """The last hop of a kind."""
        return [hop for hop in self.lab.trace if hop.kind == kind][-1]
