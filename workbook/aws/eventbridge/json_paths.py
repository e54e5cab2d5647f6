"""JSON paths as rules of EventBridge have them: ``$.detail.items[0].name``, and no more.

PutTargets refuses a path that does not begin with ``$``, and one with a quoted name in brackets, which is
legal elsewhere (`is_json_path`). What else is written in a way EventBridge does not know is taken, and gives
nothing, like a path that leads nowhere (unverified).

Sources: Amazon EventBridge User Guide, "Input transformation": dot notation, dashes, underscores, letters and
digits, array indices, wildcards, forward slashes; refusals of PutTargets measured and published in 2026.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_STEP = re.compile(r"\.(?P<name>[\w\-/]+|\*)|\[(?P<index>\d+|\*)\]")
_ANY = "*"


_QUOTED = re.compile(r"\[\s*['\"]")


def is_json_path(text: str) -> bool:
    """Whether PutTargets takes a text as a path."""
    return text.startswith("$") and _QUOTED.search(text) is None


class Nothing:
    """What a path gives that leads nowhere; null is something."""


NOTHING = Nothing()


@dataclass(frozen=True, slots=True)
class JsonPath:
    """A path, as steps: a field's name, an index of an array, or `*` for each of either."""

    steps: tuple[str | int, ...] | None
    """None for a text that is no path."""

    def find(self, document: object) -> object:
        """What the path leads to: a list where it has a wildcard, NOTHING where there is nothing."""
        if self.steps is None:
            return NOTHING
        found = list(_walk(document, self.steps))
        if _ANY in self.steps:
            return found
        return found[0] if found else NOTHING


@functools.lru_cache(maxsize=1024)
def json_path(text: str) -> JsonPath:
    """Read a path."""
    if not text.startswith("$"):
        return JsonPath(None)
    steps: list[str | int] = []
    position = 1
    while position < len(text):
        match = _STEP.match(text, position)
        if match is None:
            return JsonPath(None)
        index = match["index"]
        steps.append(match["name"] if index is None else index if index == _ANY else int(index))
        position = match.end()
    return JsonPath(tuple(steps))


def _walk(value: object, steps: tuple[str | int, ...]) -> Iterator[object]:
    if not steps:
        yield value
        return
    for one in _chosen(value, steps[0]):
        yield from _walk(one, steps[1:])


def _chosen(value: object, step: str | int) -> Iterator[object]:
    if isinstance(value, Mapping):
        if step == _ANY:
            yield from value.values()
        elif step in value:
            yield value[step]
    elif isinstance(value, list):
        if step == _ANY:
            yield from value
        elif isinstance(step, int):
            yield from value[step : step + 1]
