"""The rule of a Choice state as a line of words: "$.total > 100", "not ($.paid = true)"."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_SIGNS = {
    "Equals": "=",
    "LessThan": "<",
    "LessThanEquals": "≤",
    "GreaterThan": ">",
    "GreaterThanEquals": "≥",
    "Matches": "matches",
}
_TESTS = {
    "IsPresent": ("is there", "is not there"),
    "IsNull": ("is null", "is not null"),
    "IsString": ("is a string", "is no string"),
    "IsNumeric": ("is a number", "is no number"),
    "IsBoolean": ("is a boolean", "is no boolean"),
    "IsTimestamp": ("is a timestamp", "is no timestamp"),
}
_COMPARISON = re.compile(r"(?:String|Numeric|Boolean|Timestamp)(.+?)(Path)?")
_NO_COMPARISON = frozenset({"Variable", "Next", "Comment", "Assign", "Output"})


def rule_text(rule: Mapping[str, Any]) -> str:
    """What has to hold, in one line; "" where the rule has nothing of the kind."""
    if "Condition" in rule:
        condition = str(rule["Condition"]).strip()
        return condition.removeprefix("{%").removesuffix("%}").strip()
    for word, joint in (("And", " and "), ("Or", " or ")):
        if word in rule:
            return joint.join(f"({rule_text(part)})" for part in rule[word])
    if "Not" in rule:
        return f"not ({rule_text(rule['Not'])})"
    operators = [name for name in rule if name not in _NO_COMPARISON]
    return _compared(str(rule.get("Variable", "")), operators[0], rule[operators[0]]) if operators else ""


def _compared(variable: str, operator: str, value: object) -> str:
    if operator in _TESTS:
        return f"{variable} {_TESTS[operator][0 if value else 1]}"
    found = _COMPARISON.fullmatch(operator)
    sign = _SIGNS.get(found[1], operator) if found else operator
    shown = str(value) if found and found[2] else json.dumps(value, ensure_ascii=False)
    return f"{variable} {sign} {shown}"
