"""A Map state under test: its bounds, its items, and what each iteration or batch would be given.

No iteration runs; the mock stands for all of them. What leads up to them is evaluated as in an execution, by
the same code, and told as `inspectionData`. Items come from the input, or from `mapItemReaderData`: the
document that ItemReader would have read. A Map with an ItemReader and no such data has its items in its
input, where ItemsPath leads, as AWS's guide has it.

Sources: Step Functions Developer Guide, "Testing state machines with TestState API"; answers of AWS in
LocalStack's snapshots of TestState, November 2025. That afterItemSelector is an array of values, and not of
texts: a client that runs against AWS reads it so (2026).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from workbook.aws.operations import NotSimulated
from workbook.aws.stepfunctions.errors import ValidationException
from workbook.aws.stepfunctions.language.failures import failure
from workbook.aws.stepfunctions.maps import batches
from workbook.aws.stepfunctions.maps.distributed import DistributedMap, is_distributed
from workbook.aws.stepfunctions.maps.items import Item, items_in, items_of, pointed_in
from workbook.aws.stepfunctions.maps.map_run import EXCEEDED, EXCEEDED_CAUSE, Tolerance
from workbook.aws.stepfunctions.maps.map_state import given_items, tolerance_of
from workbook.aws.stepfunctions.state_hops import present_state

if TYPE_CHECKING:
    from workbook.aws.stepfunctions.language.parts import Env, Json, Part
    from workbook.aws.stepfunctions.state_under_test import Request

_BOUNDS = {
    "MaxConcurrency": "maxConcurrency",
    "ToleratedFailureCount": "toleratedFailureCount",
    "ToleratedFailurePercentage": "toleratedFailurePercentage",
}


def refuse_map(request: Request, level: str) -> None:
    """Let a Map pass of which it is known what AWS answers at an inspection level.

    Raises:
        NotSimulated: it is not; the text names the field.
    """
    state, data = request.state, request.configuration.reader_data
    if "Parameters" in state and level != "INFO":
        _refuse(f"inspectionLevel {level} for a Map with Parameters", "Write ItemSelector in its place.")
    if "ItemBatcher" in state and not is_distributed(state):
        _refuse("a Map with ItemBatcher in INLINE mode", "Use DISTRIBUTED mode.")
    if "ItemReader" in state and data is None and request.language == "JSONata":
        _refuse("a Map with ItemReader and no mapItemReaderData, in JSONata", "Give mapItemReaderData.")


def _refuse(what: str, advice: str) -> None:
    raise NotSimulated(f"TestState: {what}", advice)


class MapUnderTest:
    """One Map state, up to its iterations."""

    def __init__(self, request: Request, state: Part) -> None:
        """`state` is the interpreter's."""
        self._request, self._state = request, state
        self._fields = DistributedMap(request.state, request.language, "", "")
        literal = {shown: request.state.get(name) for name, shown in _BOUNDS.items()}
        self.bounds: dict[str, float] = {
            "maxConcurrency": 0,
            **{shown: value for shown, value in literal.items() if isinstance(value, int | float)},
        }
        """By the names of inspectionData: those of the definition, until they are evaluated."""

    def evaluate(self, env: Env) -> None:
        """Evaluate all that comes before the iterations, and tell it to the state that is seen.

        Raises:
            FailureEventException: something in it fails, as it would in an execution.
            NotSimulated: the items cannot be known.
        """
        self._state.max_concurrency_decl.eval(env)
        self.bounds["maxConcurrency"] = env.stack.pop()
        self._items = self._find_items(env)
        self._tolerance = tolerance_of(self._fields, env)
        self._tell_bounds(self._tolerance)
        self._tell_iterations(env)

    def demand_tolerance(self, env: Env, failed: int) -> None:
        """Let so many failed items pass as the Map tolerates; in a test, one that says nothing tolerates all.

        Raises:
            ValidationException: more items failed than there are.
            FailureEventException: too many failed.
        """
        total, tolerance = len(self._items), self._tolerance
        if failed > total:
            raise ValidationException(
                f"mapIterationFailureCount is {failed}, and the Map has {total} items: no more can fail."
            )
        if tolerance != Tolerance() and tolerance.is_exceeded(failed, total):
            raise failure(env, EXCEEDED, EXCEEDED_CAUSE, event_type="MapRunFailed")

    def _find_items(self, env: Env) -> list[Item]:
        data = self._request.configuration.reader_data
        if data is not None:
            self._tell_pointed(data)
            return items_in(self._fields, env, data)
        if "ItemReader" not in self._request.state:
            return given_items(self._state, env)
        env.stack.append(env.states.get_input())
        self._state.items_path.string_sampler.eval(env)
        items = env.stack.pop()
        env.stack.pop()
        if not isinstance(items, list):
            path = self._request.state.get("ItemsPath", "$")
            _refuse(
                f"a Map with ItemReader, no mapItemReaderData, and no array in its input at {path}",
                "Give mapItemReaderData, or what ItemReader would have read as the input.",
            )
        _tell("afterItemsPath", items)
        return items_of(items)

    def _tell_pointed(self, data: str) -> None:
        pointer = self._fields.field("ItemReader", "ReaderConfig", "ItemsPointer")
        if pointer is not None and self._request.language == "JSONPath":
            _tell("afterItemsPointer", pointed_in(data, pointer))

    def _tell_bounds(self, tolerance: Tolerance) -> None:
        told = {"toleratedFailureCount": tolerance.count, "toleratedFailurePercentage": tolerance.percentage}
        self.bounds |= {name: value for name, value in told.items() if value is not None}

    def _tell_iterations(self, env: Env) -> None:
        values = batches.selected(self._state, env, self._items)
        if "ItemSelector" in self._request.state:
            _tell("afterItemSelector", values)
        if "ItemBatcher" in self._request.state:
            works = batches.batched(self._fields, env, values)
            _tell("afterItemBatcher", [json.loads(work.input) for work in works])


def _tell(step: str, value: Json) -> None:
    seen = present_state.get()
    assert seen is not None  # noqa: S101 - a state under test is seen
    seen.note(step, value)
