"""The numbers of AWS, in one dated table: code, documents and lessons refer to it.

A number changes when AWS changes it, so each row says where it stands and when it was last looked up. Rows
are added by the service that needs them, in a module of its name (those of patterns together in `patterns`);
a row's name is ``service.what``. A limit that stands in botocore's service model and is checked from there
(`workbook.aws.constraints`) is no row: it would be a second place for the same number.
"""

from __future__ import annotations

from workbook.aws.limits import (
    autoscaling,
    awslambda,
    cloudwatch,
    cognito,
    dynamodb,
    eventbridge,
    firehose,
    iot,
    kinesis,
    logs,
    patterns,
    pipes,
    s3,
    scheduler,
    sns,
    sqs,
    stepfunctions,
    web,
)
from workbook.aws.limits.row import Limit

__all__ = ["LIMITS", "ROWS", "Limit", "limit"]

_SERVICES = (
    *(autoscaling, awslambda, cloudwatch, cognito, dynamodb, eventbridge, firehose, iot, kinesis, logs),
    *(patterns, pipes, s3, scheduler, sns, sqs, stepfunctions, web),
)

ROWS: tuple[Limit, ...] = tuple(row for service in _SERVICES for row in service.ROWS)
LIMITS: dict[str, Limit] = {row.name: row for row in ROWS}


def limit(name: str) -> int:
    """The value of the limit called ``name``.

    Raises:
        KeyError: the table has no such row.
    """
    return LIMITS[name].value
