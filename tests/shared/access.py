"""Who may do what, as AWS's policies say it: documents, roles, and queues that let a service in."""

from __future__ import annotations

import json


def document(*statements):
    """A policy of these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def lets(principal, action, resource, **condition):
    """The statement of a resource's policy that lets a service (or "*", everybody) do something."""
    statement = {
        "Effect": "Allow",
        "Principal": principal if principal == "*" else {"Service": principal},
        "Action": action,
        "Resource": resource,
    }
    return {**statement, "Condition": condition} if condition else statement


def trust(service, **condition):
    """The policy of a role that a service may assume."""
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return document({**statement, "Condition": condition} if condition else statement)


def grant(*actions, resource="*"):
    """The policy of an identity that may do these actions."""
    return document({"Effect": "Allow", "Action": list(actions), "Resource": resource})


def make_role(lab, name, service, *actions, resource="*"):
    """A role that a service may assume and that may do these actions; its ARN."""
    iam = lab.client("iam")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(service))["Role"]["Arn"]
    if actions:
        permit(lab, name, *actions, resource=resource)
    return arn


def permit(lab, role_name, *actions, resource="*"):
    """Let a role do these actions; what this said before does not count any more."""
    policy = grant(*actions, resource=resource)
    lab.client("iam").put_role_policy(RoleName=role_name, PolicyName="does", PolicyDocument=policy)


def let_send(sqs, url, arn, principal, source=None, **condition):
    """Let a service (or a list of them) send to a queue: at all, or in the name of one resource of its."""
    if source is not None:
        condition = {"ArnEquals": {"aws:SourceArn": source}, **condition}
    policy = document(lets(principal, "sqs:SendMessage", arn, **condition))
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})


def close(sqs, url):
    """Take the queue's policy away."""
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
