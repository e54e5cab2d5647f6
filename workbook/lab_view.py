"""How a Lab shows itself: the time, what is due next, and who waits for what."""

from __future__ import annotations

from html import escape

from workbook.engine.clock import SECOND, datetime_of
from workbook.engine.world import World

_MOST_SHOWN = 8
_LEFT = 'style="text-align:left"'


def lab_text(world: World) -> str:
    """One line for plain text: the time, how much has happened and what waits."""
    return f"<Lab: {_time(world)}, {len(world.trace)} hops, {_next(world)}>"


def lab_html(world: World) -> str:
    """A small table for a notebook: the time, what is due next, and who waits."""
    rows = [("AWS time", _time(world)), ("hops in the trace", str(len(world.trace))), ("next", _next(world))]
    rows += [(f"{name}", f"waits for {what or 'an event'}") for name, what in _waiting(world)]
    cells = "".join(
        f"<tr><th {_LEFT}>{escape(name)}</th><td {_LEFT}>{escape(value)}</td></tr>" for name, value in rows
    )
    return f"<table><tbody>{cells}</tbody></table>"


def _time(world: World) -> str:
    return f"{world.clock.datetime():%Y-%m-%d %H:%M:%S} UTC"


def _next(world: World) -> str:
    if world.kernel.running():
        return "something can happen now"
    instant = world.kernel.next_instant()
    if instant is None:
        return "nothing is due"
    seconds = (instant - world.clock.now) / SECOND
    return f"something is due in {seconds:g} s, at {datetime_of(instant):%H:%M:%S}"


def _waiting(world: World) -> list[tuple[str, str]]:
    waiting = world.kernel.waiting()
    more = [(f"and {len(waiting) - _MOST_SHOWN} more", "")] if len(waiting) > _MOST_SHOWN else []
    return waiting[:_MOST_SHOWN] + more
