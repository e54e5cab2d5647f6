"""What is shown to others: a scenario with its settings, a run, or a text.

    learner     share(lab) ──────────> the instructor's page
    instructor  "Show this to all" ──> shown(), in each learner's notebook

A scenario travels as its name and its settings, since the same seed gives the same run anywhere. A run
travels as the hops of its trace. Neither brings any code or picture along.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Protocol

from workbook.lab import Lab
from workbook.room.runs import MOST_HOPS, RunError, hops_from, instant_from
from workbook.room.sent import LONGEST_TITLE
from workbook.room.transport import RoomError
from workbook.room.words import lines, one_line

if TYPE_CHECKING:
    from workbook.engine.hop import Hop
    from workbook.flow.flow import Flow
    from workbook.scenarios import Scenario
    from workbook.scenarios.framework.settings import Value

VERSION = 1
MOST_BYTES = 2_000_000
"""Of one thing that is shown. A run of three thousand hops takes one million."""
LONGEST_TEXT = 20_000
"""Letters; of a longer one the beginning is shown."""
FORMS = "a lab, a scenario, the panel of one, a function, or a text"


class ExhibitError(ValueError):
    """It is nothing that can be shown; the text says what is wrong with it."""


class Exhibit(Protocol):
    """Something that is shown."""

    @property
    def title(self) -> str:
        """What it is called."""

    def file(self) -> str:
        """As it travels: JSON."""

    def text(self) -> str:
        """In words, for a terminal and for whoever has a page read aloud."""

    def html(self) -> str:
        """As a page that needs no kernel."""


@dataclass(frozen=True)
class ScenarioShown:
    """A scenario with its settings."""

    title: str
    scenario: Scenario
    settings: Mapping[str, Value]

    def file(self) -> str:
        """As it travels."""
        return _file("scenario", self.title, scenario=self.scenario.name, settings=dict(self.settings))

    @property
    def code(self) -> str:
        """The lines that open its panel."""
        name = self.scenario.name.replace("-", "_")
        varied = {
            each.name: self.settings[each.name]
            for each in self.scenario.settings
            if self.settings[each.name] != each.default
        }
        given = ", ".join(["run=False", *(f"{name}={value!r}" for name, value in varied.items())])
        return f"from workbook.scenarios import {name}\n{name}.panel({given})"

    def text(self) -> str:
        """What it asks, its settings, and how to open it."""
        settings = [f"  {about}: {value}" for about, value in self._in_words()]
        return "\n".join([self.title, self.scenario.question, *settings, "", self.code])

    def html(self) -> str:
        """The same as a page."""
        rows = "".join(
            f'<tr><th scope="row" style="text-align:left">{escape(about)}</th>'
            f'<td style="text-align:left">{escape(value)}</td></tr>'
            for about, value in self._in_words()
        )
        return (
            f"<p><b>{escape(self.title)}</b><br>{escape(self.scenario.question)}</p>"
            f"<table><tbody>{rows}</tbody></table><p>In a cell of your own:</p>{_code(self.code)}"
        )

    def _in_words(self) -> list[tuple[str, str]]:
        return [(each.about, each.shown(self.settings[each.name])) for each in self.scenario.settings]


@dataclass(frozen=True)
class RunShown:
    """What happened in a lab until an instant (microseconds)."""

    title: str
    hops: tuple[Hop, ...]
    now: int

    def file(self) -> str:
        """As it travels."""
        from workbook.engine.exports import json_text  # noqa: PLC0415 - only those who share a run need it

        exported = json.loads(json_text(self.hops))
        return _file("run", self.title, now=self.now, hops=exported["hops"])

    def flow(self) -> Flow:
        """The picture, drawn here.

        Raises:
            ExhibitError: what the hops say makes no sense.
        """
        from workbook.flow.flow import Flow  # noqa: PLC0415 - only those who look pay for it
        from workbook.flow.scene import Scene  # noqa: PLC0415 - as above

        try:
            flow = Flow(Scene.of(self.hops, self.now))
            flow.svg()
            flow.prose()
        except Exception as error:  # the facts of hops are anybody's: what they break is found only here
            message = f"this run cannot be drawn: {type(error).__name__}"
            raise ExhibitError(message) from error
        return flow

    def text(self) -> str:
        """The picture in words."""
        return f"{self.title}\n{self.flow().prose()}"

    def html(self) -> str:
        """The picture."""
        return f"<p><b>{escape(self.title)}</b></p>{self.flow().html()}"


@dataclass(frozen=True)
class TextShown:
    """A text, or the source of a function."""

    title: str
    words: str

    def file(self) -> str:
        """As it travels."""
        return _file("text", self.title, text=self.words)

    def text(self) -> str:
        """Title and text."""
        return self.words if self.title == _first_line(self.words) else f"{self.title}\n\n{self.words}"

    def html(self) -> str:
        """The text with its lines as they are."""
        head = "" if self.title == self.words else f"<p><b>{escape(self.title)}</b></p>"
        return f"{head}{_code(self.words)}"


def exhibit_of(thing: object, title: str = "", **settings: object) -> Exhibit:
    """What to show of something.

    Args:
        thing: a lab (what happened in it until now), a scenario or its panel, a function (its source), or a
            text.
        title: what to call it; it has a name of its own otherwise.
        settings: of a scenario, by name.

    Raises:
        RoomError: it is nothing that can be shown, or too much.
        SettingError: a setting is unknown, or out of its range.
    """
    from workbook.scenarios import Scenario  # noqa: PLC0415 - only where something is shown
    from workbook.scenarios.framework.panel import Panel  # noqa: PLC0415 - as above

    if isinstance(thing, ScenarioShown | RunShown | TextShown):
        return thing
    called = one_line(title, LONGEST_TITLE)
    if isinstance(thing, Panel):
        chosen = {name: control.value for name, control in thing.controls.items()}
        return ScenarioShown(called or thing.scenario.title, thing.scenario, thing.scenario.checked(chosen))
    if isinstance(thing, Scenario):
        return ScenarioShown(called or thing.title, thing, thing.checked(settings))
    if isinstance(thing, Lab):
        return _run_of(thing, called)
    if isinstance(thing, str) or inspect.isfunction(thing):
        return _text_of(thing, called)
    message = f"a {type(thing).__name__} cannot be shown to others; give {FORMS}"
    raise RoomError(message)


def _run_of(lab: Lab, title: str) -> RunShown:
    hops = tuple(lab.trace)
    if len(hops) > MOST_HOPS:
        message = (
            f"{len(hops):,} hops are more than the {MOST_HOPS:,} that are shown to others: "
            "lab.reset(), and run only the part that you mean"
        )
        raise RoomError(message)
    run = RunShown(title or f"a run of {len(hops):,} hops", hops, lab.world.clock.now)
    if len(run.file().encode()) > MOST_BYTES:
        message = f"what is in its messages is more than the {MOST_BYTES:,} bytes that are shown to others"
        raise RoomError(message)
    return run


def _text_of(thing: Any, title: str) -> TextShown:  # noqa: ANN401 - a text or a function
    try:
        words = thing if isinstance(thing, str) else inspect.getsource(thing)
    except (OSError, TypeError) as error:
        message = f"the source of {thing.__name__} is not there; give it as a text"
        raise RoomError(message) from error
    words = lines(words, LONGEST_TEXT)
    name = one_line(_first_line(words) if isinstance(thing, str) else thing.__name__, LONGEST_TITLE)
    if not words.strip():
        message = "there is nothing in this text to show"
        raise RoomError(message)
    return TextShown(title or name, words)


def exhibit_from(file: str) -> Exhibit:
    """What `Exhibit.file` made this of.

    Raises:
        ExhibitError: it is something else, half of it, or of a version that this workbook does not know.
    """
    from workbook.scenarios import SettingError  # noqa: PLC0415 - as above

    try:
        value = json.loads(file)
    except (ValueError, RecursionError) as error:
        message = "it is no JSON, or only half of it"
        raise ExhibitError(message) from error
    if not isinstance(value, dict) or value.get("version") != VERSION:
        message = f"it is nothing that a workbook of version {VERSION} shows"
        raise ExhibitError(message)
    read = _READERS.get(str(value.get("kind")))
    if read is None:
        message = f"{one_line(value.get('kind'), 20)!r} is nothing that can be shown"
        raise ExhibitError(message)
    try:
        return read(one_line(value.get("title"), LONGEST_TITLE) or "without a title", value)
    except (RunError, SettingError) as error:
        raise ExhibitError(one_line(error, 200)) from error


def _scenario_from(title: str, value: Mapping[str, Any]) -> ScenarioShown:
    from workbook.scenarios import SCENARIOS  # noqa: PLC0415 - as above

    scenario, settings = SCENARIOS.get(str(value.get("scenario"))), value.get("settings")
    if scenario is None or not isinstance(settings, dict):
        message = f"this workbook has no scenario {one_line(value.get('scenario'), 40)!r}"
        raise ExhibitError(message)
    return ScenarioShown(title, scenario, scenario.checked(settings))


def _run_from(title: str, value: Mapping[str, Any]) -> RunShown:
    hops, now = hops_from(value.get("hops")), instant_from(value.get("now"))
    if hops and now < hops[-1].time:
        message = "it ends before its last hop"
        raise ExhibitError(message)
    return RunShown(title, hops, now)


def _text_from(title: str, value: Mapping[str, Any]) -> TextShown:
    return TextShown(title, lines(value.get("text"), LONGEST_TEXT))


_READERS: dict[str, Callable[[str, Mapping[str, Any]], Exhibit]] = {
    "scenario": _scenario_from,
    "run": _run_from,
    "text": _text_from,
}


def _file(kind: str, title: str, **parts: object) -> str:
    content = {"version": VERSION, "kind": kind, "title": title, **parts}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]


def _code(text: str) -> str:
    return f'<pre tabindex="0" style="overflow-x:auto;white-space:pre-wrap">{escape(text)}</pre>'
