"""The numbers of Amazon S3 and its event notifications."""

from __future__ import annotations

from workbook.aws.limits.row import Limit

ROWS: tuple[Limit, ...] = ()
