"""`lab.state_machine("orders")`: a definition as a graph, lit by what its executions did.

Everything comes from the trace: the definition from the hop that made the state machine, or last changed it,
and what happened from the hops of its executions and their states.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from workbook.engine.clock import SECOND
from workbook.engine.hop import Hop
from workbook.flow.bundle import Bundle, Picture
from workbook.flow.data_path import DataPath, definition_of
from workbook.flow.machine_graph import Scope, scope_of
from workbook.flow.machine_layout import Style, layout_of
from workbook.flow.machine_picture import Shown, draw_machine
from workbook.flow.machine_prose import machine_prose, summary_of
from workbook.flow.machine_runs import Count, Run, Visit, counts_of, place_text, runs_of
from workbook.flow.machine_ways import Step, taken_by
from workbook.flow.narrowing import Since, instant_from
from workbook.flow.notebook import in_a_notebook
from workbook.flow.resources import label_of

if TYPE_CHECKING:
    import pandas

    from workbook.flow.explorer import Explorer

WIDE = Style(width=176.0, height=62.0, most=820.0)
NARROW = Style(width=158.0, height=62.0, most=350.0)
_WIDE, _NARROW = 640.0, 400.0
_PLACED = ["execution", "state", "type", "item", "seconds", "lasted"]
_COLUMNS = [*_PLACED, "outcome", "retries", "next", "input", "output"]


class StateMachinePicture(Picture):
    """A state machine and what it did until an instant; made by `lab.state_machine()`.

    Args:
        arn: Of the state machine.
        definition: In Amazon States Language.
        runs: Its executions.
        start: When the trace begins (microseconds), from which seconds are counted.
        instant: The time that is shown.
        chosen: Those of its executions that are shown.
        folded: Names of Map and Parallel states whose inside is not shown.
    """

    def __init__(
        self,
        arn: str,
        definition: str,
        runs: Sequence[Run],
        *,
        start: int,
        instant: int,
        chosen: Sequence[Run] | None = None,
        folded: frozenset[str] = frozenset(),
    ) -> None:
        self.arn = arn
        self.definition = definition
        self.instant = instant
        self._runs = tuple(runs)
        self._start = start
        self._chosen = self._runs if chosen is None else tuple(chosen)
        self._folded = folded

    @property
    def name(self) -> str:
        """The name of the state machine."""
        return label_of(self.arn)

    @cached_property
    def scope(self) -> Scope:
        """The definition as a graph."""
        return scope_of(json.loads(self.definition))

    @property
    def runs(self) -> tuple[Run, ...]:
        """The executions that are shown, as far as they had begun."""
        return tuple(run for run in self._chosen if run.hop.time <= self.instant)

    @property
    def visits(self) -> list[Visit]:
        """Every state that these entered, in the order of the trace."""
        found = [visit for run in self.runs for visit in run.visits if visit.hop.time <= self.instant]
        return sorted(found, key=lambda visit: visit.hop.number)

    @cached_property
    def counts(self) -> Mapping[str, Count]:
        """By the name of a state, what became of its visits."""
        return counts_of(self.runs, self.instant)

    @cached_property
    def taken(self) -> Mapping[Step, int]:
        """How often one state followed another."""
        return taken_by(self.scope, self.runs, self.instant)

    # ---- other views of it

    def at(self, seconds: Since) -> StateMachinePicture:
        """The same as it was at another time.

        Args:
            seconds: Seconds since the first hop of the trace, as a number or a timedelta; or a datetime.

        Raises:
            TypeError: it is nothing of these.
            ValueError: it lies before the first hop.
        """
        return self._like(instant=instant_from(self._start, seconds, "at"))

    def fold(self, *names: str) -> StateMachinePicture:
        """The same with what is within these Map and Parallel states not shown; without names, within all.

        Raises:
            LookupError: there is no such state with states in it; the text lists those there are.
        """
        frames = [state.name for state in self.scope.every_state() if state.scopes]
        strangers = [name for name in names if name not in frames]
        if strangers:
            there = ", ".join(frames) or "none"
            raise LookupError(
                f"fold({strangers[0]!r}): no Map or Parallel state of this name; there are: {there}"
            )
        return self._like(folded=frozenset(names or frames))

    def data(self, state: str, *, visit: int = -1) -> DataPath:
        """The way of the data through one state, step by step.

            lab.state_machine("orders").data("Charge")             # when it was last entered
            lab.state_machine("orders").data("Charge", visit=0)    # when it was entered first

        Raises:
            LookupError: it was never entered, or not that often; the text lists the states that were.
        """
        found = [one for one in self.visits if one.state == state]
        try:
            return DataPath(found[visit], definition_of(json.loads(self.definition), state), self._start)
        except IndexError:
            entered = ", ".join(dict.fromkeys(one.state for one in self.visits)) or "none"
            often = f"{state} was entered {len(found)} times" if found else f"entered were: {entered}"
            raise LookupError(f"data({state!r}, visit={visit}): {often}") from None

    def frame(self) -> pandas.DataFrame:
        """Every state that was entered, a row each, in the order of the trace.

        Columns: execution (its number), state, type, item (of a Map, as "Each[3]"), seconds (since the first
        hop), lasted (seconds; missing while it goes on), outcome, retries, next, input and output (JSON, of
        each the first 4,096 characters).
        """
        import pandas  # noqa: PLC0415 - 0.3 s that a lesson without tables need not pay

        columns = [
            "execution",
            "state",
            "type",
            "item",
            "seconds",
            "lasted",
            "outcome",
            "retries",
            "next",
            "input",
            "output",
        ]
        return pandas.DataFrame([self._row(visit) for visit in self.visits], columns=columns)

    def _row(self, visit: Visit) -> list[object]:
        facts, ended = visit.hop.facts, visit.ended
        over = ended is not None and ended <= self.instant
        lasted = (ended - visit.hop.time) / SECOND if ended is not None and over else None
        return [
            visit.execution,
            visit.state,
            facts.get("type"),
            place_text(visit),
            (visit.hop.time - self._start) / SECOND,
            lasted,
            visit.fate(self.instant).value,
            sum("retry_at" in one.facts and one.time <= self.instant for one in visit.failures),
            facts.get("next") if over else None,
            facts.get("body"),
            facts.get("output") if over else None,
        ]

    def _like(
        self, *, instant: int | None = None, folded: frozenset[str] | None = None
    ) -> StateMachinePicture:
        return StateMachinePicture(
            self.arn,
            self.definition,
            self._runs,
            start=self._start,
            instant=self.instant if instant is None else instant,
            chosen=self._chosen,
            folded=self._folded if folded is None else folded,
        )

    # ---- drawing

    def _draw(self) -> str:
        return self._drawn(WIDE, _WIDE)

    def narrow_svg(self) -> str:
        """The picture for a column of 400 pixels."""
        return self._drawn(NARROW, _NARROW)

    def _drawn(self, style: Style, width: float) -> str:
        plan = layout_of(self.scope, Style(style.width, style.height, style.most, self._folded))
        shown = Shown(f"State machine {self.name}", self.counts, self.taken, self._notes, self._folded)
        return draw_machine(plan, shown, width)

    @property
    def _notes(self) -> list[str]:
        return [summary_of(self.runs, self.instant)]

    def _describe(self) -> str:
        return machine_prose(self.name, self.scope, self.runs, self.counts, self.instant)

    def _live(self) -> Bundle:
        return self.widget.view() if in_a_notebook() else {}

    @cached_property
    def widget(self) -> Explorer:
        """The live view, made when it is first asked for: to be put among other widgets."""
        from workbook.flow.explorer import Explorer  # noqa: PLC0415 - loads ipywidgets; a still picture need not
        from workbook.flow.machine_data import machine_data  # noqa: PLC0415 - as above

        facts = machine_data(self.definition, self.runs, self._start, self.instant)
        if not self._folded and any(state.scopes for state in self.scope.states):
            folded = self.fold()
            facts["folded"] = {"wide": folded.svg(), "narrow": folded.narrow_svg()}
        return Explorer("state machine", self.svg(), self.narrow_svg(), self.prose(), facts)


Execution = str | int
_MOST_NAMED = 8
"""Executions whose numbers an error lists."""


def state_machine_of(
    hops: Sequence[Hop], now: int, name: str | None = None, execution: Execution | None = None
) -> StateMachinePicture:
    """The picture that a trace gives of a state machine, as `Lab.state_machine` says."""
    definitions = _definitions(hops)
    arn = _machine_named(definitions, name)
    runs = runs_of(hops, arn)
    chosen = None if execution is None else _runs_named(runs, execution)
    start = hops[0].time if hops else now
    return StateMachinePicture(arn, definitions[arn], runs, start=start, instant=now, chosen=chosen)


def _definitions(hops: Sequence[Hop]) -> dict[str, str]:
    """By the ARN of each state machine there was, its definition as it was last."""
    found: dict[str, str] = {}
    for hop in hops:
        settings = hop.facts.get("settings") if hop.kind in {"create", "configure"} else None
        if isinstance(settings, Mapping) and ":stateMachine:" in hop.resource and "definition" in settings:
            found[hop.resource] = str(settings["definition"])
    return found


def _machine_named(definitions: Mapping[str, str], name: str | None) -> str:
    if name is not None and not isinstance(name, str):
        message = (
            f"state_machine({name!r}): pass the name of a state machine, e.g. lab.state_machine('orders')"
        )
        raise TypeError(message)
    found = [arn for arn in definitions if name in {None, arn, label_of(arn)}]
    if len(found) == 1 or (found and name is not None):
        return found[-1]
    there = ", ".join(label_of(arn) for arn in definitions)
    what = "which one" if name is None and definitions else "no state machine of that name"
    raise LookupError(
        f"state_machine({'' if name is None else repr(name)}): {what}; "
        + (f"there are {there}" if there else "there is none in this trace yet")
    )


def _runs_named(runs: Sequence[Run], execution: Execution) -> list[Run]:
    """The run of an execution, and those of its redrives."""
    found = [run for run in runs if execution in {run.number, run.name, run.hop.message}]
    if found:
        return found
    last = ", ".join(dict.fromkeys(str(run.number) for run in runs[-_MOST_NAMED:]))
    numbers = f"the last are numbered {last}" if runs else "there is none yet"
    raise LookupError(f"execution={execution!r}: no such execution of this state machine; {numbers}")
