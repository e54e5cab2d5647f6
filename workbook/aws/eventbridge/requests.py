"""From a request of the API to an operation, and back.

The protocol is JSON throughout, and PutEvents is the operation that everything else waits for. So the body is
read and the answer written here, without moto's serialiser, which takes ten times as long; moto still finds
the action and writes errors.
"""

from __future__ import annotations

import datetime
import functools
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from workbook.aws.eventbridge.constraints import check_constraints
from workbook.aws.operations import Answer, Call
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from moto.core.responses import BaseResponse

    from workbook.engine.patches import Patches


Operation = Callable[[Call], Answer]
_Response = tuple[int, dict[str, str], str]
_CONTENT_TYPE = "application/x-amz-json-1.1"


def install_operations(
    patches: Patches, response_class: type[BaseResponse], operations: Mapping[str, Operation]
) -> None:
    """Put `operations`, by AWS's names ("PutEvents"), in the place of moto's own."""
    for name, operation in operations.items():
        method = _moto_name(name)
        answer = _method(name, operation)
        if hasattr(response_class, method):
            patches.set(response_class, method, answer)
        else:
            setattr(response_class, method, answer)
            patches.on_undo(functools.partial(delattr, response_class, method))


def _moto_name(operation: str) -> str:
    from moto.core.utils import camelcase_to_underscores  # noqa: PLC0415 - loaded by now

    return camelcase_to_underscores(operation)


def _method(name: str, operation: Operation) -> Callable[[BaseResponse], _Response]:
    def answer(response: BaseResponse) -> _Response:
        parameters = json.loads(response.body or "{}")
        check_constraints(name, parameters)
        call = Call(current_world(), response.current_account, response.region, parameters, response.headers)
        result = operation(call)
        body = "" if result is None else json.dumps(result, default=_epoch_seconds, ensure_ascii=False)
        return 200, {**response.response_headers, "Content-Type": _CONTENT_TYPE}, body

    answer.__doc__ = operation.__doc__
    return answer


def _epoch_seconds(value: object) -> int:
    """A timestamp as JSON 1.1 has it; EventBridge gives whole seconds (examples of the AWS CLI)."""
    if isinstance(value, datetime.datetime):
        return int(value.timestamp())
    raise TypeError(f"{type(value).__name__} has no place in an answer")
