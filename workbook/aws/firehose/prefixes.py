"""Where an object lies in its bucket: Prefix and ErrorOutputPrefix, with expressions !{namespace:value}.

    logs/!{timestamp:yyyy}/!{firehose:random-string}/   ──>   logs/2026/0b3f5a8c7d1/

A prefix without a timestamp gets `yyyy/MM/dd/HH/` at its end. Nothing is put between the two, so a prefix
that should be a folder has to end with a slash itself. What goes by ErrorOutputPrefix are records that could
not be processed by a function (conversion is refused here). An object that S3 does not take is no such
record: it is tried again.

Sources: Amazon Data Firehose Developer Guide, "Understand custom prefixes for Amazon S3 objects"; texts of
CreateDeliveryStream recorded by a public tool that checks templates (2026).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from workbook.aws.firehose.errors import InvalidArgument
from workbook.aws.firehose.patterns import BadPattern, UnknownField, check_pattern, written
from workbook.aws.limits import limit
from workbook.aws.operations import NotSimulated

if TYPE_CHECKING:
    import random

LONGEST = limit("firehose.evaluated-prefix")
"""Characters of a prefix, once it is evaluated."""
_BY_THE_HOUR = "!{timestamp:yyyy/MM/dd/HH/}"
_EXPRESSION = re.compile(r"!\{(?P<namespace>[^:{}]*):(?P<value>[^{}]*)\}")
_ERROR_TYPE = "!{firehose:error-output-type}"
_RANDOM = "!{firehose:random-string}"
_PARTITIONING = ("partitionKeyFromQuery", "partitionKeyFromLambda")
_LENGTH_OF_RANDOM = 11
_LONG_AGO = datetime.datetime(2000, 12, 30, 23, 59, 59, tzinfo=datetime.UTC)


def check_prefixes(prefix: str | None, error_prefix: str | None) -> None:
    """Let a pair pass of which AWS can make keys.

    Raises:
        InvalidArgument: it cannot.
        NotSimulated: they ask for dynamic partitioning, or for fields of dates that the lab does not write.
    """
    for name, text in (("Prefix", prefix or ""), ("ErrorOutputPrefix", error_prefix or "")):
        _check_expressions(name, text)
        _check_length(name, text)
    if _ERROR_TYPE in (prefix or ""):
        raise InvalidArgument(f"Prefix must not contain any occurrence of {_ERROR_TYPE}")
    if _has_expressions(prefix) and not error_prefix:
        raise InvalidArgument("ErrorOutputPrefix cannot be null or empty when Prefix contains expressions")
    if _has_expressions(error_prefix) and _ERROR_TYPE not in (error_prefix or ""):
        raise InvalidArgument(f"ErrorOutputPrefix must contain at least one occurrence of {_ERROR_TYPE}")


def evaluated(prefix: str | None, moment: datetime.datetime, chance: random.Random) -> str:
    """The prefix of an object whose oldest record arrived at `moment`; `prefix` has been checked."""
    whole = prefix or ""
    if "!{timestamp:" not in whole:
        whole += _BY_THE_HOUR

    def value_of(expression: re.Match[str]) -> str:
        if expression["namespace"] == "timestamp":
            return written(expression["value"], moment)
        return _random_string(chance)

    return _EXPRESSION.sub(value_of, whole)


def evaluated_for_errors(
    prefix: str | None, error_type: str, moment: datetime.datetime, chance: random.Random
) -> str:
    """The prefix of an object with records that could not be processed; at least it is the error's type."""
    whole = prefix or ""
    if _ERROR_TYPE in whole:
        return evaluated(whole.replace(_ERROR_TYPE, error_type), moment, chance)
    return evaluated(f"{whole}{error_type}/", moment, chance)


def _check_expressions(name: str, text: str) -> None:
    if "!{" in _EXPRESSION.sub("", text):
        raise InvalidArgument("Invalid expression usage")
    for expression in _expressions(text):
        _check_expression(name, expression)


def _check_expression(name: str, expression: re.Match[str]) -> None:
    namespace, value = expression["namespace"], expression["value"]
    invalid = InvalidArgument(f"Invalid conversion character used in the value of the expression in {name}")
    if namespace in _PARTITIONING:
        _refuse_partitioning(name, expression[0])
    elif namespace == "timestamp":
        try:
            check_pattern(value)
        except UnknownField as field:
            advice = "Simulated are: y, u, M, L, d, D, H, h, K, k, m, s, S, E, a."
            raise NotSimulated(f"{name}: the field {field} of {expression[0]}", advice) from None
        except BadPattern:
            raise invalid from None
    elif namespace != "firehose":
        raise InvalidArgument(f"Namespace to the left of colon ({namespace}) is an invalid keyword!")
    elif expression[0] not in {_ERROR_TYPE, _RANDOM}:
        raise invalid


def _refuse_partitioning(name: str, expression: str) -> None:
    if name == "ErrorOutputPrefix":
        raise InvalidArgument("Dynamic Partitioning Namespaces can't be part of an error prefix expression")
    raise NotSimulated(f"{name}: {expression}", "Leave it out: there is no dynamic partitioning.")


def _check_length(name: str, text: str) -> None:
    def shortest(expression: re.Match[str]) -> str:
        if expression["namespace"] == "timestamp":
            return written(expression["value"], _LONG_AGO)
        return " " * _LENGTH_OF_RANDOM

    if len(_EXPRESSION.sub(shortest, text)) > LONGEST:
        what = "prefix" if name == "Prefix" else name
        raise InvalidArgument(f"Length of evaluated {what} cannot be greater than {LONGEST}")


def _random_string(chance: random.Random) -> str:
    """The first characters of a UUID, as in AWS's example."""
    return f"{chance.getrandbits(32):08x}-{chance.getrandbits(8):02x}"


def _expressions(text: str) -> Iterator[re.Match[str]]:
    return _EXPRESSION.finditer(text)


def _has_expressions(text: str | None) -> bool:
    return _EXPRESSION.search(text or "") is not None
