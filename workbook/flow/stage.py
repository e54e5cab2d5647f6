"""The scene as a browser gets it: columns of numbers that play without asking the kernel for anything.

    moves     time  begin  long  source  target  way  on  message  status  text  hop
                                                                                one entry a move
    changes   at    told   node  message  state  receives                       one entry a change
    runs      node  begin  begun  end  over  failed                             one entry an invocation

Columns, because ten thousand hops as objects take six times the space, and most of it for the names of their
fields. Times of AWS are microseconds since the start, stage times are milliseconds; both are given as the
difference from the entry before where they grow. A sentence is kept once: it stands in `texts` with a mark
where the name of its message belongs. Moves name messages by their numbers, changes by the place of a copy: a
message that was delivered to three queues lies in each of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from workbook.engine.naming import short_id
from workbook.flow.contents import Where
from workbook.flow.cues import Cues
from workbook.flow.messages import MESSAGE
from workbook.flow.moves import Move, Status
from workbook.flow.node_drawing import WORKERS
from workbook.flow.palette import DEAD_LETTER, FAINT, GLYPHS, INK, KINDS, PAGE, PALE
from workbook.flow.scene import Scene
from workbook.flow.tallies import ARRIVED
from workbook.flow.wiring import Setting

MARK = "\ue000"
"""Stands in a sentence for the name of the message that it is about; of Unicode's private characters."""
NUMBER = "\ue001"
"""Stands for its number alone: an execution that an event has started shares its number, and not its word."""
BODIES = 300_000
"""Characters of all bodies together; of more, each is cut. One of 10,000 messages keeps at least 30."""

Stage = dict[str, object]
STATUSES = tuple(Status)
STATES = tuple(Where)


def stage_json(
    scene: Scene, svg: str, prose: str, *, narrow: str | None = None, instant: int | None = None
) -> str:
    """Everything that the live picture needs, as JSON: the drawing, its words and the columns.

    Args:
        scene: What happened.
        svg: The drawing.
        prose: Its words.
        narrow: The drawing for narrow windows, if it is another one.
        instant: The time (microseconds) at which it opens; the end of the scene, where none is given.
    """
    return json.dumps(
        {"svg": svg, "narrow": narrow, "prose": prose, **stage_of(scene, instant)},
        default=str,
        ensure_ascii=False,
        separators=(",", ":"),
    )


def stage_of(scene: Scene, instant: int | None = None) -> Stage:
    """The columns of a scene; see above."""
    places = {node.place: index for index, node in enumerate(scene.system.nodes)}
    cues = Cues(scene)
    return {
        "start": scene.start // 1000,
        "now": scene.now - scene.start,
        "length": _milliseconds(scene.timeline.length),
        "at": _milliseconds(scene.timeline.stage_time(scene.now if instant is None else instant)),
        "clock": {
            "at": [_milliseconds(stage) for stage, _ in scene.timeline.clock],
            "time": [time - scene.start for _, time in scene.timeline.clock],
        },
        "folds": [
            [_milliseconds(fold.start), _milliseconds(fold.end), fold.text] for fold in scene.timeline.folds
        ],
        "statuses": [_status(status) for status in STATUSES],
        "palette": _palette(),
        "nodes": _nodes(scene),
        "lines": _lines(scene, places),
        "messages": _messages(scene),
        "moves": _moves(scene, places),
        "changes": _changes(scene, cues, places),
        "runs": _runs(cues, places),
    }


# ---- who and what there is


def _status(status: Status) -> Stage:
    glyph = GLYPHS[status]
    colours = {"light": glyph.colour.light, "dark": glyph.colour.dark}
    kinds = {"failure": status.is_failure, "arrived": status in ARRIVED}
    return {"word": glyph.word, "path": glyph.path, **colours, **kinds}


def _palette() -> Stage:
    """The dark companion of each light colour of the drawing; those of page and ink have names, too."""
    used = [PALE, FAINT, DEAD_LETTER, *KINDS.values(), *(glyph.colour for glyph in GLYPHS.values())]
    named = {"page": PAGE, "ink": INK}
    plain = {colour.light: {"dark": colour.dark} for colour in used}
    return {**plain, **{colour.light: {"dark": colour.dark, "name": name} for name, colour in named.items()}}


def _nodes(scene: Scene) -> list[Stage]:
    return [
        {
            "place": node.place,
            "label": node.label,
            "word": node.word,
            "queue": node.kind.is_queue,
            "works": node.kind in WORKERS,
            "settings": _history(scene, scene.wiring.settings.get(node.place, ())),
        }
        for node in scene.system.nodes
    ]


def _lines(scene: Scene, places: Mapping[str, int]) -> list[Stage]:
    return [
        {
            "source": places[line.source],
            "target": places[line.target],
            "way": line.way.value,
            "settings": _history(scene, scene.wiring.polls.get((line.source, line.target), ())),
        }
        for line in scene.system.lines
    ]


def _history(scene: Scene, history: Iterable[Setting]) -> list[object]:
    return [
        [setting.time - scene.start, None if setting.settings is None else dict(setting.settings)]
        for setting in history
    ]


def _messages(scene: Scene) -> Stage:
    """What each message says, by its number; and of which message each copy is, where there are copies.

    What a topic or a rule delivers lies in each queue as a copy with an id of its own.
    """
    letters = list(scene.letters.values())
    originals = list({letter.number: letter for letter in reversed(letters)}.values())[::-1]
    most = max(30, BODIES // max(1, len(originals)))
    return {
        "id": [short_id(letter.message_id) for letter in originals],
        "word": {letter.number: letter.word for letter in originals if letter.word != MESSAGE},
        "body": [letter.body[:most] for letter in originals],
        "cut": [letter.number for letter in originals if len(letter.body) > most],
        "group": {letter.number: letter.group_id for letter in letters if letter.group_id is not None},
        "attributes": {letter.number: dict(letter.attributes) for letter in originals if letter.attributes},
        "copies": [letter.number for letter in letters] if len(letters) > len(originals) else [],
    }


# ---- what happened


def _moves(scene: Scene, places: Mapping[str, int]) -> Stage:
    moves, spans = scene.moves, scene.timeline.spans
    texts: dict[str, int] = {}
    statuses = {status: index for index, status in enumerate(STATUSES)}
    begins = [_milliseconds(begin) for begin, _ in spans]
    return {
        "time": _differences([move.time - scene.start for move in moves]),
        "begin": _differences(begins),
        "long": [_milliseconds(end) - begin for begin, (_, end) in zip(begins, spans, strict=True)],
        "source": [places[move.source] for move in moves],
        "target": [places[move.target] for move in moves],
        "way": _ways(scene),
        "on": _counted_lines(scene),
        "message": [_number(scene, move.message) for move in moves],
        "status": [statuses[move.status] for move in moves],
        "text": [texts.setdefault(_pattern(scene, move), len(texts)) for move in moves],
        "hop": [move.hop or 0 for move in moves],
        "count": {index: move.count for index, move in enumerate(moves) if move.count != 1},
        "with": _companions(scene),
        "texts": list(texts),
    }


def _ways(scene: Scene) -> list[int]:
    """The line along which each move goes, from 1; below zero where it goes back; 0 at a place."""
    lines = {(line.source, line.target): index for index, line in enumerate(scene.system.lines, start=1)}
    return [
        0
        if move.at_place and not move.calls_itself
        else lines.get(move.line) or -lines.get((move.target, move.source), 0)
        for move in scene.moves
    ]


def _counted_lines(scene: Scene) -> list[int]:
    """The line on which each move counts; -1 where it counts on none."""
    lines = {(line.source, line.target): index for index, line in enumerate(scene.system.lines)}
    ways = scene.ways
    counted = [ways.line_of(move) for move in scene.moves]
    return [-1 if line is None else lines[line] for line in counted]


def _number(scene: Scene, message: str | None) -> int:
    return 0 if message is None else scene.letters[message].number


def _pattern(scene: Scene, move: Move) -> str:
    """The sentence of a move, with a mark for its message where that is all that tells it from others."""
    text = move.text.replace(MARK, "").replace(NUMBER, "")
    if move.message is None:
        return text
    letter = scene.letters[move.message]
    pieces = text.split(letter.name)
    for left, right in pairwise(pieces):
        if _goes_on(left, right):  # "message 1" is the beginning of "message 12" as well
            return text
    return (f"{letter.word} {NUMBER}" if letter.has_own_word else MARK).join(pieces)


def _goes_on(left: str, right: str) -> bool:
    return left[-1:].isalnum() or right[:1].isdigit()


def _companions(scene: Scene) -> dict[int, list[int]]:
    """The messages of each batch with which a function ran, by the index of the move."""
    found: dict[int, list[int]] = {}
    for index, move in enumerate(scene.moves):
        if move.hop is None or move.message is not None:
            continue
        causes = [scene.hops[cause - 1] for cause in scene.hops[move.hop - 1].causes]
        batches = [cause for cause in causes if cause.kind == "batch"]
        members = [scene.hops[cause - 1].message for batch in batches for cause in batch.causes]
        numbers = dict.fromkeys(_number(scene, message) for message in members if message is not None)
        if numbers:
            found[index] = list(numbers)
    return found


def _changes(scene: Scene, cues: Cues, places: Mapping[str, int]) -> Stage:
    placed = [(cue, change) for cue, change in cues.changes() if change.queue in places]
    copies = {message: place for place, message in enumerate(scene.letters, 1)}
    states = {state: index for index, state in enumerate(STATES)}
    return {
        "at": _differences([_milliseconds(cue.stage) for cue, _ in placed]),
        "told": [cue.told for cue, _ in placed],
        "node": [places[change.queue] for _, change in placed],
        "message": [copies[change.message] for _, change in placed],
        "state": [states[change.state] for _, change in placed],
        "receives": [_receives(scene, change.hop) for _, change in placed],
    }


def _receives(scene: Scene, hop: int | None) -> int:
    """How often the message was received by then, if the hop of a change says so; else 0."""
    count = None if hop is None else scene.hops[hop - 1].facts.get("receive_count")
    return count if isinstance(count, int) else 0


def _runs(cues: Cues, places: Mapping[str, int]) -> Stage:
    runs = [run for run in cues.runs() if run.place in places]
    return {
        "node": [places[run.place] for run in runs],
        "begin": [_milliseconds(run.begin.stage) for run in runs],
        "begun": [run.begin.told for run in runs],
        "end": [None if run.end is None else _milliseconds(run.end.stage) for run in runs],
        "over": [None if run.end is None else run.end.told for run in runs],
        "failed": [int(run.failed) for run in runs],
    }


# ---- numbers


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _differences(numbers: Sequence[int]) -> list[int]:
    return [after - before for before, after in pairwise([0, *numbers])]
