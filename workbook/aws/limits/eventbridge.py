"""The numbers of Amazon EventBridge: buses, rules, archives, API destinations."""

from __future__ import annotations

from workbook.aws.limits.row import Limit

ROWS: tuple[Limit, ...] = ()
