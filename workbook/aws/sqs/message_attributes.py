"""Message attributes: AWS's rules for names, types and values, and the digest that lets a client check them.

An attribute is kept as it was sent (`StringValue` text, `BinaryValue` base64 text of the JSON protocol), so
that it is given back unchanged; :func:`check_attributes` returns besides it what it weighs. Its size is the
bytes of name, type and value together, and counts towards the size of the message.

Source: Developer Guide, "Message metadata for Amazon SQS" (components, range of numbers, MD5 calculation);
error texts as AWS answers. The guide says that SQS removes zeros around numbers; what was recorded comes back
as it was sent, and so it does here.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import struct
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from workbook.aws.limits import limit
from workbook.aws.sqs.errors import InvalidMessageContents, InvalidParameterValue, MalformedInput
from workbook.aws.sqs.validation import scalar_text

MAXIMUM_ATTRIBUTES = limit("sqs.message-attributes")
_LONGEST_NAME = 256
_OTHERS_IN_NAMES = frozenset("_-.")
_TYPES = ("String", "Number", "Binary")
_SMALLEST, _LARGEST = Decimal("1e-128"), Decimal("1e126")
_STRING_TRANSPORT, _BINARY_TRANSPORT = b"\x01", b"\x02"
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Attributes = dict[str, dict[str, str]]


class CheckedAttributes(NamedTuple):
    """Attributes that are as AWS wants them, their digest, and their size in bytes."""

    attributes: Attributes
    md5: str | None
    size: int


NO_ATTRIBUTES = CheckedAttributes({}, None, 0)


def check_attributes(given: Mapping[str, object]) -> CheckedAttributes:
    """Check the attributes that a producer set.

    Raises:
        InvalidParameterValue: a name, type or value breaks a rule, or there are more than 10.
        MalformedInput: an attribute is not a structure, or a BinaryValue is not base64.
    """
    if not given:
        return NO_ATTRIBUTES
    if len(given) > MAXIMUM_ATTRIBUTES:
        raise InvalidParameterValue(
            f"Number of message attributes [{len(given)}] exceeds the allowed maximum [{MAXIMUM_ATTRIBUTES}]."
        )
    attributes = {name: _check_attribute(name, value) for name, value in given.items()}
    return CheckedAttributes(attributes, md5_of_attributes(attributes), size_of_attributes(attributes))


def check_system_attributes(given: Mapping[str, object]) -> CheckedAttributes:
    """Check the system attributes that a producer set: there is only AWSTraceHeader, a String.

    They do not count towards the size of a message.

    Raises:
        InvalidParameterValue: another name, another type, or no value.
    """
    if not given:
        return NO_ATTRIBUTES
    for name in given:
        if name != "AWSTraceHeader":
            raise InvalidParameterValue(f"Message system attribute name '{name}' is invalid.")
    attribute = _text_members("AWSTraceHeader", given["AWSTraceHeader"])
    if attribute.get("DataType") != "String":
        raise InvalidParameterValue(
            "The type of message (system) attribute 'AWSTraceHeader' is invalid. "
            "You must use only the following supported type prefixes: String."
        )
    if not attribute.get("StringValue"):
        raise InvalidParameterValue(
            "Message (system) attribute 'AWSTraceHeader' must contain a non-empty value of type 'String'."
        )
    _check_characters(attribute["StringValue"])
    attributes = {"AWSTraceHeader": {"DataType": "String", "StringValue": attribute["StringValue"]}}
    return CheckedAttributes(attributes, md5_of_attributes(attributes), 0)


def refuse_forbidden_characters(text: str) -> None:
    """SQS takes the characters of XML 1.0 and no others.

    Raises:
        InvalidMessageContents: the text has another character; the error names it.
    """
    found = _FORBIDDEN.search(text)
    if found is not None:
        raise InvalidMessageContents(
            f"Invalid binary character '#x{ord(found.group()):X}' was found in the message body, the set of "
            "allowed characters is #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]."
        )


def md5_of_attributes(attributes: Attributes) -> str:
    """The digest over names in order, each with type, transport type and value, preceded by lengths."""
    digest = hashlib.md5(usedforsecurity=False)
    for name in sorted(attributes):
        attribute = attributes[name]
        for text in (name, attribute["DataType"]):
            _add(digest, text.encode())
        digest.update(_BINARY_TRANSPORT if "BinaryValue" in attribute else _STRING_TRANSPORT)
        _add(digest, _value_bytes(attribute))
    return digest.hexdigest()


def size_of_attributes(attributes: Attributes) -> int:
    """Bytes of all names, types and values."""
    return sum(
        len(name.encode()) + len(attribute["DataType"].encode()) + len(_value_bytes(attribute))
        for name, attribute in attributes.items()
    )


def _add(digest: hashlib._Hash, value: bytes) -> None:
    digest.update(struct.pack(">I", len(value)))
    digest.update(value)


def _value_bytes(attribute: Mapping[str, str]) -> bytes:
    if "BinaryValue" in attribute:
        return base64.b64decode(attribute["BinaryValue"])
    return attribute["StringValue"].encode()


def _check_attribute(name: str, given: object) -> dict[str, str]:
    _check_name(name)
    attribute = _text_members(name, given)
    data_type = attribute.get("DataType", "")
    if not data_type:
        raise InvalidParameterValue(
            f"The message (user) attribute '{name}' must contain a non-empty message attribute type."
        )
    _check_characters(data_type)
    if len(data_type.encode()) > _LONGEST_NAME:
        raise InvalidParameterValue(
            f"Message (user) attribute type must be shorter than {_LONGEST_NAME} bytes."
        )
    kind = data_type.split(".", 1)[0]
    if kind not in _TYPES:
        raise InvalidParameterValue(
            f"The type of message (user) attribute '{name}' is invalid. You must use only the following "
            "supported type prefixes: Binary, Number, String."
        )
    return {"DataType": data_type, **_check_value(name, kind, attribute)}


def _check_name(name: str) -> None:
    if not name:
        raise InvalidParameterValue("The request must contain non-empty message (user) attribute names.")
    if len(name.encode(errors="replace")) > _LONGEST_NAME:
        raise InvalidParameterValue(
            f"Message (user) attribute name must be shorter than {_LONGEST_NAME} bytes."
        )
    if name.lower().startswith(("aws.", "amazon.")):
        raise InvalidParameterValue(
            "You can't use message attribute names beginning with 'AWS.' or 'Amazon'. "
            "These strings are reserved for internal use."
        )
    wrong = next((one for one in name if not (one.isalnum() or one in _OTHERS_IN_NAMES)), None)
    if wrong is not None:
        raise InvalidParameterValue(
            f"Invalid non-alphanumeric character '#x{ord(wrong):X}' was found in the message attribute name. "
            "Can only include alphanumeric characters, hyphens, underscores, or dots."
        )
    if name.startswith(".") or name.endswith(".") or ".." in name:
        raise InvalidParameterValue("Message attribute name can not start, end or have successive dots.")


def _text_members(name: str, given: object) -> dict[str, str]:
    if not isinstance(given, Mapping):
        raise MalformedInput("Unexpected value where a structure was expected")
    if given.get("StringListValues") or given.get("BinaryListValues"):
        raise InvalidParameterValue(
            "Message attribute list values in SendMessage operation are not supported."
        )
    members = {
        key: scalar_text(given[key])
        for key in ("DataType", "StringValue", "BinaryValue")
        if given.get(key) is not None
    }
    if not members:
        raise InvalidParameterValue(
            f"The message (user) attribute '{name}' must contain a non-empty message attribute value."
        )
    return members


def _check_value(name: str, kind: str, attribute: Mapping[str, str]) -> dict[str, str]:
    member = "BinaryValue" if kind == "Binary" else "StringValue"
    value = attribute.get(member)
    if not value:
        raise InvalidParameterValue(
            f"Message (user) attribute '{name}' must contain a non-empty value of type '{kind}'."
        )
    if kind == "Binary":
        _check_base64(value)
    else:
        _check_characters(value)
    if kind == "Number":
        _check_number(name, value)
    return {member: value}


def _check_base64(value: str) -> None:
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedInput("Invalid Base64 encoding") from error


def _check_characters(value: str) -> None:
    try:
        refuse_forbidden_characters(value)
    except InvalidMessageContents as error:
        raise InvalidParameterValue(error.message) from error


def _check_number(name: str, value: str) -> None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or (number and not _SMALLEST <= number.copy_abs() <= _LARGEST):
        raise InvalidParameterValue(f"Can't cast the value of message (user) attribute '{name}' to a number.")
