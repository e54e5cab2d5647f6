"""The languages of patterns: EventBridge's, which Lambda's filters speak too, Pipes' part of it, and SNS's.

SNS uses an older edition of the same matcher, so its filter policies know fewer operators and say some errors
in other words. Everything in which the two differ stands here.

Sources: EventBridge and SNS answers recorded in public test suites (localstack, May and December 2024); User
Guide, "Comparison operators for use in event patterns"; SNS Developer Guide, "Filter policy constraints" and
"String value matching".
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from workbook.aws.patterns.operators import Numbers


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a service's patterns may say."""

    name: str
    operators: frozenset[str]
    inside_anything_but: frozenset[str]
    numbers: Numbers
    ignoring_case_in_affixes: bool
    """Whether ``{"prefix": {"equals-ignore-case": ...}}`` is known."""
    lists_in_anything_but_operators: bool
    """Whether ``{"anything-but": {"prefix": ["a", "b"]}}`` is known."""


EVENT_BRIDGE = Dialect(
    name="EventBridge",
    operators=frozenset(
        {
            "exactly",
            "equals-ignore-case",
            "prefix",
            "suffix",
            "anything-but",
            "exists",
            "numeric",
            "cidr",
            "wildcard",
        }
    ),
    inside_anything_but=frozenset({"prefix", "suffix", "equals-ignore-case", "wildcard"}),
    numbers=Numbers(largest=5e9, decimals=6),
    ignoring_case_in_affixes=True,
    lists_in_anything_but_operators=True,
)

SNS = Dialect(
    name="SNS",
    operators=EVENT_BRIDGE.operators - {"wildcard"},
    inside_anything_but=frozenset({"prefix"}),
    numbers=Numbers(largest=1e9, decimals=5),
    ignoring_case_in_affixes=False,
    lists_in_anything_but_operators=False,
)

PIPES = replace(
    EVENT_BRIDGE,
    name="Pipes",
    operators=EVENT_BRIDGE.operators - {"wildcard"},
    inside_anything_but=frozenset(),
)
"""The User Guide's table of operators says that Pipes know neither wildcard, nor anything-but with another
operator inside."""
