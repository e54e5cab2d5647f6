"""Where in a state an expression stands: Output/total, Arguments/Items[0]/id, Choices[1]/Condition.

AWS names the place in the cause of a failed expression. The interpreter's parser does not keep it, so it is
written down once for each expression, when the state machine is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from workbook.aws.stepfunctions.language.parts import Part, part_of

if TYPE_CHECKING:
    from workbook.engine.patches import Patches

_FIELDS = (
    ("parargs", "Arguments"),
    ("output", "Output"),
    ("assign_decl", "Assign"),
    ("wait_function", ""),
    ("error", "Error"),
    ("cause", "Cause"),
    ("timeout", "TimeoutSeconds"),
    ("heartbeat", "HeartbeatSeconds"),
    ("items", "Items"),
    ("item_selector", "ItemSelector"),
    ("max_concurrency_decl", "MaxConcurrency"),
    ("tolerated_failure_count_decl", "ToleratedFailureCount"),
    ("tolerated_failure_percentage_decl", "ToleratedFailurePercentage"),
    ("credentials", "Credentials/RoleArn"),
)
"""Attributes of the interpreter's states, and the field that each is."""
_COMPONENTS = "moto.stepfunctions.parser.asl.component."
_WAITS = {"SecondsJSONata": "Seconds"}


def install(patches: Patches) -> None:
    """Let a JSONPath state stand within a JSONata state, as AWS does in a JSONPath state machine."""
    parser = part_of("parse.preprocessor").Preprocessor
    original = parser._open_query_language_scope  # noqa: SLF001 - the seam

    def open_scope(preprocessor: Part, tree: Part) -> None:
        try:
            original(preprocessor, tree)
        except ValueError:
            language = part_of("component.common.query_language").QueryLanguage()
            preprocessor._query_language_per_scope.append(language)  # noqa: SLF001 - as above

    patches.set(parser, "_open_query_language_scope", open_scope)


def forget_scopes() -> None:
    """Let the interpreter's parser begin anew: one that failed has left its scopes to the next."""
    part_of("parse.preprocessor").Preprocessor._query_language_per_scope.clear()  # noqa: SLF001 - the parser's own


def write_locations(program: Part) -> None:
    """Write into every expression of a program the field that it stands in, as its `location`."""
    states = getattr(program, "states", None) or program._states  # noqa: SLF001 - an iteration's
    for state in states.states.values():
        for component, place in _fields(state):
            descend(component, place)
        for inner in _programs(state):
            write_locations(inner)


def _fields(state: Part) -> Iterator[tuple[Part, str]]:
    for attribute, place in _FIELDS:
        component = getattr(state, attribute, None)
        if component is not None:
            yield component, place or _WAITS.get(type(component).__name__, "Timestamp")
    for number, rule in enumerate(_of(state, "choices_decl", "rules")):
        yield rule.comparison, f"Choices[{number}]/Condition"
        yield from _own(rule, f"Choices[{number}]")
    for number, catcher in enumerate(_of(state, "catch", "catchers")):
        yield from _own(catcher, f"Catch[{number}]")
    reader, writer = getattr(state, "item_reader", None), getattr(state, "result_writer", None)
    if reader is not None:
        yield reader.parargs, "ItemReader/Arguments"
        yield reader.reader_config, "ItemReader/ReaderConfig/MaxItems"
    if writer is not None:
        yield writer.parargs, "ResultWriter/Arguments"


def _own(rule: Part, place: str) -> Iterator[tuple[Part, str]]:
    yield rule.assign, f"{place}/Assign"
    yield rule.output, f"{place}/Output"


def _of(state: Part, attribute: str, members: str) -> Iterable[Part]:
    return getattr(getattr(state, attribute, None), members, ())


def _programs(state: Part) -> Iterator[Part]:
    yield from _of(state, "branches", "programs")
    if hasattr(state, "iteration_component"):
        yield state.iteration_component


def descend(component: Part, place: str) -> None:
    """Write into every expression of a component, which stands at `place`, where it stands."""
    if isinstance(component, list):
        for member in component:
            descend(member, place)
    elif type(component).__module__.startswith(_COMPONENTS):
        if type(component).__name__ == "StringJSONata":
            component.location = place
        if hasattr(component, "identifier"):
            place = f"{place}/{component.identifier}"
        values = getattr(component, "values", None)
        if isinstance(values, list):
            for number, value in enumerate(values):
                descend(value, f"{place}[{number}]")
        else:
            for member in vars(component).values():
                descend(member, place)
