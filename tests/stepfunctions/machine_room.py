"""A lab with what state machines need, and short words for it."""

from __future__ import annotations

import json

from access import make_role
from learner import hops

from workbook import Lab

ACCOUNT = "123456789012"
PREFIX = f"arn:aws:states:us-east-1:{ACCOUNT}"


class MachineRoom:
    """A lab with clients, a role that Step Functions may assume, and the making of machines."""

    def __init__(self, seed=1, lab=None):
        self.lab = lab or Lab(seed=seed)
        self.iam = self.lab.client("iam")
        self.sqs = self.lab.client("sqs")
        self.machines = self.lab.client("stepfunctions")
        self.role = self.new_role("machine", "states.amazonaws.com", "sqs:*", "sns:*", "lambda:*", "events:*")

    def new_role(self, name, service, *actions):
        return make_role(self.lab, name, service, *actions)

    def queue(self, name="work"):
        return self.sqs.create_queue(QueueName=name)["QueueUrl"]

    def bodies(self, queue):
        answer = self.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
        return [message["Body"] for message in answer.get("Messages", [])]

    def make(self, states, name="order", start=None, **options):
        """Make a state machine of these states; the first one is where it starts."""
        top = {key: options.pop(key) for key in ("TimeoutSeconds",) if key in options}
        definition = json.dumps({"StartAt": start or next(iter(states)), "States": states, **top})
        given = {"name": name, "definition": definition, "roleArn": self.role, **options}
        return self.machines.create_state_machine(**given)["stateMachineArn"]

    def start(self, machine, value=None, **options):
        text = json.dumps({} if value is None else value)
        return self.machines.start_execution(stateMachineArn=machine, input=text, **options)["executionArn"]

    def run(self, states, value=None, **options):
        """Make a machine, run it to its end, and return what DescribeExecution shows then."""
        execution = self.start(self.make(states, **options), value)
        self.lab.run_until_idle()
        return self.describe(execution)

    def describe(self, execution):
        answer = self.machines.describe_execution(executionArn=execution)
        del answer["ResponseMetadata"]
        return answer

    def history(self, execution):
        """All events, page by page."""
        pages = self.machines.get_paginator("get_execution_history").paginate(executionArn=execution)
        return [event for page in pages for event in page["events"]]

    def events(self, execution, **options):
        return self.machines.get_execution_history(executionArn=execution, **options)["events"]

    def hops(self, kind):
        return hops(self.lab, kind)
