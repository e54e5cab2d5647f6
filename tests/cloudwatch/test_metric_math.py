"""Expressions on metrics: what they give for each minute, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.core.exceptions import ServiceException

from workbook.aws.cloudwatch.metric_math import evaluate, parse

numbers = st.one_of(st.none(), st.floats(-1e6, 1e6))


def value(expression, **metrics):
    """The value of an expression for one minute, in which the metrics have these values (None: no value)."""
    series = {name: {} if number is None else {0: float(number)} for name, number in metrics.items()}
    return evaluate(parse(expression, list(metrics)), series, [0]).get(0)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("a / b", 2.5),
        ("a + b * 2", 18.0),
        ("(a + b) * 2", 28.0),
        ("a - -b", 14.0),
        ("a ^ 2", 100.0),
        ("a > b", 1.0),
        ("a <= b", 0.0),
        ("IF(a > 5, a / b, 0)", 2.5),
        ("IF(a > 50, a / b, 7)", 7.0),
        ("MAX([a, b])", 10.0),
        ("MIN([a, b, 3])", 3.0),
        ("SUM([a, b])", 14.0),
        ("AVG([a, b])", 7.0),
        ("CEIL(a / b)", 3.0),
        ("FLOOR(a / b)", 2.0),
        ("ABS(b - a)", 6.0),
        ("a / FILL(c, 5)", 2.0),
        ("SUM([a, c])", 10.0),
        ("a / c", None),
        ("a / (b - 4)", None),
        ("IF(c > 1, a, b)", None),
    ],
)
def test_an_expression_of_one_minute(expression, expected):
    assert value(expression, a=10, b=4, c=None) == expected


def test_repeat_fills_a_gap_with_the_value_before_it():
    series = {"a": {60: 1.0, 180: 3.0}}
    tree = parse("FILL(a, REPEAT)", ["a"])
    assert evaluate(tree, series, [0, 60, 120, 180, 240]) == {60: 1.0, 120: 1.0, 180: 3.0, 240: 3.0}


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ("a /", "ValidationError"),
        ("a / z", "ValidationError"),
        ("RATE(a)", "NotSimulatedByWorkbook"),
        ("SUM(a)", "NotSimulatedByWorkbook"),
        ("SUM(METRICS())", "NotSimulatedByWorkbook"),
        ("a if b else a", "NotSimulatedByWorkbook"),
        ("a.__class__", "NotSimulatedByWorkbook"),
        ("'a'", "NotSimulatedByWorkbook"),
        ("SELECT AVG(x) FROM y", "ValidationError"),
    ],
)
def test_what_is_no_expression_or_not_simulated_is_refused(expression, code):
    with pytest.raises(ServiceException) as caught:
        parse(expression, ["a", "b"])
    assert caught.value.code == code


@given(numbers, numbers)
def test_a_quotient_is_there_exactly_where_both_are_and_the_divisor_is_not_0(a, b):
    quotient = value("a / b", a=a, b=b)
    if a is None or b is None or b == 0:
        assert quotient is None
    else:
        assert quotient == pytest.approx(a / b)
