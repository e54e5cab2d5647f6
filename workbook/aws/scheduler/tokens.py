"""Client tokens: a request that comes twice with the same token is carried out once.

boto3 adds a token of its own to every request that has none, so a retried call does no harm. How long AWS
remembers a token is not documented; here it is as long as the lab.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.scheduler.errors import Conflict
from workbook.aws.scheduler.resources import registry_of

if TYPE_CHECKING:
    from workbook.aws.operations import Answer, Call, Operation


def carried_out_once(operation: Callable[[Call], dict[str, Any]]) -> Operation:
    """The operation, which answers a repeated request as it answered the first one."""

    def answer(call: Call) -> Answer:
        token = call.parameters.get("ClientToken")
        if token is None:
            return operation(call)
        requests = registry_of(call.world, call.account, call.region).requests
        known = requests.get(token)
        if known is not None:
            return _repeated(known, operation.__name__, call)
        result = operation(call)
        requests[token] = (operation.__name__, call.parameters, result)
        return result

    answer.__name__ = operation.__name__
    answer.__doc__ = operation.__doc__
    return answer


def _repeated(known: tuple[str, Mapping[str, Any], Mapping[str, Any]], name: str, call: Call) -> Answer:
    operation, parameters, result = known
    if (operation, parameters) != (name, call.parameters):
        raise Conflict.token(call.parameters["ClientToken"])
    return dict(result)
