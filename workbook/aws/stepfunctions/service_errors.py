"""The names of errors: what a called service refuses, as catchers see it.

    optimised integration    Lambda.TooManyRequestsException, SQS.AmazonSQSException
    AWS SDK integration      S3.NoSuchBucketException, Sqs.SqsException

Before the dot stands the service, behind it a class of the Java SDK: that of the error, if the service's
model names it, else the base of all its errors. Optimised integrations go by version 1 of the SDK, and AWS
SDK integrations by version 2, where services have other names.

Sources: answers of AWS recorded in localstack's tests, 2023 to 2025; Step Functions Developer Guide,
"Handling errors"; the class names of both SDKs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbook.engine.world import current_world

if TYPE_CHECKING:
    from botocore.exceptions import ClientError, ParamValidationError


class TaskError(Exception):
    """A task has failed, with an error and a cause that a catcher can see."""

    def __init__(self, error: str | None, cause: str | None) -> None:
        self.error, self.cause = error, cause
        super().__init__(error, cause)


@dataclass(frozen=True)
class ErrorNames:
    """How the errors of one service are called."""

    prefix: str
    """What stands before the dot."""
    base: str
    """The name of an error that the service's model does not name."""
    service: str
    """How the service is called in the cause."""
    is_sdk: bool = False
    """Whether the call is an AWS SDK integration, whose causes are written otherwise."""


def error_and_cause(names: ErrorNames, error: ClientError) -> tuple[str, str]:
    """The error and the cause of a call that a service has refused."""
    kind = type(error).__name__
    name = names.base if kind == "ClientError" else kind
    if not name.endswith("Exception"):
        name += "Exception"
    said = error.response["Error"]
    details = _details(names, error.response["ResponseMetadata"], said["Code"])
    return f"{names.prefix}.{name}", f"{said['Message']} ({details})"


def invalid_request(names: ErrorNames, error: ParamValidationError) -> tuple[str, str]:
    """The error and the cause of a request that boto3 does not send; the service would refuse it so.

    The words are boto3's (unverified).
    """
    metadata = {"HTTPStatusCode": 400, "RequestId": current_world().seeds.uuid("stepfunctions.request-id")}
    cause = f"{error} ({_details(names, metadata, 'ValidationException')})"
    return f"{names.prefix}.{names.base}", cause


def function_error(payload: str, error_type: object) -> tuple[str, str]:
    """The error and the cause of a function that has failed with this payload.

    Source of the words for a payload without `errorType`: an execution of AWS that users recorded, 2025.
    """
    if isinstance(error_type, str) and error_type:
        return error_type, payload
    return "Lambda.Unknown", (
        "The cause could not be determined because Lambda did not return an error type. "
        f"Returned payload: {payload}"
    )


def missing_parameter(names: ErrorNames, client: str, parameter: str) -> tuple[str, str]:
    """The error and the cause of a request that lacks a parameter, such as one that was null."""
    code = "MissingParameter" if client == "sqs" else "ValidationException"
    text = f"The request must contain the parameter {parameter}."
    if client != "sqs":
        path = f"{parameter[:1].lower()}{parameter[1:]}"
        problem = f"Value null at '{path}' failed to satisfy constraint: Member must not be null"
        text = f"1 validation error detected: {problem}"
    metadata = {"HTTPStatusCode": 400, "RequestId": current_world().seeds.uuid("stepfunctions.request-id")}
    return f"{names.prefix}.{names.base}", f"{text} ({_details(names, metadata, code)})"


def _details(names: ErrorNames, metadata: Mapping[str, Any], code: str) -> str:
    status = f"Status Code: {metadata['HTTPStatusCode']}"
    request = f"Request ID: {metadata['RequestId']}"
    if not names.is_sdk:
        return "; ".join([f"Service: {names.service}", status, f"Error Code: {code}", request, "Proxy: null"])
    parts = [f"Service: {names.service}", status, request]
    if metadata.get("HostId"):
        parts.append(f"Extended Request ID: {metadata['HostId']}")
    return ", ".join(parts)
