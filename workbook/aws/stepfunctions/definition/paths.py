"""JSONPath as far as a definition can be wrong in it: its syntax, and whether a path is a Reference Path.

    $.order.lines[0]['unit price']     a Reference Path: it leads to one place
    $.order.lines[*].price             a path: it may lead to many
    $$.Execution.Id                    a path into the context object
    $total.gross                       a path into a variable

Filters are taken on trust, as long as their brackets are closed: what they do is known when they run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbook.aws.stepfunctions.diagnostics import Diagnostic, unfit

_ROOT = re.compile(r"\$(?:\$|[^\W\d]\w*)?")
_MEMBER = re.compile(r"\.\.?(?:\*|[^.\[\]()\s'\"?@,:*$&|!<>=/\\]+(?:\(\s*\))?)")
_DESCENT = re.compile(r"\.\.(?=\[)")
_BRACKET_AFTER_DOT = re.compile(r"\.(?=\[)")
_INDEX = re.compile(r"\[\s*(?:\d+|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")\s*\]")
_SELECTORS = re.compile(
    r"\[\s*(?:\*|-?\d*\s*:\s*-?\d*(?:\s*:\s*-?\d*)?|"
    r"(?:-?\d+|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")(?:\s*,\s*(?:-?\d+|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"))*)\s*\]"
)
_REFERENCE_MEMBER = re.compile(r"\.[^.\[\]()\s'\"?@,:*$&|!<>=/\\]+")


def is_path(text: str) -> bool:
    """Is this JSONPath?"""
    at = _end_of_root(text)
    while 0 < at < len(text):
        at = _end_of_step(text, at)
    return at > 0


def is_reference(text: str) -> bool:
    """Is this a path that leads to one place: of names and indexes only?"""
    root = _ROOT.match(text)
    at = root.end() if root else -1
    while 0 < at < len(text):
        step = (
            _REFERENCE_MEMBER.match(text, at) or _INDEX.match(text, at) or _BRACKET_AFTER_DOT.match(text, at)
        )
        at = step.end() if step else -1
    return at > 0 and not text.endswith(".")


def _end_of_root(text: str) -> int:
    root = _ROOT.match(text)
    return root.end() if root else -1


def _end_of_step(text: str, at: int) -> int:
    """Where the step that begins here ends; -1 where it is none."""
    for pattern in (_MEMBER, _DESCENT, _BRACKET_AFTER_DOT, _SELECTORS):
        step = pattern.match(text, at)
        if step:
            return step.end()
    return _end_of_filter(text, at) if re.match(r"\[\s*[?(]", text[at:]) else -1


def _end_of_filter(text: str, at: int) -> int:
    """Where the bracket that opens here closes, quotations left alone; -1 where it does not."""
    depth, quotation = 0, ""
    for index in range(at, len(text)):
        character = text[index]
        if quotation:
            quotation = "" if character == quotation and text[index - 1] != "\\" else quotation
        elif character in "'\"":
            quotation = character
        elif character in "[(":
            depth += 1
        elif character in "])":
            depth -= 1
            if depth == 0:
                return index + 1
    return -1


def wrong_path(value: object, location: str) -> Iterator[Diagnostic]:
    """Complain of what is no JSONPath."""
    if not isinstance(value, str):
        yield unfit("Expected value of type [STRING]", location)
    elif not is_path(value):
        yield unfit("Value must be a valid JSONPath.", location)


def wrong_reference(value: object, location: str, *, context: bool) -> Iterator[Diagnostic]:
    """Complain of what is no Reference Path; `context`: it may lead into the context object."""
    wrong = list(wrong_path(value, location))
    yield from wrong
    if (
        not wrong
        and isinstance(value, str)
        and (not is_reference(value) or (not context and value.startswith("$$")))
    ):
        yield unfit("Value is not a Reference Path", location)


def wrong_operand(value: object, location: str) -> Iterator[Diagnostic]:
    """Complain of a Choice rule's path that is no Reference Path; AWS says why for the commonest slip."""
    if not isinstance(value, str):
        yield unfit("Expected value of type [STRING]", location)
    elif not value.startswith("$"):
        yield unfit("Value is not a Reference Path: Reference path didn't start with '$'", location)
    elif not is_path(value):
        yield unfit("Value is not a Reference Path", location)
