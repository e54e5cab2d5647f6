"""What each child execution of a Map Run is given: an item, what ItemSelector makes of it, or a batch.

ItemBatcher closes a batch when it has as many items, or bytes, as it may have; a batch is never larger than
an input may be.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbook.aws.limits import limit
from workbook.aws.stepfunctions.language.failures import RUNTIME, failure
from workbook.aws.stepfunctions.maps import templates

if TYPE_CHECKING:
    from workbook.aws.stepfunctions.language.parts import Env, Part
    from workbook.aws.stepfunctions.maps.distributed import DistributedMap
    from workbook.aws.stepfunctions.maps.items import Item


@dataclass(frozen=True)
class Work:
    """The input of one child execution, and how many items are in it."""

    input: str
    items: int


def all_work(state: Part, env: Env, items: list[Item]) -> list[Work]:
    """The inputs of all child executions, in the order of their items."""
    values = selected(state, env, items)
    if state.distributed.field("ItemBatcher") is None:
        return [Work(_text(value), 1) for value in values]
    return list(batched(state.distributed, env, values))


def selected(state: Part, env: Env, items: list[Item]) -> list[Any]:
    """What ItemSelector makes of the items; the items where there is none."""
    return [_selected(state, env, item) for item in items]


def _selected(state: Part, env: Env, item: Item) -> Any:  # noqa: ANN401 - any JSON
    selector = state.item_selector or state.parameters
    if selector is None:
        return item.value
    data = env.states.context_object.context_object_data
    data["Map"] = {"Item": item.context()}
    env.stack.append(env.states._states_data["input"])  # noqa: SLF001 - not copied for each item: nobody changes it
    selector.eval(env)
    value = env.stack.pop()
    env.stack.pop()
    data.pop("Map")
    return value


def batched(state: DistributedMap, env: Env, values: list[Any]) -> Iterator[Work]:
    """The batches that ItemBatcher makes of values, in their order."""
    most_items = _bound(state, env, "MaxItemsPerBatch") or len(values) or 1
    most_bytes = _bound(state, env, "MaxInputBytesPerBatch") or limit("stepfunctions.input")
    head: dict[str, Any] = {}
    if "BatchInput" in state.fields["ItemBatcher"]:
        given = state.fields["ItemBatcher"]["BatchInput"]
        head = {"BatchInput": templates.evaluate(given, state.language, "ItemBatcher/BatchInput", env)}
    empty = len(_text({**head, "Items": []}).encode())
    batch: list[Any] = []
    size = empty
    for value in values:
        more = len(_text(value).encode()) + 1  # with the comma before it
        if batch and (len(batch) == most_items or size + more > most_bytes):
            yield Work(_text({**head, "Items": batch}), len(batch))
            batch, size = [], empty
        batch.append(value)
        size += more
    if batch:
        yield Work(_text({**head, "Items": batch}), len(batch))


def _bound(state: DistributedMap, env: Env, name: str) -> int | None:
    batcher = state.fields["ItemBatcher"]
    place = f"ItemBatcher/{name}"
    value = templates.number(batcher.get(name), batcher.get(f"{name}Path"), state.language, place, env)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        raise failure(env, RUNTIME, f"{name} must be a positive integer, and is {_text(value)}.")
    return value


def _text(value: Any) -> str:  # noqa: ANN401 - any JSON
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
