"""The Condition element of a policy: operators such as ``StringLike`` over the keys of a request.

All conditions of a statement must hold; of one condition's values, one is enough (for a negated operator:
none may match). A key that the request does not have fails a condition, unless the operator is negated or
ends in ``IfExists``.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators", "Multivalued context keys" and "AWS
global condition context keys" (which keys a request always has).
"""

from __future__ import annotations

import base64
import binascii
import datetime
import ipaddress
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from workbook.aws.wildcards import matches_wildcard

Test = Callable[[str, str], bool]
Told = tuple[tuple[str, tuple[str, ...]], ...]
"""What a request says of itself: condition keys in lower case, each with its values."""
_VARIABLE = re.compile(r"\$\{([^}]+)\}")
_KINDS_OF_PRINCIPALS = ((":user/", "User"), (":assumed-role/", "AssumedRole"), (":root", "Account"))
_ESCAPES = {"*": "*", "?": "?", "$": "$"}


KEYS_OF_REQUESTS = frozenset(
    {"aws:currenttime", "aws:epochtime", "aws:requestedregion", "aws:resourceaccount"}
)
"""The keys of `request_keys`, as policies have them."""


def request_keys(now: datetime.datetime, region: str, resource_account: str) -> dict[str, object]:
    """The global keys that tell when and where a request came, and whose the resource is.

    There is none of the network (``aws:SourceIp`` ...): a lab's requests come from no address. Hardly
    a policy asks for the time, so it is written out only for one that does.
    """
    return {
        "aws:CurrentTime": now.isoformat,
        "aws:EpochTime": lambda: int(now.timestamp()),
        "aws:RequestedRegion": region,
        "aws:ResourceAccount": resource_account,
    }


def told_of(context: Mapping[str, object], keys: frozenset[str]) -> Told:
    """Of what is known of a request, what belongs to these keys (in lower case)."""
    if not keys:
        return ()
    named = [(name.lower(), value) for name, value in context.items()]
    return tuple([(name, _as_texts(value)) for name, value in named if name in keys])


def _as_texts(value: object) -> tuple[str, ...]:
    known = value() if callable(value) else value
    return tuple([_as_text(one) for one in (known if isinstance(known, list | tuple) else [known])])


class _UnknownVariable(Exception):
    """A value refers to a key that the request does not have, so it matches nothing."""


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of a request, by condition key in lower case; each key has one value or more."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, arn: str, role_arn: str, account: str, user_id: str, told: Told) -> Context:
        """The keys that every request has, and those of this one.

        ``aws:PrincipalArn`` is ``role_arn``: of a session that assumed a role it is the role, of all others
        the ARN itself.
        """
        known: dict[str, tuple[str, ...]] = {
            "aws:principalarn": (role_arn,),
            "aws:userid": (user_id,),
            "aws:securetransport": ("true",),
            "aws:viaawsservice": ("false",),
            "aws:principalisawsservice": ("false" if account else "true",),
        }
        if account:
            known["aws:principalaccount"] = (account,)
        for mark, kind in _KINDS_OF_PRINCIPALS:
            if mark in arn:
                known["aws:principaltype"] = (kind,)
        if ":user/" in arn:
            known["aws:username"] = (arn.rpartition("/")[2],)
        return cls(known | dict(told))


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator over one key: ``{"ArnLike": {"aws:SourceArn": ["arn:..."]}}``."""

    operator: str
    key: str
    values: tuple[str, ...]
    if_exists: bool
    quantifier: str
    variables: bool

    @property
    def keys(self) -> frozenset[str]:
        """The keys whose values decide it: its own, and those of the variables in its values."""
        if not self.variables:
            return frozenset({self.key})
        names = [name for value in self.values for name in _VARIABLE.findall(value)]
        return frozenset({self.key, *map(_key_of, names)})

    def holds(self, context: Context) -> bool:
        """Whether the request satisfies this condition."""
        found = context.values.get(self.key)
        if self.operator == "null":
            return (found is None) == (self.values[0].lower() == "true")
        if not found:
            return self._holds_without_key()
        test, negated = _OPERATORS[self.operator]
        outcomes = [self._matches(test, value, context) is not negated for value in found]
        return any(outcomes) if self.quantifier == "foranyvalue" else all(outcomes)

    def _holds_without_key(self) -> bool:
        if self.quantifier == "forallvalues" or self.if_exists:
            return True
        return self.quantifier != "foranyvalue" and _OPERATORS[self.operator][1]

    def _matches(self, test: Test, value: str, context: Context) -> bool:
        return any(self._one_matches(test, wanted, value, context) for wanted in self.values)

    def _one_matches(self, test: Test, wanted: str, value: str, context: Context) -> bool:
        try:
            return test(_substituted(wanted, context) if self.variables else wanted, value)
        except (ValueError, OverflowError, OSError, _UnknownVariable):
            return False  # no number, no date, or a date beyond the calendar


def conditions_hold(conditions: tuple[Condition, ...], context: Context) -> bool:
    """Whether the request satisfies all of them."""
    return all(condition.holds(context) for condition in conditions)


def parse_conditions(element: object, *, variables: bool) -> tuple[Condition, ...]:
    """Read a Condition element; ``variables`` says whether ``${aws:username}`` and the like have a meaning.

    Raises:
        ValueError: an operator that IAM does not have, or a value of the wrong type.
    """
    if not isinstance(element, dict):
        raise ValueError("Condition must be an object")  # noqa: TRY004 - the caller makes one error of all
    conditions: list[Condition] = []
    for name, block in element.items():
        kind, if_exists, quantifier = _parse_operator(name)
        if not isinstance(block, dict) or not block:
            raise ValueError(f"Condition {name} must be an object of keys and values")
        for key, value in block.items():
            values = tuple(_as_text(one) for one in (value if isinstance(value, list) else [value]))
            if not values:
                raise ValueError(f"Condition {name} of {key} has no value")
            conditions.append(Condition(kind, key.lower(), values, if_exists, quantifier, variables))
    return tuple(conditions)


def _parse_operator(name: str) -> tuple[str, bool, str]:
    quantifier, found, rest = name.rpartition(":")
    kind = rest.lower()
    if_exists = kind.endswith("ifexists")
    kind = kind.removesuffix("ifexists")
    quantifier = quantifier.lower() if found else ""
    if kind not in _OPERATORS and kind != "null":
        raise ValueError(f"{name!r} is no condition operator")
    if quantifier not in {"", "foranyvalue", "forallvalues"}:
        raise ValueError(f"{name!r}: a set operator is ForAnyValue or ForAllValues")
    return kind, if_exists, quantifier


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list) or value is None:
        raise ValueError(f"{value!r} is no value of a condition")
    return str(value)


def _substituted(wanted: str, context: Context) -> str:
    if "${" not in wanted:
        return wanted

    def value_of(match: re.Match[str]) -> str:
        name, _, default = match.group(1).partition(",")
        if name in _ESCAPES:
            return _ESCAPES[name]
        found = context.values.get(_key_of(name))
        if found and len(found) == 1:
            return found[0]
        if default:
            return default.strip().strip("'")
        raise _UnknownVariable(name)

    return _VARIABLE.sub(value_of, wanted)


def _key_of(variable: str) -> str:
    """The key that a variable stands for: what comes before its default, if it has one."""
    return variable.partition(",")[0].strip().lower()


def _arn_matches(wanted: str, value: str) -> bool:
    patterns, parts = wanted.split(":", 5), value.split(":", 5)
    return len(patterns) == len(parts) and all(map(matches_wildcard, patterns, parts))


def _same_ignoring_case(wanted: str, value: str) -> bool:
    return wanted.lower() == value.lower()


def _in_network(wanted: str, value: str) -> bool:
    return ipaddress.ip_address(value) in ipaddress.ip_network(wanted, strict=False)


def _same_bytes(wanted: str, value: str) -> bool:
    try:
        return base64.b64decode(wanted, validate=True) == base64.b64decode(value, validate=True)
    except binascii.Error:
        return False


def _instant(text: str) -> datetime.datetime:
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        return datetime.datetime.fromtimestamp(float(text), tz=datetime.UTC)
    moment = datetime.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)


def _numbers(compare: Callable[[float, float], bool]) -> Test:
    return lambda wanted, value: compare(float(value), float(wanted))


def _dates(compare: Callable[[datetime.datetime, datetime.datetime], bool]) -> Test:
    return lambda wanted, value: compare(_instant(value), _instant(wanted))


_OPERATORS: dict[str, tuple[Test, bool]] = {
    "stringequals": (operator.eq, False),
    "stringnotequals": (operator.eq, True),
    "stringequalsignorecase": (_same_ignoring_case, False),
    "stringnotequalsignorecase": (_same_ignoring_case, True),
    "stringlike": (matches_wildcard, False),
    "stringnotlike": (matches_wildcard, True),
    "arnequals": (_arn_matches, False),
    "arnlike": (_arn_matches, False),
    "arnnotequals": (_arn_matches, True),
    "arnnotlike": (_arn_matches, True),
    "bool": (_same_ignoring_case, False),
    "binaryequals": (_same_bytes, False),
    "ipaddress": (_in_network, False),
    "notipaddress": (_in_network, True),
    "numericequals": (_numbers(operator.eq), False),
    "numericnotequals": (_numbers(operator.eq), True),
    "numericlessthan": (_numbers(operator.lt), False),
    "numericlessthanequals": (_numbers(operator.le), False),
    "numericgreaterthan": (_numbers(operator.gt), False),
    "numericgreaterthanequals": (_numbers(operator.ge), False),
    "dateequals": (_dates(operator.eq), False),
    "datenotequals": (_dates(operator.eq), True),
    "datelessthan": (_dates(operator.lt), False),
    "datelessthanequals": (_dates(operator.le), False),
    "dategreaterthan": (_dates(operator.gt), False),
    "dategreaterthanequals": (_dates(operator.ge), False),
}
"""Each operator's test of one wanted value against one value of the request, and whether it is negated."""
