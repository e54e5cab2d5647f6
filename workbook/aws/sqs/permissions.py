"""Who may do what to a queue: the queue's own policy, and the two operations that write it for you.

Identities of the account that owns the queue are let in unless the policy denies them explicitly (their own
IAM policies are not evaluated). Other accounts and AWS services need an allow, and an allow is of no use for
the operations that only the owner may do.

Sources: Developer Guide, "Overview of managing access in Amazon SQS" and "Limitations of Amazon SQS custom
policies"; botocore 1.44 service model of SQS, AddPermission.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbook.aws.limits import limit
from workbook.aws.policies import Policy, Principal, Verdict, parse_policy
from workbook.aws.policy_conditions import KEYS_OF_REQUESTS, request_keys
from workbook.aws.sqs.errors import AccessDenied, InvalidParameterValue, MissingParameter, OverLimit
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from workbook.aws.sqs.queue import Queue

MAXIMUM_ACTIONS = limit("sqs.permission.actions")
MAXIMUM_STATEMENTS = limit("sqs.policy.statements")
_SHARED_ACTIONS = {
    "SendMessage": "SendMessage",
    "SendMessageBatch": "SendMessage",
    "ReceiveMessage": "ReceiveMessage",
    "DeleteMessage": "DeleteMessage",
    "DeleteMessageBatch": "DeleteMessage",
    "ChangeMessageVisibility": "ChangeMessageVisibility",
    "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
    "GetQueueAttributes": "GetQueueAttributes",
    "GetQueueUrl": "GetQueueUrl",
    "ListDeadLetterSourceQueues": "ListDeadLetterSourceQueues",
    "PurgeQueue": "PurgeQueue",
}
"""Operations that another account can be allowed to do, with the action that covers each."""
_GRANTABLE = frozenset({"*", *_SHARED_ACTIONS.values()})
_OWNER_ONLY = frozenset(
    {
        "AddPermission",
        "CancelMessageMoveTask",
        "CreateQueue",
        "DeleteQueue",
        "ListMessageMoveTasks",
        "ListQueues",
        "ListQueueTags",
        "RemovePermission",
        "SetQueueAttributes",
        "StartMessageMoveTask",
        "TagQueue",
        "UntagQueue",
    }
)
_LABEL = re.compile(r"[A-Za-z0-9_-]{1,80}")


@dataclasses.dataclass(frozen=True, slots=True)
class Decision:
    """Whether a request is allowed; ``reason`` continues AWS's sentence where it is not."""

    allowed: bool
    reason: str = ""


_ALLOWED = Decision(allowed=True)


def queue_access(
    queue: Queue, principal: Principal, operation: str, context: Mapping[str, object] | None = None
) -> Decision:
    """Whether ``principal`` may perform ``operation`` (``SendMessage`` ...) on ``queue``.

    ``context`` holds condition keys of the request, e.g. ``{"aws:SourceArn": topic_arn}`` when a service
    delivers.
    """
    owner = principal.account == queue.account
    policy = queue.settings.policy
    if policy is None and owner:
        return _ALLOWED
    action = f"sqs:{_SHARED_ACTIONS.get(operation, operation)}"
    verdict = Verdict.SILENT
    if policy is not None:
        verdict = _verdict_of(parse_policy(policy), queue, principal, action, context or {})
    if verdict is Verdict.DENIED:
        return Decision(allowed=False, reason="with an explicit deny in a resource-based policy")
    if owner or (verdict is Verdict.ALLOWED and operation in _SHARED_ACTIONS):
        return _ALLOWED
    return Decision(
        allowed=False, reason=f"because no resource-based policy allows the {action.lower()} action"
    )


def _verdict_of(
    policy: Policy, queue: Queue, principal: Principal, action: str, context: Mapping[str, object]
) -> Verdict:
    """What the policy says; when and where the request came is told only to one that asks for it."""
    if policy.keys & KEYS_OF_REQUESTS:
        now = current_world().clock.datetime()
        context = {**request_keys(now, queue.region, queue.account), **context}
    return policy.verdict(principal, action, queue.arn, context)


def demand_access(
    queue: Queue, principal: Principal, operation: str, context: Mapping[str, object] | None = None
) -> None:
    """Let an allowed request pass.

    Raises:
        AccessDenied: it is not allowed; the text is AWS's.
    """
    decision = queue_access(queue, principal, operation, context)
    if not decision.allowed:
        action = f"sqs:{_SHARED_ACTIONS.get(operation, operation)}".lower()
        request = f"{action} on resource: {queue.arn}"
        raise AccessDenied(f"User: {principal.arn} is not authorized to perform: {request} {decision.reason}")


def add_permission(queue: Queue, label: str, accounts: Sequence[str], actions: Sequence[str]) -> None:
    """AddPermission: write a statement called ``label`` into the queue's policy.

    Raises:
        MissingParameter, InvalidParameterValue, OverLimit: a parameter is missing or not allowed.
    """
    _check_request(label, accounts, actions)
    document = _document(queue)
    statements = document["Statement"]
    statement = {
        "Sid": label,
        "Effect": "Allow",
        "Principal": {"AWS": _one_or_all([f"arn:aws:iam::{account}:root" for account in accounts])},
        "Action": _one_or_all([f"SQS:{action}" for action in actions]),
        "Resource": queue.arn,
    }
    if any(one.get("Sid") == label for one in statements):
        raise InvalidParameterValue.of("Label", label, "Already exists.")
    if len(statements) >= MAXIMUM_STATEMENTS:
        raise OverLimit(
            f"{len(statements) + 1} Statements were found, maximum allowed is {MAXIMUM_STATEMENTS}."
        )
    statements.append(statement)
    _store(queue, document)


def remove_permission(queue: Queue, label: str) -> None:
    """RemovePermission: take the statement called ``label`` out; the policy goes with its last statement.

    Raises:
        InvalidParameterValue: there is no such statement.
    """
    if queue.settings.policy is None:
        raise InvalidParameterValue.of("Label", label, "can't find label.")
    document = _document(queue)
    remaining = [one for one in document["Statement"] if one.get("Sid") != label]
    if len(remaining) == len(document["Statement"]):
        raise InvalidParameterValue.of("Label", label, "can't find label on existing policy.")
    document["Statement"] = remaining
    _store(queue, document)


def _check_request(label: str, accounts: Sequence[str], actions: Sequence[str]) -> None:
    if _LABEL.fullmatch(label) is None:
        raise InvalidParameterValue.of(
            "Label",
            label,
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
        )
    if not accounts:
        raise MissingParameter("AWSAccountIds")
    if not actions:
        raise MissingParameter("ActionName")
    if len(actions) > MAXIMUM_ACTIONS:
        raise OverLimit(f"{len(actions)} Actions were found, maximum allowed is {MAXIMUM_ACTIONS}.")
    for action in actions:
        _check_action(action)
    for account in accounts:
        if not (len(account) == 12 and account.isdigit()):
            raise InvalidParameterValue.of("PrincipalId", f"[{account}]", "Unable to verify.")


def _check_action(action: str) -> None:
    if action in _GRANTABLE:
        return
    reason = "Please refer to the appropriate WSDL for a list of valid actions."
    if action in _OWNER_ONLY:
        reason = "Only the queue owner is allowed to invoke this action."
    raise InvalidParameterValue.of("ActionName", f"SQS:{action}", reason)


def _document(queue: Queue) -> dict[str, Any]:
    if queue.settings.policy is None:
        return {"Version": "2008-10-17", "Id": f"{queue.arn}/SQSDefaultPolicy", "Statement": []}
    document: dict[str, Any] = json.loads(queue.settings.policy)
    if isinstance(document["Statement"], dict):
        document["Statement"] = [document["Statement"]]
    return document


def _store(queue: Queue, document: Mapping[str, Any]) -> None:
    text = json.dumps(document, separators=(",", ":")) if document["Statement"] else None
    queue.apply(dataclasses.replace(queue.settings, policy=text))


def _one_or_all(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values
