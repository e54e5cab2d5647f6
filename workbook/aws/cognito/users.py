"""How users come into a pool: the names they may have, and what becomes of their first attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbook.aws.cognito.attributes import is_email, is_phone
from workbook.aws.cognito.errors import InvalidParameter
from workbook.aws.cognito.registry import User

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbook.aws.cognito.registry import Attributes, Pool
    from workbook.engine.world import World

_FORMS = {"email": is_email, "phone_number": is_phone}
_NAMES = {
    "email": "Username should be an email.",
    "phone_number": "Username should be a phone number.",
    "email phone_number": "Username should be either an email or a phone number.",
}


def with_sign_in_attribute(pool: Pool, name: str, attributes: Attributes) -> Attributes:
    """Attributes with the email address or phone number that a user has signed up with, where that is so.

    Raises:
        InvalidParameter: the pool's users sign in with one, and `name` is none.
    """
    kinds = pool.sign_in_attributes
    if not kinds:
        return attributes
    for kind in kinds:
        if _FORMS[kind](name):
            return {**attributes, kind: name}
    raise InvalidParameter(_NAMES[" ".join(sorted(kinds))])


def taken_attribute(pool: Pool, attributes: Attributes) -> str | None:
    """The attribute by which somebody else signs in already, if there is one."""
    kinds = (kind for kind in pool.sign_in_attributes if attributes.get(kind) in pool.names)
    return next(kinds, None)


def new_user(
    world: World, pool: Pool, name: str, password: str | None, status: str, attributes: Mapping[str, str]
) -> User:
    """A user that is in no pool yet; where one signs in with an address, the username is the user's id."""
    sub, now = world.seeds.uuid("cognito.users"), world.clock.now
    username = sub if pool.sign_in_attributes else name
    return User(username, sub, password, status, dict(attributes), now, now)


def changed(world: World, pool: Pool, user: User, why: str) -> None:
    """Write down that a user is in another state."""
    user.changed_at = world.clock.now
    facts: dict[str, Any] = {"status": user.status} if user.username in pool.users else {}
    world.trace.record("user", pool.arn, user=user.username, reason=why, **facts)
