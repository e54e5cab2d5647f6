"""The bill in units: what was counted, who caused it, and what would have cost less. No prices.

Everything is counted from the trace by `workbook.aws.billable`; this module only puts it into rows. Of KMS
and CloudWatch the calls of boto3 are counted, for those services bill by the request. GetMetricData is left
out: it is billed by the metrics that are asked for, which the trace does not have.
"""

from __future__ import annotations

import textwrap
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from workbook.aws.billable import SqsRequests, gigabyte_seconds, sqs_requests, was_sent
from workbook.engine.hop import Hop
from workbook.engine.naming import short_name
from workbook.engine.tables import html_table
from workbook.flow.advice import Advice, advice_for, amount, counted
from workbook.flow.cost_of_routing import routing_rows
from workbook.flow.cost_of_workflows import workflow_rows
from workbook.flow.cost_row import CostRow
from workbook.flow.kept import sentence
from workbook.flow.resources import node_of
from workbook.flow.sessions import Who

if TYPE_CHECKING:
    import pandas

_BILLED_BY_REQUEST = {"kms": "KMS", "cloudwatch": "CloudWatch"}
_BILLED_OTHERWISE = frozenset({"cloudwatch:GetMetricData"})
__all__ = ["Cost", "CostRow", "cost_of"]
_COLUMNS = ["service", "what", "who", "calls", "empty", "cold_starts", "units", "unit"]


@dataclass(frozen=True)
class Cost:
    """What AWS would count, and what would have made it less."""

    rows: tuple[CostRow, ...]
    advice: tuple[Advice, ...]
    forgotten: str = ""
    """That a trace has forgotten its beginning, in words; what was in it is not counted."""

    def units(self, service: str, unit: str) -> float:
        """The sum of one unit of one service, such as `cost.units("SQS", "requests")`."""
        return sum(row.units for row in self.rows if (row.service, row.unit) == (service, unit))

    def frame(self) -> pandas.DataFrame:
        """A DataFrame with one row an operation or function, caller and unit.

        Columns: service, what (operation or function), who (made the calls), calls, empty (receives that
        brought nothing), cold_starts, units (as billed) and unit. Empty where a column has no meaning.
        """
        import pandas  # noqa: PLC0415 - 0.3 s that a lesson without tables need not pay

        frame = pandas.DataFrame(
            [[getattr(row, name) for name in _COLUMNS] for row in self.rows], columns=_COLUMNS
        )
        return frame.astype({"empty": "Int64", "cold_starts": "Int64"})

    def __repr__(self) -> str:
        if not self.rows:
            return "nothing that AWS would count"
        lines = [*self._told(), *self._totals(), "", *_aligned([_cells(row) for row in self.rows])]
        if self.advice:
            lines += ["", "What would have cost less, each counted alone:"]
            lines += [line for advice in self.advice for line in _wrapped(advice)]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        if not self.rows:
            return f"<p>{escape(repr(self))}</p>"
        totals = "; ".join([*self._told(), *self._totals()])
        table = html_table(_HEAD, [_cells(row) for row in self.rows], whole="frame()")
        return f"<p>{escape(totals)}</p>{table}{self._advice_html()}"

    def _told(self) -> list[str]:
        return [sentence(self.forgotten)] if self.forgotten else []

    def _totals(self) -> list[str]:
        sums: defaultdict[str, dict[str, float]] = defaultdict(dict)
        for row in self.rows:
            sums[row.service][row.unit] = sums[row.service].get(row.unit, 0) + row.units
        return [
            f"{service}: {', '.join(amount(number, unit) for unit, number in units.items())}"
            for service, units in sums.items()
        ]

    def _advice_html(self) -> str:
        if not self.advice:
            return ""
        head = ("what would have cost less", "where", "saves", "why")
        rows = [(advice.change, advice.where, advice.saving, advice.reason) for advice in self.advice]
        table = html_table(head, rows, whole="advice", prose="why")
        return f"{table}<p>Each is counted alone; together they save less than their sum.</p>"


_HEAD = ("service", "what", "who", "calls", "of them", "units")


def cost_of(hops: Sequence[Hop], now: int, forgotten: str = "") -> Cost:
    """What a whole trace says AWS would count up to the instant `now` (microseconds)."""
    rows = [*_sqs_rows(hops, now), *_lambda_rows(hops), *routing_rows(hops), *workflow_rows(hops)]
    return Cost((*rows, *_other_rows(hops)), tuple(advice_for(hops, now)), forgotten)


# ---- rows


def _sqs_rows(hops: Sequence[Hop], now: int) -> Iterator[CostRow]:
    who = Who(hops)
    grouped: defaultdict[tuple[str, str], list[SqsRequests]] = defaultdict(list)
    for request in sqs_requests(hops, now):
        grouped[request.operation, who(request.hop)].append(request)
    for (operation, caller), requests in sorted(grouped.items()):
        calls, units = sum(one.count for one in requests), sum(one.units for one in requests)
        empty = sum(one.empty for one in requests) if operation == "ReceiveMessage" else None
        if calls:
            yield CostRow("SQS", operation, caller, calls, units, "requests", empty=empty)


def _lambda_rows(hops: Iterable[Hop]) -> Iterator[CostRow]:
    functions: defaultdict[str, list[Hop]] = defaultdict(list)
    for hop in hops:
        if hop.kind == "invoke":
            functions[short_name(node_of(hop.resource))].append(hop)
    for function, ran in sorted(functions.items()):
        cold = sum(hop.facts.get("start") == "cold" for hop in ran)
        yield CostRow("Lambda", function, "", len(ran), len(ran), "invocations", cold_starts=cold)
        used = float(sum(map(gigabyte_seconds, ran)))
        yield CostRow("Lambda", function, "", len(ran), used, "GB-seconds", cold_starts=cold)


def _other_rows(hops: Sequence[Hop]) -> Iterator[CostRow]:
    who = Who(hops)
    calls: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for hop in hops:
        service, _, operation = hop.resource.partition(":")
        if was_sent(hop) and service in _BILLED_BY_REQUEST and hop.resource not in _BILLED_OTHERWISE:
            calls[_BILLED_BY_REQUEST[service], operation, who(hop)] += 1
    for (service, operation, caller), number in sorted(calls.items()):
        yield CostRow(service, operation, caller, number, number, "requests")


# ---- cells


def _cells(row: CostRow) -> tuple[str, ...]:
    return (
        row.service,
        row.what,
        row.who,
        f"{row.calls:,}",
        _of_them(row),
        amount(row.units, row.unit),
    )


def _of_them(row: CostRow) -> str:
    if row.empty:
        return f"{row.empty:,} empty"
    return counted(row.cold_starts, "cold start") if row.cold_starts else ""


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    table = [_HEAD, *rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in table]


def _wrapped(advice: Advice) -> list[str]:
    return textwrap.wrap(str(advice), 100, initial_indent="- ", subsequent_indent="  ")
