"""Where everything in a sequence stands: lanes across, rows down, bars beside their lanes.

Rows are as high as they need to be, whatever time lies between them; a long time is a *break* across all
lanes. A bar begins and ends at the rows of the steps that began and ended it. Bars of one lane that overlap
stand side by side; what begins and ends together is one bar with a number.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from workbook.engine.clock import SECOND
from workbook.flow.durations import duration_text
from workbook.flow.sequence_bars import Bar, End, Stay
from workbook.flow.sequence_rows import Row
from workbook.flow.sequence_steps import Step
from workbook.flow.system import Node
from workbook.flow.timeline import QUIET


@dataclass(frozen=True, slots=True)
class Form:
    """The measures of a picture, in pixels."""

    width: float
    """The width that it tries to have; with many lanes it gets wider."""
    gutter: float
    """Room for the times at the left."""
    left: float
    """From there to the first lane."""
    right: float
    """From the last lane to the edge."""
    closest: float
    """Between two lanes at least."""
    widest: float
    """Between two lanes at most."""
    size: float
    """Of the letters."""
    head: float
    """From the top to where the lanes begin."""
    staggered: bool
    """Whether every second name stands lower, so that each has twice the room."""


WIDE = Form(900, 100, 56, 90, 96, 250, 12, 86, staggered=False)
NARROW = Form(400, 64, 28, 44, 50, 200, 11, 112, staggered=True)
ROW = 27.0
BREAK = 20.0
LONG = 5 * SECOND
"""Microseconds from which on a break is torn wide open."""
FOOT = 14.0
_BAR = {Stay.RUNNING: 11.0, Stay.IN_FLIGHT: 8.0, Stay.DELAYED: 8.0, Stay.WAITING: 4.0}
"""How wide the bars are."""
_APART = 3.0
_MOST_BESIDE = {Stay.RUNNING: 4, Stay.IN_FLIGHT: 7, Stay.DELAYED: 4, Stay.WAITING: 2}
"""Bars side by side; more are drawn as one."""


@dataclass(frozen=True, slots=True)
class Break:
    """A time in which nothing that is shown happened."""

    y: float
    duration: str
    long: bool


@dataclass(slots=True)
class Block:
    """Bars that begin and end together, as they are drawn."""

    stay: Stay
    lane: int
    top: float
    bottom: float
    ending: End
    bars: list[Bar]
    slot: int = 0
    x: float = 0.0
    """Its middle."""

    @property
    def width(self) -> float:
        """How wide it is."""
        return _BAR[self.stay]

    @property
    def messages(self) -> tuple[str, ...]:
        """The messages that it is about."""
        return tuple(dict.fromkeys(message for bar in self.bars for message in bar.messages))


@dataclass
class Layout:
    """The places of everything."""

    form: Form
    lanes: Sequence[Node]
    rows: Sequence[Row]
    xs: list[float]
    """Of the lanes."""
    whole: bool
    """Whether the last row is the last thing that happened."""
    ys: list[float] = field(default_factory=list)
    """Of the rows."""
    breaks: list[Break] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    bottom: float = 0.0
    """Where the lanes end."""

    @property
    def width(self) -> float:
        """Of the whole picture."""
        edge = max((block.x + block.width for block in self.blocks), default=0.0)
        least = self.form.width if self.form.staggered else 520
        return max(self.xs[-1] + self.form.right, edge + 10, least)

    @property
    def last(self) -> int:
        """When the last thing that is shown happened, in microseconds."""
        return max((row.until for row in self.rows), default=0)

    def lane_of(self, place: str) -> int:
        """The number of a place's lane."""
        return self._numbers[place]

    def __post_init__(self) -> None:
        self._numbers = {node.place: number for number, node in enumerate(self.lanes)}
        self._row_of: dict[object, int] = {}
        for number, row in enumerate(self.rows):
            for step in row.steps:
                for key in _keys_of(step):
                    self._row_of.setdefault(key, number)

    def row_of(self, key: object) -> int | None:
        """The number of the row that shows something; see `_keys_of`."""
        return self._row_of.get(key)


def _keys_of(step: Step) -> Iterable[object]:
    if step.hop is None:
        return [(step.time, message) for message in step.messages]
    return [(step.hop, step.begins)]


def layout_of(
    lanes: Sequence[Node], rows: Sequence[Row], bars: Iterable[Bar], now: int, form: Form, *, whole: bool
) -> Layout:
    """Place everything; without `whole`, more happened after the last row."""
    layout = Layout(form, lanes, rows, _lane_places(len(lanes), form), whole)
    _place_rows(layout, now)
    _place_bars(layout, bars)
    return layout


def _lane_places(lanes: int, form: Form) -> list[float]:
    room = form.width - form.gutter - form.left - form.right
    apart = min(form.widest, max(form.closest, room / max(1, lanes - 1)))
    return [form.gutter + form.left + number * apart for number in range(lanes)]


def _place_rows(layout: Layout, now: int) -> None:
    y, before = layout.form.head + 4, None
    for row in layout.rows:
        y = _pass_time(layout, y, before, row.time)
        y += ROW
        layout.ys.append(y)
        before = row.until if before is None else max(before, row.until)
    layout.bottom = (_pass_time(layout, y + 8, before, now) if layout.whole else y + 8) + FOOT


def _pass_time(layout: Layout, y: float, before: int | None, instant: int) -> float:
    """Leave room for a break where much time passes; returns where it goes on."""
    if before is None or instant - before <= QUIET:
        return y
    text = duration_text((instant - before) / SECOND)
    layout.breaks.append(Break(y + BREAK / 2 + 6, text, instant - before >= LONG))
    return y + BREAK


# ---- bars


def _place_bars(layout: Layout, bars: Iterable[Bar]) -> None:
    blocks: dict[object, Block] = {}
    for bar in bars:
        block = _block_of(layout, bar)
        key = (block.stay, block.lane, block.top, block.bottom, block.ending)
        blocks.setdefault(key, block).bars.append(bar)
    for lane in range(len(layout.lanes)):
        mine = sorted((block for block in blocks.values() if block.lane == lane), key=_begin)
        running = _side_by_side([block for block in mine if block.stay is Stay.RUNNING])
        others = _side_by_side([block for block in mine if block.stay is not Stay.RUNNING])
        _give_room(layout, lane, running, others)
        layout.blocks += running + others


def _begin(block: Block) -> tuple[float, float]:
    return block.top, block.bottom


def _block_of(layout: Layout, bar: Bar) -> Block:
    top = _where(layout, (bar.first, True), bar.start)
    ending = bar.ending
    if bar.end is None or (bar.end > layout.last and not layout.whole):
        bottom, ending = layout.bottom, End.OPEN
    elif bar.last is None:
        bottom = _where(layout, (bar.end, bar.messages[0]), bar.end)
    else:
        ends_its_hop = bar.stay in {Stay.RUNNING, Stay.WAITING}
        bottom = _where(layout, (bar.last, not ends_its_hop), bar.end)
    return Block(bar.stay, layout.lane_of(bar.place), top, max(bottom, top + 6), ending, [])


def _where(layout: Layout, key: object, instant: int) -> float:
    """How far down something is: at its row, or where its time lies between the rows."""
    row = layout.row_of(key)
    if row is not None:
        return layout.ys[row]
    number = bisect.bisect_right([row.time for row in layout.rows], instant) - 1
    if number < 0:
        return layout.form.head
    if layout.rows[number].until >= instant:
        return layout.ys[number]
    following = layout.ys[number + 1] - ROW if number + 1 < len(layout.ys) else layout.bottom
    return (layout.ys[number] + following) / 2 + 4


def _side_by_side(blocks: list[Block]) -> list[Block]:
    """Give each block the first slot that is free; too many become one."""
    ends: list[float] = []
    last: Block | None = None
    placed: list[Block] = []
    for block in blocks:
        free = next((slot for slot, end in enumerate(ends) if end <= block.top + 1), len(ends))
        if free >= _MOST_BESIDE[block.stay] and last is not None:
            last.bars += block.bars
            last.bottom = ends[last.slot] = max(last.bottom, block.bottom)
            last.ending = End.OVER
            continue
        ends[free : free + 1] = [block.bottom]
        block.slot = free
        placed.append(block)
        if free == _MOST_BESIDE[block.stay] - 1:
            last = block
    return placed


def _give_room(layout: Layout, lane: int, running: Iterable[Block], others: Iterable[Block]) -> None:
    """Runs stand on the lane, everything else to its right."""
    x = layout.xs[lane]
    edge = x + 3
    for block in running:
        block.x = x + block.slot * (_BAR[Stay.RUNNING] + _APART)
        edge = max(edge, block.x + block.width / 2 + _APART)
    for block in others:
        block.x = edge + block.width / 2 + block.slot * (_BAR[Stay.IN_FLIGHT] + _APART)


def bars_shown(
    bars: Iterable[Bar], rows: Sequence[Row], lanes: Sequence[Node], *, narrowed: bool
) -> list[Bar]:
    """The bars that belong to what is shown."""
    if not rows:
        return []
    places = {node.place for node in lanes}
    steps = [step for row in rows for step in row.steps]
    # A throttled batch names all its messages; those that only shared it with the chosen one are not shown.
    messages = {step.messages[0] for step in steps if len(step.messages) == 1}
    hops = {step.hop for step in steps}
    first, last = rows[0].time, max(row.until for row in rows)
    shown = []
    for bar in bars:
        if bar.place not in places or bar.start > last or (bar.end is not None and bar.end < first):
            continue
        ours = bar.messages[0] in messages if bar.messages else bar.first in hops or not narrowed
        if ours and (bar.end is None or bar.end > bar.start or bar.first in hops):
            shown.append(bar)
    return shown
