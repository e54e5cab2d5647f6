"""A definition in Amazon States Language as a graph: states, and what leads from one to another.

    Scope (the state machine)
      ├── states: Charge, Ship, Both ...
      ├── edges:  Charge ──> Ship, Charge ╌ catch ╌> Refund
      └── Both is a Parallel: each of its branches is a Scope of its own; so is what a Map does for an item

It is read from the definition alone, so a picture can be drawn before anything has run. A definition that was
accepted is taken for granted; what is not known here is left out and never an error.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbook.flow.machine_rules import rule_text

State = Mapping[str, Any]


class Leads(enum.Enum):
    """Why one state follows another; the value is the word for it."""

    NEXT = "next"
    CHOICE = "choice"
    DEFAULT = "default"
    CATCH = "catch"


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from one state to another."""

    source: str
    target: str
    leads: Leads
    label: str = ""
    """The condition of a Choice, or the errors that are caught."""


@dataclass(frozen=True, slots=True)
class StateNode:
    """One state."""

    name: str
    kind: str
    """Its type: "Task", "Map" ..."""
    resource: str = ""
    """What a Task calls, short: "lambda invoke", "sqs sendMessage.waitForTaskToken"."""
    ends: bool = False
    """Whether its scope may end with it."""
    scopes: tuple[Scope, ...] = ()
    """The branches of a Parallel; what a Map does for each item."""
    distributed: bool = False
    """Whether it is a Map whose items have executions of their own."""

    @property
    def word(self) -> str:
        """What stands under its name: what it calls, or its type."""
        return self.resource or self.kind

    @property
    def frame_word(self) -> str:
        """What stands beside its name where its branches are shown."""
        return f"{self.kind}{', distributed' if self.distributed else ''}"


@dataclass(frozen=True, slots=True)
class Scope:
    """States that lead to each other: a state machine, a branch, or what is done for an item."""

    start: str
    states: tuple[StateNode, ...]
    edges: tuple[Edge, ...]

    def every_state(self) -> Iterator[StateNode]:
        """All states, those of scopes within included, in the order of the definition."""
        for state in self.states:
            yield state
            for scope in state.scopes:
                yield from scope.every_state()


START, END = "\0start", "\0end"
"""Where a state machine begins and ends, among the names of its states."""


def scope_of(definition: Mapping[str, Any]) -> Scope:
    """The graph of a definition, or of a branch in it."""
    states: Mapping[str, State] = definition.get("States") or {}
    nodes = tuple(_node(name, state) for name, state in states.items())
    edges = [edge for name, state in states.items() for edge in _edges(name, state) if edge.target in states]
    return Scope(str(definition.get("StartAt", "")), nodes, tuple(_merged(edges)))


def _merged(edges: Sequence[Edge]) -> Iterator[Edge]:
    """One way for all rules, and one for all catchers, that lead from one state to the same other one."""
    labels: dict[tuple[str, str, Leads], list[str]] = {}
    for edge in edges:
        labels.setdefault((edge.source, edge.target, edge.leads), []).append(edge.label)
    for (source, target, leads), said in labels.items():
        joint = " or " if leads is Leads.CHOICE else ", "
        yield Edge(source, target, leads, joint.join(filter(None, said)))


def _node(name: str, state: State) -> StateNode:
    kind = str(state.get("Type", ""))
    processor = state.get("ItemProcessor") or state.get("Iterator") or {}
    mode = (processor.get("ProcessorConfig") or {}).get("Mode")
    return StateNode(
        name,
        kind,
        _resource(state),
        state.get("End") is True or kind in {"Succeed", "Fail"},
        tuple(scope_of(inner) for inner in _inner(state, processor)),
        distributed=mode == "DISTRIBUTED",
    )


def _inner(state: State, processor: State) -> Sequence[State]:
    if state.get("Type") == "Parallel":
        return state.get("Branches") or ()
    return (processor,) if processor.get("States") else ()


def _resource(state: State) -> str:
    """arn:aws:states:::sqs:sendMessage is "sqs sendMessage", a function's ARN "lambda charge"."""
    parts = str(state.get("Resource", "")).split(":")
    if len(parts) < 6:
        return ""
    return f"lambda {parts[6]}" if parts[2] == "lambda" and len(parts) > 6 else " ".join(parts[5:])


def _edges(name: str, state: State) -> Iterator[Edge]:
    if "Next" in state:
        yield Edge(name, str(state["Next"]), Leads.NEXT)
    for rule in state.get("Choices") or ():
        if "Next" in rule:
            yield Edge(name, str(rule["Next"]), Leads.CHOICE, rule_text(rule))
    if "Default" in state:
        yield Edge(name, str(state["Default"]), Leads.DEFAULT, "otherwise")
    for catcher in state.get("Catch") or ():
        errors = ", ".join(str(error) for error in catcher.get("ErrorEquals") or ())
        yield Edge(name, str(catcher.get("Next", "")), Leads.CATCH, errors)
