"""Lambda takes what another service sends: an asynchronous invocation, if the function's policy allows it.

A service that comes with a role (Scheduler, a pipe, a function's destination) needs the role's permission;
one that comes in its own name (a topic, a rule, a bucket, an alarm) needs the function's resource-based
policy. The service's part ends when the event is accepted: that the function fails later is Lambda's affair,
which tries again and has dead letters of its own.

Source: Lambda Developer Guide, "Invoking a function asynchronously" and "Permissions".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.awslambda.access import ACTION, function_access
from workbook.aws.awslambda.asynchronous import accept as accept_event
from workbook.aws.awslambda.errors import LambdaError, ResourceConflict, ResourceNotFound, ValidationError
from workbook.aws.delivery.permission import demand_role
from workbook.aws.delivery.shipment import Failure, Parcel, Sender, Undelivered
from workbook.aws.delivery.targets import Answer, Target

if TYPE_CHECKING:
    from workbook.engine.world import World


def accept(world: World, sender: Sender, function_arn: str, parcel: Parcel) -> Answer:
    """Have a function invoked with what a service delivers; the answer has the request's id.

    Raises:
        Undelivered: there is no such function, the service may not invoke it, or the event is too large.
    """
    try:
        _demand_permission(world, sender, function_arn)
        request_id = accept_event(world, function_arn, parcel.text)
    except LambdaError as error:
        raise Undelivered(_failure_of(error), error.message, status=error.status) from None
    return {"StatusCode": 202, "RequestId": request_id}


def _demand_permission(world: World, sender: Sender, function_arn: str) -> None:
    if sender.role_arn is not None:
        demand_role(world, sender, ACTION, function_arn)
        return
    access = function_access(world, function_arn, sender.principal, sender.context)
    if not access.allowed:
        message = (
            f"User: {sender.service} is not authorized to perform: {ACTION} on resource: {function_arn} "
            f"{access.reason}"
        )
        raise Undelivered(Failure.NO_PERMISSION, message, status=403)


def _failure_of(error: LambdaError) -> Failure:
    if isinstance(error, ResourceNotFound | ValidationError):
        return Failure.NO_RESOURCE
    return Failure.UNAVAILABLE if isinstance(error, ResourceConflict) else Failure.REJECTED


TARGET = Target(accept)
