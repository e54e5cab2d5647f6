"""What may be said of a text: how it begins, how it ends, what it is, with or without regard to case."""

from __future__ import annotations

from workbook.aws.patterns.operators import Test, Text


def equal_but_for_case(wanted: str) -> Test:
    """The same text, in any case."""
    lowered = wanted.lower()
    return Text(f'is "{wanted}" in any case', lambda text: text.lower() == lowered)


def starting(wanted: str) -> Test:
    """A text that begins with this one."""
    return Text(f'starts with "{wanted}"', lambda text: text.startswith(wanted))


def starting_but_for_case(wanted: str) -> Test:
    """A text that begins with this one, in any case."""
    lowered = wanted.lower()
    return Text(f'starts with "{wanted}" in any case', lambda text: text.lower().startswith(lowered))


def ending(wanted: str) -> Test:
    """A text that ends with this one."""
    return Text(f'ends with "{wanted}"', lambda text: text.endswith(wanted))


def ending_but_for_case(wanted: str) -> Test:
    """A text that ends with this one, in any case."""
    lowered = wanted.lower()
    return Text(f'ends with "{wanted}" in any case', lambda text: text.lower().endswith(lowered))
