"""Universal targets: any operation that changes something, its request written as JSON in the Input.

The names in the JSON begin with a capital, whatever the service itself uses, so Step Functions' `input` is
`Input` here. What only reads is refused by AWS; what the lab does not simulate is refused by the lab.

Source: EventBridge Scheduler User Guide, "Using universal targets"; texts as measured by users in 2026.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from moto.core.utils import get_service_model

from workbook.aws.java_sdk import capitalised, client_of
from workbook.aws.operations import NotSimulated
from workbook.aws.scheduler.apis import Api, universal_api
from workbook.aws.scheduler.errors import ValidationError
from workbook.aws.simulated import SIMULATED, is_simulated

if TYPE_CHECKING:
    from botocore.model import OperationModel

READ_ONLY = (
    *("get", "describe", "list", "poll", "receive", "search", "scan", "query", "select", "read", "lookup"),
    *("discover", "validate", "batchGet", "batchDescribe", "batchRead", "transactGet", "adminGet"),
    *("adminList", "testMigration", "retrieve", "testConnection", "translateDocument", "isAuthorized"),
    "invokeModel",
)
"""How the names of operations begin that a schedule cannot call."""


def client_name(api: Api) -> str:
    """What boto3 calls the service of an operation."""
    return client_of(api.service)


def check_universal_target(target: Mapping[str, Any], operation: str) -> None:
    """Let a universal target pass that AWS accepts and the lab can call.

    Raises:
        ValidationError: AWS does not accept it.
        NotSimulated: AWS does, and the lab does not simulate the operation.
    """
    api = universal_api(target["Arn"])
    assert api is not None  # noqa: S101 - the caller has looked
    if api.action.startswith(READ_ONLY):
        raise ValidationError(f"{api.action} API is not supported.")
    if target.get("Input") is None:
        raise ValidationError("You must provide an input to set this target for your schedule.")
    request = json_input(target["Input"])
    if client_name(api) not in SIMULATED:
        advice = f"It simulates operations of: {', '.join(sorted(SIMULATED))}."
        raise NotSimulated(f"{operation}: {api.service} as a universal target", advice)
    model = operation_model(api)
    if not is_simulated(client_name(api), api.operation):
        raise NotSimulated(f"{api.service}:{api.action} as a universal target", "Choose another operation.")
    request_parameters(model, request)


def json_input(text: str) -> Any:  # noqa: ANN401 - any value that JSON has
    """The value of an Input that has to be JSON.

    Raises:
        ValidationError: it is not.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValidationError("JSON syntax error in input for the target.") from error


def operation_model(api: Api) -> OperationModel:
    """The model of an operation.

    Raises:
        ValidationError: the service has no such operation (text unverified).
    """
    service = get_service_model(client_name(api))
    if api.operation not in service.operation_names:
        raise ValidationError(f"{api.action} API is not supported.")
    model: OperationModel = service.operation_model(api.operation)
    return model


def request_parameters(model: OperationModel, request: object) -> dict[str, Any]:
    """The parameters for boto3, of a request as a schedule writes it.

    Raises:
        ValidationError: it is no object, or lacks what the operation demands.
    """
    shape: Any = model.input_shape
    if not isinstance(request, dict):
        raise ValidationError("Invalid RequestJson provided. Reason The request payload is not an object.")
    if shape is None:
        return {}
    missing = [capitalised(name) for name in shape.required_members if not _given(request, name)]
    if missing:
        raise ValidationError(
            "Invalid RequestJson provided. Reason Request payload is missing the following field(s): "
            f"{', '.join(missing)}."
        )
    return _structure(shape, request)


def _structure(shape: Any, value: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - botocore has no types here
    names = {capitalised(name): name for name in shape.members}
    unknown = [key for key in value if capitalised(key) not in names]
    if unknown:  # text unverified
        raise ValidationError(
            f"Invalid RequestJson provided. Reason Unknown field(s): {', '.join(sorted(unknown))}."
        )
    known = {names[capitalised(key)]: each for key, each in value.items()}
    return {name: _converted(shape.members[name], each) for name, each in known.items()}


def _converted(shape: Any, value: Any) -> Any:  # noqa: ANN401 - as above
    if shape.type_name == "structure" and isinstance(value, dict):
        return _structure(shape, value)
    if shape.type_name == "list" and isinstance(value, list):
        return [_converted(shape.member, each) for each in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: _converted(shape.value, each) for key, each in value.items()}
    return value


def _given(request: Mapping[str, Any], name: str) -> bool:
    return any(capitalised(key) == capitalised(name) for key in request)
