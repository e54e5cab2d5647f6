"""The operations of administrators on users."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from workbook.aws.cognito.attributes import check_attributes
from workbook.aws.cognito.checks import check
from workbook.aws.cognito.errors import InvalidParameter, UnsupportedUserState, UsernameExists
from workbook.aws.cognito.messages import INVITATION, attribute_of, demand_sms, write
from workbook.aws.cognito.operations_sign_up import before_sign_up
from workbook.aws.cognito.passwords import check_password, expiry, temporary_password
from workbook.aws.cognito.registry import FORCE_CHANGE_PASSWORD, Pool, User, find_pool, pairs
from workbook.aws.cognito.users import changed, new_user, taken_attribute, with_sign_in_attribute
from workbook.aws.paging import Pages

if TYPE_CHECKING:
    from workbook.aws.operations import Answer, Call

_FILTER = re.compile(r'\s*"?([\w:]+)"?\s*(\^?=)\s*"((?:[^"\\]|\\.)*)"\s*')
_STATES = ("cognito:user_status", "status", "username", "sub")
_PAGES = Pages(
    size=60,
    largest=60,
    maximum="Limit",
    next_page="PaginationToken",
    invalid=lambda: InvalidParameter("Invalid pagination token"),
)


def admin_create_user(call: Call) -> Answer:
    """AdminCreateUser, with a temporary password that is sent unless the request says not to."""
    parameters = call.parameters
    check(
        "AdminCreateUser",
        parameters,
        "UserPoolId Username UserAttributes ValidationData TemporaryPassword ForceAliasCreation "
        "MessageAction DesiredDeliveryMediums ClientMetadata",
    )
    pool, again = _pool(call), parameters.get("MessageAction") == "RESEND"
    user = _invited(pool, parameters["Username"]) if again else _made(call, pool)
    password = parameters.get("TemporaryPassword") or temporary_password(call.world, pool)
    check_password(pool, password)
    if not again:
        before_sign_up(call.world, None, pool, user, "AdminCreateUser", parameters)
        _demand_new(pool, parameters["Username"], user)
        pool.add(user)
    user.password, user.password_expires_at = password, expiry(call.world, pool)
    changed(call.world, pool, user, "created by an administrator")
    if parameters.get("MessageAction") != "SUPPRESS":
        _invite(call, pool, user, password)
    return {"User": user.description()}


def admin_get_user(call: Call) -> Answer:
    """AdminGetUser."""
    return _pool(call).user(call.parameters["Username"]).description("UserAttributes")


def list_users(call: Call) -> Answer:
    """ListUsers: all, or those that a filter takes."""
    parameters = call.parameters
    check("ListUsers", parameters, "UserPoolId AttributesToGet Limit PaginationToken Filter")
    wanted = parameters.get("AttributesToGet")
    found = _filtered(_pool(call), parameters.get("Filter"))
    return _PAGES.page("Users", [_described(user, wanted) for user in found], parameters)


def admin_delete_user(call: Call) -> Answer:
    """AdminDeleteUser."""
    pool = _pool(call)
    user = pool.user(call.parameters["Username"])
    pool.remove(user)
    changed(call.world, pool, user, "deleted")
    return None


def admin_disable_user(call: Call) -> Answer:
    """AdminDisableUser: nobody signs in as this user, and nothing is renewed."""
    return _switch(call, enabled=False)


def admin_enable_user(call: Call) -> Answer:
    """AdminEnableUser."""
    return _switch(call, enabled=True)


def admin_user_global_sign_out(call: Call) -> Answer:
    """AdminUserGlobalSignOut: no refresh token that was given can be used any more."""
    user = _pool(call).user(call.parameters["Username"])
    user.signed_out_at = call.world.clock.now
    return {}


OPERATIONS = (
    admin_create_user,
    admin_get_user,
    list_users,
    admin_delete_user,
    admin_disable_user,
    admin_enable_user,
    admin_user_global_sign_out,
)


# ---- helpers


def _pool(call: Call) -> Pool:
    return find_pool(call.world, call.account, call.region, call.parameters["UserPoolId"])


def _made(call: Call, pool: Pool) -> User:
    """A new user, not in the pool yet."""
    name = call.parameters["Username"]
    given = pairs(call.parameters.get("UserAttributes"))
    attributes = with_sign_in_attribute(pool, name, given)
    check_attributes(pool, {**_absent(pool), **attributes})
    return new_user(call.world, pool, name, None, FORCE_CHANGE_PASSWORD, attributes)


def _demand_new(pool: Pool, name: str, user: User) -> None:
    """Asked once the trigger has answered: meanwhile somebody may have signed up by this name."""
    if taken_attribute(pool, user.attributes) or (not pool.sign_in_attributes and name in pool.users):
        raise UsernameExists("User account already exists")


def _absent(pool: Pool) -> dict[str, str]:
    """Required attributes need not be there yet: the user gives them with the new password."""
    samples = {"email": "a@b.c", "phone_number": "+1", "birthdate": "2000-01-01"}
    return {
        name: samples.get(name, "x")
        for name, described in pool.schema.items()
        if described["Required"] and name != "sub"
    }


def _invited(pool: Pool, name: str) -> User:
    """Who was invited before, and has not come yet."""
    user = pool.user(name)
    if user.status != FORCE_CHANGE_PASSWORD:
        raise UnsupportedUserState(f"Resend not possible. {name} status is not {FORCE_CHANGE_PASSWORD}")
    return user


def _invite(call: Call, pool: Pool, user: User, password: str) -> None:
    media = call.parameters.get("DesiredDeliveryMediums") or ["SMS"]
    addresses = [one for one in map(attribute_of, media) if one in user.attributes]
    for one in addresses:
        demand_sms(pool, one)
    if addresses:
        metadata = call.parameters.get("ClientMetadata")
        write(call.world, None, pool, user, addresses, INVITATION, password, metadata)


def _switch(call: Call, *, enabled: bool) -> Answer:
    pool = _pool(call)
    user = pool.user(call.parameters["Username"])
    user.enabled = enabled
    changed(call.world, pool, user, "enabled" if enabled else "disabled")
    return {}


def _filtered(pool: Pool, text: str | None) -> list[User]:
    if not text:
        return list(pool.users.values())
    match = _FILTER.fullmatch(text)
    if match is None or match[1].startswith("custom:"):
        raise InvalidParameter("Error while parsing filter.")
    name, sign, value = match[1], match[2], re.sub(r"\\(.)", r"\1", match[3])

    def takes(user: User) -> bool:
        own = _value(user, name)
        return own is not None and (own.startswith(value) if sign == "^=" else own == value)

    return [user for user in pool.users.values() if takes(user)]


def _value(user: User, name: str) -> str | None:
    states = {
        "username": user.username,
        "cognito:user_status": user.status,
        "status": "Enabled" if user.enabled else "Disabled",
    }
    return states.get(name, user.all_attributes.get(name))


def _described(user: User, wanted: list[str] | None) -> dict[str, Any]:
    shown = user.description()
    if wanted is not None:
        shown["Attributes"] = [one for one in shown["Attributes"] if one["Name"] in wanted]
    return shown
