"""What AWS counts of Step Functions: transitions of standard workflows; requests and time of express ones.

An execution is counted when it has ended, for what it used is in the trace then. Source: AWS Step Functions
pricing, as of 2026-11.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from workbook.aws.billable import gigabyte_seconds, whole_number
from workbook.engine.hop import Hop
from workbook.flow.cost_row import CostRow
from workbook.flow.resources import label_of

_RUNS = frozenset({"start-execution", "redrive-execution"})
_EXPRESS = ":express:"


def workflow_rows(hops: Sequence[Hop]) -> Iterator[CostRow]:
    """The rows of a bill for state machines."""
    machines: defaultdict[str, list[Hop]] = defaultdict(list)
    for hop in hops:
        if hop.kind in _RUNS:
            machines[hop.resource].append(hop)
    for arn, runs in sorted(machines.items()):
        express = [hop for hop in runs if _EXPRESS in str(hop.message)]
        yield from _express_rows(label_of(arn), express)
        yield from _standard_rows(label_of(arn), [hop for hop in runs if _EXPRESS not in str(hop.message)])


def _standard_rows(name: str, runs: Sequence[Hop]) -> Iterator[CostRow]:
    if runs:
        transitions = sum(whole_number(hop, "transitions") for hop in runs)
        yield CostRow("Step Functions", name, "", len(runs), transitions, "state transitions")


def _express_rows(name: str, runs: Sequence[Hop]) -> Iterator[CostRow]:
    if runs:
        used = float(sum(map(gigabyte_seconds, runs)))
        yield CostRow("Step Functions", name, "", len(runs), len(runs), "requests")
        yield CostRow("Step Functions", name, "", len(runs), used, "GB-seconds")
