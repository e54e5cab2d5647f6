"""The call itself: a service asks a function and waits for its answer, only so long.

Who waits no longer does not stop the function: it runs on, and what it does is done. A synchronous caller
gets every failure itself: no permission, a throttle, an error of the function. Lambda does not try again, and
neither do the callers from the web.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.awslambda.access import ACTION, function_access
from workbook.aws.awslambda.errors import AccessDenied, LambdaError, RequestTooLarge, ResourceNotFound
from workbook.aws.awslambda.invocation import Invocation, invoke
from workbook.aws.limits import limit
from workbook.aws.roles import role_access
from workbook.engine.clock import SECOND
from workbook.engine.signals import Signal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbook.engine.world import World

LARGEST_PAYLOAD = limit("lambda.payload.synchronous")
"""Bytes of an event, and of an answer."""


class NotInTime(TimeoutError):
    """The function did not answer within the time that its caller gives it."""


def demand_permission(world: World, function_arn: str, service: str, context: Mapping[str, object]) -> None:
    """Let a service pass that the function's policy allows to invoke it.

    Raises:
        LambdaError: the policy does not allow it, or there is no such function.
    """
    access = function_access(world, function_arn, service, context)
    if not access.allowed:
        raise AccessDenied(
            f"User: {service} is not authorized to perform: {ACTION} on resource: {function_arn} "
            f"{access.reason}"
        )


def demand_role(
    world: World, role_arn: str, function_arn: str, service: str, context: Mapping[str, object]
) -> None:
    """Let a service pass that comes with a role which may invoke the function.

    Raises:
        LambdaError: the role cannot be assumed, or its policies do not allow it.
    """
    access = role_access(world, role_arn, service, ACTION, function_arn, context)
    if not access.allowed:
        raise AccessDenied(f"{role_arn} is not authorized to perform: {ACTION}: {access.reason}")


def call(world: World, function_arn: str, payload: str, seconds: float | None = None) -> Invocation:
    """Invoke a function and wait for its answer, at most `seconds` (None: as long as it takes).

    Raises:
        LambdaError: it was not run.
        NotInTime: it has not answered yet; it runs on.
    """
    size = len(payload.encode("utf-8", "surrogatepass"))
    if size > LARGEST_PAYLOAD:
        raise RequestTooLarge(
            f"{size} byte payload is too large for the RequestResponse invocation type "
            f"(limit {LARGEST_PAYLOAD} bytes)"
        )
    waiting = _Waiting(world, function_arn, payload)
    name = f"function {function_arn.rpartition(':function:')[2]}"
    world.kernel.spawn(waiting.run, name=name)
    return waiting.wait(seconds)


class _Waiting:
    """One call, and who waits for it."""

    def __init__(self, world: World, function_arn: str, payload: str) -> None:
        self._world = world
        self._arn = function_arn
        self._payload = payload
        self._outcome: Invocation | Exception | None = None
        self._given_up = False
        self._done = Signal(world.kernel, f"the answer of {function_arn}")

    def run(self) -> None:
        try:
            self._outcome = invoke(self._world, self._arn, self._payload)
        except Exception as error:
            if self._given_up and not isinstance(error, LambdaError):
                raise  # a fault of the simulation, and nobody is left to hear of it
            self._outcome = error
        self._done.notify_all()

    def wait(self, seconds: float | None) -> Invocation:
        until = None if seconds is None else self._world.clock.now + round(seconds * SECOND)
        while self._outcome is None:
            if not self._done.wait(until) and self._outcome is None:
                self._given_up = True
                name = self._arn.rpartition(":function:")[2]
                message = f"{name} did not answer within {seconds:g} s"
                raise NotInTime(message)
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome


def function_of(uri: str) -> str:
    """The ARN of the function in an integration's URI: the ARN itself, or API Gateway's path to it.

    Raises:
        ResourceNotFound: it names none.
    """
    _, found, path = uri.partition(":lambda:path/2015-03-31/functions/")
    arn = path.removesuffix("/invocations") if found else uri
    if ":function:" not in arn:
        raise ResourceNotFound.function(uri)
    return arn
