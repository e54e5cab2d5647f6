"""The state machines in a definition: the whole one, the branches of Parallel, the processors of Map.

A branch is a state machine of its own: its states go only to each other. What it says nothing about it has
from the whole one, and not from the state that it is in: that is so of the query language (AWS compared,
floci-io/floci#2968). A processor whose executions are of type EXPRESS may do what an Express workflow may.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, NoReturn

from workbook.aws.patterns.errors import InvalidEventPattern
from workbook.aws.patterns.json_tokens import Kind, Tokens
from workbook.aws.stepfunctions.definition.values import (
    Bounds,
    filled,
    number,
    of_type,
    one_of,
    present,
    supported,
)
from workbook.aws.stepfunctions.diagnostics import Diagnostic, unfit

LANGUAGES = ("JSONPath", "JSONata")
PROCESSORS = ("ItemProcessor", "Iterator")
"""The new and the old name of what a Map runs for each item."""

_NEEDED = ("States", "StartAt")
_PARTS = frozenset({"Comment", *_NEEDED})
_WHOLE = _PARTS | {"QueryLanguage", "TimeoutSeconds", "Version"}
_TIME_LIMIT = Bounds(0, 99_999_999)
_NO_OBJECT = "Definition must be a valid JSON object"


class State(NamedTuple):
    """One state, and what it has from where it stands."""

    name: str
    body: Mapping[str, Any]
    place: str
    """As /States/Pay."""
    whole_language: str
    """The query language of the whole state machine."""
    machine_type: str
    """STANDARD or EXPRESS."""

    @property
    def kind(self) -> str:
        """Its Type; empty where it has none that there is."""
        kind = self.body.get("Type")
        return kind if isinstance(kind, str) else ""

    @property
    def language(self) -> str:
        """Its query language: JSONPath by exactly this word, JSONata by any other."""
        return language_of(self.body, self.whole_language)


class Machine(NamedTuple):
    """A state machine: the whole one, or a part of it."""

    body: Mapping[str, Any]
    place: str
    """Where it is in the definition; empty for the whole one."""
    language: str
    """The query language of the whole one."""
    machine_type: str

    @property
    def states(self) -> Mapping[str, Mapping[str, Any]]:
        """Its own states by name, as far as they are objects."""
        states = self.body.get("States")
        if not isinstance(states, dict):
            return {}
        return {name: state for name, state in states.items() if isinstance(state, dict)}

    def place_of(self, name: str) -> str:
        """Where a state is in the definition."""
        return f"{self.place}/States/{name}"

    def all_states(self) -> Iterator[State]:
        """Its own states, those of its parts not among them."""
        for name, body in self.states.items():
            yield State(name, body, self.place_of(name), self.language, self.machine_type)


def language_of(owner: Mapping[str, Any], inherited: str) -> str:
    """The query language of a state machine or a state; a word that is none means JSONata to AWS."""
    if "QueryLanguage" not in owner:
        return inherited
    return "JSONPath" if owner["QueryLanguage"] == "JSONPath" else "JSONata"


def read_machines(text: str, machine_type: str) -> tuple[list[Diagnostic], list[Machine]]:
    """What is wrong with the state machines of a definition, their states aside, and the state machines."""
    try:
        whole = json.loads(text, parse_constant=_no_number) if text.strip() else None
    except ValueError:
        return [_no_json(text)], []
    if not isinstance(whole, dict):
        return [unfit(_NO_OBJECT, None)], []
    machines = list(_machines(Machine(whole, "", language_of(whole, "JSONPath"), machine_type)))
    return [found for machine in machines for found in _wrong_machine(machine)], machines


def _no_number(word: str) -> NoReturn:
    """NaN and Infinity are no JSON, though Python reads them."""
    raise ValueError(word)


def _no_json(text: str) -> Diagnostic:
    """Where AWS's parser gave up."""
    tokens = Tokens(text)
    try:
        while tokens.advance().kind is not Kind.END:
            pass
    except InvalidEventPattern as error:
        return Diagnostic(
            "INVALID_JSON_DESCRIPTION", error.detail, error.place.removeprefix("\n at ") or None
        )
    return Diagnostic("INVALID_JSON_DESCRIPTION", "The text is no JSON", None)


def _machines(whole: Machine) -> Iterator[Machine]:
    """A state machine and those in it, each behind the one that it is in."""
    waiting = [whole]
    for machine in waiting:
        yield machine
        for state in machine.all_states():
            waiting += [
                Machine(body, place, whole.language, machine_type)
                for place, body, machine_type in _parts(state)
            ]


def _parts(state: State) -> Iterator[tuple[str, Any, str]]:
    """(place, body, type) of the state machines in a state."""
    branches = state.body.get("Branches") if state.kind == "Parallel" else None
    for index, branch in enumerate(branches if isinstance(branches, list) else ()):
        if isinstance(branch, dict):
            yield f"{state.place}/Branches[{index}]", branch, state.machine_type
    for field in PROCESSORS if state.kind == "Map" else ():
        processor = state.body.get(field)
        if isinstance(processor, dict):
            yield f"{state.place}/{field}", processor, _type_of_children(processor, state.machine_type)


def _type_of_children(processor: Mapping[str, Any], inherited: str) -> str:
    config = processor.get("ProcessorConfig")
    given = config.get("ExecutionType") if isinstance(config, dict) else None
    return given if given in ("STANDARD", "EXPRESS") and isinstance(given, str) else inherited


def _wrong_machine(machine: Machine) -> Iterator[Diagnostic]:
    place, body = machine.place, machine.body
    yield from present(body, _NEEDED, place or "/")
    yield from supported(body, _fields_of(machine), place or "/")
    if not place:
        yield from _wrong_whole(body)
    if "StartAt" in body:
        yield from of_type(body["StartAt"], "STRING", f"{place}/StartAt")
    if "Comment" in body:
        yield from of_type(body["Comment"], "STRING", f"{place}/Comment")
    if "States" in body:
        yield from filled(body["States"], "OBJECT", f"{place}/States")
        states = body["States"] if isinstance(body["States"], dict) else {}
        for name, state in states.items():
            yield from of_type(state, "OBJECT", machine.place_of(name))


def _fields_of(machine: Machine) -> frozenset[str]:
    if not machine.place:
        return _WHOLE
    is_processor = machine.place.rpartition("/")[2] in PROCESSORS
    return _PARTS | {"ProcessorConfig"} if is_processor else _PARTS


def _wrong_whole(body: Mapping[str, Any]) -> Iterator[Diagnostic]:
    if "QueryLanguage" in body:
        yield from one_of(body["QueryLanguage"], LANGUAGES, "/QueryLanguage")
    if "TimeoutSeconds" in body:
        yield from number(body["TimeoutSeconds"], _TIME_LIMIT, "/TimeoutSeconds")
    if "Version" in body:
        yield from one_of(body["Version"], ("1.0",), "/Version")
