"""The calls of Task states: boto3 calls in the name of the state machine's role.

Step Functions assumes the role and calls; what the role does not allow is answered with the error that the
called service has for it. The call itself is one like any other: in the trace, and by the role's session.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from workbook.aws.called_resources import called_resources
from workbook.aws.role_clients import role_client
from workbook.aws.roles import role_access, role_session
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from workbook.aws.stepfunctions.execution import Execution

SERVICE = "states.amazonaws.com"
present_execution: contextvars.ContextVar[Execution] = contextvars.ContextVar("present_execution")
"""The execution whose states are walked through; tasks that it starts inherit it."""

_ACTIONS = {
    "invoke": ("lambda:InvokeFunction", "AccessDeniedException"),
    "send_message": ("sqs:SendMessage", "AccessDenied"),
    "publish": ("sns:Publish", "AuthorizationError"),
    "put_events": ("events:PutEvents", "AccessDeniedException"),
}
"""By the method of the client: the IAM action, and the code of the service's error."""


def client_for(region: str, service: str, role_arn: str) -> RoleCalls:
    """What a state calls a service with (boto3's name), in the name of a role."""
    return RoleCalls(present_execution.get(), service, region, role_arn)


def interpreter_client_for(region: str, service: str, state_credentials: Any) -> RoleCalls:  # noqa: ANN401 - the interpreter's StateCredentials
    """What the interpreter itself calls a service with; in the place of its own function."""
    return client_for(region, service, state_credentials.role_arn)


class RoleCalls:
    """A client of one service for one execution: each call asks the role first."""

    def __init__(self, execution: Execution, service: str, region: str, role_arn: str) -> None:
        self._execution, self._service, self._region = execution, service, region
        self._role = role_arn

    def __getattr__(self, method: str) -> Callable[..., dict[str, Any]]:
        """The method of boto3's client, for a role that may call it."""
        action, code = _ACTIONS[method]

        def call(**parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - as boto3's
            account = self._execution.machine.account
            for resource in called_resources(self._service, parameters, account, self._region):
                self._demand(action, code, resource)
            client = role_client(self._role, SERVICE, self._service, self._region)
            answer: dict[str, Any] = getattr(client, method)(**parameters)
            return answer

        return call

    def _demand(self, action: str, code: str, resource: str) -> None:
        machine = self._execution.machine
        context = {"aws:SourceArn": machine.arn, "aws:SourceAccount": machine.account}
        world = current_world()
        access = role_access(world, self._role, SERVICE, action, resource, context)
        if not access.allowed:
            who = role_session(self._role, SERVICE).arn
            message = (
                f"User: {who} is not authorized to perform: {action} on resource: {resource} {access.reason}"
            )
            request_id = world.seeds.uuid("stepfunctions.request-id")
            raise ClientError(
                {
                    "Error": {"Code": code, "Message": message},
                    "ResponseMetadata": {"HTTPStatusCode": 403, "RequestId": request_id},  # type: ignore[typeddict-item]
                },
                action.partition(":")[2],
            )
