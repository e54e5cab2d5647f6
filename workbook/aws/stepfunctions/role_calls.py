"""The calls of Task states: boto3 calls in the name of a role, each asked of the role first.

Step Functions assumes the state machine's role and calls; what the role does not allow is answered with the
error that the called service has for it. The call itself is one like any other: in the trace, and by the
role's session. A state with `Credentials` has a role of its own, which the state machine's role assumes.

Sources: Step Functions Developer Guide, "How Step Functions generates IAM policies" and "Accessing resources
in other AWS accounts".
"""

from __future__ import annotations

import contextvars
import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from workbook.aws.called_resources import called_resources
from workbook.aws.iam_actions import action_of
from workbook.aws.role_clients import role_client
from workbook.aws.roles import role_access, role_permits, role_session, role_trusts
from workbook.aws.stepfunctions.service_errors import TaskError, function_error
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from workbook.aws.roles import RoleAccess
    from workbook.aws.stepfunctions.execution import Execution

SERVICE = "states.amazonaws.com"
present_execution: contextvars.ContextVar[Execution] = contextvars.ContextVar("present_execution")
"""The execution whose states are walked through; tasks that it starts inherit it."""

_REFUSED = "AccessDeniedException"
_REFUSALS = {
    **dict.fromkeys(("sqs", "s3", "iam", "sts", "cloudwatch", "autoscaling"), "AccessDenied"),
    "sns": "AuthorizationError",
    "ec2": "UnauthorizedOperation",
}
"""The code with which a service refuses who may not call, where it is not AccessDeniedException."""
_FORBIDDEN = 403


class NotAssumed(Exception):
    """The state machine's role may not assume the role of a state."""


def call_as_role(client: str, operation: str, request: dict[str, Any], region: str, role_arn: str) -> Any:  # noqa: ANN401 - as boto3's answers
    """Call an operation of a service (boto3's name) in the name of a role, if the role may.

    Raises:
        ClientError: the role may not, or the service refuses it.
        NotAssumed: it is the role of a state, which the state machine's may not assume.
    """
    demand(client, action_of(client, operation), request, region, role_arn)
    return role_client(role_arn, SERVICE, client, region)._make_api_call(operation, request)  # noqa: SLF001 - by name; methods do no more


def demand(client: str, action: str, request: dict[str, Any], region: str, role_arn: str) -> None:
    """Let a role pass that may do an action to all that a request names.

    Raises:
        ClientError: it may not.
        NotAssumed: as of `call_as_role`.
    """
    account = role_arn.split(":")[4]
    for resource in called_resources(client, request, account, region):
        access = _access(role_arn, action, resource)
        if not access.allowed:
            raise _refusal(client, action, resource, region, role_arn, access.reason)


def _access(role_arn: str, action: str, resource: str) -> RoleAccess:
    execution, world = present_execution.get(), current_world()
    machine, own_role = execution.machine, execution.role_arn
    context = {"aws:SourceArn": machine.arn, "aws:SourceAccount": machine.account}
    if role_arn == own_role:
        return role_access(world, role_arn, SERVICE, action, resource, context)
    assumes = role_access(world, own_role, SERVICE, "sts:AssumeRole", role_arn, context)
    if not assumes.allowed or not role_trusts(world, role_arn, role_session(own_role, SERVICE)):
        raise NotAssumed(
            f"The role {own_role} is not authorized to assume the task state's role, {role_arn}."
        )
    return role_permits(world, role_arn, SERVICE, action, resource)


def _refusal(client: str, action: str, resource: str, region: str, role_arn: str, reason: str) -> ClientError:
    code, operation = _REFUSALS.get(client, _REFUSED), action.partition(":")[2]
    who = role_session(role_arn, SERVICE).arn
    message = f"User: {who} is not authorized to perform: {action} on resource: {resource} {reason}"
    request_id = current_world().seeds.uuid("stepfunctions.request-id")
    answer: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": _FORBIDDEN, "RequestId": request_id},
    }
    kind = role_client(role_arn, SERVICE, client, region).exceptions.from_code(code)
    refusal: ClientError = kind(answer, operation)
    return refusal


class _FunctionClient:
    """As much of a Lambda client as the interpreter's own tasks need, which invoke a function by its ARN."""

    def __init__(self, region: str, role_arn: str) -> None:
        self._region, self._role_arn = region, role_arn

    def invoke(self, **request: Any) -> Any:  # noqa: ANN401 - as boto3's
        """Invoke a function, if the role may.

        Raises:
            TaskError: the function has failed; the cause is its answer, to the letter.
        """
        answer = call_as_role("lambda", "Invoke", request, self._region, self._role_arn)
        if "FunctionError" in answer:
            payload = answer["Payload"].read().decode()
            raise TaskError(*function_error(payload, json.loads(payload).get("errorType")))
        return answer


def function_client(region: str, service: str, state_credentials: Any) -> _FunctionClient:  # noqa: ANN401, ARG001 - the interpreter's signature
    """What the interpreter invokes functions with; in the place of its own function."""
    return _FunctionClient(region, state_credentials.role_arn)
