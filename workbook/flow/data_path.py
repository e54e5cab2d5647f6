"""The way of the data through one state: its input, what each field made of it, its output.

input ─ InputPath ─ Parameters ─> (the work) ─> ResultSelector ─ ResultPath ─ OutputPath ─ output    JSONPath
input ─ Arguments ─> (the work) ─> Output ─ output                                                  JSONata
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

from workbook.engine.clock import SECOND
from workbook.flow.durations import duration_text
from workbook.flow.machine_runs import Fate, Visit
from workbook.flow.marks import plain

if TYPE_CHECKING:
    import pandas

FIELDS = {
    "afterItemsPath": "ItemsPath",
    "afterInputPath": "InputPath",
    "afterParameters": "Parameters",
    "afterArguments": "Arguments",
    "result": "",
    "afterResultSelector": "ResultSelector",
    "afterResultPath": "ResultPath",
    "variables": "Assign",
}
"""By the name in TestState's inspectionData, the field of a state that makes it."""
_ORDER = ("afterInputPath", "afterItemsPath", "afterParameters", "afterArguments", "result")
_THEN = ("afterResultSelector", "afterResultPath")
_BESIDE = ("Assign", "variables")
"""Steps that make no data for the next one: what the state assigned, or what there was where it did not."""


class Step(NamedTuple):
    """What one field made of the data."""

    name: str
    """"input", "InputPath", "result" ..."""
    said: str
    """What the definition says for the field; "" where it says nothing."""
    value: str
    """JSON, its first 4,096 characters."""
    is_changed: bool
    """Whether it differs from the step before; variables stand beside the data, and are always shown."""


def steps_of(visit: Visit, definition: Mapping[str, Any]) -> list[Step]:
    """The steps of a visit; `definition` is that of its state."""
    steps: list[Step] = []
    before: str | None = None
    for name, said, value in _values(visit, definition):
        steps.append(Step(name, said, value, name in _BESIDE or value != before))
        before = before if name in _BESIDE else value
    return steps


def _values(visit: Visit, definition: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    facts = visit.hop.facts
    kept = facts.get("data")
    data: Mapping[str, str] = kept if isinstance(kept, Mapping) else {}
    if isinstance(facts.get("body"), str):
        yield "input", "", str(facts["body"])
    for step in (*_ORDER, *_THEN):
        if step in data:
            yield FIELDS[step] or "result", _said(definition, FIELDS[step] or "Result"), data[step]
    if "variables" in data:
        name = "Assign" if "Assign" in definition else "variables"
        yield name, _said(definition, "Assign"), data["variables"]
    if "output" in facts:
        yield _last(visit, definition, data)
    elif visit.fate() is Fate.FAILED:
        yield "error", visit.hop.outcome, str(facts.get("cause", ""))


def _last(visit: Visit, definition: Mapping[str, Any], data: Mapping[str, str]) -> tuple[str, str, str]:
    """The output, with the field that made it: a catcher's, where one took an error."""
    text = str(visit.hop.facts["output"])
    if visit.caught is not None:
        catcher = (definition.get("Catch") or [{}])[int(str(visit.caught.facts["catcher"]))]
        return "Catch", json.dumps(catcher, ensure_ascii=False), text
    is_jsonata = "Output" in definition or "afterInputPath" not in data
    return "output", _said(definition, "Output" if is_jsonata else "OutputPath"), text


def _said(definition: Mapping[str, Any], field: str) -> str:
    if field not in definition:
        return ""
    return json.dumps(definition[field], ensure_ascii=False)


class DataPath:
    """The way of the data through one visit of a state; a table in a notebook.

    Args:
        visit: When the state was entered.
        definition: Of the state.
        start: When the trace begins (microseconds).
    """

    def __init__(self, visit: Visit, definition: Mapping[str, Any], start: int) -> None:
        self._visit = visit
        self._start = start
        self.steps = steps_of(visit, definition)

    def frame(self) -> pandas.DataFrame:
        """The steps as a pandas DataFrame.

        Columns: step, field (what the definition says for it), value (JSON), changed (from the step before).
        """
        import pandas  # noqa: PLC0415 - 0.3 s that a lesson without tables need not pay

        return pandas.DataFrame(self.steps, columns=["step", "field", "value", "changed"])

    @property
    def title(self) -> str:
        """Which state, of which execution, and when."""
        seconds = duration_text((self._visit.hop.time - self._start) / SECOND)
        fate = self._visit.fate()
        what = f"{fate.value}: {self._visit.hop.outcome}" if fate is Fate.FAILED else fate.value
        name = plain(self._visit.state)
        return f"{name} in execution {self._visit.execution}, entered at {seconds}: {plain(what)}"

    def __repr__(self) -> str:
        lines = [self.title]
        for step in self.steps:
            said = f" {plain(step.said)}" if step.said else ""
            lines.append(f"  {step.name}{said}: {plain(step.value) if step.is_changed else 'the same'}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th scope='row' style='text-align:left'>{escape(step.name)}</th>"
            f"<td style='text-align:left'>{_code(step.said)}</td>"
            f"<td style='text-align:left'>{_value_html(step)}</td></tr>"
            for step in self.steps
        )
        head = "<tr><th style='text-align:left'>step</th><th style='text-align:left'>the definition says</th>"
        return (
            f"<table><caption style='text-align:left'>{escape(self.title)}</caption>"
            f"<thead>{head}<th style='text-align:left'>the data is then</th></tr></thead>"
            f"<tbody>{rows}</tbody></table>"
        )


def _value_html(step: Step) -> str:
    return _code(step.value) if step.is_changed else "the same"


def _code(text: str) -> str:
    """JSON as such; of nothing, nothing, for an empty `code` is a grey spot."""
    return f"<code>{escape(text)}</code>" if text else ""


def definition_of(machine: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The definition of a state, wherever in a state machine it stands; empty where there is none."""
    states: Mapping[str, Any] = machine.get("States") or {}
    if name in states:
        found: Mapping[str, Any] = states[name]
        return found
    for state in states.values():
        processor = state.get("ItemProcessor") or state.get("Iterator")
        for inner in [*(state.get("Branches") or ()), *((processor,) if processor else ())]:
            deeper = definition_of(inner, name)
            if deeper:
                return deeper
    return {}
