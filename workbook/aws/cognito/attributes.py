"""The attributes of users: the standard ones, those that a pool adds, and what a request may set.

Source: Cognito Developer Guide, "Working with user attributes"; what AWS shows of a new pool.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workbook.aws.cognito.errors import InvalidParameter, NotAuthorized
from workbook.aws.cognito.registry import Attributes, Client, Pool, Settings

_TEXTS = (
    *("sub", "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username"),
    *("profile", "picture", "website", "email", "email_verified", "gender", "birthdate", "zoneinfo"),
    *("locale", "phone_number", "phone_number_verified", "address", "updated_at"),
)
_VERIFIED = frozenset({"email_verified", "phone_number_verified"})
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+[0-9]{1,15}")


def standard_schema() -> dict[str, Settings]:
    """The attributes of every pool, as AWS describes them."""
    return {name: _standard(name) for name in _TEXTS}


def _standard(name: str) -> Settings:
    shown: Settings = {
        "Name": name,
        "AttributeDataType": "String",
        "DeveloperOnlyAttribute": False,
        "Mutable": name != "sub",
        "Required": name == "sub",
    }
    if name in _VERIFIED:
        return {**shown, "AttributeDataType": "Boolean"}
    if name == "updated_at":
        return {**shown, "AttributeDataType": "Number", "NumberAttributeConstraints": {"MinValue": "0"}}
    least = {"sub": "1", "birthdate": "10"}.get(name, "0")
    most = "10" if name == "birthdate" else "2048"
    return {**shown, "StringAttributeConstraints": {"MinLength": least, "MaxLength": most}}


def schema_of(given: Sequence[Mapping[str, Any]] | None) -> dict[str, Settings]:
    """The schema of a new pool: the standard one, with what a request changes in it and adds to it.

    Raises:
        InvalidParameter: a custom attribute without a type, or a required one.
    """
    schema = standard_schema()
    for one in given or ():
        name = one["Name"]
        if name in schema:
            schema[name] = {**schema[name], **one}
            continue
        if one.get("Required"):
            raise InvalidParameter("Required custom attributes are not supported currently.")
        if not one.get("AttributeDataType"):
            raise InvalidParameter(
                "Invalid AttributeDataType input, consider using the provided AttributeDataType enum."
            )
        shown = {"DeveloperOnlyAttribute": False, "Mutable": True, "Required": False, **one}
        schema[f"custom:{name}"] = {**shown, "Name": f"custom:{name}"}
    return schema


def check_attributes(pool: Pool, attributes: Attributes) -> None:
    """Let attributes pass that fit the pool's schema and have the form of their kind.

    Raises:
        InvalidParameter: they do not.
    """
    wrong = [*_unknown(pool, attributes), *_missing(pool, attributes), *_too_long(pool, attributes)]
    if wrong:
        raise InvalidParameter("Attributes did not conform to the schema: " + "".join(wrong))
    if "email" in attributes and not is_email(attributes["email"]):
        raise InvalidParameter("Invalid email address format.")
    if "phone_number" in attributes and not is_phone(attributes["phone_number"]):
        raise InvalidParameter("Invalid phone number format.")


def check_writable(client: Client, attributes: Attributes) -> None:
    """Let a user set the attributes that the app client may write: unless it says which, all standard ones.

    Raises:
        NotAuthorized: it may not.
    """
    allowed = client.settings.get("WriteAttributes") or [name for name in _TEXTS if name not in _VERIFIED]
    if any(name not in allowed for name in attributes if name in client.pool.schema):
        raise NotAuthorized("A client attempted to write unauthorized attribute")


def readable(client: Client, attributes: Attributes) -> Attributes:
    """The attributes that an app client may read: unless it says which, all standard ones."""
    allowed = client.settings.get("ReadAttributes") or _TEXTS
    return {name: value for name, value in attributes.items() if name in allowed}


def is_email(text: str) -> bool:
    """Whether a text has the form of an email address."""
    return _EMAIL.fullmatch(text) is not None


def is_phone(text: str) -> bool:
    """Whether a text is a phone number in E.164 form."""
    return _PHONE.fullmatch(text) is not None


def _unknown(pool: Pool, attributes: Attributes) -> Iterator[str]:
    for name in attributes:
        if name not in pool.schema or name == "sub":
            yield f"{name}: Attribute does not exist in the schema.\n"


def _missing(pool: Pool, attributes: Attributes) -> Iterator[str]:
    for name, described in pool.schema.items():
        if described["Required"] and name != "sub" and not attributes.get(name):
            yield f"{name}: The attribute is required\n"


def _too_long(pool: Pool, attributes: Attributes) -> Iterator[str]:
    for name, value in attributes.items():
        limits = pool.schema.get(name, {}).get("StringAttributeConstraints") or {}
        least, most = int(limits.get("MinLength") or 0), int(limits.get("MaxLength") or 2048)
        if len(value) > most:
            yield f"{name}: String must be at most {most} characters long\n"
        elif len(value) < least:
            yield f"{name}: String must be at least {least} characters long\n"
