"""Who may put events on a bus: the bus's policy, and the operations that write it.

Identities of the account that owns the bus are let in unless the policy denies them. Another account needs an
allow, whether it calls PutEvents itself or sends by a rule.

Sources: service model, PutPermission and RemovePermission; Amazon EventBridge User Guide, "Permissions for
event buses"; policies recorded in public test suites.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.eventbridge.errors import (
    AccessDenied,
    PolicyLengthExceeded,
    ResourceNotFound,
    ValidationError,
)
from workbook.aws.eventbridge.names import partition_of
from workbook.aws.limits import limit
from workbook.aws.policies import PolicyError, Verdict, parse_policy
from workbook.aws.policy_conditions import request_keys

if TYPE_CHECKING:
    from workbook.aws.eventbridge.buses import Bus
    from workbook.aws.policies import Principal
    from workbook.engine.world import World

LONGEST_POLICY = limit("eventbridge.bus-policy")
PUT_EVENTS = "events:PutEvents"
_OF_STATEMENT = ("Action", "Principal", "StatementId", "Condition")


def refusal(
    world: World, bus: Bus, principal: Principal, context: Mapping[str, object] | None = None
) -> str | None:
    """Why `principal` may not put events on `bus`, in AWS's words; None where it may."""
    owner, policy = principal.account == bus.address.account, bus.policy
    verdict = Verdict.SILENT
    if policy is not None:
        known = request_keys(world.clock.datetime(), bus.address.region, bus.address.account)
        verdict = parse_policy(policy).verdict(principal, PUT_EVENTS, bus.arn, {**known, **(context or {})})
    request = f"User: {principal.arn} is not authorized to perform: {PUT_EVENTS} on resource: {bus.arn}"
    if verdict is Verdict.DENIED:
        return f"{request} with an explicit deny in a resource-based policy"
    if owner or verdict is Verdict.ALLOWED:
        return None
    return f"{request} because no resource-based policy allows the {PUT_EVENTS} action"


def demand_access(
    world: World, bus: Bus, principal: Principal, context: Mapping[str, object] | None = None
) -> None:
    """Let a request pass that may put events on the bus.

    Raises:
        AccessDenied: it may not.
    """
    reason = refusal(world, bus, principal, context)
    if reason is not None:
        raise AccessDenied(reason)


def put_permission(bus: Bus, parameters: Mapping[str, Any]) -> None:
    """Add one statement to the bus's policy, or replace the whole policy.

    Raises:
        ValidationError: the parameters make no policy.
        PolicyLengthExceeded: it would be longer than 10 KB.
    """
    if parameters.get("Policy") is not None:
        _replace(bus, parameters)
        return
    statement = _statement(bus, parameters)
    others = [one for one in bus.statements if one.get("Sid") != statement["Sid"]]
    _store(bus, bus.policy_extras, [*others, statement])


def remove_permission(bus: Bus, parameters: Mapping[str, Any]) -> None:
    """Take one statement out of the bus's policy, or all.

    Raises:
        ResourceNotFound: there is no such statement.
        ValidationError: it is not said which.
    """
    if parameters.get("RemoveAllPermissions"):
        bus.statements = []
        return
    wanted = parameters.get("StatementId")
    if not wanted:
        raise ValidationError("Parameter StatementId is required.")
    remaining = [one for one in bus.statements if one.get("Sid") != wanted]
    if len(remaining) == len(bus.statements):
        raise ResourceNotFound("Statement with the provided id does not exist.")
    bus.statements = remaining


def _statement(bus: Bus, parameters: Mapping[str, Any]) -> dict[str, Any]:
    for name in ("Principal", "Action", "StatementId"):
        if not parameters.get(name):
            raise ValidationError(f"Parameter {name} must be specified.")
    action, principal = parameters["Action"], parameters["Principal"]
    if action != PUT_EVENTS:
        raise ValidationError("Provided value in parameter 'action' is not supported.")
    root = f"arn:{partition_of(bus.address.region)}:iam::{principal}:root"
    statement = {
        "Sid": parameters["StatementId"],
        "Effect": "Allow",
        "Principal": principal if principal == "*" else {"AWS": root},
        "Action": action,
        "Resource": bus.arn,
    }
    return {**statement, **_condition(parameters)}


def _condition(parameters: Mapping[str, Any]) -> dict[str, Any]:
    condition = parameters.get("Condition")
    if not condition:
        return {}
    if parameters["Principal"] != "*":
        raise ValidationError(
            "Value of the parameter 'principal' must be '*' when the parameter 'condition' is set."
        )
    if condition["Type"] != "StringEquals":
        raise ValidationError.parameter("Condition.Type", "The only supported value is StringEquals.")
    if condition["Key"] != "aws:PrincipalOrgID":
        raise ValidationError.parameter("Condition.Key", "The only supported value is aws:PrincipalOrgID.")
    return {"Condition": {condition["Type"]: {condition["Key"]: condition["Value"]}}}


def _replace(bus: Bus, parameters: Mapping[str, Any]) -> None:
    if any(parameters.get(name) for name in _OF_STATEMENT):
        raise ValidationError(f"Policy cannot be used together with {', '.join(_OF_STATEMENT)}.")
    text = parameters["Policy"]
    try:
        parse_policy(text)
    except PolicyError as error:
        raise ValidationError.parameter("Policy", f"{error}.") from None
    document = json.loads(text)
    statements = document.pop("Statement")
    _store(bus, document, [statements] if isinstance(statements, dict) else statements)


def _store(bus: Bus, extras: dict[str, Any], statements: list[dict[str, Any]]) -> None:
    before = bus.policy_extras, bus.statements
    bus.policy_extras, bus.statements = extras, statements
    if len((bus.policy or "").encode()) > LONGEST_POLICY:
        bus.policy_extras, bus.statements = before
        raise PolicyLengthExceeded
