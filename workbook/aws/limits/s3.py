"""The numbers of Amazon S3 and its event notifications."""

from __future__ import annotations

import datetime

from workbook.aws.limits.row import Limit

_READ = datetime.date(2026, 11, 27)

ROWS: tuple[Limit, ...] = (
    Limit(
        "s3.notification.configurations",
        100,
        "configurations a bucket",
        "Amazon S3 User Guide, service quotas",
        _READ,
    ),
    Limit(
        "s3.notification.filter-value",
        1024,
        "bytes",
        "botocore 1.44.5, service model of S3: FilterRule.Name; text of the error recorded",
        _READ,
    ),
)
