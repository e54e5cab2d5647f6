"""Message attributes as SNS takes them: its rules, in its own words.

They are much like those of SQS, but not the same: there is a type String.Array, SNS takes more than ten, and
its refusals read differently. An attribute is kept as queues have it, a BinaryValue as base64 text. A
String.Array need not hold an array: that is noticed by filters only (unverified).

Sources: Amazon SNS Developer Guide, "Amazon SNS message attributes"; refusals of AWS recorded in public test
suites (2023 to 2024).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from workbook.aws.sns.errors import ParameterValueInvalid, ValidationError
from workbook.aws.sns.notification import Attributes

_LONGEST_NAME = 256
_TYPE = re.compile(r"(String|Number|Binary)(\..+)?")
_ALLOWED_IN_NAMES = re.compile(r"[A-Za-z0-9_.-]")


def check_attributes(given: Mapping[str, Mapping[str, Any]] | None, where: str = "") -> Attributes:
    """The message attributes of a request, checked; ``where`` is the path to them in AWS's errors.

    Raises:
        ParameterValueInvalid: a name, a type or a value breaks a rule.
        ValidationError: an attribute has no type.
    """
    return {name: _checked(name, attribute, where) for name, attribute in (given or {}).items()}


def size_of(attributes: Attributes) -> int:
    """Bytes of all names, types and values."""
    return sum(
        len(name.encode()) + len(each["DataType"].encode()) + _size_of_value(each)
        for name, each in attributes.items()
    )


def _size_of_value(attribute: Mapping[str, str]) -> int:
    if "BinaryValue" in attribute:
        return len(base64.b64decode(attribute["BinaryValue"]))
    return len(attribute["StringValue"].encode())


def _checked(name: str, attribute: Mapping[str, Any], where: str) -> dict[str, str]:
    data_type = attribute.get("DataType")
    if data_type is None:
        raise ValidationError(
            f"1 validation error detected: Value null at '{where}messageAttributes.{name}.member.dataType' "
            "failed to satisfy constraint: Member must not be null"
        )
    _check_name(name)
    kind = _TYPE.fullmatch(data_type)
    if kind is None:
        raise ParameterValueInvalid(
            f"The message attribute '{name}' has an invalid message attribute type, the set of supported "
            "type prefixes is Binary, Number, and String."
        )
    field = "Binary" if kind.group(1) == "Binary" else "String"
    other = "String" if field == "Binary" else "Binary"
    value = attribute.get(f"{field}Value")
    if not value and attribute.get(f"{other}Value"):
        raise ParameterValueInvalid(
            f"The message attribute '{name}' with type '{data_type}' must use field '{field}'."
        )
    if not value:
        raise ParameterValueInvalid(
            f"The message attribute '{name}' must contain non-empty message attribute value for message "
            f"attribute type '{data_type}'."
        )
    if field == "Binary":
        return {"DataType": data_type, "BinaryValue": base64.b64encode(value).decode()}
    _check_text(name, data_type, value)
    return {"DataType": data_type, "StringValue": value}


def _check_name(name: str) -> None:
    if len(name.encode()) >= _LONGEST_NAME:
        raise ParameterValueInvalid("Length of message attribute name must be less than 256 bytes.")
    wrong = next((each for each in name if _ALLOWED_IN_NAMES.fullmatch(each) is None), None)
    if wrong is not None:
        raise ParameterValueInvalid(
            f"Invalid non-alphanumeric character '#x{ord(wrong):X}' was found in the message attribute name. "
            "Can only include alphanumeric characters, hyphens, underscores, or dots."
        )
    if name.startswith("."):
        raise ParameterValueInvalid("Invalid message attribute name starting with character '.' was found.")
    if name.endswith("."):
        raise ParameterValueInvalid("Invalid message attribute name ending with character '.' was found.")
    if ".." in name:
        raise ParameterValueInvalid("Message attribute name can not have successive '.' character.")


def _check_text(name: str, data_type: str, value: str) -> None:
    if data_type.startswith("Number") and not _is_number(value):
        raise ParameterValueInvalid(f"Could not cast message attribute '{name}' value to number.")


def _is_number(value: str) -> bool:
    try:
        return Decimal(value).is_finite()
    except InvalidOperation:
        return False
