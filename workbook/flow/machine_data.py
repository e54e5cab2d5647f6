"""What the browser needs to walk through a state machine: every visit of its states, and what happened when.

Times are milliseconds since the first hop of the trace, to the thousandth. What states were given is long: it
is sent for as many visits as fit, the last ones first, and `content` says for which.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbook.engine.clock import datetime_of
from workbook.flow.data_path import definition_of, steps_of
from workbook.flow.machine_account import account_of, what_follows
from workbook.flow.machine_runs import Fate, Run, Visit, place_text
from workbook.flow.marks import plain

CONTENT = 300_000
"""Characters of inputs, outputs and what is between them that are sent at most."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a state."""

    time: int
    """In microseconds."""
    after: int
    """The number of the last hop before it: what happened at one instant is put in order by that."""
    visit: Visit
    text: str
    """A sentence without its full stop."""
    what: str
    """"entered", "failed" or "ended"."""
    is_failure: bool = False


def machine_data(definition: str, runs: Sequence[Run], start: int, instant: int) -> dict[str, object]:
    """Everything that is not in the drawing; `instant` is the last that is shown (microseconds)."""
    visits = sorted(
        (visit for run in runs for visit in run.visits if visit.hop.time <= instant),
        key=lambda visit: visit.hop.number,
    )
    events = sorted(
        (event for visit in visits for event in events_of(visit) if event.time <= instant),
        key=lambda event: (event.time, event.after),
    )
    return {
        "began": datetime_of(start).isoformat(),
        "last": _since(start, instant),
        "runs": [_run(run, start, instant) for run in runs],
        "visits": [_visit(visit, start) for visit in visits],
        "events": [_event(event, start) for event in events],
        "content": _content(visits, json.loads(definition)),
    }


def _since(start: int, instant: int) -> float:
    return (instant - start) / 1000


def _run(run: Run, start: int, instant: int) -> dict[str, object]:
    return {
        "number": run.number,
        "name": plain(run.name),
        "begin": _since(start, run.hop.time),
        "end": None if run.ended is None else _since(start, run.ended),
        "fate": run.fate(instant).name.lower(),
        "account": account_of(run, instant),
    }


def _visit(visit: Visit, start: int) -> dict[str, object]:
    facts = visit.hop.facts
    items = {"items": facts["items"]} if "items" in facts else {}
    items |= {} if visit.index is None else {"iteration": visit.index}
    return {
        "state": visit.state,
        "run": visit.execution,
        "begin": _since(start, visit.hop.time),
        "end": None if visit.ended is None else _since(start, visit.ended),
        "fate": visit.fate().name.lower(),
        "next": facts.get("next"),
        "catch": visit.caught is not None,
        "place": place_text(visit) or "",
        "retries": [_since(start, one.time) for one in visit.failures if "retry_at" in one.facts],
        "hop": visit.hop.number,
        "within": 0 if visit.around is None else visit.around.hop.number,
        **items,
    }


def _content(visits: Sequence[Visit], definition: Mapping[str, Any]) -> dict[int, list[list[object]]]:
    """By the place of a visit, its steps; of the last visits, as far as there is room."""
    found: dict[int, list[list[object]]] = {}
    room = CONTENT
    for place in range(len(visits) - 1, -1, -1):
        visit = visits[place]
        steps: list[list[object]] = [
            [step.name, step.said, step.value if step.is_changed else None]
            for step in steps_of(visit, definition_of(definition, visit.state))
        ]
        room -= sum(len(str(part)) for step in steps for part in step)
        if room < 0:
            break
        found[place] = steps
    return found


def _event(event: Event, start: int) -> list[object]:
    visit = event.visit
    return [
        _since(start, event.time),
        visit.state,
        event.text,
        event.is_failure,
        visit.hop.number,
        event.what,
    ]


def events_of(visit: Visit) -> Iterator[Event]:
    """What happened in one visit: it was entered, attempts failed, it was left."""
    name = plain(visit.state)
    where = f"{place} " if (place := place_text(visit)) else ""
    who = f"execution {visit.execution}: {where}{name}"
    yield Event(visit.hop.time, visit.hop.number, visit, f"{who} was entered", "entered")
    for failure in visit.failures:
        text = f"{who} failed ({plain(failure.outcome)}){what_follows(failure)}"
        yield Event(failure.time, failure.number, visit, text, "failed", is_failure=True)
    if visit.ended is not None:
        fate = visit.fate()
        yield Event(
            visit.ended, _last_hop(visit), visit, f"{who} {_left(visit)}", "ended", fate is Fate.FAILED
        )


def _last_hop(visit: Visit) -> int:
    """Of a visit and of all within it."""
    within = [*(one.number for one in visit.failures), *(_last_hop(child) for child in visit.children)]
    return max([visit.hop.number, *within])


def _left(visit: Visit) -> str:
    fate, following = visit.fate(), visit.hop.facts.get("next")
    if fate is Fate.FAILED:
        return f"failed ({plain(visit.hop.outcome)})"
    if fate is Fate.STOPPED:
        return f"was broken off ({plain(visit.hop.outcome)})"
    return "was left" if following is None else f"was left for {plain(str(following))}"
