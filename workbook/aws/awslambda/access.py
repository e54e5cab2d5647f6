"""Whether another service may invoke a function: the function's resource-based policy decides.

Topics, rules, buckets and alarms have no role for this. Without an AddPermission that names the service, and
with the right SourceArn and SourceAccount, nothing that they send ever arrives. A function, each version and
each alias has a policy of its own: permission for the function is none for its alias.

Source: Lambda Developer Guide, "Viewing resource-based IAM policies in Lambda"; IAM User Guide, "Policy
evaluation logic".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbook.aws.awslambda.names import LATEST
from workbook.aws.awslambda.permissions import policy_of
from workbook.aws.awslambda.registry import find_by_arn
from workbook.aws.policies import Principal, Verdict, parse_policy
from workbook.aws.policy_conditions import request_keys

if TYPE_CHECKING:
    from workbook.engine.world import World

ACTION = "lambda:InvokeFunction"


@dataclass(frozen=True, slots=True)
class FunctionAccess:
    """Whether a function may be invoked; `reason` continues AWS's sentence where it may not."""

    allowed: bool
    reason: str = ""

    @classmethod
    def silent(cls, action: str) -> FunctionAccess:
        """No statement is about this principal, or there is no policy."""
        return cls(allowed=False, reason=f"because no resource-based policy allows the {action} action")


def function_access(
    world: World,
    function_arn: str,
    principal: str | Principal,
    context: Mapping[str, object] | None = None,
    action: str = ACTION,
) -> FunctionAccess:
    """Whether a principal may invoke a function, version or alias by its resource-based policy alone.

    `principal` is a service's ("sns.amazonaws.com") or an identity of another account; `context` has the
    condition keys of the request: aws:SourceArn, aws:SourceAccount ...; `action` is asked for.

    Raises:
        ResourceNotFound: there is no such function, version or alias.
    """
    target = find_by_arn(world, function_arn)
    name = target.function.function_name
    qualifier = target.arn.partition(":function:")[2].partition(":")[2]
    policy = policy_of(target.backend, name, None if qualifier in {"", LATEST} else qualifier)
    if not policy.statements:
        return FunctionAccess.silent(action)
    who = Principal.of_service(principal) if isinstance(principal, str) else principal
    known = {
        **request_keys(world.clock.datetime(), world.region, target.backend.account_id),
        **(context or {}),
    }
    verdict = parse_policy(json.dumps(policy.document())).verdict(who, action, target.arn, known)
    if verdict is Verdict.ALLOWED:
        return FunctionAccess(allowed=True)
    return FunctionAccess.silent(action) if verdict is Verdict.SILENT else _DENIED


_DENIED = FunctionAccess(allowed=False, reason="with an explicit deny in a resource-based policy")
