"""What boto3 checks before it sends, and other clients leave to AWS: what is required is there, in its type.

AWS's services say it in one form, which the framework behind them writes. SQS has words of its own for it,
and checks itself.

Source: answers of DynamoDB, CloudWatch, Cognito and Lambda recorded in public repositories, 2014 to 2026.
That all other services say the same is unverified (docs/fidelity.md, SERVE-02).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workbook.served.questions import Question

_CHECKED_BY_ITSELF = frozenset({"sqs", "s3"})
"""S3 finds what it requires in the path and in headers, so without them another operation is asked for."""
_KINDS = {
    "string": str,
    "integer": int,
    "long": int,
    "float": int | float,
    "double": int | float,
    "boolean": bool,
    "list": list,
    "map": dict,
    "structure": dict,
}


def parameter_error(question: Question) -> tuple[str, str] | None:
    """AWS's code and text for what is missing or of another type in a request; None where all is well."""
    shape = question.model.operation_model(question.operation).input_shape
    if shape is None or question.service in _CHECKED_BY_ITSELF:
        return None
    wrong = next(_wrong_kinds(shape, question.parameters, ""), None)
    if wrong is not None:
        return "SerializationException", wrong
    missing = list(_missing(shape, question.parameters, ""))
    if not missing:
        return None
    errors = [
        f"Value null at '{path}' failed to satisfy constraint: Member must not be null" for path in missing
    ]
    code = "ValidationError" if question.protocol in {"query", "ec2"} else "ValidationException"
    plural = "s" if len(errors) > 1 else ""
    return code, f"{len(errors)} validation error{plural} detected: {'; '.join(errors)}"


def _missing(shape: Any, value: Any, path: str) -> Iterator[str]:  # noqa: ANN401 - values of any shape
    for inner, one, where in _members(shape, value, path):
        if one is None:
            yield where
        else:
            yield from _missing(inner, one, where)


def _members(shape: Any, value: Any, path: str) -> Iterator[tuple[Any, Any, str]]:  # noqa: ANN401 - as above
    """What is inside of a value, with its shape and path; of what is not there, only what is required."""
    if shape.type_name == "structure" and not shape.is_document_type:
        for name, member in shape.members.items():
            if value.get(name) is not None or name in shape.required_members:
                yield member, value.get(name), _join(path, name)
    elif shape.type_name == "list":
        for position, member in enumerate(value, start=1):
            yield shape.member, member, f"{path}.{position}.member"
    elif shape.type_name == "map":
        for key, member in value.items():
            yield shape.value, member, f"{path}.{key}.member"


def _wrong_kinds(shape: Any, value: Any, path: str) -> Iterator[str]:  # noqa: ANN401 - as above
    if not _fits(shape, value):
        yield _conversion(shape, value)
        return
    for inner, one, where in _members(shape, value, path):
        if one is not None:
            yield from _wrong_kinds(inner, one, where)


def _fits(shape: Any, value: Any) -> bool:  # noqa: ANN401 - as above
    kind = _KINDS.get(shape.type_name)
    if kind is None or getattr(shape, "is_document_type", False):
        return True
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _conversion(shape: Any, value: Any) -> str:  # noqa: ANN401 - as above
    wanted = shape.type_name.capitalize()
    if isinstance(value, list):
        return "Start of list found where not expected"
    if isinstance(value, dict):
        return "Start of structure or map found where not expected."
    if shape.type_name in {"structure", "list", "map"}:
        return "Unexpected value where a structure was expected"
    words = {str: "STRING_VALUE", bool: "TRUE_VALUE" if value is True else "FALSE_VALUE"}
    return f"{words.get(type(value), 'NUMBER_VALUE')} can not be converted to {_article(wanted)} {wanted}"


def _article(noun: str) -> str:
    return "an" if noun[0] in "AEIOU" else "a"


def _join(path: str, name: str) -> str:
    name = name[0].lower() + name[1:]
    return f"{path}.{name}" if path else name
