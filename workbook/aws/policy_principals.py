"""Identities that a resource policy names must exist: AWS looks each of them up when the policy is set.

Only the lab's own account is looked up; of other accounts the lab does not know who is in them. An account, a
session of a role and the unique id that is left of a deleted identity are taken as they are.

Sources: IAM User Guide, "AWS JSON policy elements: Principal"; what SNS and SQS answer is reported by users
whose roles were younger than their policies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbook.aws.callers import lab_user
from workbook.aws.policies import Policy
from workbook.aws.roles import find_role
from workbook.engine.world import current_world

_IDENTITY = re.compile(r"arn:aws[a-z-]*:iam::(?P<account>\d{12}):(?P<kind>role|user)/.+")


def unknown_identities(policy: Policy) -> list[str]:
    """The ARNs of users and roles of the lab's account that a policy names and that do not exist."""
    return sorted(arn for arn in set(_named(policy)) if _is_unknown(arn))


def _named(policy: Policy) -> Iterator[str]:
    for statement in policy.statements:
        for kind, named in (*(statement.principals or ()), *(statement.not_principals or ())):
            if kind == "AWS":
                yield named


def _is_unknown(arn: str) -> bool:
    found = _IDENTITY.fullmatch(arn)
    if found is None or found["account"] != current_world().account:
        return False
    if found["kind"] == "role":
        return find_role(arn) is None
    return arn != lab_user(found["account"], arn.split(":")[1]).arn and not _is_user(arn)


def _is_user(arn: str) -> bool:
    from moto.iam.models import iam_backends  # noqa: PLC0415 - only who names users waits for it

    _, partition, _, _, account, _ = arn.split(":")
    return any(user.arn == arn for user in iam_backends[account][partition].users.values())
