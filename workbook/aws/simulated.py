"""Which operations behave as AWS's do. The others are refused by name: silence would teach something false.

A service is listed whole where moto's registry is all there is to it, or where our data plane covers
every operation; otherwise the operations are named. Where moto has no answer, it is asked first and refused
then (see `api_calls`).
"""

from __future__ import annotations

from botocore.exceptions import ClientError

NOT_SIMULATED = "NotSimulatedByWorkbook"
"""The error code of a refusal. AWS has no such code, so it cannot be mistaken for one of AWS's."""

_EVERYTHING = frozenset({"*"})


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LAMBDA = _names(
    """
    AddPermission CreateAlias CreateEventSourceMapping CreateFunction DeleteAlias
    DeleteEventSourceMapping DeleteFunction DeleteFunctionConcurrency GetAccountSettings GetAlias
    GetEventSourceMapping GetFunction GetFunctionConcurrency GetFunctionConfiguration GetPolicy Invoke
    ListAliases ListEventSourceMappings ListFunctions ListTags ListVersionsByFunction PublishVersion
    PutFunctionConcurrency RemovePermission TagResource UntagResource UpdateAlias
    UpdateEventSourceMapping UpdateFunctionCode UpdateFunctionConfiguration
    """
)

_CLOUDWATCH = _names(
    """
    GetMetricData GetMetricStatistics ListMetrics PutMetricData
    """
)

_LOGS = _names(
    """
    CreateLogGroup CreateLogStream DeleteLogGroup DeleteLogStream DeleteRetentionPolicy
    DescribeLogGroups DescribeLogStreams FilterLogEvents GetLogEvents ListTagsForResource PutLogEvents
    PutRetentionPolicy TagResource UntagResource
    """
)

_DYNAMODB = _names(
    """
    BatchGetItem BatchWriteItem CreateTable DeleteItem DeleteTable DescribeTable GetItem ListTables
    PutItem Query Scan TransactGetItems TransactWriteItems UpdateItem
    """
)

_S3 = _names(
    """
    CopyObject CreateBucket DeleteBucket DeleteObject DeleteObjects GetBucketLocation GetObject
    HeadBucket HeadObject ListBuckets ListObjects ListObjectsV2 PutObject
    """
)

SIMULATED: dict[str, frozenset[str]] = {
    "sqs": _EVERYTHING,
    "lambda": _LAMBDA,
    "logs": _LOGS,
    "cloudwatch": _CLOUDWATCH,
    "iam": _EVERYTHING,
    "sts": _EVERYTHING,
    "kms": _EVERYTHING,
    "dynamodb": _DYNAMODB,
    "s3": _S3,
}


def is_simulated(service: str, operation: str) -> bool:
    """Whether an operation, by botocore's names ("sqs", "SendMessage"), behaves as AWS's does."""
    operations = SIMULATED.get(service, frozenset())
    return operations is _EVERYTHING or operation in operations


def refuse_unsimulated(service: str, operation: str) -> None:
    """Let a simulated operation pass.

    Raises:
        ClientError: it is not simulated; the text names it and says what can be done.
    """
    if service not in SIMULATED:
        advice = f"It simulates operations of: {', '.join(sorted(SIMULATED))}. Nothing was changed."
        raise refusal(service, operation, advice=advice)
    if not is_simulated(service, operation):
        known = ", ".join(sorted(SIMULATED[service]))
        raise refusal(service, operation, advice=f"Of {service} it simulates: {known}. Nothing was changed.")


def refusal(service: str, operation: str, what: str = "", *, advice: str = "") -> ClientError:
    """The error that refuses an operation by name; `what` narrows down what of it is refused."""
    message = (
        f"{service}:{operation} is not simulated by this workbook{what}, so it is refused rather than "
        f"answered wrongly. {advice}"
    )
    return ClientError({"Error": {"Code": NOT_SIMULATED, "Message": message.strip()}}, operation)
