"""What AWS says about the queries of a GetMetricData request before it looks at any metric.

The texts about the number of queries, about their ids and about a statistic that is none are AWS's, as users
report them; which of several faults is told first is unverified.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from workbook.aws.cloudwatch.errors import ValidationError
from workbook.aws.cloudwatch.queries import STATISTICS
from workbook.aws.limits import limit
from workbook.aws.operations import NotSimulated

MOST_QUERIES = limit("cloudwatch.data.queries")
_ID = "^[a-z][a-zA-Z0-9_]*$"
_EXTENDED = re.compile(r"(p|tm|tc|ts|wm)\d{1,3}(\.\d{1,10})?|iqm|(pr|tm|tc|ts|wm)\(.*\)", re.IGNORECASE)
"""How AWS writes statistics that are not among the five: percentiles, trimmed means and their like."""


def check_queries(queries: Sequence[Mapping[str, Any]]) -> None:
    """Let queries pass that GetMetricData takes.

    Raises:
        ValidationError: there are too many, or an id or a statistic is none.
        NotSimulated: a label has places that AWS fills in.
    """
    if len(queries) > MOST_QUERIES:
        raise ValidationError(
            f"The collection MetricDataQueries must not have a size greater than {MOST_QUERIES}."
        )
    for number, query in enumerate(queries, 1):
        _check_query(query, f"MetricDataQueries.member.{number}")
    if len({query["Id"] for query in queries}) != len(queries):
        raise ValidationError("The values for parameter id in MetricDataQueries are not unique.")


def _check_query(query: Mapping[str, Any], place: str) -> None:
    name = str(query["Id"])
    if not re.search(_ID, name):
        raise ValidationError(
            f"The value {name} for parameter {place}.Id is not matching the expected pattern {_ID}."
        )
    statistic = str((query.get("MetricStat") or {}).get("Stat", "Sum"))
    if statistic not in STATISTICS and not _EXTENDED.fullmatch(statistic):
        raise ValidationError(
            f"The value {statistic} for parameter {place}.MetricStat.Stat is not a valid statistic."
        )
    if "${" in str(query.get("Label") or ""):
        raise NotSimulated("A label that AWS fills in (${...})", "Use a fixed label.")
