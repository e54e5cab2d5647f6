"""How users come in by themselves: SignUp, and the confirmation that follows.

    SignUp ─> PreSignUp ─┬─ autoConfirmUser ──────────────────────────────────> PostConfirmation
                         └─ a code, by CustomMessage ─> ConfirmSignUp, AdminConfirmSignUp ─┘

What a trigger refuses undoes nothing that came before it: when CustomMessage fails, the user is there, with
no letter, and when PostConfirmation fails, the user is confirmed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.cognito.attributes import check_attributes, check_writable
from workbook.aws.cognito.checks import check
from workbook.aws.cognito.errors import (
    ExpiredCode,
    InvalidParameter,
    NotAuthorized,
    UsernameExists,
)
from workbook.aws.cognito.messages import RESEND_CODE, SIGN_UP, attribute_to_verify, send_code, take_code
from workbook.aws.cognito.passwords import check_password
from workbook.aws.cognito.registry import (
    CONFIRMED,
    UNCONFIRMED,
    Attributes,
    Client,
    User,
    find_client,
    find_pool,
    pairs,
)
from workbook.aws.cognito.sign_in import check_secret
from workbook.aws.cognito.triggers import Question, Response, ask, attributes_of, is_flag, with_metadata
from workbook.aws.cognito.users import changed, new_user, taken_attribute, with_sign_in_attribute

if TYPE_CHECKING:
    from workbook.aws.cognito.registry import Pool
    from workbook.aws.operations import Answer, Call
    from workbook.engine.world import World

UNKNOWN = "Username/client id combination not found."
PRE_SIGN_UP = {"autoConfirmUser": is_flag, "autoVerifyEmail": is_flag, "autoVerifyPhone": is_flag}
_VERIFIED = {"autoVerifyEmail": "email", "autoVerifyPhone": "phone_number"}


def sign_up(call: Call) -> Answer:
    """SignUp."""
    world, parameters = call.world, call.parameters
    check(
        "SignUp",
        parameters,
        "ClientId SecretHash Username Password UserAttributes ValidationData ClientMetadata",
    )
    client = find_client(world, parameters["ClientId"])
    pool, name = client.pool, parameters["Username"]
    check_secret(client, name, parameters.get("SecretHash"))
    if pool.settings["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"]:
        raise NotAuthorized("SignUp is not permitted for this user pool")
    attributes = pairs(parameters.get("UserAttributes"))
    check_writable(client, attributes)
    attributes = with_sign_in_attribute(pool, name, attributes)
    password = parameters.get("Password") or ""
    check_password(pool, password)
    check_attributes(pool, attributes)
    user = new_user(world, pool, name, password, UNCONFIRMED, attributes)
    answer = before_sign_up(world, client, pool, user, "SignUp", parameters)
    _demand_new(pool, name, attributes)
    _verify(pool, user, answer)
    pool.add(user)
    return _go_on(world, client, user, answer, parameters.get("ClientMetadata"))


def _go_on(
    world: World,
    client: Client,
    user: User,
    answer: Response,
    metadata: Mapping[str, str] | None,
) -> dict[str, Any]:
    pool, confirmed = client.pool, bool(answer.get("autoConfirmUser"))
    if confirmed:
        user.status = CONFIRMED
    changed(world, pool, user, "signed up")
    shown: dict[str, Any] = {"UserConfirmed": confirmed, "UserSub": user.sub}
    attribute = attribute_to_verify(pool, user)
    if confirmed:
        after_confirmation(world, client, pool, user, "ConfirmSignUp", metadata)
    elif attribute is not None:
        shown["CodeDeliveryDetails"] = send_code(
            world, client, pool, user, attribute, SIGN_UP, purpose="sign-up", metadata=metadata
        )
    return shown


def confirm_sign_up(call: Call) -> Answer:
    """ConfirmSignUp, with the code that was sent."""
    world, parameters = call.world, call.parameters
    check(
        "ConfirmSignUp",
        parameters,
        "ClientId SecretHash Username ConfirmationCode ForceAliasCreation ClientMetadata",
    )
    client = find_client(world, parameters["ClientId"])
    check_secret(client, parameters["Username"], parameters.get("SecretHash"))
    user = known_user(client, parameters["Username"], ExpiredCode())
    _demand_unconfirmed(user)
    code = take_code(world, user, "sign-up", parameters["ConfirmationCode"])
    user.attributes[f"{code.attribute}_verified"] = "true"
    _confirm(world, client, client.pool, user, parameters.get("ClientMetadata"))
    return {}


def admin_confirm_sign_up(call: Call) -> Answer:
    """AdminConfirmSignUp: no code is asked, and no address is verified."""
    parameters = call.parameters
    check("AdminConfirmSignUp", parameters, "UserPoolId Username ClientMetadata")
    pool = find_pool(call.world, call.account, call.region, parameters["UserPoolId"])
    user = pool.user(parameters["Username"])
    _demand_unconfirmed(user)
    _confirm(call.world, None, pool, user, parameters.get("ClientMetadata"))
    return {}


def resend_confirmation_code(call: Call) -> Answer:
    """ResendConfirmationCode: a new code; the one before is worth nothing any more."""
    world, parameters = call.world, call.parameters
    check("ResendConfirmationCode", parameters, "ClientId SecretHash Username ClientMetadata")
    client = find_client(world, parameters["ClientId"])
    check_secret(client, parameters["Username"], parameters.get("SecretHash"))
    user = known_user(client, parameters["Username"], None)
    if user.status != UNCONFIRMED:
        raise InvalidParameter("User is already confirmed.")
    attribute = attribute_to_verify(client.pool, user)
    if attribute is None:
        raise InvalidParameter("Auto verification not turned on.")
    metadata = parameters.get("ClientMetadata")
    details = send_code(
        world, client, client.pool, user, attribute, RESEND_CODE, purpose="sign-up", metadata=metadata
    )
    return {"CodeDeliveryDetails": details}


OPERATIONS = (sign_up, confirm_sign_up, admin_confirm_sign_up, resend_confirmation_code)


# ---- shared with the operations of administrators


def before_sign_up(
    world: World,
    client: Client | None,
    pool: Pool,
    user: User,
    source: str,
    parameters: Mapping[str, Any],
) -> Response:
    """Ask the trigger PreSignUp; functions see the attributes that were given, and no id yet."""
    validation = parameters.get("ValidationData")
    request: dict[str, Any] = {
        "userAttributes": dict(user.attributes),
        "validationData": pairs(validation) if validation else None,
    }
    question = Question(
        "PreSignUp",
        source,
        user.username,
        with_metadata(request, parameters.get("ClientMetadata")),
        PRE_SIGN_UP,
        blank=False,
        client=client,
    )
    return ask(world, pool, question) or {}


def after_confirmation(
    world: World,
    client: Client | None,
    pool: Pool,
    user: User,
    source: str,
    metadata: Mapping[str, str] | None,
) -> None:
    """Ask the trigger PostConfirmation."""
    request = with_metadata({"userAttributes": attributes_of(pool, user)}, metadata)
    ask(world, pool, Question("PostConfirmation", source, user.username, request, client=client))


def known_user(client: Client, name: str, hidden: Exception | None) -> User:
    """A user by its name; where the client hides who exists, `hidden` is raised instead, if it is given.

    Raises:
        UserNotFound: there is none.
    """
    if hidden is not None and client.hides_users and client.pool.find(name) is None:
        raise hidden
    return client.pool.user(name, UNKNOWN)


# ---- helpers


def _demand_new(pool: Pool, name: str, attributes: Attributes) -> None:
    taken = taken_attribute(pool, attributes)
    if taken is not None:
        raise UsernameExists(f"An account with the given {taken} already exists.")
    if not pool.sign_in_attributes and name in pool.users:
        raise UsernameExists


def _verify(pool: Pool, user: User, answer: Response) -> None:
    """Note of each address whether it is known to be the user's own."""
    for attribute in pool.settings.get("AutoVerifiedAttributes") or ():
        if attribute in user.attributes:
            user.attributes[f"{attribute}_verified"] = "false"
    for flag, attribute in _VERIFIED.items():
        if answer.get(flag):
            if attribute not in user.attributes:
                raise InvalidParameter(f"{flag} needs the attribute {attribute}; the user has none")
            user.attributes[f"{attribute}_verified"] = "true"


def _demand_unconfirmed(user: User) -> None:
    if user.status != UNCONFIRMED:
        raise NotAuthorized(f"User cannot be confirmed. Current status is {user.status}")


def _confirm(
    world: World,
    client: Client | None,
    pool: Pool,
    user: User,
    metadata: Mapping[str, str] | None,
) -> None:
    user.status = CONFIRMED
    changed(world, pool, user, "confirmed")
    after_confirmation(world, client, pool, user, "ConfirmSignUp", metadata)
