"""The numbers of Amazon DynamoDB Streams."""

from __future__ import annotations

import datetime

from workbook.aws.limits.row import Limit

ROWS = (
    Limit(
        "dynamodb.streams.retention",
        24,
        "hours",
        "botocore 1.44.5, service model of DynamoDB Streams",
        datetime.date(2026, 11, 27),
    ),
)
