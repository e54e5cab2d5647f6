"""What a definition says of distributed Map states, kept apart from what the interpreter reads.

Its grammar knows some fields of a distributed Map and not others. So such a state is given to it as an
inline one, without those fields; they are kept as the definition has them, and evaluated by `map_run`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbook.aws.operations import NotSimulated
from workbook.aws.stepfunctions.language.parts import Part

_FIELDS = (
    *("ItemReader", "ItemBatcher", "ResultWriter", "Label"),
    *("ToleratedFailureCount", "ToleratedFailureCountPath"),
    *("ToleratedFailurePercentage", "ToleratedFailurePercentagePath"),
)
_NOT_READ = {"InputType": "PARQUET", "ManifestType": "ATHENA_DATA"}
_JSONATA = "JSONata"


@dataclass(frozen=True)
class DistributedMap:
    """The fields of one distributed Map state that the interpreter does not see."""

    fields: Mapping[str, Any]
    language: str
    """JSONPath or JSONata."""
    execution_type: str
    """STANDARD or EXPRESS: what its child executions are."""
    processor: str
    """The definition of the child executions."""

    def field(self, *names: str) -> Any:  # noqa: ANN401 - any JSON
        """What stands under these names, one in the other; None where nothing does."""
        found: Any = self.fields
        for name in names:
            found = found.get(name) if isinstance(found, Mapping) else None
        return found


def readable(definition: str) -> str:
    """The definition as the interpreter can read it.

    It takes the query language of a state for that of all states within it; on AWS that is the one of the
    state machine. So each state says its own.
    """
    document = json.loads(definition)
    language = document.get("QueryLanguage")
    if _take_out(document, language, says="QueryLanguage" in definition):
        return json.dumps(document)
    return definition


def attach(program: Part, definition: str) -> None:
    """Give every distributed Map of a program, parsed from `readable`, its fields, as `distributed`."""
    document = json.loads(definition)
    _attach(program, document, document.get("QueryLanguage"))


def _attach(program: Part, document: Mapping[str, Any], language: str | None) -> None:
    states = getattr(program, "states", None) or program._states  # noqa: SLF001 - an iteration's
    for name, state in document["States"].items():
        component = states.states[name]
        if is_distributed(state):
            component.distributed = _kept(state, language)
        for branch, inner in zip(state.get("Branches", ()), _branches(component), strict=True):
            _attach(inner, branch, language)
        processor = state.get("ItemProcessor") or state.get("Iterator")
        if processor is not None:
            _attach(component.iteration_component, processor, language)


def _branches(component: Part) -> list[Part]:
    return getattr(getattr(component, "branches", None), "programs", [])


def is_distributed(state: Mapping[str, Any]) -> bool:
    """Whether a state of a definition is a Map in distributed mode."""
    processor = state.get("ItemProcessor") or state.get("Iterator") or {}
    mode: str = processor.get("ProcessorConfig", {}).get("Mode", "INLINE")
    return state.get("Type") == "Map" and mode == "DISTRIBUTED"


def _kept(state: Mapping[str, Any], around: str | None) -> DistributedMap:
    """The fields of a state; `around` is the query language of the state machine."""
    language = state.get("QueryLanguage") or around or "JSONPath"
    processor = dict(state.get("ItemProcessor") or state["Iterator"])
    config = processor.pop("ProcessorConfig")
    if around == _JSONATA:
        processor.setdefault("QueryLanguage", _JSONATA)
    fields = {name: state[name] for name in _FIELDS if name in state}
    return DistributedMap(fields, language, config.get("ExecutionType", "STANDARD"), json.dumps(processor))


def _refuse(name: str, config: Mapping[str, Any]) -> None:
    """Let what an ItemReader reads pass, if the lab can read it.

    Raises:
        NotSimulated: it cannot.
    """
    for field, value in _NOT_READ.items():
        if config.get(field) == value:
            what = f"CreateStateMachine: {field} {value} of the state {name}"
            raise NotSimulated(what, "Read JSON, JSON lines, CSV or an S3 inventory.")


def _refuse_inline(name: str, state: Mapping[str, Any]) -> None:
    """Let an inline Map pass without the fields of a distributed one: what AWS makes of them is not known.

    Raises:
        NotSimulated: it has one.
    """
    for field in ("ItemReader", "ItemBatcher", "ResultWriter"):
        if field in state:
            what = f"CreateStateMachine: {field} of the state {name}, whose mode is INLINE"
            raise NotSimulated(what, "Use DISTRIBUTED mode.")


def _refuse_items(name: str, state: Mapping[str, Any]) -> None:
    if state.get("Type") == "Map" and isinstance(state.get("Items"), dict):
        what = f"CreateStateMachine: a JSON object as Items of the state {name}"
        raise NotSimulated(what, "Give an array, or an expression.")


def _take_out(document: dict[str, Any], language: str | None, *, says: bool) -> bool:
    """Make distributed Maps inline ones, and let states say their language, in place; whether it did any."""
    found = says
    for name, state in document["States"].items():
        if says:
            state.setdefault("QueryLanguage", language or "JSONPath")
        _refuse_items(name, state)
        if is_distributed(state):
            found = True
            _refuse(name, state.get("ItemReader", {}).get("ReaderConfig", {}))
            for field in _FIELDS:
                state.pop(field, None)
            (state.get("ItemProcessor") or state["Iterator"]).pop("ProcessorConfig")
        elif state.get("Type") == "Map":
            _refuse_inline(name, state)
        processor = state.get("ItemProcessor") or state.get("Iterator")
        for inner in [*state.get("Branches", ()), *([processor] if processor else [])]:
            found = _take_out(inner, language, says=says) or found
    return found
