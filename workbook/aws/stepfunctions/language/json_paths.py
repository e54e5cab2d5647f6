"""Where a JSONPath leads, in the place of the interpreter's library, which answers otherwise than AWS.

A path of names and single places gives what is there. Any other gives a list of what it found, also of one
thing or none: `$.lines[*].price` of one line is a list of one price, and a filter that nothing fits is [].

Sources: AWS, Using JSONPath paths; answers of AWS as localstack recorded them (#11369, #12366), as users
report them (re:Post on sum(), awsdocs/aws-step-functions-developer-guide#5, a gist of deric4, 2023,
getmoto/moto#10078) and as floci-io/floci compared them (#2872, #3260, 2026). The words are those of Jayway's
JsonPath, which AWS's answers quote.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from workbook.aws.stepfunctions.language.parts import Json, part_of
from workbook.aws.stepfunctions.language.path_syntax import (
    Descent,
    Everything,
    Filter,
    Indexes,
    Members,
    Path,
    Slice,
    Step,
    UnreadablePathError,
    is_single,
    read,
    shown,
)

if TYPE_CHECKING:
    from workbook.engine.patches import Patches

_FOLLOWERS = (
    "utils.json_path",
    "component.common.string.string_expression",
    "component.intrinsic.argument.argument",
    "eval.states",
)
"""The interpreter's modules that follow paths."""


class NowhereError(Exception):
    """A path leads nowhere; the text says why."""


class PastTheEndError(NowhereError):
    """It leads to a place behind the last element of a list."""


class WrongKindError(NowhereError):
    """A step cannot be taken from what is there: AWS fails then with the words of its library alone."""


def install(patches: Patches) -> None:
    """Follow paths here, in the place of the interpreter."""
    for name in _FOLLOWERS:
        patches.set(part_of(name), "extract_json", extract)


def extract(text: str, data: Json) -> Json:
    """What is at a path.

    Raises:
        NoSuchJsonPathError: the interpreter's own; its `reason` is the error that says why.
    """
    try:
        return follow(read(text), data)
    except (NowhereError, UnreadablePathError) as error:
        missing = part_of("utils.json_path").NoSuchJsonPathError(json_path=text, data=data)
        missing.reason = error
        raise missing from error


def follow(path: Path, data: Json) -> Json:
    """What is at a path: one value, or a list of what was found.

    Raises:
        NowhereError: there is no such place.
    """
    if not path.definite:
        try:
            return list(_all(path, data))
        except WrongKindError:
            raise
        except NowhereError:
            return []
    found = data
    for number, step in enumerate(path.steps):
        assert is_single(step)  # noqa: S101 - of a definite path each is
        found = _one(path, number, step, found)
    return found


def _one(path: Path, number: int, step: Members | Indexes, value: Json) -> Json:
    """A step that leads to one place."""
    if isinstance(step, Members):
        return _member(path, number, step, value)
    (place,) = step.places
    elements = _elements(step, value)
    if not -len(elements) <= place < len(elements):
        raise PastTheEndError(f"No results for path: {path.shown()}")
    return elements[place]


def _member(path: Path, number: int, step: Members, value: Json) -> Json:
    is_last = number == len(path.steps) - 1
    if not isinstance(value, dict):
        raise NowhereError(f"Property {shown(step)} not found in path {path.shown(number)}")
    if len(step.names) > 1:
        if not is_last:
            leaf = path.shown(number + 1)
            raise WrongKindError(f"Multi properties can only be used as path leafs: {leaf}")
        return _named(step, value)
    (name,) = step.names
    if name in value:
        return value[name]
    if is_last:
        raise NowhereError(f"No results for path: {path.shown()}")
    raise NowhereError(f"Missing property in path {path.shown(number + 1)}")


def _named(step: Members, value: dict[str, Json]) -> dict[str, Json]:
    return {name: value[name] for name in step.names if name in value}


def _elements(step: Step, value: Json) -> list[Json]:
    if not isinstance(value, list):
        text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        raise WrongKindError(
            f"Filter: {shown(step)} can only be applied to arrays. Current context is: {text}"
        )
    return value


# ---- paths that may lead to many places


def _all(path: Path, data: Json) -> Iterable[Json]:
    """Everything that an indefinite path leads to, in the order of the document."""
    values: list[Json] = [data]
    certain = True
    for number, step in enumerate(path.steps):
        if certain and is_single(step):
            values = [_one(path, number, step, value) for value in values]
            continue
        if certain and isinstance(step, (Indexes, Slice)):
            _elements(step, values[0])
        certain = False
        descended = number > 0 and isinstance(path.steps[number - 1], Descent)
        values = [found for value in values for found in _taken(step, value, descended=descended)]
    return values


def _taken(step: Step, value: Json, *, descended: bool) -> Iterator[Json]:
    """What one step of an indefinite path leads to."""
    if isinstance(step, Descent):
        yield from _below(value)
    elif isinstance(step, Everything):
        yield from value.values() if isinstance(value, dict) else _listed(value)
    elif isinstance(step, Filter):
        yield from _filtered(step, value, descended=descended)
    elif isinstance(step, Members) and isinstance(value, dict):
        kept = _named(step, value)
        yield from [kept] if len(step.names) > 1 else kept.values()
    elif isinstance(step, Indexes):
        elements = _listed(value)
        yield from (elements[at] for at in step.places if -len(elements) <= at < len(elements))
    elif isinstance(step, Slice):
        yield from _listed(value)[step.first : step.end]


def _filtered(step: Filter, value: Json, *, descended: bool) -> Iterator[Json]:
    """What a filter leaves of a list; of an object, the object itself; of what is neither, nothing."""
    candidates = [value] if isinstance(value, dict) else [] if descended else _listed(value)
    yield from (item for item in candidates if isinstance(item, (dict, list)) and step.condition(item))


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _below(value: Json) -> Iterator[Json]:
    """A value and all that is in it, each before what is in it."""
    yield value
    for item in value.values() if isinstance(value, dict) else _listed(value):
        if isinstance(item, (dict, list)):
            yield from _below(item)
