"""Connections: how EventBridge proves to an HTTP server outside AWS who it is.

    BASIC, API_KEY              AUTHORIZED at once
    OAUTH_CLIENT_CREDENTIALS    AUTHORIZING ── the authorization server gives a token ──> AUTHORIZED
                                     └──────── it does not ─────────────────────────────> DEAUTHORIZED

Credentials go in and never come out: AWS keeps them in a secret of Secrets Manager and shows the user name,
the name of the key or the client's id. A lab has no Secrets Manager, so the secret's ARN leads nowhere.

Sources: botocore 1.44, EventBridge CreateConnection; answers of AWS recorded in a public test suite (2024).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.engine.world import World

BASIC, API_KEY, OAUTH = "BASIC", "API_KEY", "OAUTH_CLIENT_CREDENTIALS"
AUTHORIZED, AUTHORIZING = "AUTHORIZED", "AUTHORIZING"
DEAUTHORIZED, DEAUTHORIZING, DELETING = "DEAUTHORIZED", "DEAUTHORIZING", "DELETING"
PARAMETERS = {BASIC: "BasicAuthParameters", API_KEY: "ApiKeyAuthParameters", OAUTH: "OAuthParameters"}
"""Which member of AuthParameters belongs to which type."""

_SECRETS = frozenset({"Password", "ApiKeyValue", "ClientSecret"})
_STATE = "eventbridge.connections"


@dataclass(eq=False)
class Connection:
    """One connection of an account and Region."""

    name: str
    arn: str
    secret_arn: str
    created: int
    type: str
    """One of BASIC, API_KEY and OAUTH."""
    parameters: dict[str, Any]
    """AuthParameters as they were given, secrets and all."""
    description: str | None = None
    state: str = AUTHORIZED
    reason: str | None = None
    """Why it is in this state, where AWS says so."""
    modified: int = 0
    authorized: int | None = None
    """When it last was."""
    token: str | None = None
    """What the Authorization header says, once the authorization server has given a token."""
    generation: int = 0
    """Counts changes, so that the answer to an older request for a token is known as such."""

    def answer(self) -> dict[str, Any]:
        """As Update, Delete and Deauthorize answer; Create leaves LastAuthorizedTime out."""
        shown = {
            "ConnectionArn": self.arn,
            "ConnectionState": self.state,
            "CreationTime": datetime_of(self.created),
            "LastModifiedTime": datetime_of(self.modified),
        }
        if self.authorized is not None:
            shown["LastAuthorizedTime"] = datetime_of(self.authorized)
        return shown

    def entry(self) -> dict[str, Any]:
        """As ListConnections shows it."""
        shown = {**self.answer(), "Name": self.name, "AuthorizationType": self.type}
        return shown if self.reason is None else {**shown, "StateReason": self.reason}

    def described(self) -> dict[str, Any]:
        """As DescribeConnection shows it: without what is secret."""
        shown = {**self.entry(), "SecretArn": self.secret_arn}
        if self.description is not None:
            shown["Description"] = self.description
        if self.parameters:
            shown["AuthParameters"] = _without_secrets(self.parameters)
        return shown

    def settings(self) -> dict[str, Any]:
        """As the trace shows it: without the instants."""
        return {
            name: value
            for name, value in self.described().items()
            if not name.endswith("Time") and name not in {"ConnectionArn", "SecretArn"}
        }

    def http_parameters(self, kind: str) -> dict[str, str]:
        """What is added to each call: kind is HeaderParameters, QueryStringParameters or BodyParameters."""
        return _as_mapping((self.parameters.get("InvocationHttpParameters") or {}).get(kind))


@dataclass
class Connections:
    """The connections of one account and Region."""

    by_name: dict[str, Connection] = field(default_factory=dict)


def connections_of(world: World, account: str, region: str) -> Connections:
    """The connections of an account in a Region."""
    return world.kept_in(_STATE, (account, region), Connections)


def find_connection(world: World, arn: str) -> Connection | None:
    """The connection with this ARN; None where there is none."""
    _, _, _, region, account, resource = arn.split(":", 5)
    found = connections_of(world, account, region).by_name.get(resource.split("/")[1])
    return found if found is not None and found.arn == arn else None


def _as_mapping(entries: object) -> dict[str, str]:
    return {entry["Key"]: entry.get("Value", "") for entry in entries} if isinstance(entries, list) else {}


def _without_secrets(value: Any) -> Any:  # noqa: ANN401 - JSON, as it was given
    if isinstance(value, Mapping):
        hidden = {"Value"} if value.get("IsValueSecret") else set()
        return {
            name: _without_secrets(one)
            for name, one in value.items()
            if name not in _SECRETS and name not in hidden
        }
    return [_without_secrets(one) for one in value] if isinstance(value, list) else value
