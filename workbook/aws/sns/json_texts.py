"""Attributes whose value is a JSON text, and what SNS answers to one that is none.

AWS's parser names the character where it gave up. Its wording is kept for the mistakes that are common; of
others the sentence is ours (unverified).
"""

from __future__ import annotations

import json
import re
from typing import Any

from workbook.aws.sns.errors import InvalidAttribute

_SOURCE = "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled)"
_WORD = re.compile(r"[A-Za-z_$][\w$]*")


def read_json_object(text: str, attribute: str) -> dict[str, Any]:
    """The object that an attribute's text holds.

    Raises:
        InvalidAttribute: the text is not JSON, or not an object.
    """
    value = read_json(text, attribute)
    if not isinstance(value, dict):
        raise InvalidAttribute(f"{attribute}: failed to parse JSON. A JSON object was expected")  # unverified
    return value


def read_json(text: str, attribute: str) -> Any:  # noqa: ANN401 - whatever the text holds
    """What an attribute's text holds.

    Raises:
        InvalidAttribute: the text is not JSON.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidAttribute(f"{attribute}: failed to parse JSON. {_complaint(text, error)}") from None


def _complaint(text: str, error: Exception) -> str:
    if not isinstance(error, json.JSONDecodeError):
        return "The document is nested too deeply"
    line, column, rest = error.lineno, error.colno, text[error.pos :]
    word = _WORD.match(rest)
    if "property name" in error.msg and rest:
        said = (
            f"Unexpected character ('{rest[0]}' (code {ord(rest[0])})): "
            "was expecting double-quote to start field name"
        )
    elif word is not None:
        said = (
            f"Unrecognized token '{word.group()}': was expecting (JSON String, Number, Array, Object or "
            "token 'null', 'true' or 'false')"
        )
        column += len(word.group())
    elif not rest:
        said = "Unexpected end-of-input"
    else:
        said = f"Unexpected character ('{rest[0]}' (code {ord(rest[0])}))"
    return f"{said}\n at {_SOURCE}; line: {line}, column: {column}]"
