"""Whether a mocked result fits the API that a Task would have called.

The shapes are botocore's: what the service's operation answers. Modes: STRICT wants all required fields, and
what is there to fit; PRESENT wants what is there to fit; NONE looks at nothing. Fields that the API does not
have are taken in each mode. A Task of Step Functions writes names with a capital at the beginning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbook.aws.stepfunctions.errors import ValidationException

if TYPE_CHECKING:
    from botocore.model import OperationModel, Shape

_NUMBERS = frozenset({"integer", "long", "float", "double"})
_WORDS: dict[str, tuple[Any, str]] = {
    "structure": (dict, "an object"),
    "map": (dict, "an object"),
    "list": (list, "an array"),
    "boolean": (bool, "a boolean"),
}
_OPTIMISED = {
    "dynamodb": "dynamodb",
    "events": "events",
    "lambda": "lambda",
    "sns": "sns",
    "sqs": "sqs",
    "states": "stepfunctions",
}


def check_mock_result(resource: str, result: object, mode: str) -> None:
    """Let a result pass that fits what `resource`, a Task's, calls; of an unknown API, any passes.

    Raises:
        ValidationException: it does not fit.
    """
    operation = None if mode == "NONE" else _operation_of(resource)
    if operation is not None and operation.output_shape is not None:
        if operation.name == "Invoke" and isinstance(
            result, dict
        ):  # a Task makes JSON of what a function says
            result = {name: value for name, value in result.items() if name != "Payload"}
        _check(result, operation.output_shape, "", is_strict=mode == "STRICT")


def _operation_of(resource: str) -> OperationModel | None:
    """The API operation that a Task calls, of botocore's models; None where it waits for something else."""
    parts = resource.split(":")
    if parts[:2] != ["arn", "aws"] or len(parts) < 7 or parts[2] != "states":
        return None
    called = parts[5:]
    if called[0] == "aws-sdk":
        service, name = called[1], called[2]
    else:
        service, name = _OPTIMISED.get(called[0], ""), called[1]
    return _model(service, name) if service and "." not in name else None


def _model(service: str, name: str) -> OperationModel | None:
    import botocore.session  # noqa: PLC0415 - few test a state with a mock
    from botocore.exceptions import UnknownServiceError  # noqa: PLC0415 - as above

    name_of_model = "stepfunctions" if service == "sfn" else service
    try:
        model = botocore.session.get_session().get_service_model(name_of_model)
    except UnknownServiceError:
        return None
    wanted = name.lower()
    found = next((one for one in model.operation_names if one.lower() == wanted), None)
    return None if found is None else model.operation_model(found)


def _check(value: Any, shape: Shape, field: str, *, is_strict: bool) -> None:  # noqa: ANN401 - any JSON
    kind = shape.type_name
    other = ((int, float), "a number") if kind in _NUMBERS else (str, "a string")
    expected, word = _WORDS.get(kind, other)
    if not isinstance(value, expected) or (isinstance(value, bool) and kind != "boolean"):
        if field:
            _refuse(f"Field '{field}' must be {word}")
        return
    _check_bounds(value, shape, field)
    if kind == "structure":
        _check_members(value, shape, is_strict=is_strict)
    elif kind == "list":
        for one in value:
            _check(one, shape.member, field, is_strict=is_strict)  # type: ignore[attr-defined]  # a ListShape
    elif kind == "map":
        for one in value.values():
            _check(one, shape.value, field, is_strict=is_strict)  # type: ignore[attr-defined]  # a MapShape


def _check_members(value: dict[str, Any], shape: Shape, *, is_strict: bool) -> None:
    members = {_written(name): member for name, member in shape.members.items()}  # type: ignore[attr-defined]  # a StructureShape
    if is_strict:
        for name in shape.required_members:
            if _written(name) not in value:
                _refuse(f"Required field '{_written(name)}' is missing")
    for name, one in value.items():
        if name in members:
            _check(one, members[name], name, is_strict=is_strict)


def _written(name: str) -> str:
    """A field's name as results of Tasks have it."""
    return f"{name[:1].upper()}{name[1:]}"


def _check_bounds(value: Any, shape: Shape, field: str) -> None:  # noqa: ANN401 - as above
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if shape.type_name in _NUMBERS:
        if least is not None and value < least:
            _refuse(f"Field '{field}' is less than the minimum value")
        if most is not None and value > most:
            _refuse(f"Field '{field}' exceeds the maximum value")
    elif shape.type_name in {"string", "blob"}:
        if least is not None and len(value) < least:
            _refuse(f"Field '{field}' is smaller than the minimum length")
        choices = shape.metadata.get("enum")
        if choices and value not in choices:
            _refuse(f"Field '{field}' is not an expected value")


def _refuse(problem: str) -> None:
    raise ValidationException(f"Mock result schema validation error: {problem}")
