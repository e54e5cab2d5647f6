"""Resource policies as AWS evaluates them: who may do what to which resource, and on which conditions.

A policy's text is parsed and checked once (`parse_policy`, cached by text) into frozen statements, and each
request is then held against them. The answer has three values, not two, because AWS treats them differently:
an explicit deny always wins, an allow opens the door, and silence leaves the decision to whoever asked
(`Verdict`).

A queue behind a topic is asked the same with each message. What a policy says depends on the request and on
the condition keys that it names, and on nothing else; so an answer is kept under exactly these, and a policy
that asks for the time is asked anew at each instant.

The same statements stand in a role's trust policy, which names no resource, and in its identity-based
policies, which name no principal (`parse_trust_policy`, `parse_identity_policy`; see `workbook.aws.roles`).
The identity-based policies of *callers* are not evaluated: within the account that owns a resource every
identity is taken to be allowed by its own policy, so only an explicit deny of the resource stops it.

Source: IAM User Guide, "Policy evaluation logic" and "IAM JSON policy elements" (condition operators, policy
variables).
"""

from __future__ import annotations

import enum
import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbook.aws.policy_conditions import (
    Condition,
    Context,
    Told,
    conditions_hold,
    parse_conditions,
    told_of,
)
from workbook.aws.wildcards import matches_wildcard

POLICY_VERSIONS = ("2012-10-17", "2008-10-17")
_POLICY_ELEMENTS = {"Version", "Id", "Statement"}
_STATEMENT_ELEMENTS = {
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
}
_REQUIRED_OF_RESOURCE = ("Principal", "Action", "Resource")
_REQUIRED_OF_IDENTITY = ("Action", "Resource")
_REQUIRED_OF_TRUST = ("Principal", "Action")
_WHOEVER_HAS_IT = ("Identity", "*")
"""The principal of an identity-based policy."""
_PRINCIPAL_KINDS = {"AWS", "Service", "Federated", "CanonicalUser"}
_VERDICTS_KEPT = 4096


class PolicyError(ValueError):
    """The text is not a policy; the message says which element is wrong."""


class PrincipalError(PolicyError):
    """An AWS principal of a policy is nobody's name."""


class Verdict(enum.Enum):
    """What a policy says about a request."""

    ALLOWED = "allowed"
    DENIED = "explicitly denied"
    SILENT = "not mentioned"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who makes a request: an identity of an account, or an AWS service on somebody's behalf.

    ``account`` has 12 digits and is empty for a service; ``user_id`` is the unique id that SQS shows as
    SenderId.
    """

    account: str
    arn: str
    user_id: str
    service: str = ""

    @classmethod
    def of_service(cls, name: str) -> Principal:
        """The service principal ``name``, e.g. ``sns.amazonaws.com``."""
        return cls(account="", arn=name, user_id=name, service=name)

    @property
    def role_arn(self) -> str:
        """The role behind an assumed-role session, or the principal's own ARN."""
        head, found, session = self.arn.partition(":assumed-role/")
        if not found:
            return self.arn
        return f"{head.replace(':sts:', ':iam:')}:role/{session.split('/')[0]}"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy; ``None`` stands for an element that the statement does not have."""

    sid: str
    allows: bool
    principals: tuple[tuple[str, str], ...] | None
    not_principals: tuple[tuple[str, str], ...] | None
    actions: tuple[str, ...] | None
    not_actions: tuple[str, ...] | None
    resources: tuple[str, ...] | None
    not_resources: tuple[str, ...] | None
    conditions: tuple[Condition, ...]

    def applies(self, principal: Principal, action: str, resource: str, context: Context) -> bool:
        """Whether this statement speaks about the request."""
        return (
            self._names(principal)
            and self._covers_action(action)
            and self._covers_resource(resource)
            and conditions_hold(self.conditions, context)
        )

    def _names(self, principal: Principal) -> bool:
        if self.not_principals is not None:
            return not _any_principal(self.not_principals, principal)
        return self.principals is not None and _any_principal(self.principals, principal)

    def _covers_action(self, action: str) -> bool:
        wanted = action.lower()
        if self.not_actions is not None:
            return not any(matches_wildcard(pattern.lower(), wanted) for pattern in self.not_actions)
        return any(matches_wildcard(pattern.lower(), wanted) for pattern in self.actions or ())

    def _covers_resource(self, resource: str) -> bool:
        if self.not_resources is not None:
            return not any(matches_wildcard(pattern, resource) for pattern in self.not_resources)
        return self.resources is None or any(
            matches_wildcard(pattern, resource) for pattern in self.resources
        )


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """A parsed policy. Two are the same only if they are one object."""

    statements: tuple[Statement, ...]
    keys: frozenset[str]
    """The condition keys that it names, in lower case: the request's others cannot matter."""

    def verdict(
        self, principal: Principal, action: str, resource: str, context: Mapping[str, object] | None = None
    ) -> Verdict:
        """What this policy says: an explicit deny wins over any allow.

        ``action`` is ``service:Operation`` in any case, ``resource`` an ARN. ``context`` maps condition keys
        (``aws:SourceArn`` ...) to a value, a list of values, or a function that works the value out.
        """
        return _verdict(self, principal, action, resource, told_of(context or {}, self.keys))


@functools.lru_cache(maxsize=_VERDICTS_KEPT)
def _verdict(policy: Policy, principal: Principal, action: str, resource: str, told: Told) -> Verdict:
    known = Context.of(principal.arn, principal.role_arn, principal.account, principal.user_id, told)
    applying = [
        statement.allows
        for statement in policy.statements
        if statement.applies(principal, action, resource, known)
    ]
    if not applying:
        return Verdict.SILENT
    return Verdict.ALLOWED if all(applying) else Verdict.DENIED


@functools.lru_cache(maxsize=1024)
def parse_policy(text: str) -> Policy:
    """Read and check a resource's policy.

    Raises:
        PolicyError: the text is not JSON, or an element is missing, unknown or of the wrong type.
    """
    return _parse_document(text, _REQUIRED_OF_RESOURCE)


@functools.lru_cache(maxsize=1024)
def parse_identity_policy(text: str) -> Policy:
    """Read and check a policy that belongs to an identity; it speaks of whoever has it.

    Raises:
        PolicyError: as `parse_policy`; also where it names a principal.
    """
    return _parse_document(text, _REQUIRED_OF_IDENTITY)


@functools.lru_cache(maxsize=1024)
def parse_trust_policy(text: str) -> Policy:
    """Read and check a role's trust policy, which says who may assume the role.

    Raises:
        PolicyError: as `parse_policy`; also where it names a resource.
    """
    return _parse_document(text, _REQUIRED_OF_TRUST)


def _parse_document(text: str, required: Sequence[str]) -> Policy:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PolicyError(f"a policy is a JSON object: {error}") from error
    if not isinstance(document, dict):
        raise PolicyError("a policy is a JSON object")
    _refuse_unknown(document, _POLICY_ELEMENTS, "policy")
    version = document.get("Version", POLICY_VERSIONS[1])
    if version not in POLICY_VERSIONS:
        raise PolicyError(f"Version is {version!r}; it must be one of {', '.join(POLICY_VERSIONS)}")
    listed = document.get("Statement")
    listed = [listed] if isinstance(listed, dict) else listed
    if not isinstance(listed, list) or not listed:
        raise PolicyError("Statement must be an object or a list with at least one object")
    variables = version == POLICY_VERSIONS[0]
    statements = tuple(_parse_statement(one, required, variables=variables) for one in listed)
    sids = [statement.sid for statement in statements if statement.sid]
    if len(sids) != len(set(sids)):
        raise PolicyError("each Sid may occur once in a policy")
    conditions = [condition for statement in statements for condition in statement.conditions]
    return Policy(statements, frozenset().union(*(condition.keys for condition in conditions)))


def _parse_statement(statement: object, required: Sequence[str], *, variables: bool) -> Statement:
    if not isinstance(statement, dict):
        raise PolicyError("each statement is a JSON object")
    _refuse_unknown(statement, _STATEMENT_ELEMENTS, "statement")
    if statement.get("Effect") not in {"Allow", "Deny"}:
        raise PolicyError("Effect must be Allow or Deny")
    _check_elements(statement, required)
    try:
        conditions = parse_conditions(statement.get("Condition", {}), variables=variables)
    except ValueError as error:
        raise PolicyError(str(error)) from error
    principals = _principals(statement, "Principal") if "Principal" in required else (_WHOEVER_HAS_IT,)
    return Statement(
        sid=str(statement.get("Sid", "")),
        allows=statement["Effect"] == "Allow",
        principals=principals,
        not_principals=_principals(statement, "NotPrincipal"),
        actions=_texts(statement, "Action"),
        not_actions=_texts(statement, "NotAction"),
        resources=_texts(statement, "Resource"),
        not_resources=_texts(statement, "NotResource"),
        conditions=conditions,
    )


def _check_elements(statement: Mapping[str, object], required: Sequence[str]) -> None:
    for name in _REQUIRED_OF_RESOURCE:
        given = [one for one in (name, f"Not{name}") if one in statement]
        if name in required and len(given) != 1:
            raise PolicyError(f"a statement has either {name} or Not{name}")
        if name not in required and given:
            raise PolicyError(f"a statement of this kind of policy has no {given[0]}")


def _refuse_unknown(element: Mapping[str, object], known: set[str], where: str) -> None:
    for name in element:
        if name not in known:
            raise PolicyError(f"{name!r} is no element of a {where}")


def _texts(statement: Mapping[str, object], name: str) -> tuple[str, ...] | None:
    if name not in statement:
        return None
    value = statement[name]
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(one, str) and one for one in values):
        raise PolicyError(f"{name} must be a text or a list of texts")
    return tuple(values)


def _principals(statement: Mapping[str, object], name: str) -> tuple[tuple[str, str], ...] | None:
    if name not in statement:
        return None
    value = statement[name]
    if value == "*":
        return (("AWS", "*"),)
    if not isinstance(value, dict) or not value:
        raise PolicyError(f'{name} must be "*" or an object such as {{"AWS": "123456789012"}}')
    pairs: list[tuple[str, str]] = []
    for kind in value:
        if kind not in _PRINCIPAL_KINDS:
            raise PolicyError(f"{kind!r} is no kind of principal")
        pairs.extend((kind, named) for named in _texts(value, kind) or ())
    for kind, named in pairs:
        if kind == "AWS" and not _is_identity(named):
            raise PrincipalError(f"{named!r} is neither an account id, nor an ARN, nor *")
    return tuple(pairs)


def _is_identity(named: str) -> bool:
    """Whether it is an account, an ARN, *, or a unique id, which is what is left of a deleted identity."""
    return (
        named == "*" or (named.isdigit() and len(named) == 12) or named.startswith(("arn:", "AIDA", "AROA"))
    )


def _any_principal(pairs: Sequence[tuple[str, str]], principal: Principal) -> bool:
    return any(_is_principal(kind, named, principal) for kind, named in pairs)


def _is_principal(kind: str, named: str, principal: Principal) -> bool:
    if (kind, named) == _WHOEVER_HAS_IT:
        return True
    if kind == "AWS":
        return named == "*" or _is_aws_principal(named, principal)
    return kind == "Service" and bool(principal.service) and named == principal.service


def _is_aws_principal(named: str, principal: Principal) -> bool:
    if principal.service:
        return False
    if named == principal.account or (
        named.startswith("arn:") and named.endswith(f"::{principal.account}:root")
    ):
        return True
    return named in {principal.arn, principal.role_arn, principal.user_id}
