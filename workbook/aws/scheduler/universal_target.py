"""A universal target is invoked: the lab's own boto3 client makes the call, as the schedule's role.

The role needs the IAM action of the operation on what the request names. What the API answers with an error
is told as one: whether it is tried again depends on whether the error is the caller's fault.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from workbook.aws.called_resources import called_resources
from workbook.aws.delivery import Failure, Parcel, Sender, Target, Undelivered
from workbook.aws.delivery.permission import demand_role
from workbook.aws.iam_actions import action_of
from workbook.aws.role_clients import role_client
from workbook.aws.scheduler.apis import Api, universal_api
from workbook.aws.scheduler.dead_letters import CallFailed
from workbook.aws.scheduler.errors import ValidationError
from workbook.aws.scheduler.universal import client_name, operation_model, request_parameters

if TYPE_CHECKING:
    from workbook.aws.delivery.targets import Answer
    from workbook.engine.world import World

_SERVER_ERROR = 500
_THROTTLED = ("Throttl", "TooManyRequests", "RequestLimitExceeded", "ProvisionedThroughputExceeded")


def accept(world: World, sender: Sender, target_arn: str, parcel: Parcel) -> Answer:
    """Call the operation that `target_arn` names with the request that `parcel` holds.

    Raises:
        Undelivered: the role may not, or the API answered with an error.
    """
    api = universal_api(target_arn)
    if api is None:
        raise Undelivered(Failure.REJECTED, f"{target_arn} is no universal target")
    parameters = _parameters(api, parcel.text)
    service = client_name(api)
    for resource in called_resources(service, parameters, sender.account, sender.region):
        demand_role(world, sender, action_of(service, api.operation), resource)
    try:
        client = role_client(str(sender.role_arn), sender.service, service, sender.region)
        answer: Answer = client._make_api_call(api.operation, parameters)  # noqa: SLF001 - by name; methods do no more
    except ClientError as error:
        raise _failed(error) from error
    except BotoCoreError as error:  # a value of a type that the operation does not take
        raise CallFailed(Failure.REJECTED, "ValidationException", str(error), status=400) from error
    return answer


def _parameters(api: Api, text: str) -> dict[str, Any]:
    """Context attributes may have made of good JSON what is none."""
    try:
        return request_parameters(operation_model(api), json.loads(text))
    except (ValueError, ValidationError) as error:
        raise CallFailed(Failure.REJECTED, "ValidationException", str(error), status=400) from error


def _failed(error: ClientError) -> CallFailed:
    code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
    return CallFailed(_failure(code, status), code, message, status=status)


def _failure(code: str, status: int) -> Failure:
    if code.startswith(_THROTTLED):
        return Failure.THROTTLED
    if status >= _SERVER_ERROR:
        return Failure.UNAVAILABLE
    if "AccessDenied" in code:
        return Failure.NO_PERMISSION
    if any(mark in code for mark in ("NotFound", "NonExistent", "DoesNotExist", "NoSuch")):
        return Failure.NO_RESOURCE
    return Failure.REJECTED


TARGET = Target(accept, takes_time=True)
