"""The resource policies of CloudWatch Logs: of an account and a Region, not of one log group.

    {"Effect": "Allow", "Principal": {"Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]},
     "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
     "Resource": "arn:aws:logs:us-east-1:123456789012:log-group:/aws/events/*:*"}

A rule of EventBridge has no role for a log group: without such a policy its events never arrive. Several
policies count together. Policies of a single log group (`resourceArn`), with their revisions, are refused.

Sources: service model of CloudWatch Logs, PutResourcePolicy; EventBridge User Guide, "Using resource-based
policies" (CloudWatch Logs permissions).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import ServiceException

from workbook.aws.operations import NotSimulated
from workbook.aws.policies import PolicyError, Principal, Verdict, parse_policy
from workbook.aws.policy_conditions import request_keys

if TYPE_CHECKING:
    from moto.logs.responses import LogsResponse

    from workbook.engine.patches import Patches
    from workbook.engine.world import World

LONGEST_POLICY = 51_200
"""Characters of one policy document (service model, PolicyDocument)."""

_OF_ONE_GROUP = ("resourceArn", "expectedRevisionId", "policyScope")


class InvalidParameter(ServiceException):
    """A parameter has a value that CloudWatch Logs does not accept."""

    code = "InvalidParameterException"


def install(patches: Patches) -> None:
    """Check requests before moto keeps or shows policies."""
    from moto.logs.responses import LogsResponse  # noqa: PLC0415 - see `_backend`

    for name in ("put_resource_policy", "describe_resource_policies", "delete_resource_policy"):
        patches.set(LogsResponse, name, _checked(getattr(LogsResponse, name)))


def _checked(operation: Callable[[LogsResponse], str]) -> Callable[[LogsResponse], str]:
    @functools.wraps(operation)
    def checked_operation(response: LogsResponse) -> str:
        for name in _OF_ONE_GROUP:
            if response._get_param(name):  # noqa: SLF001 - moto's way to a parameter
                advice = "Leave it out: policies of the account are simulated."
                raise NotSimulated(f"{name} of a resource policy", advice)
        document = response._get_param("policyDocument")  # noqa: SLF001 - as above
        if operation.__name__ == "put_resource_policy":
            _check_document(response._get_param("policyName"), document)  # noqa: SLF001 - as above
        return operation(response)

    return checked_operation


def _check_document(name: str | None, document: str | None) -> None:
    """Only a policy is kept. The texts are ours (unverified)."""
    if not name:
        raise InvalidParameter("policyName must not be empty")
    if not document or len(document) > LONGEST_POLICY:
        raise InvalidParameter(f"policyDocument must have 1 to {LONGEST_POLICY} characters")
    try:
        parse_policy(document)
    except PolicyError as error:
        raise InvalidParameter(f"Malformed policy document: {error}") from None


def allows(
    world: World,
    principal: Principal,
    action: str,
    log_stream_arn: str,
    context: Mapping[str, object],
) -> bool:
    """Whether the resource policies of an account let a principal do `action` to a log stream."""
    parts = log_stream_arn.split(":")
    region, account = parts[3], parts[4]
    known = {**request_keys(world.clock.datetime(), region, account), **context}
    policies: dict[str, Any] = _backend(account, region).resource_policies
    verdicts = [
        parse_policy(policy.policy_document).verdict(principal, action, log_stream_arn, known)
        for policy in policies.values()
    ]
    return Verdict.DENIED not in verdicts and Verdict.ALLOWED in verdicts


def groups_of(account: str, region: str) -> Mapping[str, Any]:
    """The log groups of an account and Region, by name; they are moto's."""
    groups: Mapping[str, Any] = _backend(account, region).groups
    return groups


def _backend(account: str, region: str) -> Any:  # noqa: ANN401 - moto's LogsBackend
    """Moto's registry. Loading it installs this module, which must be complete by then."""
    from moto.logs.models import logs_backends  # noqa: PLC0415

    return logs_backends[account][region]
