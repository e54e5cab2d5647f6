"""What a service may do with a role: the role's trust policy lets it in, its permissions let it act.

Scheduler, Pipes, rules and Lambda act on other resources with a role that the learner gave them. AWS asks
two questions each time, and both are asked here: may this service assume the role (the trust policy, with
aws:SourceArn and aws:SourceAccount), and do the role's own policies, inline and attached, allow the action
within its permissions boundary. A role that was deleted, or that trusts somebody else, is the commonest
reason why nothing arrives.

Sources: IAM User Guide, "Policy evaluation logic" and "Using the confused deputy protections".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbook.aws.policies import (
    Policy,
    PolicyError,
    Principal,
    Verdict,
    parse_identity_policy,
    parse_trust_policy,
)
from workbook.aws.policy_conditions import request_keys

if TYPE_CHECKING:
    from workbook.engine.world import World

Context = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class RoleAccess:
    """Whether a service may act with a role.

    `assumed` is False where it may not even assume it; `reason` continues AWS's sentence where it is not
    allowed.
    """

    allowed: bool
    assumed: bool = True
    reason: str = ""


_ALLOWED = RoleAccess(allowed=True)


def role_access(
    world: World,
    role_arn: str,
    service: str,
    action: str,
    resource: str,
    context: Context | None = None,
) -> RoleAccess:
    """Whether a service, by its principal ("scheduler.amazonaws.com"), may act on a resource with a role.

    `action` is such as "sqs:SendMessage", `resource` an ARN. `context` holds condition keys of the request,
    such as aws:SourceArn.
    """
    role = find_role(role_arn)
    if role is None:
        return RoleAccess(allowed=False, assumed=False, reason=f"the role {role_arn} does not exist")
    account = role_arn.split(":")[4]
    now = world.clock.datetime()
    known = {**request_keys(now, world.region, account), **(context or {})}
    if not _trusts(role, service, role_arn, known):
        reason = f"the trust policy of {role_arn} does not let {service} assume it"
        return RoleAccess(allowed=False, assumed=False, reason=reason)
    return _permits(role, role_session(role_arn, service), action, resource, known)


def role_permits(world: World, role_arn: str, session: str, action: str, resource: str) -> RoleAccess:
    """Whether a role that somebody has assumed, for `session`, may act on a resource."""
    role = find_role(role_arn)
    if role is None:
        return RoleAccess(allowed=False, assumed=False, reason=f"the role {role_arn} does not exist")
    known = request_keys(world.clock.datetime(), world.region, role_arn.split(":")[4])
    return _permits(role, role_session(role_arn, session), action, resource, known)


def role_trusts(world: World, role_arn: str, principal: Principal) -> bool:
    """Whether a role exists and its trust policy lets `principal` assume it."""
    role = find_role(role_arn)
    if role is None:
        return False
    known = request_keys(world.clock.datetime(), world.region, role_arn.split(":")[4])
    return _lets_in(role, principal, role_arn, known)


def can_assume(world: World, role_arn: str, service: str, context: Context | None = None) -> bool:
    """Whether the role exists and its trust policy lets `service` assume it."""
    role = find_role(role_arn)
    if role is None:
        return False
    known = {**request_keys(world.clock.datetime(), world.region, role_arn.split(":")[4]), **(context or {})}
    return _trusts(role, service, role_arn, known)


def role_session(role_arn: str, service: str) -> Principal:
    """The identity that a service has once it has assumed a role."""
    partition, account = role_arn.split(":")[1], role_arn.split(":")[4]
    role = find_role(role_arn)
    name, session = role_arn.rpartition("/")[2], service.partition(".")[0]
    identifier = name if role is None else role.id
    return Principal(
        account=account,
        arn=f"arn:{partition}:sts::{account}:assumed-role/{name}/{session}",
        user_id=f"{identifier}:{session}",
    )


def find_role(role_arn: str) -> Any:  # noqa: ANN401 - moto's Role; naming it would load moto's IAM
    """The role with this ARN, or None."""
    parts = role_arn.split(":")
    if len(parts) != 6 or parts[2] != "iam" or not parts[5].startswith("role/"):
        return None
    from moto.iam.models import iam_backends  # noqa: PLC0415 - only who has roles waits for it

    backend = iam_backends[parts[4]][parts[1]]
    return next((role for role in backend.get_roles() if role.arn == role_arn), None)


def _trusts(role: Any, service: str, role_arn: str, context: Context) -> bool:  # noqa: ANN401 - see `find_role`
    return _lets_in(role, Principal.of_service(service), role_arn, context)


def _lets_in(role: Any, principal: Principal, role_arn: str, context: Context) -> bool:  # noqa: ANN401 - see `find_role`
    try:
        policy = parse_trust_policy(role.assume_role_policy_document)
    except PolicyError:
        return False
    return policy.verdict(principal, "sts:AssumeRole", role_arn, context) is Verdict.ALLOWED


def _permits(
    role: Any,  # noqa: ANN401 - see `find_role`
    session: Principal,
    action: str,
    resource: str,
    context: Context,
) -> RoleAccess:
    verdicts = [policy.verdict(session, action, resource, context) for policy in _policies_of(role)]
    boundary = _boundary_of(role)
    within = Verdict.ALLOWED if boundary is None else boundary.verdict(session, action, resource, context)
    if Verdict.DENIED in {*verdicts, within}:
        return RoleAccess(allowed=False, reason="with an explicit deny in an identity-based policy")
    if Verdict.ALLOWED not in verdicts:
        return RoleAccess(
            allowed=False, reason=f"because no identity-based policy allows the {action} action"
        )
    if within is not Verdict.ALLOWED:
        reason = f"because no permissions boundary allows the {action} action"
        return RoleAccess(allowed=False, reason=reason)
    return _ALLOWED


def _policies_of(role: Any) -> Iterator[Policy]:  # noqa: ANN401 - see `find_role`
    """The role's policies; one that is no policy allows nothing."""
    documents = [*role.policies.values(), *(_document(policy) for policy in role.managed_policies.values())]
    for document in documents:
        try:
            yield parse_identity_policy(document)
        except PolicyError:
            continue


def _boundary_of(role: Any) -> Policy | None:  # noqa: ANN401 - see `find_role`
    if not role.permissions_boundary_arn:
        return None
    from moto.iam.models import iam_backends  # noqa: PLC0415 - loaded already where there is a role

    backend = iam_backends[role.account_id][role.partition]
    return parse_identity_policy(_document(backend.get_policy(role.permissions_boundary_arn)))


def _document(policy: Any) -> str:  # noqa: ANN401 - moto's ManagedPolicy
    version = next(one for one in policy.versions if one.is_default)
    document: str = version.document
    return document
