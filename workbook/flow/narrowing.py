"""What a picture shows of all that happened: a life, a time, some resources. All pictures ask here."""

from __future__ import annotations

import datetime
import numbers
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from workbook.engine.clock import SECOND, instant_of
from workbook.engine.selection import find_message
from workbook.engine.trace import Trace
from workbook.flow.durations import duration_text
from workbook.flow.moves import Move
from workbook.flow.resources import Kind, kind_of, label_of
from workbook.flow.scene import Scene

Message = str | int | Mapping[str, object]
Since = float | datetime.timedelta | datetime.datetime
Only = str | Kind | Iterable[str | Kind]


@dataclass
class _Choice:
    """Which moves are shown, and how one says so."""

    tests: list[Callable[[Move], bool]] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def shows(self, move: Move) -> bool:
        return all(test(move) for test in self.tests)


def narrowed(
    scene: Scene,
    trace: Trace,
    *,
    of: Message | None = None,
    since: Since | None = None,
    only: Only | None = None,
) -> tuple[Scene, str]:
    """A part of a scene, and in words which: for all pictures that can be narrowed.

    Args:
        scene: All that happened.
        trace: The trace that it was made of.
        of: Only the life of this message: what `Trace.of` takes, or the number that pictures give it.
        since: Only what happened from then on: seconds since the first hop, a timedelta, or a datetime.
        only: Only what touches these: names of resources, kinds of them ("queue"), or several of either.

    Raises:
        LookupError: there is no such message, or no such resource; the text lists those there are.
        TypeError: `since` or `only` is of no such type.
        ValueError: `since` lies before the first hop.
    """
    choice = _Choice()
    if of is not None:
        _choose_message(choice, scene, trace, of)
    if since is not None:
        _choose_time(choice, scene, since)
    if only is not None:
        _choose_places(choice, scene, only)
    if not choice.tests:
        return scene, ""
    return scene.narrowed_to(choice.shows, choice.places), ", ".join(choice.words)


def _choose_message(choice: _Choice, scene: Scene, trace: Trace, wanted: Message) -> None:
    message = _id_of_number(scene, wanted) if isinstance(wanted, int) else wanted
    story = trace.of(message)
    hops = {hop.number for hop in story}
    messages = {hop.message for hop in story if hop.message is not None}
    choice.tests.append(lambda move: move.message in messages if move.hop is None else move.hop in hops)
    choice.words.append(_which_message(scene, message))


def _id_of_number(scene: Scene, number: int) -> str:
    for letter in scene.letters.values():
        if letter.number == number:
            return letter.message_id
    last = max((letter.number for letter in scene.letters.values()), default=0)
    there = f"they are numbered from 1 to {last}" if last else "there is none yet"
    raise LookupError(f"of={number}: no message {number} in this trace; {there}")


def _which_message(scene: Scene, wanted: str | Mapping[str, object]) -> str:
    return f"only {scene.letters[find_message(wanted, scene.letters)].name}"


def _choose_time(choice: _Choice, scene: Scene, since: Since) -> None:
    instant = instant_since(scene, since, "since")
    begin = scene.hops[0].time if scene.hops else scene.now
    choice.tests.append(lambda move: move.time >= instant)
    choice.words.append(f"from {duration_text(max(0, instant - begin) / SECOND)} on")


def instant_since(scene: Scene, value: Since, name: str) -> int:
    """The instant (microseconds) that somebody means by seconds since the first hop, or by a datetime.

    Raises:
        TypeError: it is no time; the text says what the parameter `name` takes.
        ValueError: it lies before the first hop.
    """
    return instant_from(scene.hops[0].time if scene.hops else scene.now, value, name)


def instant_from(begin: int, value: Since, name: str) -> int:
    """The same, for a trace whose first hop was at `begin` (microseconds)."""
    if isinstance(value, datetime.datetime):
        return instant_of(value)
    seconds = value.total_seconds() if isinstance(value, datetime.timedelta) else value
    if isinstance(seconds, bool) or not isinstance(seconds, numbers.Real):
        message = (
            f"{name}={value!r}: pass seconds since the first hop, e.g. {name}=30, "
            f"a datetime.timedelta, or a datetime.datetime such as lab.now"
        )
        raise TypeError(message)
    if not 0 <= float(seconds) < 1e11:
        message = f"{name}={value!r}: pass seconds since the first hop, 0 or more"
        raise ValueError(message)
    return begin + round(float(seconds) * SECOND)


def _choose_places(choice: _Choice, scene: Scene, only: Only) -> None:
    names: Sequence[object] = [only] if isinstance(only, (str, Kind)) else _listed(only)
    places: dict[str, None] = {}
    for name in names:
        places.update(dict.fromkeys(_meant(scene, name)))
    choice.tests.append(lambda move: move.source in places or move.target in places)
    choice.places += places
    choice.words.append(
        "only " + ", ".join(name.value if isinstance(name, Kind) else str(name) for name in names)
    )


def _listed(only: object) -> Sequence[object]:
    if not isinstance(only, Iterable):
        message = f"only={only!r}: pass the name of a resource, a kind such as 'queue', or a list of them"
        raise TypeError(message)
    listed = list(only)
    if not listed:
        raise LookupError("only=[]: name at least one resource, or leave `only` out")
    return listed


def _meant(scene: Scene, name: object) -> list[str]:
    """The nodes that a name, an ARN or a kind means."""
    labels = {node.place: node.label for node in scene.system.nodes}
    places = list(labels)
    if isinstance(name, Kind):
        found = [place for place in places if kind_of(place) is name]
    else:
        found = [place for place in places if name in {labels[place], label_of(place), place}]
        found = found or [place for place in places if str(name).lower() in _words_of(kind_of(place))]
    if not found:
        raise LookupError(f"only={name!r}: {_those_there_are(scene)}")
    return found


def _words_of(kind: Kind) -> set[str]:
    """What people may call a kind: "Lambda function", "function", "functions"."""
    whole = kind.value.lower()
    words = {whole, whole.rpartition(" ")[2]}
    return words | {f"{word}s" for word in words}


def _those_there_are(scene: Scene) -> str:
    nodes = scene.system.nodes
    if not nodes:
        return "there is nothing in this trace yet"
    names = ", ".join(dict.fromkeys(node.label for node in nodes))
    kinds = ", ".join(dict.fromkeys(node.kind.value for node in nodes))
    return f"no such resource in this trace; there are {names}; kinds: {kinds}"
