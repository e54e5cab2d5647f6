"""The operations with which users sign in, by themselves or through an administrator's program.

What the client says in ClientMetadata functions see as `validationData` where a sign-in begins, and as
`clientMetadata` where it goes on: that is how AWS passes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.cognito.attributes import check_attributes, check_writable
from workbook.aws.cognito.checks import check
from workbook.aws.cognito.claims import customization
from workbook.aws.cognito.custom_challenges import CHALLENGE, Dialogue
from workbook.aws.cognito.errors import InvalidParameter, NotAuthorized
from workbook.aws.cognito.migration import migrate
from workbook.aws.cognito.passwords import check_password
from workbook.aws.cognito.registry import CONFIRMED, Client, find_client, find_pool
from workbook.aws.cognito.sign_in import (
    before,
    check_secret,
    complete,
    demand_enabled,
    demand_user,
    required,
    take_session,
    with_password,
)
from workbook.aws.cognito.tokens import issue, read_refresh_token
from workbook.aws.cognito.users import changed
from workbook.aws.operations import NotSimulated

if TYPE_CHECKING:
    from workbook.aws.cognito.sign_in import Session
    from workbook.aws.operations import Answer, Call
    from workbook.engine.world import World

_PASSWORD = frozenset({"USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"})
_REFRESH = frozenset({"REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"})
_OF_ADMINISTRATORS = frozenset({"ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"})
_ALLOWED_BY = {
    "USER_PASSWORD_AUTH": frozenset({"ALLOW_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH"}),
    "ADMIN_USER_PASSWORD_AUTH": frozenset({"ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"}),
    "ADMIN_NO_SRP_AUTH": frozenset({"ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"}),
    "CUSTOM_AUTH": frozenset({"ALLOW_CUSTOM_AUTH", "CUSTOM_AUTH_FLOW_ONLY"}),
    "REFRESH_TOKEN_AUTH": frozenset({"ALLOW_REFRESH_TOKEN_AUTH"}),
    "REFRESH_TOKEN": frozenset({"ALLOW_REFRESH_TOKEN_AUTH"}),
}
"""The values of ExplicitAuthFlows, one of which allows a flow; the old ones allow a renewal always."""
NEW_PASSWORD = "NEW_PASSWORD_REQUIRED"  # noqa: S105 - the name of a challenge
_ATTRIBUTE = "userAttributes."
_SIGN_IN = "AuthFlow AuthParameters ClientMetadata ClientId"
_ANSWER = "ClientId ChallengeName Session ChallengeResponses ClientMetadata"


def initiate_auth(call: Call) -> Answer:
    """InitiateAuth."""
    check("InitiateAuth", call.parameters, _SIGN_IN)
    client = find_client(call.world, call.parameters["ClientId"])
    if call.parameters["AuthFlow"] in _OF_ADMINISTRATORS:
        raise InvalidParameter("Initiate Auth method not supported.")
    return _start(call, client)


def admin_initiate_auth(call: Call) -> Answer:
    """AdminInitiateAuth."""
    check("AdminInitiateAuth", call.parameters, f"UserPoolId {_SIGN_IN}")
    return _start(call, _client_of_pool(call))


def respond_to_auth_challenge(call: Call) -> Answer:
    """RespondToAuthChallenge."""
    check("RespondToAuthChallenge", call.parameters, _ANSWER)
    return _answer(call, find_client(call.world, call.parameters["ClientId"]))


def admin_respond_to_auth_challenge(call: Call) -> Answer:
    """AdminRespondToAuthChallenge."""
    check("AdminRespondToAuthChallenge", call.parameters, f"UserPoolId {_ANSWER}")
    return _answer(call, _client_of_pool(call))


OPERATIONS = (
    initiate_auth,
    admin_initiate_auth,
    respond_to_auth_challenge,
    admin_respond_to_auth_challenge,
)


# ---- helpers


def _client_of_pool(call: Call) -> Client:
    pool = find_pool(call.world, call.account, call.region, call.parameters["UserPoolId"])
    return find_client(call.world, call.parameters["ClientId"], pool)


def _start(call: Call, client: Client) -> Answer:
    flow, parameters = call.parameters["AuthFlow"], call.parameters.get("AuthParameters")
    _demand_flow(client, flow)
    metadata = call.parameters.get("ClientMetadata")
    if flow in _REFRESH:
        return _renew(call.world, client, parameters, metadata)
    name = required(parameters, "USERNAME")
    check_secret(client, name, (parameters or {}).get("SECRET_HASH"))
    if flow in _PASSWORD:
        return _sign_in(call.world, client, name, required(parameters, "PASSWORD"), metadata)
    return _sign_in_by_challenges(call.world, client, name, parameters, metadata)


def _demand_flow(client: Client, flow: str) -> None:
    if flow not in _ALLOWED_BY:
        raise NotSimulated(f"The flow {flow}", f"Simulated are: {', '.join(sorted(_ALLOWED_BY))}.")
    flows = set(client.settings["ExplicitAuthFlows"])
    old = not any(one.startswith("ALLOW_") for one in flows)
    if flows & _ALLOWED_BY[flow] or (old and flow in _REFRESH):
        return
    if flow in _OF_ADMINISTRATORS:
        raise InvalidParameter("Auth flow not enabled for this client")
    raise InvalidParameter(f"{flow} flow not enabled for this client")


def _sign_in(
    world: World, client: Client, name: str, password: str, metadata: Mapping[str, str] | None
) -> Answer:
    user = client.pool.find(name)
    if user is None:
        user = migrate(world, client, name, "Authentication", password, validation=metadata)
    before(world, client, name, user, metadata)
    return with_password(world, client, demand_user(client, user), password)


def _sign_in_by_challenges(
    world: World,
    client: Client,
    name: str,
    parameters: Mapping[str, str] | None,
    metadata: Mapping[str, str] | None,
) -> Answer:
    given = parameters or {}
    if given.get("CHALLENGE_NAME", CHALLENGE) != CHALLENGE or "SRP_A" in given:
        raise NotSimulated("SRP as the first challenge", f"Set CHALLENGE_NAME to {CHALLENGE}.")
    user = client.pool.find(name)
    if user is None and not client.hides_users:
        demand_user(client, user)
    if user is not None:
        demand_enabled(user)
    before(world, client, name, user, metadata)
    return Dialogue(world, client, name, user).start()


def _renew(
    world: World,
    client: Client,
    parameters: Mapping[str, str] | None,
    metadata: Mapping[str, str] | None,
) -> Answer:
    user, signed_in = read_refresh_token(world, client, required(parameters, "REFRESH_TOKEN"))
    demand_enabled(user)
    if client.secret is not None and (parameters or {}).get("SECRET_HASH") is None:
        raise NotAuthorized(f"Client {client.id} is configured with secret but SECRET_HASH was not received")
    if client.secret is not None:
        check_secret(client, user.username, (parameters or {})["SECRET_HASH"])
    del metadata  # no function sees it here
    made = customization(world, client, user, "RefreshTokens", None)
    return {"ChallengeParameters": {}, "AuthenticationResult": issue(world, client, user, signed_in, made)}


def _answer(call: Call, client: Client) -> Answer:
    name, responses = call.parameters["ChallengeName"], call.parameters.get("ChallengeResponses")
    if name not in {NEW_PASSWORD, CHALLENGE}:
        raise NotSimulated(f"The challenge {name}", f"Simulated are: {CHALLENGE}, {NEW_PASSWORD}.")
    username = required(responses, "USERNAME")
    check_secret(client, username, (responses or {}).get("SECRET_HASH"))
    if name == NEW_PASSWORD:
        return _change_password(call, client, username)
    session = take_session(call.world, client, call.parameters.get("Session"), name)
    _demand_same(client, session, username)
    user = client.pool.users.get(session.username)
    metadata = call.parameters.get("ClientMetadata")
    return Dialogue(call.world, client, username, user, metadata).answer(session, responses)


def _change_password(call: Call, client: Client, username: str) -> Answer:
    """The answer to the challenge of a temporary password; one that the policy refuses can be given again."""
    world, responses = call.world, call.parameters.get("ChallengeResponses")
    password = required(responses, "NEW_PASSWORD")
    given = _attributes(responses or {})
    check_writable(client, given)
    check_password(client.pool, password)
    session = take_session(world, client, call.parameters.get("Session"), NEW_PASSWORD)
    _demand_same(client, session, username)
    user = client.pool.user(session.username)
    demand_enabled(user)
    try:
        check_attributes(client.pool, {**user.attributes, **given})
    except InvalidParameter:
        session.used = False
        raise
    user.attributes |= given
    user.password, user.status, user.password_expires_at = password, CONFIRMED, None
    changed(world, client.pool, user, "given a new password")
    metadata = call.parameters.get("ClientMetadata")
    return complete(world, client, user, "NewPasswordChallenge", metadata)


def _attributes(responses: Mapping[str, Any]) -> dict[str, str]:
    return {
        name.removeprefix(_ATTRIBUTE): value
        for name, value in responses.items()
        if name.startswith(_ATTRIBUTE)
    }


def _demand_same(client: Client, session: Session, username: str) -> None:
    user = client.pool.find(username)
    if (username if user is None else user.username) != session.username:
        session.used = False
        raise NotAuthorized("Invalid session for the user.")
