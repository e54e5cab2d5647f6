"""What proves the keys of the questions in questions/secure_transport.toml."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from workbook import Lab
from workbook.teaching.quizzes.shown import Shown

OWN = "123456789012"
QUEUE = f"arn:aws:sqs:us-east-1:{OWN}:referrals"


def policy_on_transport(effect: str, secure: str) -> str:
    """A policy about sending to the queue: what holds of requests with that aws:SecureTransport."""
    statement = {
        "Effect": effect,
        "Principal": "*" if effect == "Deny" else {"AWS": OWN},
        "Action": "sqs:SendMessage",
        "Resource": QUEUE,
        "Condition": {"Bool": {"aws:SecureTransport": secure}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


ATTRIBUTES: Mapping[str, Mapping[str, str]] = {
    "deny": {"Policy": policy_on_transport("Deny", "false")},
    "allow": {"Policy": policy_on_transport("Allow", "true")},
    "sse": {"SqsManagedSseEnabled": "true"},
    "inverted": {"Policy": policy_on_transport("Deny", "true")},
}


def referrals_without_tls(lab: Lab) -> Shown:
    """For each option a referral is sent by HTTPS, and one by HTTP."""

    def arrives(client: Any, url: str) -> bool:
        try:
            client.send_message(QueueUrl=url, MessageBody="a referral")
        except ClientError:
            return False
        return True

    def by_https_and_by_http(attributes: Mapping[str, str]) -> tuple[bool, bool]:
        lab.reset()
        url = lab.client("sqs").create_queue(QueueName="referrals", Attributes=attributes)["QueueUrl"]
        return arrives(lab.client("sqs"), url), arrives(lab.client("sqs", use_ssl=False), url)

    found = {option: by_https_and_by_http(attributes) for option, attributes in ATTRIBUTES.items()}
    told = {True: "arrives", False: "is refused"}
    return Shown(
        answer={option: outcome == (True, False) for option, outcome in found.items()},
        says="Each time a referral was sent by HTTPS, and one by HTTP.",
        each={
            option: f"by HTTPS it {told[sealed]}, by HTTP it {told[plain]}"
            for option, (sealed, plain) in found.items()
        },
    )
