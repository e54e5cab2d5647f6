"""JSONata as Step Functions evaluates it: the language is `jsonata-python`'s, its bounds and words are AWS's.

The package speaks of undefined as None and has a value of its own for null; `evaluate` takes and gives plain
JSON, and UNDEFINED for nothing. What differs from AWS is changed in a subclass, not in the package, which a
learner's handler may use as well.

Sources: JSONata 2.0.6; for bounds and texts, what AWS answered to 149 expressions in 2026, as recorded in
floci-io/floci#2736, #2737 and #2783.
"""

from __future__ import annotations

import functools
import json
import math
import re
import sys
from collections.abc import Mapping
from typing import Any

_allowed = sys.getrecursionlimit()
from jsonata import Jsonata  # noqa: E402 - which raises the limit for the whole process
from jsonata.jexception import JException  # noqa: E402
from jsonata.utils import Utils  # noqa: E402

from workbook.aws.limits import limit  # noqa: E402

sys.setrecursionlimit(_allowed)

UNDEFINED: Any = object()
"""What an expression gives that finds nothing."""

_PYTHON = 5000
"""Frames of Python's that an expression may take, which bounds of its own keep below it."""
_KEPT = 1024
"""Parsed expressions that are kept."""
_REFERENCES = re.compile(r"\$states\.(input|result|errorOutput|context)\b|\$states\b(?!\.)|\$([A-Za-z_]\w*)")
_PARTS = frozenset({"input", "result", "errorOutput", "context"})
_ELEMENTS = {
    "a": "arrays",
    "b": "booleans",
    "f": "functions",
    "n": "numbers",
    "o": "objects",
    "s": "strings",
}
_FINDS = {"name", "path", "variable"}
"""Steps that find a value, and make none."""
_LARGEST_WHOLE = float(2**63)
_SCALAR = 8
"""Bytes that a number, a boolean or a null counts for."""
_STACK = (
    "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive"
)
_THREW = "threw an error during evaluation"
_UNSUPPORTED = "returned an unsupported result type."
_TOO_LONG = "Expression evaluation timeout: Check for infinite loop"
_TOO_LARGE = "Expression evaluation memory limit exceeded: Check for excessive memory usage"


class QueryFailedError(Exception):
    """An expression has no value; the text is the end of AWS's sentence about it, after the field's name."""


class _BoundError(Exception):
    """An evaluation is too deep, too long or too large."""


class _Expression(Jsonata):  # type: ignore[misc]  # the package has no types
    """One parsed expression. Division by zero gives infinity, as in JavaScript, and no error of Python's."""

    def evaluate_numeric_expression(self, lhs: Any, rhs: Any, op: str | None) -> Any:  # noqa: ANN401 - any value
        """As the package's."""
        if op == "/" and rhs == 0 and Utils.is_numeric(lhs) and Utils.is_numeric(rhs):
            return math.nan if lhs == 0 else math.copysign(math.inf, lhs)
        return super().evaluate_numeric_expression(lhs, rhs, op)

    def apply_inner(self, proc: Any, args: Any, input: Any, environment: Any) -> Any:  # noqa: A002, ANN401 - its names
        """As the package's, which prints what it does not find."""
        if proc is None or not self.is_function_like(proc):
            raise JException("T1006", 0)
        return super().apply_inner(proc, args, input, environment)


class _Bounds:
    """How far one evaluation may go: as the package's own `Timebox`, but the same on every machine."""

    def __init__(self, frame: Any) -> None:  # noqa: ANN401 - the package's Frame
        self._depth = self._steps = 0
        self._deepest = limit("stepfunctions.jsonata.depth")
        self._longest = limit("stepfunctions.jsonata.steps")
        self._largest = limit("stepfunctions.jsonata.memory")
        frame.set_evaluate_entry_callback(self._enter)
        frame.set_evaluate_exit_callback(self._leave)

    def _enter(self, _expression: object, _input: object, _environment: object) -> None:
        self._depth += 1
        self._steps += 1
        if self._depth > self._deepest:
            raise _BoundError(_STACK)
        if self._steps > self._longest:
            raise _BoundError(_TOO_LONG)

    def _leave(self, expression: Any, _input: object, _environment: object, result: object) -> None:  # noqa: ANN401 - the package's Symbol
        self._depth -= 1
        if not isinstance(result, (str, list, dict)):
            return
        if expression.type in _FINDS:  # what is there already was counted, and may be large
            too_large = len(result) * _SCALAR > self._largest and not isinstance(result, str)
        else:
            too_large = _held(result, 0, self._largest) > self._largest
        if too_large:
            raise _BoundError(_TOO_LARGE)


def evaluate(expression: str, variables: Mapping[str, Any], functions: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    """The value of an expression, without its {% %}, as JSON, or UNDEFINED.

    `variables` are JSON, and `functions` are the package's, by their names without the dollar.

    Raises:
        QueryFailedError: it fails, or goes too far.
    """
    parsed = parse(expression)
    frame = parsed.create_frame(parsed.environment)
    _Bounds(frame)
    for name, function in functions.items():
        frame.bind(name, function)
    for name, value in variables.items():
        frame.bind(name, bound(value))
    parsed.CURRENT.jsonata = parsed
    try:
        return _plain(_run(parsed, frame))
    finally:
        del parsed.CURRENT.jsonata


def _run(parsed: _Expression, frame: Any) -> Any:  # noqa: ANN401 - the package's Frame, any value
    allowed = sys.getrecursionlimit()
    sys.setrecursionlimit(max(allowed, _PYTHON))  # nothing else runs until this is through
    try:
        return parsed.eval(parsed.ast, None, frame)
    except _BoundError as error:
        raise QueryFailedError(f"{_THREW}: {error}") from None
    except RecursionError:
        raise QueryFailedError(f"{_THREW}: {_STACK}") from None
    except JException as error:
        raise QueryFailedError(f"{_THREW}. {words(error)}") from error
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise QueryFailedError(f"{_THREW}: {error}") from error
    finally:
        sys.setrecursionlimit(allowed)


@functools.lru_cache(maxsize=_KEPT)
def parse(expression: str) -> _Expression:
    """The expression, parsed.

    Raises:
        QueryFailedError: it is no JSONata; the text has the code and the sentence that AWS has.
    """
    try:
        return _Expression(expression)
    except JException as error:
        raise QueryFailedError(words(error)) from error


@functools.lru_cache(maxsize=_KEPT)
def references(expression: str) -> frozenset[str]:
    """What an expression speaks of: parts of $states, all four for $states alone; $name of a variable."""
    found: set[str] = set()
    for match in _REFERENCES.finditer(expression):
        part, name = match.groups()
        if part or not name:
            found.update({part} if part else _PARTS)
        else:
            found.add(f"${name}")
    return frozenset(found)


def words(error: JException) -> str:
    """An error in the words of JSONata's reference implementation, and AWS: its code, a colon, a sentence."""
    template = JException.error_codes.get(error.error)
    if template is None:
        return str(error.error)
    if template == "{{{message}}}":
        return f"{error.error}: {error.current}"
    values = [error.current, error.expected, error.extra]
    if error.error == "T0412":
        values[2] = _ELEMENTS.get(str(error.extra), str(error.extra))
    inserted = iter(values)
    filled = re.sub(
        r"\{\{\{\w+\}\}\}|\{\{\w+\}\}",
        lambda match: _inserted(next(inserted, None), raw=match.group().startswith("{{{")),
        template.replace(" Object ", " function "),
    )
    return f"{error.error}: {filled}"


def _inserted(value: Any, *, raw: bool) -> str:  # noqa: ANN401 - any value
    if raw:
        return str(value)
    try:
        return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))
    except (TypeError, QueryFailedError):
        return str(value)


def bound(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """JSON as the package has it: null is a value of its own."""
    if value is None:
        return Utils.NULL_VALUE
    if isinstance(value, dict):
        return {key: bound(item) for key, item in value.items()}
    if isinstance(value, list):
        return [bound(item) for item in value]
    return _whole(value) if isinstance(value, float) else value


def _plain(value: Any) -> Any:  # noqa: ANN401 - any value of the package's
    """A value of the package's as JSON; what JSON cannot hold is the word that JavaScript has for it."""
    if value is None:
        return UNDEFINED
    if value is Utils.NULL_VALUE:
        return None
    if isinstance(value, dict):
        return {key: _element(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_element(item) for item in value]
    if isinstance(value, float):
        return _whole(value) if math.isfinite(value) else _name_of(value)
    if isinstance(value, (str, int)):
        return value
    raise QueryFailedError(_UNSUPPORTED)


def _element(value: Any) -> Any:  # noqa: ANN401 - as above
    return None if value is None else _plain(value)


def _name_of(value: float) -> str:
    return "NaN" if math.isnan(value) else f"{'-' if value < 0 else ''}Infinity"


def _whole(value: float) -> float:
    return int(value) if value.is_integer() and abs(value) < _LARGEST_WHOLE else value


def _held(value: Any, held: int, largest: int) -> int:  # noqa: ANN401 - any value of the package's
    """The bytes that a value is counted for, on top of `held`; counting ends where they are too many."""
    if isinstance(value, str):
        return held + len(value)
    if isinstance(value, Utils.RangeList):  # the package counts one too many
        return held + (len(value) - 1) * _SCALAR
    if not isinstance(value, (list, dict)):
        return held + _SCALAR
    members = value if isinstance(value, list) else [part for item in value.items() for part in item]
    for member in members:
        held = _held(member, held, largest)
        if held > largest:
            break
    return held
