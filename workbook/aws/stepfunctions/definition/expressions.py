"""JSONata expressions in a definition: whether they can be read, and whether they speak of what there is.

An expression has no context item of its own: the input is $states.input, and a variable is $name. So a path
that begins with a bare name leads nowhere, and AWS does not take it. What comes later in a path, and what is
in a predicate, has the items of the path as its context.

Sources: the answers of AWS to 1,574 expressions that floci-io/floci#2670, #2699 and #2745 tell of (2026).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from workbook.aws.stepfunctions.definition.machines import PROCESSORS, State
from workbook.aws.stepfunctions.definition.values import is_expression
from workbook.aws.stepfunctions.diagnostics import Diagnostic, unfit

_NOT_READ = frozenset(
    {"Type", "Comment", "QueryLanguage", "Next", "Default", "Resource", "ErrorEquals", "Retry"}
)
_NOT_READ |= {"Credentials", "Label", "CSVHeaders", "Branches", "End", *PROCESSORS}
"""Fields in which `{% %}` is a text; in a payload every name is the payload's own."""
_PAYLOADS = frozenset({"Arguments", "Output", "Assign", "ItemSelector", "BatchInput", "Items"})
_RESULTS = frozenset({"Task", "Parallel", "Map"})
_OF_RESULT = ("Output", "Assign")
_CONTEXT_ITEM, _WHOLE_INPUT = "", "$"
_CHILDREN = (
    *("steps", "stages", "predicate", "expr", "group", "lhs", "rhs", "lhs_object", "expression"),
    *(
        "expressions",
        "procedure",
        "arguments",
        "body",
        "condition",
        "then",
        "_else",
        "terms",
        "pattern",
        "update",
        "delete",
    ),
)
"""Attributes of the parser's nodes that hold nodes."""


def wrong_expressions(state: State) -> Iterator[Diagnostic]:
    """Complain of expressions of a JSONata state that cannot be read, or speak of what there is not."""
    for field, value in state.body.items():
        if field not in _NOT_READ:
            known = {"result"} if field in _OF_RESULT and state.kind in _RESULTS else set()
            if field == "Catch":
                yield from _wrong_catchers(value, f"{state.place}/{field}")
            else:
                yield from _wrong(value, f"{state.place}/{field}", known, payload=field in _PAYLOADS)


def _wrong_catchers(value: object, location: str) -> Iterator[Diagnostic]:
    for index, catcher in enumerate(value if isinstance(value, list) else ()):
        for field in _OF_RESULT:
            if isinstance(catcher, dict) and field in catcher:
                place = f"{location}[{index}]/{field}"
                yield from _wrong(catcher[field], place, {"errorOutput"}, payload=True)


def _wrong(value: object, location: str, known: set[str], *, payload: bool) -> Iterator[Diagnostic]:
    if isinstance(value, dict):
        for name, item in value.items():
            if payload or name not in _NOT_READ:
                yield from _wrong(item, f"{location}/{name}", known, payload=payload or name in _PAYLOADS)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _wrong(item, f"{location}[{index}]", known, payload=payload)
    elif isinstance(value, str) and value.startswith("{%"):
        yield from _wrong_expression(value, location, known)


def _wrong_expression(text: str, location: str, known: set[str]) -> Iterator[Diagnostic]:
    if not is_expression(text):
        yield unfit("JSONata string must start with {% and end with %}", location)
        return
    try:
        parsed = _parsed(text[2:-2].strip())
    except ValueError as error:
        yield Diagnostic("INVALID_JSONATA_EXPRESSION", str(error), location)
        return
    messages = [f"Reference to '{name}' at the top level is not supported." for name in _bare(parsed)]
    messages += _unknown(parsed, known)
    for message in dict.fromkeys(messages):
        yield Diagnostic("UNSUPPORTED_JSONATA_EXPRESSION", message, location)


def _parsed(expression: str) -> Any:  # noqa: ANN401 - the package's Symbol
    """The tree of an expression.

    Raises:
        ValueError: it is no JSONata; the text is what JSONata's reference implementation says.
    """
    from workbook.aws.stepfunctions.language import jsonata  # noqa: PLC0415 - only for those who speak JSONata

    try:
        return jsonata.parse(expression).ast
    except jsonata.QueryFailedError as error:
        raise ValueError(str(error).partition(": ")[2]) from error
    except re.error as error:
        raise ValueError(f"Invalid regular expression: {error}") from error
    except KeyError as error:
        raise ValueError(f"Unknown operator: {json.dumps(error.args[0])}") from None
    except IndexError:  # an expression that ends in what may begin a comment
        raise ValueError("Unexpected end of expression") from None


def _bare(node: Any) -> Iterator[str]:  # noqa: ANN401 - the package's Symbol
    """The names, and $, that an expression looks up in the context that it does not have."""
    if node is None:
        return
    if node.type == "path":
        yield from _bare(node.steps[0])
    elif node.type in {"name", "wildcard", "descendant"}:
        yield str(node.value)
    elif node.type == "variable" and node.value == _CONTEXT_ITEM:
        yield "$"
    elif node.type == "lambda":
        yield from _bare(node.body)
    elif node.type != "bind":
        for child in _children(node):
            yield from _bare(child)
    else:
        yield from _bare(node.rhs)


def _unknown(node: Any, known: set[str]) -> Iterator[str]:  # noqa: ANN401 - as above
    """What is wrong with the variables $$ and $states, wherever they are spoken of."""
    if node.type == "variable" and node.value == _WHOLE_INPUT:
        yield "Reference to '$$' is not supported."
    if node.type == "path":
        first, second = node.steps[0], node.steps[1] if len(node.steps) > 1 else None
        of_states = first.type == "variable" and first.value == "states"
        if of_states and second is not None and second.value in {"result", "errorOutput"} - known:
            yield f"Field '$states.{second.value}' does not exist."
    for child in _children(node):
        yield from _unknown(child, known)


def _children(node: Any) -> Iterator[Any]:  # noqa: ANN401 - as above
    for name in _CHILDREN:
        yield from _symbols(getattr(node, name, None))


def _symbols(value: Any) -> Iterator[Any]:  # noqa: ANN401 - a Symbol, or lists of them
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _symbols(item)
    elif hasattr(value, "type"):
        yield value
