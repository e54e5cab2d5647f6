"""A sign-in, step by step: who, with what password, what is asked next, and what the tokens say.

    UserMigration (who is not here) ─> PreAuthentication ─> password ─> state ──> NEW_PASSWORD_REQUIRED
                                                                          │
                                         tokens <─ PreTokenGeneration <─ PostAuthentication

That PreAuthentication comes before the password and PostAuthentication before the tokens is as users of AWS
saw it; the guide names no order.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbook.aws.cognito.claims import customization
from workbook.aws.cognito.errors import (
    InvalidParameter,
    NotAuthorized,
    PasswordResetRequired,
    UserNotConfirmed,
    UserNotFound,
)
from workbook.aws.cognito.passwords import verify
from workbook.aws.cognito.registry import (
    FORCE_CHANGE_PASSWORD,
    RESET_REQUIRED,
    UNCONFIRMED,
    Client,
    Pool,
    User,
)
from workbook.aws.cognito.tokens import issue, new_sign_in, refresh_token
from workbook.aws.cognito.triggers import Question, ask, attributes_of, with_metadata
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from workbook.engine.world import World

Answer = dict[str, Any]
_MINUTE = 60 * SECOND
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@dataclass
class Session:
    """A sign-in that waits for the answer to a challenge."""

    client: str
    challenge: str
    username: str
    expires_at: int
    """An instant."""
    history: list[dict[str, Any]] = field(default_factory=list)
    """The challenges before, with their results, as functions see them."""
    private: Mapping[str, str] = field(default_factory=dict)
    """What only the function that verifies the answer sees."""
    metadata: str | None = None
    """The name of a custom challenge."""
    used: bool = False


def check_secret(client: Client, username: str, given: str | None) -> None:
    """Let a request pass that proves the secret of the app client, if there is one.

    Raises:
        NotAuthorized: it does not.
    """
    if client.secret is None:
        return
    if not given:
        raise NotAuthorized(f"Client {client.id} is configured with secret but SECRET_HASH was not received")
    digest = hmac.new(client.secret.encode(), f"{username}{client.id}".encode(), hashlib.sha256).digest()
    if not hmac.compare_digest(base64.b64encode(digest), given.encode()):
        raise NotAuthorized(f"Unable to verify secret hash for client {client.id}")


def required(parameters: Mapping[str, str] | None, name: str) -> str:
    """A parameter of a sign-in.

    Raises:
        InvalidParameter: it is missing.
    """
    value = (parameters or {}).get(name)
    if not value:
        raise InvalidParameter(f"Missing required parameter {name}")
    return value


def demand_user(client: Client, user: User | None) -> User:
    """Let a user pass that exists; else the error is what the app client wants it to tell.

    Raises:
        UserNotFound: there is no such user.
        NotAuthorized: the same, and the client hides it.
    """
    if user is not None:
        return user
    raise NotAuthorized if client.hides_users else UserNotFound


def before(world: World, client: Client, name: str, user: User | None, validation: Any) -> None:  # noqa: ANN401 - a map of texts, or None
    """Ask the trigger PreAuthentication; of a user who does not exist only where the client hides that."""
    if user is None and not client.hides_users:
        return
    request: dict[str, Any] = {
        "userAttributes": {} if user is None else attributes_of(client.pool, user),
        "validationData": validation,
    }
    if client.hides_users:
        request["userNotFound"] = user is None
    username = name if user is None else user.username
    ask(world, client.pool, Question("PreAuthentication", "Authentication", username, request, client=client))


def with_password(world: World, client: Client, user: User, password: str) -> Answer:
    """What comes of a user's password: tokens, or a challenge.

    Raises:
        NotAuthorized: it is wrong, or a temporary one is too old, or the user is disabled.
        UserNotConfirmed: the user has to be confirmed first.
        PasswordResetRequired: a new password has to be chosen first.
    """
    verify(world, user, password)
    demand_enabled(user)
    if user.status == UNCONFIRMED:
        raise UserNotConfirmed
    if user.status == RESET_REQUIRED:
        raise PasswordResetRequired
    if user.status == FORCE_CHANGE_PASSWORD:
        if user.password_expires_at is not None and world.clock.now > user.password_expires_at:
            raise NotAuthorized("Temporary password has expired and must be reset by an administrator.")
        return ask_for_new_password(world, client, user)
    return complete(world, client, user, "Authentication", None)


def demand_enabled(user: User) -> None:
    """Let a user pass that no administrator has disabled.

    Raises:
        NotAuthorized: one has.
    """
    if not user.enabled:
        raise NotAuthorized("User is disabled.")


def ask_for_new_password(world: World, client: Client, user: User) -> Answer:
    """The challenge of a user who has a temporary password."""
    pool = client.pool
    missing = [
        f"userAttributes.{name}"
        for name, described in pool.schema.items()
        if described["Required"] and name != "sub" and name not in user.attributes
    ]
    parameters = {
        "USER_ID_FOR_SRP": user.username,
        "requiredAttributes": json.dumps(missing, separators=(",", ":")),
        "userAttributes": json.dumps(user.attributes, separators=(",", ":"), ensure_ascii=False),
    }
    session = Session(client.id, "NEW_PASSWORD_REQUIRED", user.username, expiry(world, client))
    return challenge(world, pool, session, parameters)


def challenge(world: World, pool: Pool, session: Session, parameters: Mapping[str, str]) -> Answer:
    """Wait for the answer to a challenge, and say which it is."""
    return {
        "ChallengeName": session.challenge,
        "Session": _keep(world, pool, session),
        "ChallengeParameters": dict(parameters),
    }


def expiry(world: World, client: Client) -> int:
    """The instant until which a challenge of a client can be answered."""
    return world.clock.now + int(client.settings["AuthSessionValidity"]) * _MINUTE


def _keep(world: World, pool: Pool, session: Session) -> str:
    now = world.clock.now
    while pool.sessions and next(iter(pool.sessions.values())).expires_at < now - 60 * _MINUTE:
        del pool.sessions[next(iter(pool.sessions))]
    name = "".join(world.seeds.stream("cognito.sessions").choices(_LETTERS, k=128))
    pool.sessions[name] = session
    return name


def take_session(world: World, client: Client, name: str | None, challenge_name: str) -> Session:
    """The sign-in that an answer is for; it can be answered once.

    Raises:
        NotAuthorized: there is none, or no more.
    """
    session: Session | None = client.pool.sessions.get(name or "")
    if session is None or session.client != client.id or session.challenge != challenge_name:
        raise NotAuthorized("Invalid session for the user.")
    if session.used:
        raise NotAuthorized("Invalid session for the user, session can only be used once.")
    if world.clock.now > session.expires_at:
        raise NotAuthorized("Invalid session for the user, session is expired.")
    session.used = True
    return session


def complete(
    world: World, client: Client, user: User, source: str, metadata: Mapping[str, str] | None
) -> Answer:
    """A user has shown who it is: the last triggers are asked, and tokens are given."""
    request = {"userAttributes": attributes_of(client.pool, user), "newDeviceUsed": False}
    question = Question(
        "PostAuthentication", "Authentication", user.username, with_metadata(request, metadata), client=client
    )
    ask(world, client.pool, question)
    made = customization(world, client, user, source, metadata)
    signed_in = new_sign_in(world, client, user)
    result = issue(world, client, user, signed_in, made)
    result["RefreshToken"] = refresh_token(world, client, signed_in)
    return {"ChallengeParameters": {}, "AuthenticationResult": result}
