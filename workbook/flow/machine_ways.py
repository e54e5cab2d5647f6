"""How often each line of a state machine was taken: from the start, from state to state, to the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from workbook.flow.machine_graph import END, START, Edge, Leads, Scope
from workbook.flow.machine_runs import Fate, Run, Visit


class Step(NamedTuple):
    """A line from one state to another: an error that is caught may lead where success leads, too."""

    source: str
    target: str
    is_catch: bool = False


def step_of(edge: Edge) -> Step:
    """The step that a line shows."""
    return Step(edge.source, edge.target, edge.leads is Leads.CATCH)


def taken_by(scope: Scope, runs: Sequence[Run], instant: int) -> Counter[Step]:
    """How often each step was taken by these executions until an instant (microseconds)."""
    taken: Counter[Step] = Counter()
    outmost = {state.name for state in scope.states}
    for run in runs:
        begun = [visit for visit in run.visits if visit.hop.time <= instant]
        taken[Step(START, scope.start)] += bool(begun)
        for visit in begun:
            if visit.fate(instant) is not Fate.RUNNING:
                taken.update(_onward(visit, is_outmost=visit.state in outmost))
    return taken


def _onward(visit: Visit, *, is_outmost: bool) -> list[Step]:
    following = visit.hop.facts.get("next")
    if isinstance(following, str):
        return [Step(visit.state, following, visit.caught is not None)]
    ended = visit.hop.outcome == "ok" or visit.hop.facts.get("type") == "Fail"
    return [Step(visit.state, END)] if is_outmost and ended else []
