"""Where events may go that have been processed or could not be: destinations and dead-letter queues.

A destination is a queue, a topic, a function or an event bus; a dead-letter queue is a queue or a topic.
Lambda writes to them with the function's execution role, and checks the role's permissions when they are set.
FIFO queues and topics are for neither: as dead-letter queue they are refused, as destination they are
accepted, and then every delivery to them fails, as AWS's guide says.

Sources: texts recorded in public test suites, and as users of AWS report them; Lambda Developer Guide,
"Capturing records of Lambda asynchronous invocations".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.awslambda.errors import (
    InvalidParameterValue,
    NotSimulated,
    ResourceNotFound,
    ValidationError,
)
from workbook.aws.awslambda.names import parse, pattern_of
from workbook.aws.awslambda.registry import find_by_arn
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaBackend, LambdaFunction

SERVICE = "lambda.amazonaws.com"
"""Who assumes the execution role."""

ACTIONS = {
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
    "lambda": "lambda:InvokeFunction",
    "events": "events:PutEvents",
}
"""What the role must be allowed, by the service of a destination."""


def check_destinations(
    backend: LambdaBackend, function: LambdaFunction, config: Mapping[str, Any] | None
) -> None:
    """Check a DestinationConfig; None and empty destinations are fine.

    Raises:
        ValidationError: what is given is no ARN.
        InvalidParameterValue: nothing can be sent there, or the execution role may not send there.
        NotSimulated: it is an S3 bucket.
    """
    given = {name: ((config or {}).get(name) or {}).get("Destination") for name in ("OnSuccess", "OnFailure")}
    for name, arn in given.items():
        _check_pattern(f"destinationConfig.{name[0].lower()}{name[1:]}.destination", arn, "DestinationArn")
    if any(arn and _service_of(arn) == "s3" for arn in given.values()):
        raise NotSimulated("an S3 bucket as destination", "Use a queue, a topic, a function or an event bus.")
    if any(arn and _service_of(arn) not in ACTIONS for arn in given.values()):
        raise InvalidParameterValue(f"The provided destination config {_shown(given)} is invalid.")
    for arn in given.values():
        if arn:
            _check_destination(backend, function, arn)


def check_dead_letter_target(backend: LambdaBackend, role_arn: str, target_arn: str | None) -> None:
    """Check the TargetArn of a DeadLetterConfig; an empty one takes the dead-letter queue away.

    Raises:
        ValidationError: it is no ARN.
        InvalidParameterValue: it is no standard queue or topic of this Region, or the role may not use it.
    """
    _check_pattern("deadLetterConfig.targetArn", target_arn, "ResourceArn")
    if not target_arn:
        return
    service = _service_of(target_arn)
    problem = _problem_of(service, target_arn, backend.region_name)
    if problem is not None:
        raise InvalidParameterValue(f"Invalid dead letter queue ARN: {problem}")
    if not _is_allowed(role_arn, ACTIONS[service], target_arn):
        operation = ACTIONS[service].partition(":")[2]
        raise InvalidParameterValue(
            f"The provided execution role does not have permissions to call {operation} on {service.upper()}"
        )


def _problem_of(service: str, target_arn: str, region: str) -> str | None:
    """Why an ARN cannot be that of a dead-letter queue, in AWS's words."""
    if service not in {"sqs", "sns"}:
        return "The service specified by the TargetArn is not supported for dead letter configuration."
    if target_arn.split(":")[3] != region:
        return (
            "The resource specified by the TargetArn must be in the same region as the Lambda function it's "
            "associated with."
        )
    if target_arn.endswith(".fifo"):
        kind = "SQS queue" if service == "sqs" else "SNS topic"
        return f"FIFO {kind} is not supported for dead letter configuration"
    return None


# ---- helpers


def _check_destination(backend: LambdaBackend, function: LambdaFunction, arn: str) -> None:
    service = _service_of(arn)
    if service == "lambda":
        _check_other_function(backend, function, arn)
    if not _is_allowed(function.role, ACTIONS[service], arn):
        operation = ACTIONS[service].partition(":")[2]
        raise InvalidParameterValue(
            f"The function's execution role does not have permissions to call {operation} on {arn}"
        )


def _check_other_function(backend: LambdaBackend, function: LambdaFunction, arn: str) -> None:
    """A destination function exists, and is another one."""
    try:
        find_by_arn(current_world(), arn)
        reference = parse(arn, longest=350)
    except (ResourceNotFound, ValidationError):
        raise InvalidParameterValue(f"The destination ARN {arn} is invalid.") from None
    here = (function.function_name, backend.region_name, backend.account_id)
    if (reference.name, reference.region, reference.account) == here:
        raise InvalidParameterValue("You can't specify the function as a destination for itself.")


def _is_allowed(role_arn: str, action: str, resource: str) -> bool:
    from workbook.aws.roles import role_access  # noqa: PLC0415 - only who has destinations needs it

    return role_access(current_world(), role_arn, SERVICE, action, resource).allowed


def _check_pattern(parameter: str, arn: str | None, shape: str) -> None:
    pattern = pattern_of(shape)
    if arn and not re.fullmatch(pattern, arn):
        raise ValidationError.of(parameter, arn, f"Member must satisfy regular expression pattern: {pattern}")


def _service_of(arn: str) -> str:
    parts = arn.split(":")
    return parts[2] if len(parts) > 5 else ""


def _shown(given: Mapping[str, str | None]) -> str:
    """A DestinationConfig as AWS's service prints it."""
    parts = [
        f"{name[0].lower()}{name[1:]}=" + (f"{name}(destination={arn})" if arn else "null")
        for name, arn in given.items()
    ]
    return f"DestinationConfig({', '.join(parts)})"
