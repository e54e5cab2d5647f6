"""Metric math: arithmetic on time series, one data point at a time.

    m1 / m2                     the backlog of each instance
    FILL(m1, 0)                 0 where a period has no value
    IF(m2 > 0, m1 / m2, m1)     one or the other

A period in which one of the series has no data point has none in the result, nor has one in which the
expression divides by zero. That is why a backlog per instance is unknown, and not infinite, while a group has
no instances (unverified: AWS's guide to metric math does not say what a division by zero gives).

The grammar of expressions is a part of Python's, but for `^`; so Python's parser reads them. Source: Amazon
CloudWatch User Guide, "Using math expressions with CloudWatch metrics". Of its functions those are simulated
that work on each data point by itself.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping, Sequence

from workbook.aws.cloudwatch.errors import ValidationError
from workbook.aws.cloudwatch.metric_values import Series
from workbook.aws.operations import NotSimulated

Number = float | None
"""The value of one period; None where there is none."""

_ARITHMETIC: dict[type[ast.AST], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_COMPARISONS: dict[type[ast.AST], Callable[[float, float], bool]] = {
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_OF_ONE: dict[str, Callable[[float], float]] = {"ABS": abs, "CEIL": math.ceil, "FLOOR": math.floor}
_OF_MANY: dict[str, Callable[[Sequence[float]], float]] = {
    "AVG": lambda values: sum(values) / len(values),
    "MAX": max,
    "MIN": min,
    "SUM": sum,
}
FUNCTIONS = ("FILL", "IF", *_OF_ONE, *_OF_MANY)


def parse(expression: str, known: Sequence[str]) -> ast.expr:
    """Read an expression that may use the ids `known`.

    Raises:
        ValidationError: it is none, or uses an id that is not there.
        NotSimulated: it uses a function or an operator that is not simulated.
    """
    try:
        tree = ast.parse(expression.strip().replace("^", "**"), mode="eval").body
    except SyntaxError:
        raise ValidationError(f"Error in expression '{expression}': Syntax error") from None
    _check(tree, expression, frozenset(known))
    return tree


def evaluate(tree: ast.expr, series: Mapping[str, Series], periods: Sequence[int]) -> Series:
    """The value of a parsed expression for each of `periods` (instants, in order)."""
    filled = _Fillings(series, periods)
    points = {}
    for period in periods:
        values = {name: points_of.get(period) for name, points_of in series.items()}
        value = _value(tree, values, period, filled)
        if value is not None:
            points[period] = float(value)
    return points


# ---- checking


def _check(tree: ast.AST, expression: str, known: frozenset[str]) -> None:
    match tree:
        case ast.Constant(value=int() | float()):
            return
        case ast.Name(id=name):
            if name not in known:
                raise ValidationError(f"Error in expression '{expression}': Unknown identifier: {name}")
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            _check_all((left, right), expression, known)
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            _check(operand, expression, known)
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARISONS:
            _check_all((left, right), expression, known)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            _check_call(name, arguments, expression, known)
        case _:
            raise _refusal(ast.unparse(tree), expression)


def _check_all(trees: Sequence[ast.AST], expression: str, known: frozenset[str]) -> None:
    for tree in trees:
        _check(tree, expression, known)


def _check_call(name: str, arguments: Sequence[ast.expr], expression: str, known: frozenset[str]) -> None:
    match arguments:
        case [ast.List(elts=[_, *_] as elements)] if name in _OF_MANY:
            _check_all(elements, expression, known)
        case [argument] if name in _OF_ONE:
            _check(argument, expression, known)
        case [_, _, _] if name == "IF":
            _check_all(arguments, expression, known)
        case [ast.Name() as filled, ast.Name(id="REPEAT")] if name == "FILL":
            _check(filled, expression, known)
        case [ast.Name(), _] if name == "FILL":
            _check_all(arguments, expression, known)
        case _:
            raise _refusal(f"{name} with these arguments", expression)


def _refusal(what: str, expression: str) -> NotSimulated:
    advice = (
        f"In '{expression}' use + - * / ^, comparisons, and the functions {', '.join(FUNCTIONS)}: "
        "FILL(metric, number or REPEAT), IF(condition, value, other value), SUM([m1, m2])."
    )
    return NotSimulated(f"Metric math: {what}", advice)


# ---- evaluating


class _Fillings:
    """What REPEAT puts into a gap: the last value before it."""

    def __init__(self, series: Mapping[str, Series], periods: Sequence[int]) -> None:
        self._series, self._periods = series, periods

    def last_before(self, name: str, period: int) -> Number:
        earlier = [each for each in self._periods if each <= period and each in self._series[name]]
        return self._series[name][earlier[-1]] if earlier else None


def _value(tree: ast.expr, values: Mapping[str, Number], period: int, filled: _Fillings) -> Number:
    match tree:
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.Name(id=name):
            return values[name]
        case ast.UnaryOp(op=op, operand=operand):
            inner = _value(operand, values, period, filled)
            return -inner if inner is not None and isinstance(op, ast.USub) else inner
        case ast.BinOp(left=left, op=op, right=right):
            return _binary(_ARITHMETIC[type(op)], left, right, values, period, filled)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _binary(_COMPARISONS[type(op)], left, right, values, period, filled)
    assert isinstance(tree, ast.Call)  # noqa: S101 - `parse` lets nothing else pass
    assert isinstance(tree.func, ast.Name)  # noqa: S101 - as above
    return _call(tree.func.id, tree.args, values, period, filled)


def _binary(
    function: Callable[[float, float], float],
    left: ast.expr,
    right: ast.expr,
    values: Mapping[str, Number],
    period: int,
    filled: _Fillings,
) -> Number:
    first, second = _value(left, values, period, filled), _value(right, values, period, filled)
    if first is None or second is None:
        return None
    try:
        result = function(first, second)
    except (ZeroDivisionError, OverflowError):
        return None
    return None if isinstance(result, complex) else float(result)


def _call(
    name: str, arguments: list[ast.expr], values: Mapping[str, Number], period: int, filled: _Fillings
) -> Number:
    if name == "IF":
        condition = _value(arguments[0], values, period, filled)
        return None if condition is None else _value(arguments[1 if condition else 2], values, period, filled)
    if name == "FILL":
        return _filled(arguments[0], arguments[1], values, period, filled)
    inner = arguments[0].elts if isinstance(arguments[0], ast.List) else arguments
    numbers = [_value(each, values, period, filled) for each in inner]
    present = [number for number in numbers if number is not None]
    if name in _OF_ONE:
        return _OF_ONE[name](present[0]) if present else None
    return _OF_MANY[name](present) if present else None


def _filled(
    metric: ast.expr, filling: ast.expr, values: Mapping[str, Number], period: int, filled: _Fillings
) -> Number:
    value = _value(metric, values, period, filled)
    if value is not None:
        return value
    if isinstance(filling, ast.Name) and filling.id == "REPEAT":
        assert isinstance(metric, ast.Name)  # noqa: S101 - `parse` lets nothing else pass
        return filled.last_before(metric.id, period)
    return _value(filling, values, period, filled)
