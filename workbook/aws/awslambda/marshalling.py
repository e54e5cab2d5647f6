"""What a handler returns, as JSON text, in the way of AWS's Python runtime.

The runtime encodes with simplejson, which takes more than Python's own json does:

    bytes                    the answer itself, as it is; inside of a dict or list, UTF-8 text
    a named tuple            an object with its fields
    Decimal                  a number, as it is written
    NaN and Infinity         NaN and Infinity, which is no JSON; Python reads it all the same

From python3.12 on text stays as it is; before, what is not ASCII is escaped. Source: AWS's Python runtime
interface client with its tests; the developer guide, "Define Lambda function handler in Python". That the
service passes on an answer that is no JSON is unverified.
"""

from __future__ import annotations

import decimal
import json
import math

from workbook.aws.awslambda.failures import RuntimeFault, can_be_sent

_ESCAPING_RUNTIMES = ("python3.10", "python3.11")


class Marshalled(str):
    """An answer that was marshalled where its handler ran."""

    __slots__ = ()


def marshal(result: object, runtime: str) -> str:
    """The answer of a handler, as text; bytes that are not UTF-8 are kept as surrogates.

    Raises:
        RuntimeFault: it cannot be encoded.
        SystemExit: it has half of a surrogate pair, at which the runtime's process ends when it sends it.
    """
    if isinstance(result, Marshalled):
        return str(result)
    if isinstance(result, bytes):
        return result.decode("utf-8", "surrogateescape")
    try:
        text = json.dumps(_Encodable().of(result), ensure_ascii=runtime in _ESCAPING_RUNTIMES)
    except (TypeError, ValueError, RecursionError) as error:
        raise RuntimeFault("Runtime.MarshalError", f"Unable to marshal response: {error}") from error
    if not can_be_sent(text):
        raise SystemExit(1)
    return text


class _Encodable:
    """Turns values that only simplejson takes into values that Python's json takes."""

    def __init__(self) -> None:
        self._around: set[int] = set()

    def of(self, value: object) -> object:
        """The value, with everything in it."""
        if isinstance(value, bytes):
            return value.decode()
        if isinstance(value, decimal.Decimal):
            return _number(value)
        if not isinstance(value, dict | list | tuple):
            return value
        if id(value) in self._around:
            raise ValueError("Circular reference detected")
        self._around.add(id(value))
        try:
            return self._of_container(value)
        finally:
            self._around.discard(id(value))

    def _of_container(
        self, value: dict[object, object] | list[object] | tuple[object, ...]
    ) -> dict[object, object] | list[object]:
        if isinstance(value, tuple) and hasattr(value, "_asdict"):
            value = value._asdict()
        if isinstance(value, dict):
            return {self._key(key): self.of(inner) for key, inner in value.items()}
        return [self.of(inner) for inner in value]

    def _key(self, key: object) -> object:
        return key.decode() if isinstance(key, bytes) else key


def _number(value: decimal.Decimal) -> int | float:
    """The number that a reader of the JSON gets: 1 stays whole, 1.0 and 1E+2 do not."""
    if value.is_nan():
        return math.nan
    return int(value) if value.as_tuple().exponent == 0 else float(value)
