"""The rules of a Choice state: in JSONPath a tree of comparisons, in JSONata one expression each.

    {"And": [{"Variable": "$.sum", "NumericGreaterThan": 100}, {"Not": ...}], "Next": "Ask"}
    {"Condition": "{% $states.input.sum > 100 %}", "Next": "Ask"}

Only a rule at the top says where to go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workbook.aws.stepfunctions.definition.attempts import of_other_language
from workbook.aws.stepfunctions.definition.machines import State
from workbook.aws.stepfunctions.definition.paths import wrong_operand
from workbook.aws.stepfunctions.definition.templates import wrong_assignments, wrong_template
from workbook.aws.stepfunctions.definition.values import (
    exactly_one,
    filled,
    of_type,
    present,
    supported,
    timestamp,
)
from workbook.aws.stepfunctions.diagnostics import Diagnostic, unfit

_ORDERS = ("Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals")
_ORDERED = tuple(f"{family}{order}" for family in ("String", "Numeric", "Timestamp") for order in _ORDERS)
_LITERALS = (*_ORDERED, "BooleanEquals", "StringMatches")
_PATHS = tuple(f"{name}Path" for name in (*_ORDERED, "BooleanEquals"))
_TESTS = ("IsNull", "IsPresent", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp")
COMPARISONS = (*_LITERALS, *_PATHS, *_TESTS)
"""The operators of JSONPath."""
_SELECTORS = ("And", "Or", "Not", "Variable", "Condition")
_TOP = frozenset({"Next", "Comment", "Assign", "Output"})
_INNER = frozenset({"Comment"})
_JSONPATH = frozenset({"And", "Or", "Not", "Variable", *COMPARISONS})
_ONLY_IN = {"JSONPath": _JSONPATH, "JSONata": frozenset({"Condition", "Output"})}


def wrong_choices(state: State) -> Iterator[Diagnostic]:
    """Complain of the rules of a Choice state."""
    rules, location = state.body.get("Choices"), f"{state.place}/Choices"
    if "Choices" not in state.body:
        return
    yield from filled(rules, "ARRAY", location)
    for index, rule in enumerate(rules if isinstance(rules, list) else ()):
        place = f"{location}[{index}]"
        yield from of_type(rule, "OBJECT", place)
        if isinstance(rule, dict):
            yield from _wrong_rule(rule, place, state.language)


def _wrong_rule(rule: Mapping[str, Any], place: str, language: str) -> Iterator[Diagnostic]:
    other = _ONLY_IN["JSONPath" if language == "JSONata" else "JSONata"]
    strangers = [name for name in rule if name in other]
    for name in strangers:
        yield of_other_language(name, language, place)
    yield from present(rule, ("Next",), place)
    if "Next" in rule:
        yield from of_type(rule["Next"], "STRING", f"{place}/Next")
    if "Assign" in rule:
        yield from wrong_assignments(rule["Assign"], f"{place}/Assign")
        if language == "JSONPath":
            yield from wrong_template(rule["Assign"], f"{place}/Assign")
    if strangers:
        yield from supported(rule, _TOP | _JSONPATH | {"Condition"}, place)
    elif language == "JSONata":
        yield from _wrong_condition(rule, place)
    else:
        yield from _wrong_comparison(rule, place, _TOP)


def _wrong_condition(rule: Mapping[str, Any], place: str) -> Iterator[Diagnostic]:
    yield from supported(rule, _TOP | {"Condition"}, place)
    yield from present(rule, ("Condition",), place)
    condition = rule.get("Condition", False)
    if not isinstance(condition, bool) and not (isinstance(condition, str) and condition.startswith("{%")):
        yield unfit("Expected value of type [BOOLEAN]", f"{place}/Condition")


def _wrong_comparison(rule: Mapping[str, Any], place: str, more: frozenset[str]) -> Iterator[Diagnostic]:
    """A rule of JSONPath, or one within it; `more` is what it may have besides."""
    yield from supported(rule, _JSONPATH | more, place)
    given = [name for name in _SELECTORS if name in rule]
    if len(given) != 1:
        names = ", ".join(_SELECTORS)
        yield unfit(f"The object must have only one of the following fields, [{names}]", place)
    elif given == ["Variable"]:
        yield from exactly_one(rule, COMPARISONS, place)
    if "Variable" in rule:
        yield from wrong_operand(rule["Variable"], f"{place}/Variable")
    for name in COMPARISONS:
        if name in rule:
            yield from _wrong_value(name, rule[name], f"{place}/{name}")
    yield from _wrong_inner(rule, place)


def _wrong_inner(rule: Mapping[str, Any], place: str) -> Iterator[Diagnostic]:
    for name in ("And", "Or"):
        if name in rule:
            yield from filled(rule[name], "ARRAY", f"{place}/{name}")
            for index, inner in enumerate(rule[name] if isinstance(rule[name], list) else ()):
                yield from _wrong_part(inner, f"{place}/{name}[{index}]")
    if "Not" in rule:
        yield from _wrong_part(rule["Not"], f"{place}/Not")


def _wrong_part(inner: object, place: str) -> Iterator[Diagnostic]:
    yield from of_type(inner, "OBJECT", place)
    if isinstance(inner, dict):
        yield from _wrong_comparison(inner, place, _INNER)


def _wrong_value(name: str, value: object, location: str) -> Iterator[Diagnostic]:
    if name in _PATHS:
        yield from wrong_operand(value, location)
    elif name in _TESTS or name.startswith("Boolean"):
        yield from of_type(value, "BOOLEAN", location)
    elif name.startswith("Numeric"):
        yield from of_type(value, "NUMBER", location)
    elif name.startswith("Timestamp"):
        yield from timestamp(value, location)
    else:
        yield from of_type(value, "STRING", location)
