"""SNS filter policies: which messages a subscription gets.

    scope MessageAttributes   {"store": ["oslo"]}              looks at the message's attributes
    scope MessageBody         {"order": {"store": ["oslo"]}}   looks into its body, a JSON object

A policy is a pattern in SNS's dialect (:mod:`workbook.aws.patterns.dialects`) with limits of its own. For the
matcher, attributes are an event of one level: a Number is a number, a String.Array as many values as it has
elements, and a Binary is not there.

Sources: SNS Developer Guide, "Filter policy constraints", "String value matching"; answers of SNS recorded in
public test suites (localstack, test_sns_filter_policy.snapshot.json, May 2024).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Literal

from workbook.aws.limits import limit
from workbook.aws.patterns.clauses import Every, branches, combinations, fields
from workbook.aws.patterns.compiler import compile_pattern
from workbook.aws.patterns.dialects import SNS
from workbook.aws.patterns.errors import InvalidEventPattern
from workbook.aws.patterns.explanation import Explained, explain
from workbook.aws.patterns.matcher import Json, tree_of

Scope = Literal["MessageAttributes", "MessageBody"]
Attributes = Mapping[str, Mapping[str, str]]
"""Message attributes as Publish takes them: ``{"store": {"DataType": "String", "StringValue": "oslo"}}``."""

MOST_KEYS = limit("sns.filter-policy.keys")
MOST_COMBINATIONS = limit("sns.filter-policy.combinations")
LARGEST_POLICY = limit("sns.filter-policy.size")


class InvalidFilterPolicy(ValueError):
    """A filter policy that SNS refuses with the code InvalidParameter.

    `detail` is the part that both operations have in common; see :meth:`message`.
    """

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    def message(self, *, subscribing: bool) -> str:
        """AWS's whole text; Subscribe's differs from that of SetSubscriptionAttributes."""
        return f"Invalid parameter: {'Attributes Reason: ' if subscribing else ''}{self.detail}"


class FilterPolicy:
    """A compiled filter policy. It never changes, and may be shared."""

    __slots__ = ("_clause", "_trees", "scope", "text")

    def __init__(self, text: str, scope: Scope = "MessageAttributes") -> None:
        """Compile a policy from JSON text. ``{}`` is a policy that lets everything through.

        Raises:
            InvalidFilterPolicy: SNS would refuse it.
        """
        self.text = text
        self.scope = scope
        self._clause = _compiled(text, scope)
        ways = branches(self._clause) if self._clause else []
        self._trees = tuple(tree_of(branch) for branch in ways)

    def __repr__(self) -> str:
        return f"FilterPolicy({self.text!r}, {self.scope!r})"

    def matches(self, attributes: Attributes, body: str) -> bool:
        """Whether the subscription gets a message with these attributes and this body.

        A body that is no JSON object never matches a policy of scope MessageBody.
        """
        if self._clause is None:
            return True
        event = self._event(attributes, body)
        return event is not None and any(tree.matches(event) for tree in self._trees)

    def explain(self, attributes: Attributes, body: str) -> Explained:
        """Clause by clause, whether it holds for a message, and the value that decided."""
        if self._clause is None:
            return Explained("every", "", "must match in nothing: the policy is empty", holds=True)
        event = self._event(attributes, body)
        if event is None:
            note = "the body is no JSON object"
            return Explained("every", "", "must match in the body", holds=False, note=note)
        return explain(self._clause, event)

    def _event(self, attributes: Attributes, body: str) -> Mapping[str, Json] | None:
        return event_of_attributes(attributes) if self.scope == "MessageAttributes" else _json_object(body)


# ---- compiling


def _compiled(text: str, scope: Scope) -> Every | None:
    if len(text.encode(errors="replace")) > LARGEST_POLICY:
        # AWS documents the limit, not the text of the error (unverified).
        raise InvalidFilterPolicy("FilterPolicy: Filter policy is too long")
    compact = _compact(text)
    if compact == "{}":
        return None
    try:
        clause = compile_pattern(compact, SNS)
        _refuse_nesting(clause, scope)
        _refuse_too_much(clause)
    except InvalidEventPattern as error:
        raise InvalidFilterPolicy(f"FilterPolicy: {error.detail}") from None
    return clause


def _compact(text: str) -> str:
    """The policy as SNS writes it again before it compiles it: the columns in its errors count from there."""
    try:
        return json.dumps(
            json.loads(text, parse_constant=_no_number), separators=(",", ":"), ensure_ascii=False
        )
    except (ValueError, RecursionError):
        raise InvalidFilterPolicy("FilterPolicy: failed to parse JSON.") from None


def _no_number(name: str) -> object:
    """JSON has no NaN and no Infinity, though Python reads them."""
    message = f"{name} is no number of JSON"
    raise ValueError(message)


def _refuse_nesting(clause: Every, scope: Scope) -> None:
    if scope == "MessageAttributes" and any(field.levels > 1 for field in fields(clause)):
        raise InvalidFilterPolicy(
            "Filter policy scope MessageAttributes does not support nested filter policy"
        )


def _refuse_too_much(clause: Every) -> None:
    if len(clause.clauses) > MOST_KEYS:
        raise InvalidFilterPolicy(f"FilterPolicy: Filter policy can not have more than {MOST_KEYS} keys")
    if combinations(clause) > MOST_COMBINATIONS:
        raise InvalidFilterPolicy("FilterPolicy: Filter policy is too complex")


# ---- what a message looks like to the matcher


def event_of_attributes(attributes: Attributes) -> Mapping[str, Json]:
    """Message attributes as an event of one level."""
    values = {name: _value_of(attribute) for name, attribute in attributes.items()}
    return {name: value for name, value in values.items() if value is not _IGNORED}


_IGNORED: Json = object()


def _value_of(attribute: Mapping[str, str]) -> Json:
    """The value of an attribute; custom labels behind the type (``Number.cents``) do not count."""
    data_type, text = attribute["DataType"], attribute.get("StringValue")
    kind = data_type.split(".")[0]
    if kind == "Binary" or text is None:
        return _IGNORED
    if data_type == "String.Array":
        return _elements(text)
    return _number(text) if kind == "Number" else text


def _elements(text: str) -> Json:
    """The elements of a String.Array; SNS calls no error on a text that is no array (unverified)."""
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return _IGNORED
    return parsed if isinstance(parsed, list) else _IGNORED


def _number(text: str) -> Json:
    try:
        return int(text) if text.lstrip("+-").isdecimal() else float(text)
    except ValueError:
        return _IGNORED


def _json_object(body: str) -> Mapping[str, Json] | None:
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None
