"""A state machine in words: what leads where, what became of each state, and what its executions did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from workbook.flow.machine_account import account_of, listed
from workbook.flow.machine_graph import Edge, Leads, Scope, StateNode
from workbook.flow.machine_marks import items_of_count
from workbook.flow.machine_runs import Count, Fate, Run
from workbook.flow.marks import plain

_MOST_TOLD = 3
"""Executions that are told one by one; of more, the last ones."""


def machine_prose(
    name: str, scope: Scope, runs: Sequence[Run], counts: Mapping[str, Count], instant: int
) -> str:
    """A line for the whole, one for each state, one for each of the last executions."""
    lines = [
        f"State machine {plain(name)}: {summary_of(runs, instant)}",
        f"It starts with {plain(scope.start)}.",
    ]
    lines += _states(scope, counts, "")
    told = runs[-_MOST_TOLD:]
    if len(runs) > len(told):
        lines.append(f"The last {len(told)} executions:")
    return "\n".join([*lines, *(account_of(run, instant) for run in told)])


def summary_of(runs: Sequence[Run], instant: int) -> str:
    """How many executions there are, and what became of them."""
    if not runs:
        return "no execution yet."
    redrives = [run for run in runs if run.is_redrive]
    latest = {run.number: run for run in redrives}  # a redrive is a run of its own, and the same execution
    ends = [latest.get(run.number, run) for run in runs if not run.is_redrive]
    fates = Counter(run.fate(instant) for run in ends)
    what = [f"{fates[fate]} {fate.value}" for fate in Fate if fates[fate]]
    what += [f"after {len(redrives):,} redrive{'s' if len(redrives) > 1 else ''}"] if redrives else []
    return f"{len(ends):,} execution{'s' if len(ends) > 1 else ''}: {', '.join(what)}."


def _states(scope: Scope, counts: Mapping[str, Count], indent: str) -> Iterator[str]:
    for state in scope.states:
        count = counts.get(state.name)
        became = "not entered" if count is None else ", ".join(item.said for item in items_of_count(count))
        leads = _leads(state, [edge for edge in scope.edges if edge.source == state.name])
        kind = f"{state.kind}, {plain(state.resource)}" if state.resource else state.kind
        yield f"{indent}{plain(state.name)} ({kind}): {became}. {leads}"
        for number, inner in enumerate(state.scopes, start=1):
            what = f"branch {number}" if state.kind == "Parallel" else "for each item"
            yield f"{indent}  {what}, from {plain(inner.start)}:"
            yield from _states(inner, counts, f"{indent}    ")


def _leads(state: StateNode, edges: Sequence[Edge]) -> str:
    ways = [_way(edge) for edge in edges]
    if state.ends:
        ways.append("ends")
    return f"It {listed(ways)}." if ways else ""


def _way(edge: Edge) -> str:
    why = {
        Leads.NEXT: "",
        Leads.CHOICE: f" if {plain(edge.label)}",
        Leads.DEFAULT: " otherwise",
        Leads.CATCH: f" on {plain(edge.label)}",
    }
    return f"leads to {plain(edge.target)}{why[edge.leads]}"
