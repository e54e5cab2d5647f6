"""The numbers of Amazon EventBridge Pipes."""

from __future__ import annotations

from workbook.aws.limits.row import Limit

ROWS: tuple[Limit, ...] = ()
