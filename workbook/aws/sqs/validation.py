"""Reading parameters of a request: their types as SQS takes them, and AWS's error where they are wrong.

boto3 checks types before it sends, but other clients need not, and the Query protocol sends nothing but
text. So nothing here trusts a type. SQS is lenient where a text is expected (``5`` is taken for ``"5"``) and
strict with structures.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

from workbook.aws.limits import limit
from workbook.aws.sqs.errors import (
    BatchEntryIdsNotDistinct,
    EmptyBatchRequest,
    InvalidBatchEntryId,
    InvalidParameterValue,
    MalformedInput,
    MissingParameter,
    TooManyEntriesInBatchRequest,
)

Parameters = Mapping[str, object]
MAXIMUM_ENTRIES: Final = limit("sqs.batch-entries")
_ENTRY_ID = re.compile(rf"[A-Za-z0-9_-]{{1,{limit('sqs.batch-entry-id')}}}")
_TOKEN = re.compile(r"""[A-Za-z0-9!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]{1,128}""")
_WHOLE_NUMBER = re.compile(r"[0-9]{1,18}")


class NotANumber(str):
    """A text that the Query protocol sent where a number belongs."""

    __slots__ = ()


def optional_text(parameters: Parameters, name: str) -> str | None:
    """The text called ``name``, or None where the request has none.

    Raises:
        MalformedInput: it is an object or a list.
    """
    value = parameters.get(name)
    if value is None or type(value) is str:
        return value
    return scalar_text(value)


def required_text(parameters: Parameters, name: str) -> str:
    """The text called ``name``.

    Raises:
        MissingParameter: there is none, or it is empty.
        MalformedInput: it is an object or a list.
    """
    value = parameters.get(name)
    if type(value) is not str:
        value = None if value is None else scalar_text(value)
    if not value:
        raise MissingParameter(name)
    return value


def optional_token(parameters: Parameters, name: str) -> str | None:
    """The group, deduplication or attempt id called ``name``, or None where the request has none.

    Raises:
        InvalidParameterValue: it has other characters than letters, digits and punctuation, or over 128.
        MalformedInput: it is an object or a list.
    """
    value = optional_text(parameters, name)
    if value is not None and _TOKEN.fullmatch(value) is None:
        reason = f"{name} can only include alphanumeric and punctuation characters. 1 to 128 in length."
        raise InvalidParameterValue.of(name, value, reason)
    return value


def scalar_text(value: object) -> str:
    """What SQS makes of a value where it expects a text."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        raise MalformedInput("Start of structure or map found where not expected.")
    if isinstance(value, list):
        raise MalformedInput("Start of list found where not expected")
    return json.dumps(value)


def whole_number(text: str) -> int | None:
    """The number that a text of digits stands for; None for any other text, and beyond all numbers of SQS."""
    return int(text) if _WHOLE_NUMBER.fullmatch(text) else None


def json_of(text: str | bytes) -> object:
    """What a text of JSON holds.

    Raises:
        ValueError: it is no JSON, or nested deeper than anybody means.
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def optional_integer(parameters: Parameters, name: str, low: int, high: int, reason: str) -> int | None:
    """The whole number called ``name`` from ``low`` to ``high``, or None where the request has none.

    Raises:
        InvalidParameterValue: it lies outside; ``reason`` is AWS's sentence about the range.
        MalformedInput: it is no number.
    """
    value = parameters.get(name)
    if value is None:
        return None
    if type(value) is not int:
        value = _number_of(name, value, reason)
    if not low <= value <= high:
        raise InvalidParameterValue.of(name, value, reason)
    return value


def _number_of(name: str, value: object, reason: str) -> int:
    if isinstance(value, NotANumber):
        raise InvalidParameterValue.of(name, value, reason)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool):
        raise MalformedInput(f"{str(value).upper()}_VALUE can not be converted to an Integer")
    if isinstance(value, str):
        raise MalformedInput("STRING_VALUE can not be converted to an Integer")
    if isinstance(value, float):
        raise MalformedInput("DECIMAL_VALUE can not be converted to an Integer")
    scalar_text(value)
    raise MalformedInput("Unexpected value where an Integer was expected")


def texts(parameters: Parameters, name: str) -> list[str]:
    """The list of texts called ``name``; empty where the request has none.

    Raises:
        MalformedInput: it is not a list of texts.
    """
    value = parameters.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise MalformedInput("Expected list or null")
    return [scalar_text(one) for one in value]


def text_map(parameters: Parameters, name: str) -> dict[str, str]:
    """The map from text to text called ``name``; entries without a value are left out.

    Raises:
        MalformedInput: it is not a map of texts.
    """
    return {
        key: scalar_text(value) for key, value in structure(parameters, name).items() if value is not None
    }


def structure(parameters: Parameters, name: str) -> Mapping[str, object]:
    """The map called ``name``; empty where the request has none.

    Raises:
        MalformedInput: it is not a map.
    """
    value = parameters.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise MalformedInput("Expected map or null")
    return value


def batch_entries(parameters: Parameters, shape: str) -> list[tuple[str, Parameters]]:
    """The entries of a batch with their checked ids; ``shape`` is AWS's name of an entry.

    Raises:
        MissingParameter: no ``Entries``, or an entry without Id.
        EmptyBatchRequest, TooManyEntriesInBatchRequest: not 1 to 10 entries.
        InvalidBatchEntryId, BatchEntryIdsNotDistinct: an Id is malformed or occurs twice.
    """
    listed = parameters.get("Entries")
    if listed is None:
        raise EmptyBatchRequest(shape)
    if not isinstance(listed, list):
        raise MalformedInput("Expected list or null")
    if not listed:
        raise EmptyBatchRequest(shape)
    if len(listed) > MAXIMUM_ENTRIES:
        raise TooManyEntriesInBatchRequest(len(listed))
    entries = [(_entry_id(entry, number, shape), entry) for number, entry in enumerate(listed, start=1)]
    _refuse_repeated_ids(entries)
    return entries


def _entry_id(entry: object, number: int, shape: str) -> str:
    if not isinstance(entry, Mapping):
        raise MalformedInput("Unexpected value where a structure was expected")
    value = entry.get("Id")
    if value is None:
        raise MissingParameter(f"{shape}.{number}.Id")
    entry_id = scalar_text(value)
    if _ENTRY_ID.fullmatch(entry_id) is None:
        raise InvalidBatchEntryId
    return entry_id


def _refuse_repeated_ids(entries: list[tuple[str, Parameters]]) -> None:
    seen: set[str] = set()
    for entry_id, _ in entries:
        if entry_id in seen:
            raise BatchEntryIdsNotDistinct(entry_id)
        seen.add(entry_id)
