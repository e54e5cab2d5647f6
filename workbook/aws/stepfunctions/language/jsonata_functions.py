"""What Step Functions adds to JSONata, and what it takes away: its functions, by name.

`$partition`, `$range`, `$hash`, `$random` with a seed, `$uuid` and `$parse` are AWS's; `$eval` is not there.
`$now`, `$millis`, `$shuffle` and `$number` are JSONata's own, in the time and on the chance of the lab, and
with the errors of the reference implementation. Chance is the world's, so the same seed gives the same ids.

Sources: AWS, Transforming data with JSONata in Step Functions, read 2026-09; the order of checks and the
texts are AWS's answers as recorded in floci-io/floci#2662 and #2676, 2026.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from jsonata import Jsonata
from jsonata.functions import Functions
from jsonata.jexception import JException
from jsonata.utils import Utils

from workbook.aws.stepfunctions.language.java_random import java_random
from workbook.aws.stepfunctions.language.jsonata import bound
from workbook.engine.world import current_world

_STREAM = "stepfunctions.jsonata"
_ALGORITHMS = {"SHA-1": "sha1", "SHA-384": "sha384", "SHA-256": "sha256", "SHA-512": "sha512", "MD5": "md5"}
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([Ee][-+]?\d+)?")
_OTHER_BASE = re.compile(r"0([xX][\da-fA-F]+|[oO][0-7]+|[bB][01]+)")
_MILLISECOND = 1000


@functools.cache
def functions() -> Mapping[str, Any]:
    """All functions, to be bound as variables of these names; None for one that is not there.

    Each signature has a place more than AWS's: the argument that is too many comes to the function, which
    names it as AWS does.
    """
    made: dict[str, tuple[Callable[..., Any], str]] = {
        "parse": (_parse, "<x?x?:x>"),
        "partition": (_partition, "<x?x?x?:x>"),
        "range": (_range, "<x?x?x?x?:x>"),
        "hash": (_hash, "<x?x?x?:x>"),
        "random": (_random, "<x?x?:x>"),
        "uuid": (_uuid, "<x?:x>"),
        "shuffle": (_shuffle, "<a:a>"),
        "number": (_number, "<(nsb)-:n>"),
        "now": (_now, "<s?s?:s>"),
        "millis": (_millis, "<:n>"),
    }
    bound = {
        name: Jsonata.JFunction(Jsonata.JLambda(function), signature)
        for name, (function, signature) in made.items()
    }
    return {**bound, "eval": None}


def _refuse_more(name: str, number: int, *arguments: object) -> None:
    if any(argument is not None for argument in arguments):
        raise JException("T0410", -1, number, name)


def _whole(argument: Any, name: str, number: int) -> int:  # noqa: ANN401 - any value
    """An argument as a whole number; AWS cuts off what is behind the point."""
    if not Utils.is_numeric(argument):
        raise JException("T0410", -1, number, name)
    return int(argument)


def _message(text: str) -> JException:
    return JException("D3137", -1, text)


def _parse(text: Any = None, *more: object) -> Any:  # noqa: ANN401 - any value
    """A JSON text as the value that it is."""
    _refuse_more("parse", 2, *more)
    if text is None:
        return None
    if not isinstance(text, str):
        raise JException("T0410", -1, 1, "parse")
    try:
        return bound(json.loads(text, object_pairs_hook=_once, parse_constant=_no_number))
    except ValueError:
        raise _message("Invalid JSON") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys are there once each; AWS's parser takes no other."""
    read = dict(pairs)
    if len(read) < len(pairs):
        raise ValueError
    return read


def _no_number(_name: str) -> float:
    raise ValueError


def _partition(array: Any = None, size: Any = None, *more: object) -> Any:  # noqa: ANN401 - any value
    """An array in chunks of a size."""
    _refuse_more("partition", 3, *more)
    if array is None:
        return None
    if not isinstance(array, list):
        raise JException('T0412: Argument 1 of function "partition" must be an array of undefined', -1)
    if not array:
        return None
    if size is None:
        return [array]
    chunk = _whole(size, "partition", 2)
    if chunk < 0:
        raise _message("Second argument must be zero or greater")
    if chunk == 0:
        return None
    return [list(array[start : start + chunk]) for start in range(0, len(array), chunk)]


def _range(first: Any = None, last: Any = None, step: Any = None, *more: object) -> Any:  # noqa: ANN401 - any value
    """The numbers from one to another, that one included where a step ends on it."""
    _refuse_more("range", 4, *more)
    start, end = _whole(first, "range", 1), _whole(last, "range", 2)
    if step is None:
        return None
    pace = _whole(step, "range", 3)
    if pace == 0 or (end - start) * pace < 0:
        return None
    if start == end:
        return start
    return list(range(start, end + (1 if pace > 0 else -1), pace))


def _hash(text: Any = None, algorithm: Any = None, *more: object) -> Any:  # noqa: ANN401 - any value
    """The digest of a text, in hexadecimal digits."""
    _refuse_more("hash", 3, *more)
    if not isinstance(text, str):
        raise JException("T0410", -1, 1, "hash")
    if algorithm is None:
        return None
    if not isinstance(algorithm, str):
        raise JException("T0410", -1, 2, "hash")
    if algorithm not in _ALGORITHMS:
        raise _message(f"Hash algorithm '{algorithm}' must be one of {', '.join(_ALGORITHMS)}")
    return hashlib.new(_ALGORITHMS[algorithm], text.encode(), usedforsecurity=False).hexdigest()


def _random(seed: Any = None, *more: object) -> float:  # noqa: ANN401 - any value
    """A number from 0 to below 1; the same for the same seed, which is that of java.util.Random."""
    _refuse_more("random", 2, *more)
    if seed is None:
        return current_world().seeds.stream(_STREAM).random()
    return java_random(_whole(seed, "random", 1))


def _uuid(*more: object) -> str:
    _refuse_more("uuid", 1, *more)
    return current_world().seeds.uuid(_STREAM)


def _shuffle(array: list[Any] | None = None) -> list[Any] | None:
    if array is None:
        return None
    shuffled = list(array)
    current_world().seeds.stream(_STREAM).shuffle(shuffled)
    return shuffled


def _number(value: Any = None) -> Any:  # noqa: ANN401 - any value
    """A text or a boolean as the number that it stands for."""
    if not isinstance(value, str):
        return Functions.number(value)
    if _NUMBER.fullmatch(value):
        return Utils.convert_number(float(value))
    if _OTHER_BASE.fullmatch(value):
        return int(value, 0)
    raise JException("D3030", -1, value)


def _now(picture: str | None = None, timezone: str | None = None) -> str:
    return cast("str", Functions.datetime_from_millis(_millis(), picture, timezone))


def _millis() -> int:
    return current_world().clock.datetime().microsecond // _MILLISECOND + _MILLISECOND * int(
        current_world().clock.datetime().timestamp()
    )
