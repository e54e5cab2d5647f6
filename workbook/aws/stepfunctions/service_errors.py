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

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botocore.exceptions import ClientError


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
    return f"{names.prefix}.{name}", f"{error.response['Error']['Message']} ({_details(names, error)})"


def _details(names: ErrorNames, error: ClientError) -> str:
    metadata = error.response["ResponseMetadata"]
    status = f"Status Code: {metadata['HTTPStatusCode']}"
    request = f"Request ID: {metadata['RequestId']}"
    if not names.is_sdk:
        code = f"Error Code: {error.response['Error']['Code']}"
        return "; ".join([f"Service: {names.service}", status, code, request, "Proxy: null"])
    parts = [f"Service: {names.service}", status, request]
    if metadata.get("HostId"):
        parts.append(f"Extended Request ID: {metadata['HostId']}")
    return ", ".join(parts)
