"""What tokens say, and what the function of the trigger PreTokenGeneration changes in it.

Version 1 of the trigger changes the ID token alone, but for the groups; version 2 changes both tokens, and
the scopes of the access token. Some claims nobody can change.

Source: Cognito Developer Guide, "Pre token generation Lambda trigger", "Understanding user pool JSON web
tokens".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbook.aws.cognito.attributes import readable
from workbook.aws.cognito.errors import InvalidLambdaResponse
from workbook.aws.cognito.triggers import (
    Question,
    are_texts,
    ask,
    attributes_of,
    is_text,
    is_text_map,
    with_metadata,
)

if TYPE_CHECKING:
    from workbook.aws.cognito.registry import Client, Pool, User
    from workbook.engine.world import World

Claims = dict[str, Any]
SCOPE = "aws.cognito.signin.user.admin"
"""What a user who signed in through the API may do: read and change themselves."""
_FIXED = frozenset(
    {
        *("acr", "amr", "aud", "at_hash", "auth_time", "azp", "client_id", "device_key", "event_id", "exp"),
        *("iat", "identities", "iss", "jti", "nbf", "nonce", "origin_jti", "sub", "token_use", "username"),
        *("version", "scope"),
    }
)
_BOOLEANS = frozenset({"email_verified", "phone_number_verified"})


@dataclass
class Groups:
    """The groups of a user as the tokens show them, with their roles."""

    names: list[str] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)
    preferred: str | None = None

    @classmethod
    def of(cls, pool: Pool, user: User) -> Groups:
        """Those that the user is in."""
        groups = pool.groups_of(user)
        roles = [group.settings["RoleArn"] for group in groups if group.settings.get("RoleArn")]
        first = groups[0].settings.get("RoleArn") if groups else None
        return cls([group.name for group in groups], roles, first)

    @classmethod
    def given(cls, details: object) -> Groups:
        """Those that a function wants instead; none, where it says so by an empty object.

        Raises:
            InvalidLambdaResponse: it is no such object.
        """
        if details is None:
            return cls()
        checks = {
            "groupsToOverride": are_texts,
            "iamRolesToOverride": are_texts,
            "preferredRole": is_text,
        }
        if not isinstance(details, dict):
            raise InvalidLambdaResponse
        given = [(details[name], check) for name, check in checks.items() if details.get(name) is not None]
        if not all(check(value) for value, check in given):
            raise InvalidLambdaResponse
        return cls(
            details.get("groupsToOverride") or [],
            details.get("iamRolesToOverride") or [],
            details.get("preferredRole"),
        )

    def event(self) -> dict[str, Any]:
        """As functions see them."""
        return {
            "groupsToOverride": self.names,
            "iamRolesToOverride": self.roles,
            "preferredRole": self.preferred,
        }


@dataclass
class Changes:
    """What a function changes in one token."""

    add: Claims = field(default_factory=dict)
    suppress: list[str] = field(default_factory=list)
    add_scopes: list[str] = field(default_factory=list)
    suppress_scopes: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, details: object, *, texts_only: bool) -> Changes:
        """What an object of the response says.

        Raises:
            InvalidLambdaResponse: it has another form; in version 1 the value of a claim is a text.
        """
        found = details if details is not None else {}
        if not isinstance(found, dict):
            raise InvalidLambdaResponse
        add = found.get("claimsToAddOrOverride") or {}
        lists = [found.get(name) or [] for name in ("claimsToSuppress", "scopesToAdd", "scopesToSuppress")]
        if not isinstance(add, dict) or (texts_only and not is_text_map(add)):
            raise InvalidLambdaResponse
        if not all(are_texts(one) for one in lists):
            raise InvalidLambdaResponse
        return cls(add, *lists)

    def apply(self, claims: Claims) -> None:
        """Change claims; what is both added and suppressed is suppressed."""
        for name, value in self.add.items():
            if is_open(name):
                claims[name] = value
        for name in self.suppress:
            if is_open(name) or name == "cognito:groups":
                claims.pop(name, None)
        if "cognito:groups" in self.suppress:
            claims.pop("cognito:roles", None)
            claims.pop("cognito:preferred_role", None)

    def scopes(self) -> str:
        """The scopes of an access token."""
        scopes = [SCOPE, *self.add_scopes]
        return " ".join(dict.fromkeys(one for one in scopes if one not in self.suppress_scopes))


def is_open(claim: str) -> bool:
    """Whether a function may change a claim."""
    return claim not in _FIXED and not claim.startswith("cognito:")


@dataclass
class Customization:
    """What a function changes in both tokens."""

    groups: Groups
    id_token: Changes = field(default_factory=Changes)
    access_token: Changes = field(default_factory=Changes)
    version: str = "1"


def customization(
    world: World, client: Client, user: User, source: str, metadata: Mapping[str, str] | None
) -> Customization:
    """Ask the trigger PreTokenGeneration what the tokens of a user shall say."""
    groups = Groups.of(client.pool, user)
    configured = client.pool.triggers().get("PreTokenGenerationConfig") or {}
    made = Customization(groups, version="2" if configured.get("LambdaVersion") == "V2_0" else "1")
    details = _ask(world, client, user, source, metadata, made)
    if "groupOverrideDetails" in details:
        made.groups = Groups.given(details["groupOverrideDetails"])
    if made.version == "1":
        made.id_token = Changes.of(details, texts_only=True)
    else:
        made.id_token = Changes.of(details.get("idTokenGeneration"), texts_only=False)
        made.access_token = Changes.of(details.get("accessTokenGeneration"), texts_only=False)
    return made


_DETAILS = {"1": "claimsOverrideDetails", "2": "claimsAndScopeOverrideDetails"}


def _ask(
    world: World,
    client: Client,
    user: User,
    source: str,
    metadata: Mapping[str, str] | None,
    made: Customization,
) -> dict[str, Any]:
    """What the function says, if there is one."""
    request: dict[str, Any] = {
        "userAttributes": attributes_of(client.pool, user),
        "groupConfiguration": made.groups.event(),
        **({"scopes": [SCOPE]} if made.version == "2" else {}),
    }
    question = Question(
        "PreTokenGeneration",
        source,
        user.username,
        with_metadata(request, metadata),
        {_DETAILS[made.version]: _is_object},
        client=client,
        family="TokenGeneration",
        version=made.version,
    )
    answer = ask(world, client.pool, question) or {}
    return answer.get(_DETAILS[made.version]) or {}


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def id_claims(client: Client, user: User, made: Customization) -> Claims:
    """What an ID token says of a user, without what it says of itself."""
    claims: Claims = {
        name: value == "true" if name in _BOOLEANS else value
        for name, value in readable(client, user.attributes).items()
    }
    groups = made.groups
    claims |= {"sub": user.sub, "cognito:username": user.username, "aud": client.id}
    claims |= _present({"cognito:groups": groups.names, "cognito:roles": groups.roles})
    claims |= _present({"cognito:preferred_role": groups.preferred})
    made.id_token.apply(claims)
    return claims


def access_claims(client: Client, user: User, made: Customization) -> Claims:
    """What an access token says of a user, without what it says of itself."""
    claims: Claims = {"sub": user.sub, "username": user.username, "client_id": client.id}
    claims |= _present({"cognito:groups": made.groups.names})
    if made.version == "2":
        claims["version"] = 2
    made.access_token.apply(claims)
    if made.access_token.add.get("aud") == client.id:
        claims["aud"] = client.id
    return claims | {"scope": made.access_token.scopes()}


def _present(claims: Mapping[str, Iterable[str] | str | None]) -> Claims:
    return {name: value for name, value in claims.items() if value}
