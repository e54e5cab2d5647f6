"""Retry and Catch: which errors, how often, after how many seconds, and where to.

States.ALL is the last word: alone in its list, and in the last retrier or catcher.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workbook.aws.stepfunctions.definition.machines import State
from workbook.aws.stepfunctions.definition.paths import wrong_reference
from workbook.aws.stepfunctions.definition.templates import wrong_assignments, wrong_template
from workbook.aws.stepfunctions.definition.values import (
    Bounds,
    filled,
    number,
    of_type,
    one_of,
    present,
    supported,
)
from workbook.aws.stepfunctions.diagnostics import Diagnostic, unfit

_ALL = "States.ALL"
_NUMBERS = {
    "IntervalSeconds": Bounds(0, 99_999_999),
    "MaxAttempts": Bounds(0, 99_999_999),
    "BackoffRate": Bounds(1, whole=False),
    "MaxDelaySeconds": Bounds(1, 31_622_400),
}
_RETRIER = frozenset({"ErrorEquals", "Comment", "JitterStrategy", *_NUMBERS})
_CATCHER = frozenset({"ErrorEquals", "Comment", "Next", "Assign"})
_OF_LANGUAGE = {"JSONPath": "ResultPath", "JSONata": "Output"}


def wrong_attempts(state: State) -> Iterator[Diagnostic]:
    """Complain of the retriers and catchers of a state."""
    for field, check in (("Retry", _wrong_retrier), ("Catch", _wrong_catcher)):
        if field not in state.body:
            continue
        rules, location = state.body[field], f"{state.place}/{field}"
        yield from of_type(rules, "ARRAY", location)
        for index, rule in enumerate(rules if isinstance(rules, list) else ()):
            place = f"{location}[{index}]"
            yield from of_type(rule, "OBJECT", place)
            if isinstance(rule, dict):
                yield from check(rule, place, state.language)
                yield from _wrong_errors(rule, place, is_last=index == len(rules) - 1)


def _wrong_errors(rule: Mapping[str, Any], place: str, *, is_last: bool) -> Iterator[Diagnostic]:
    yield from present(rule, ("ErrorEquals",), place)
    if "ErrorEquals" not in rule:
        return
    errors, location = rule["ErrorEquals"], f"{place}/ErrorEquals"
    yield from filled(errors, "ARRAY", location)
    for index, error in enumerate(errors if isinstance(errors, list) else ()):
        yield from of_type(error, "STRING", f"{location}[{index}]")
    if isinstance(errors, list) and _ALL in errors and (len(errors) > 1 or not is_last):
        yield unfit(f"{_ALL} must appear alone and at end of list", location)


def _wrong_retrier(rule: Mapping[str, Any], place: str, _language: str) -> Iterator[Diagnostic]:
    yield from supported(rule, _RETRIER, place)
    for field, bounds in _NUMBERS.items():
        if field in rule:
            yield from number(rule[field], bounds, f"{place}/{field}")
    if "JitterStrategy" in rule:
        yield from one_of(rule["JitterStrategy"], ("NONE", "FULL"), f"{place}/JitterStrategy")


def _wrong_catcher(rule: Mapping[str, Any], place: str, language: str) -> Iterator[Diagnostic]:
    other = _OF_LANGUAGE["JSONPath" if language == "JSONata" else "JSONata"]
    if other in rule:
        yield of_other_language(other, language, place)
    yield from supported(rule, _CATCHER | {*_OF_LANGUAGE.values()}, place)
    yield from present(rule, ("Next",), place)
    if "Next" in rule:
        yield from of_type(rule["Next"], "STRING", f"{place}/Next")
    if "ResultPath" in rule and language == "JSONPath" and rule["ResultPath"] is not None:
        yield from wrong_reference(rule["ResultPath"], f"{place}/ResultPath", context=False)
    if "Assign" in rule:
        yield from wrong_assignments(rule["Assign"], f"{place}/Assign")
        if language == "JSONPath":
            yield from wrong_template(rule["Assign"], f"{place}/Assign")


def of_other_language(field: str, language: str, place: str) -> Diagnostic:
    """A field that the other query language has."""
    other = "JSONPath" if language == "JSONata" else "JSONata"
    only = f"field '{field}' is only supported for the '{other}' QueryLanguage"
    return unfit(f"The QueryLanguage is set to '{language}', but {only}", place)
