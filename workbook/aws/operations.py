"""Operations of services whose requests moto parses and whose answers it writes, both by botocore's model.

An operation is a plain function: from a `Call`, with the parameters by AWS's names, to the answer by AWS's
names. So it knows neither HTTP nor moto, and its errors are moto's `ServiceException`s with AWS's codes.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionContext, ActionResult, BaseResponse, EmptyResult

from workbook.aws.callers import caller_of, signed_by
from workbook.aws.query_requests import WrittenResult
from workbook.aws.simulated import NOT_SIMULATED
from workbook.aws.transport import transport_keys
from workbook.engine.world import World, current_world

if TYPE_CHECKING:
    from workbook.aws.policies import Principal
    from workbook.engine.patches import Patches

Answer = dict[str, Any] | None


@dataclass(frozen=True)
class Call:
    """One request: who asks, where, and for what."""

    world: World
    account: str
    region: str
    parameters: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    """Of the HTTP request, in any case."""
    url: str = ""
    """To which the request was sent."""

    @property
    def is_signed(self) -> bool:
        """Whether the request carries a signature; some operations need none."""
        return bool(signed_by(self.headers.get("Authorization", ""))[0])

    @property
    def transport(self) -> Mapping[str, object]:
        """What its address says about TLS, as condition keys."""
        return transport_keys(self.url)

    @functools.cached_property
    def caller(self) -> Principal:
        """The identity that made the request."""
        access_key, _ = signed_by(self.headers.get("Authorization", ""))
        return caller_of(access_key, self.region)


Operation = Callable[[Call], Answer]


class ServiceFault(ServiceException):
    """The service failed and not the request: the answer's status is 500, upon which SDKs try again."""


class _FaultResult(ActionResult):
    """An error whose status moto would take for the client's, as service models say no more than "fault"."""

    def execute_result(self, context: ActionContext) -> tuple[int, dict[str, Any], Any]:
        _, headers, body = super().execute_result(context)
        return 500, headers, body


class NotSimulated(ServiceException):
    """AWS can do this, and the workbook does not simulate it."""

    code = NOT_SIMULATED

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(f"{what} is not simulated by this workbook. {advice}")


def refuse_parameters(parameters: Mapping[str, Any], known: frozenset[str], operation: str) -> None:
    """Let a request pass that uses only parameters which are simulated.

    Raises:
        NotSimulated: it uses another one; the text names it.
    """
    for name, value in parameters.items():
        if name not in known and value not in (None, [], {}):
            raise NotSimulated(
                f"{operation}: {name}", f"Leave it out; simulated are: {', '.join(sorted(known))}."
            )


def install_operations(
    patches: Patches, response_class: type[BaseResponse], operations: Mapping[str, Operation]
) -> None:
    """Put `operations`, by moto's names of methods, in the place of moto's own."""
    for name, operation in operations.items():
        if hasattr(response_class, name):
            patches.set(response_class, name, method_of(operation))
        else:  # moto does not know it
            setattr(response_class, name, method_of(operation))
            patches.on_undo(functools.partial(delattr, response_class, name))


def method_of(operation: Operation) -> Callable[[BaseResponse], ActionResult]:
    """An operation as a method of moto's response class."""

    def answer(response: BaseResponse) -> ActionResult:
        parameters, headers = _parameters_of(response), response.headers
        call = Call(
            current_world(), response.current_account, response.region, parameters, headers, response.uri
        )
        try:
            result = operation(call)
        except ServiceFault as fault:
            return _FaultResult(fault)
        return EmptyResult() if result is None else WrittenResult(result)

    answer.__doc__ = operation.__doc__
    return answer


def _parameters_of(response: BaseResponse) -> dict[str, Any]:
    """The parameters by AWS's names and types; of some services moto itself reads no request by the model."""
    if not response.automated_parameter_parsing:
        response.parse_parameters(response.normalized_request)
    return dict(response.params)
