"""The trigger UserMigration: a user who is not here yet may be known to a function, with the same password.

It is asked when somebody signs in with a password, or has forgotten it, and the pool has no such user. What
it answers makes the user; if it knows of none, there is none.

Source: Cognito Developer Guide, "Migrate user Lambda trigger".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.cognito.attributes import check_attributes
from workbook.aws.cognito.errors import InvalidLambdaResponse, NotAuthorized, UserNotFound
from workbook.aws.cognito.messages import attribute_of
from workbook.aws.cognito.registry import CONFIRMED, RESET_REQUIRED
from workbook.aws.cognito.triggers import (
    Question,
    are_texts,
    ask,
    function_of,
    is_flag,
    is_text,
    is_text_map,
    with_metadata,
)
from workbook.aws.cognito.users import changed, new_user, with_sign_in_attribute
from workbook.aws.operations import NotSimulated

if TYPE_CHECKING:
    from workbook.aws.cognito.registry import Client, User
    from workbook.engine.world import World

_TRIGGER = "UserMigration"
_FIELDS = {
    "userAttributes": is_text_map,
    "forceAliasCreation": is_flag,
    "enableSMSMFA": is_flag,
    "finalUserStatus": is_text,
    "messageAction": is_text,
    "desiredDeliveryMediums": are_texts,
}


def migrate(
    world: World,
    client: Client,
    name: str,
    source: str,
    password: str | None,
    *,
    validation: Mapping[str, str] | None = None,
    metadata: Mapping[str, str] | None = None,
) -> User | None:
    """A new user of whom the function knows; None where the pool has no such function.

    Raises:
        UserNotFound: it does not know of any, for it set no attributes.
    """
    if function_of(client.pool, _TRIGGER) is None:
        return None
    request: dict[str, Any] = {"password": password, "validationData": validation, "userAttributes": None}
    question = Question(_TRIGGER, source, name, with_metadata(request, metadata), _FIELDS, client=client)
    answer = ask(world, client.pool, question) or {}
    attributes = answer.get("userAttributes")
    if not attributes:
        if client.hides_users:
            raise NotAuthorized
        raise UserNotFound(f"Exception migrating user in app client {client.id}")
    return _make(world, client, name, password, attributes, answer)


def _make(
    world: World,
    client: Client,
    name: str,
    password: str | None,
    attributes: Mapping[str, str],
    answer: Mapping[str, Any],
) -> User:
    pool = client.pool
    somebody = pool.find(name)
    if somebody is not None:  # two asked at once, and the other was faster
        return somebody
    given = {key: value for key, value in attributes.items() if key not in {"sub", "username"}}
    given = with_sign_in_attribute(pool, name, given)
    check_attributes(pool, given)
    status = CONFIRMED if password is not None else RESET_REQUIRED
    status = answer.get("finalUserStatus") or status
    if status not in {CONFIRMED, RESET_REQUIRED}:
        raise InvalidLambdaResponse
    user = new_user(world, pool, name, password, status, given)
    _refuse_welcome(user, answer)
    pool.add(user)
    changed(world, pool, user, "migrated")
    return user


def _refuse_welcome(user: User, answer: Mapping[str, Any]) -> None:
    """What AWS writes to who comes so is not known; it goes to the phone unless the answer says else."""
    media = answer.get("desiredDeliveryMediums") or ["SMS"]
    reached = any(attribute_of(medium) in user.attributes for medium in media)
    if reached and answer.get("messageAction") != "SUPPRESS":
        raise NotSimulated("The message that welcomes a migrated user", 'Set messageAction to "SUPPRESS".')
