"""The picture in words: what there is, what went where, what is left where, what failed.

It is the alternative text of the picture, so it stays between 3 and 15 lines, however big the system is: what
happened most comes first, and the rest is counted.
"""

from __future__ import annotations

from collections.abc import Sequence

from workbook.engine.clock import SECOND, datetime_of
from workbook.flow.contents import Counts
from workbook.flow.durations import duration_text
from workbook.flow.line_drawing import in_words
from workbook.flow.moves import Move
from workbook.flow.picture import NOTHING_YET
from workbook.flow.scene import Scene
from workbook.flow.system import Line, Node
from workbook.flow.tallies import Tally, contents_of, tallies_of

_MOST_LINES, _MOST_FAILURES, _MOST_QUEUES, _MOST_NAMES = 5, 3, 6, 3


def describe(scene: Scene, *, instant: int | None = None, caption: str = "") -> str:
    """A scene in words, as it stands at an instant (microseconds; its end, where none is given)."""
    at = scene.now if instant is None else instant
    moves = [move for move in scene.moves if move.time <= at]
    lines = [_opening(scene, at, caption), _inventory(scene.system.nodes)]
    lines += _ways(scene, tallies_of(scene, at))
    lines += remains(scene, at)
    lines += _failures(scene, moves)
    return "\n".join(lines)


def _opening(scene: Scene, at: int, caption: str) -> str:
    only = f" ({caption})" if caption else ""
    passed = duration_text(max(0, at - scene.start) / SECOND)
    return (
        f"Flow of messages{only}: {passed} of AWS time from {datetime_of(scene.start):%Y-%m-%d %H:%M:%S} UTC."
    )


def _inventory(nodes: Sequence[Node]) -> str:
    if not nodes:
        return f"{NOTHING_YET}."
    words: dict[str, list[str]] = {}
    for node in nodes:
        words.setdefault(node.word, []).append(" ".join(node.label.split()))
    return f"There is: {'; '.join(_named(word, names) for word, names in words.items())}."


def _named(word: str, names: Sequence[str]) -> str:
    """Names, then what they are: "you (producer)", "orders and jobs (2 queues)"."""
    shown = [_short(name) for name in names[:_MOST_NAMES]]
    if len(names) > _MOST_NAMES:
        shown.append(f"{len(names) - _MOST_NAMES} more")
    what = word if len(names) == 1 else f"{len(names)} {_plural(word)}"
    return f"{_listed(shown)} ({what})"


def _listed(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _plural(word: str) -> str:
    """Of a node's word, which may end in ", deleted"."""
    noun, comma, rest = word.partition(",")
    return f"{noun}{'es' if noun.endswith('s') else 's'}{comma}{rest}"


def _short(name: str) -> str:
    return name if len(name) <= 40 else f"{name[:19]}…{name[-20:]}"


def _ways(scene: Scene, tallies: dict[tuple[str, str], Tally]) -> list[str]:
    used = [line for line in scene.system.lines if tallies[line.source, line.target].by_status]
    if not used:
        return ["No message has moved."] if scene.system.nodes else ["No resources, no messages."]

    def busy(line: Line) -> int:
        return -sum(tallies[line.source, line.target].by_status.values())

    chosen = set(sorted(used, key=busy)[:_MOST_LINES])
    words = [
        f"{_label(scene, line.source)} to {_label(scene, line.target)}: "
        f"{in_words(tallies[line.source, line.target])}."
        for line in used
        if line in chosen
    ]
    rest = len(used) - len(words)
    return words + ([f"{rest} more {'line' if rest == 1 else 'lines'} carried less."] if rest else [])


def _label(scene: Scene, place: str) -> str:
    return _short(" ".join(scene.system.node(place).label.split()))


def remains(scene: Scene, instant: int) -> list[str]:
    """What is left in queues at an instant, in one sentence; nothing where there are none."""
    contents = contents_of(scene, instant)
    if not contents:
        return []
    full = {queue: counts for queue, counts in contents.items() if any(counts)}
    if not full:
        return ["All queues are empty."]
    order = sorted(full, key=lambda queue: -sum(full[queue]))[:_MOST_QUEUES]
    words = [f"{_label(scene, queue)} {_held(full[queue])}" for queue in full if queue in set(order)]
    rest = len(full) - len(words)
    return [
        f"Left in queues: {'; '.join(words)}"
        + (f"; and {rest} {'queue' if rest == 1 else 'queues'} with fewer." if rest else ".")
    ]


def _held(counts: Counts) -> str:
    parts = zip(counts, ("visible", "in flight", "delayed"), strict=True)
    return ", ".join(f"{count} {word}" for count, word in parts if count)


def _failures(scene: Scene, moves: Sequence[Move]) -> list[str]:
    failed = [move for move in moves if move.status.is_failure]
    if not failed:
        return ["Nothing failed."] if moves else []
    shown = failed[-_MOST_FAILURES:]
    rest = len(failed) - len(shown)
    lines = [f"{rest} more {'thing' if rest == 1 else 'things'} went wrong before."] if rest else []
    return lines + [
        f"After {duration_text((move.time - scene.start) / SECOND)}: {_sentence(move.text)}" for move in shown
    ]


def _sentence(text: str) -> str:
    """With its full stop, or as much as fits."""
    plain = " ".join(text.split())
    return f"{plain}." if len(plain) <= 160 else f"{plain[:159]}…"
