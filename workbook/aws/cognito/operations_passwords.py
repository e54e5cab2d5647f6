"""The operations on forgotten passwords, and those by which an administrator sets one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.cognito.checks import check
from workbook.aws.cognito.errors import CodeMismatch, InvalidParameter, NotAuthorized
from workbook.aws.cognito.messages import (
    FORGOT_PASSWORD,
    delivery_details,
    recovery_attribute,
    send_code,
    take_code,
)
from workbook.aws.cognito.migration import migrate
from workbook.aws.cognito.operations_sign_up import after_confirmation, known_user
from workbook.aws.cognito.passwords import check_password, expiry
from workbook.aws.cognito.registry import (
    CONFIRMED,
    FORCE_CHANGE_PASSWORD,
    RESET_REQUIRED,
    Client,
    Pool,
    User,
    find_client,
    find_pool,
)
from workbook.aws.cognito.sign_in import check_secret, demand_enabled
from workbook.aws.cognito.users import changed

if TYPE_CHECKING:
    from workbook.aws.operations import Answer, Call
    from workbook.engine.world import World

_NO_ADDRESS = "Cannot reset password for the user as there is no registered/verified email or phone_number"
_STATE = "User password cannot be reset in the current state."


def forgot_password(call: Call) -> Answer:
    """ForgotPassword: a code goes to a verified address."""
    world, parameters = call.world, call.parameters
    check("ForgotPassword", parameters, "ClientId SecretHash Username ClientMetadata")
    client = find_client(world, parameters["ClientId"])
    name, metadata = parameters["Username"], parameters.get("ClientMetadata")
    check_secret(client, name, parameters.get("SecretHash"))
    user = client.pool.find(name)
    if user is None:
        user = migrate(world, client, name, "ForgotPassword", None, metadata=metadata)
    if user is None and client.hides_users:
        return {"CodeDeliveryDetails": _pretended(name)}
    user = known_user(client, name, None)
    demand_enabled(user)
    if user.status == FORCE_CHANGE_PASSWORD:
        raise NotAuthorized(_STATE)
    return {"CodeDeliveryDetails": _send(world, client, client.pool, user, metadata)}


def confirm_forgot_password(call: Call) -> Answer:
    """ConfirmForgotPassword, with the code and a new password."""
    world, parameters = call.world, call.parameters
    check(
        "ConfirmForgotPassword",
        parameters,
        "ClientId SecretHash Username ConfirmationCode Password ClientMetadata",
    )
    client = find_client(world, parameters["ClientId"])
    check_secret(client, parameters["Username"], parameters.get("SecretHash"))
    user = known_user(client, parameters["Username"], CodeMismatch())
    check_password(client.pool, parameters["Password"])
    take_code(world, user, "password", parameters["ConfirmationCode"])
    _set(user, parameters["Password"], CONFIRMED)
    changed(world, client.pool, user, "given a new password")
    metadata = parameters.get("ClientMetadata")
    after_confirmation(world, client, client.pool, user, "ConfirmForgotPassword", metadata)
    return {}


def admin_reset_user_password(call: Call) -> Answer:
    """AdminResetUserPassword: the user has to choose a new one, with a code that is sent."""
    parameters = call.parameters
    check("AdminResetUserPassword", parameters, "UserPoolId Username ClientMetadata")
    pool = _pool(call)
    user = pool.user(parameters["Username"])
    if user.status not in {CONFIRMED, RESET_REQUIRED}:
        raise NotAuthorized(_STATE)
    _demand_address(pool, user)
    user.status = RESET_REQUIRED
    changed(call.world, pool, user, "asked for a new password")
    _send(call.world, None, pool, user, parameters.get("ClientMetadata"))
    return {}


def admin_set_user_password(call: Call) -> Answer:
    """AdminSetUserPassword: for good, or a temporary one."""
    parameters = call.parameters
    check("AdminSetUserPassword", parameters, "UserPoolId Username Password Permanent")
    pool = _pool(call)
    user = pool.user(parameters["Username"])
    check_password(pool, parameters["Password"])
    permanent = bool(parameters.get("Permanent"))
    _set(user, parameters["Password"], CONFIRMED if permanent else FORCE_CHANGE_PASSWORD)
    user.password_expires_at = None if permanent else expiry(call.world, pool)
    changed(call.world, pool, user, "given a password")
    return {}


OPERATIONS = (
    forgot_password,
    confirm_forgot_password,
    admin_reset_user_password,
    admin_set_user_password,
)


# ---- helpers


def _pool(call: Call) -> Pool:
    return find_pool(call.world, call.account, call.region, call.parameters["UserPoolId"])


def _set(user: User, password: str, status: str) -> None:
    user.password, user.status = password, status
    user.failures, user.locked_until, user.password_expires_at = 0, 0, None


def _demand_address(pool: Pool, user: User) -> str:
    setting = pool.settings.get("AccountRecoverySetting") or {}
    names = {one["Name"] for one in setting.get("RecoveryMechanisms") or ()}
    if names == {"admin_only"}:
        raise NotAuthorized("Contact administrator to reset password.")
    attribute = recovery_attribute(pool, user)
    if attribute is None:
        raise InvalidParameter(_NO_ADDRESS)
    return attribute


def _send(
    world: World, client: Client | None, pool: Pool, user: User, metadata: Mapping[str, str] | None
) -> dict[str, Any]:
    attribute = _demand_address(pool, user)
    return send_code(
        world, client, pool, user, attribute, FORGOT_PASSWORD, purpose="password", metadata=metadata
    )


def _pretended(name: str) -> dict[str, str]:
    """What a client that hides who exists tells of a code that nobody got."""
    if name.startswith("+"):
        return delivery_details("phone_number", name)
    return delivery_details("email", name if "@" in name else f"{name}@example.com")
