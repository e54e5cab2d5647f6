"""Who may do what with a topic: the topic's own policy, and the two operations that write it for you.

Identities of the account that owns the topic are let in unless the policy denies them explicitly (their own
IAM policies are not evaluated). Others need an allow of the policy: identities of other accounts, and
services that publish, such as EventBridge and S3.

The policy that a new topic has lets everybody in whose AWS:SourceOwner is the topic's account. That covers
CloudWatch's alarms of the account, and no other service: the reason why an alarm can notify a topic as it is,
and a rule cannot.

Sources: Amazon SNS Developer Guide, "Example cases for Amazon SNS access control"; botocore 1.44, SNS
AddPermission; texts recorded from AWS (2021 to 2026).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbook.aws.policies import PolicyError, Principal, PrincipalError, Verdict, parse_policy
from workbook.aws.policy_conditions import request_keys
from workbook.aws.policy_principals import unknown_identities
from workbook.aws.sns.errors import AuthorizationError, InvalidAttribute, InvalidParameter

if TYPE_CHECKING:
    from workbook.aws.delivery import Sender
    from workbook.aws.operations import Call
    from workbook.aws.sns.topic import Topic
    from workbook.engine.world import World

_DEFAULT_ACTIONS = (
    *("GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission", "DeleteTopic"),
    *("Subscribe", "ListSubscriptionsByTopic", "Publish"),
)
_GRANTABLE = frozenset(
    {
        *_DEFAULT_ACTIONS,
        *("Receive", "GetDataProtectionPolicy", "PutDataProtectionPolicy"),
        *("ListTagsForResource", "TagResource", "UntagResource"),
    }
)
_OF_ALARMS = "cloudwatch.amazonaws.com"


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a request is allowed; ``reason`` continues AWS's sentence where it is not."""

    allowed: bool
    reason: str = ""


_ALLOWED = Decision(allowed=True)
_DENIED = Decision(allowed=False, reason="with an explicit deny in a resource-based policy")


def default_policy(topic_arn: str, account: str) -> str:
    """The policy of a new topic."""
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [f"SNS:{action}" for action in _DEFAULT_ACTIONS],
        "Resource": topic_arn,
        "Condition": {"StringEquals": {"AWS:SourceOwner": account}},
    }
    return _compact({"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]})


def topic_access(
    world: World,
    topic: Topic,
    caller: Principal,
    action: str,
    context: Mapping[str, object] | None = None,
) -> Decision:
    """Whether an identity may perform ``action`` ("Publish" ...) on a topic."""
    known = {"aws:SourceOwner": caller.account, **(context or {})}
    verdict = _verdict(world, topic, caller, action, known)
    if verdict is Verdict.DENIED:
        return _DENIED
    if caller.account == topic.account or verdict is Verdict.ALLOWED:
        return _ALLOWED
    return _not_mentioned(action)


def service_access(world: World, topic: Topic, sender: Sender) -> Decision:
    """Whether a service may publish to a topic in its own name."""
    owner = {"aws:SourceOwner": sender.account} if sender.service == _OF_ALARMS else {}
    verdict = _verdict(world, topic, sender.principal, "Publish", {**sender.context, **owner})
    if verdict is Verdict.ALLOWED:
        return _ALLOWED
    return _DENIED if verdict is Verdict.DENIED else _not_mentioned("Publish")


def demand_access(call: Call, topic: Topic, action: str) -> None:
    """Let an allowed request pass.

    Raises:
        AuthorizationError: it is not allowed; the text is AWS's.
    """
    decision = topic_access(call.world, topic, call.caller, action, call.transport)
    if not decision.allowed:
        raise AuthorizationError(refusal(f"User: {call.caller.arn}", action, topic, decision))


def refusal(who: str, action: str, topic: Topic, decision: Decision) -> str:
    """AWS's sentence."""
    return f"{who} is not authorized to perform: SNS:{action} on resource: {topic.arn} {decision.reason}"


def check_policy(text: str) -> str:
    """A policy that a topic can have, as AWS shows it.

    Raises:
        InvalidAttribute: it is no policy, or allows what cannot be allowed.
    """
    try:
        policy = parse_policy(text)
    except PrincipalError:
        raise InvalidAttribute("Policy Error: PrincipalNotFound") from None
    except PolicyError:
        raise InvalidAttribute("Policy Error: null") from None
    if unknown_identities(policy):
        raise InvalidAttribute("Policy Error: PrincipalNotFound")
    for statement in policy.statements:
        for action in (*(statement.actions or ()), *(statement.not_actions or ())):
            service, _, name = action.partition(":")
            if service.lower() != "sns" or name.lower() not in _lower_case(_GRANTABLE):
                raise InvalidAttribute("Policy statement action out of service scope!")
    return text


def add_permission(topic: Topic, label: str, accounts: Sequence[str], actions: Sequence[str]) -> str:
    """The topic's policy with one more statement.

    Raises:
        InvalidParameter: there is a statement of this name, or an action or account that there is not.
    """
    document = _document(topic)
    if any(one.get("Sid") == label for one in document["Statement"]):
        raise InvalidParameter("Invalid parameter: Statement already exists")
    for action in actions:
        if action.lower() not in _lower_case(_GRANTABLE):
            raise InvalidParameter("Invalid parameter: Policy statement action out of service scope!")
    for account in accounts:
        if not (len(account) == 12 and account.isdigit()):
            raise InvalidParameter("Invalid parameter: Policy Error: PrincipalNotFound")
    principals = [f"arn:aws:iam::{account}:root" for account in accounts]
    statement = {
        "Sid": label,
        "Effect": "Allow",
        "Principal": {"AWS": _one_or_all(principals)},
        "Action": _one_or_all([f"SNS:{action}" for action in actions]),
        "Resource": topic.arn,
    }
    return _compact({**document, "Statement": [*document["Statement"], statement]})


def remove_permission(topic: Topic, label: str) -> str:
    """The topic's policy without the statement of this name; the same where there is none."""
    document = _document(topic)
    remaining = [one for one in document["Statement"] if one.get("Sid") != label]
    return _compact({**document, "Statement": remaining})


def _verdict(
    world: World, topic: Topic, principal: Principal, action: str, context: Mapping[str, object]
) -> Verdict:
    known = {**request_keys(world.clock.datetime(), topic.region, topic.account), **context}
    try:
        return parse_policy(topic.policy).verdict(principal, f"SNS:{action}", topic.arn, known)
    except PolicyError:  # the last statement was taken out
        return Verdict.SILENT


def _not_mentioned(action: str) -> Decision:
    return Decision(allowed=False, reason=f"because no resource-based policy allows the SNS:{action} action")


def _document(topic: Topic) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(topic.policy)
    if isinstance(document["Statement"], dict):
        document["Statement"] = [document["Statement"]]
    return document


def _lower_case(names: frozenset[str]) -> set[str]:
    return {name.lower() for name in names}


def _one_or_all(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
