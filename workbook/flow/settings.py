"""In which settings two runs differ: what a learner changed is what explains the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workbook.flow.resources import Kind, kind_of, label_of
from workbook.flow.scene import Scene

_MOST = 4
_OF_THE_RUN = ("Arn", "Timestamp", "Modified", "Sha256", "Revision", "UUID", "Size", "Approximate", "Version")
"""Parts of the names of settings that nobody sets."""

Place = tuple[Kind, str]


def differing_settings(one: Scene, other: Scene, names: tuple[str, str]) -> list[str]:
    """A line for each setting that is another in the two runs, and for each resource that only one has."""
    here, there = _settings_of(one), _settings_of(other)
    lines = [
        f"{place[1]} is there in {names[place not in here]} only."
        for place in dict.fromkeys([*here, *there])
        if (place in here) != (place in there)
    ]
    for place in here:
        if place in there:
            lines += _differences(place[1], here[place], there[place], names)
    rest = len(lines) - _MOST
    return lines[:_MOST] + ([f"{rest} more settings differ."] if rest > 0 else [])


def _settings_of(scene: Scene) -> dict[Place, Mapping[str, object]]:
    last = {place: history[-1].settings for place, history in scene.wiring.settings.items() if history}
    found = {
        (kind_of(place), scene.wiring.label(place)): settings for place, settings in last.items() if settings
    }
    for (queue, function), history in scene.wiring.polls.items():
        if history and history[-1].settings:
            found[Kind.OTHER, f"{label_of(queue)} to {label_of(function)}"] = history[-1].settings
    return found


def _differences(
    name: str, here: Mapping[str, object], there: Mapping[str, object], names: tuple[str, str]
) -> Iterator[str]:
    for key in dict.fromkeys([*here, *there]):
        if here.get(key) != there.get(key) and not any(part in key for part in _OF_THE_RUN):
            values = (_said(here.get(key)), _said(there.get(key)))
            yield f"{name}: {key} is {values[0]} in {names[0]} and {values[1]} in {names[1]}."


def _said(value: object) -> str:
    text = "not set" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
