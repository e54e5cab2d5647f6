"""What a scenario found out, for a terminal, a notebook, a program."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from workbook.engine.tables import html_table
from workbook.flow.durations import duration_text

if TYPE_CHECKING:
    import pandas

Cell = str | int | float
MOST_EVENTS = 12
"""Lines of what happened that a text shows."""
MOST_IN_JSON = 1_000


@dataclass(frozen=True)
class Findings:
    """The answer to a scenario's question, as the trace gives it."""

    conclusion: str
    """One or two sentences."""
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    prose: str = ""
    """The column whose cells are sentences, and may take several lines on a page; none if empty."""


class Event(NamedTuple):
    """One thing that happened."""

    seconds: float
    """Since the scenario was triggered, in AWS time."""
    text: str
    """A sentence, without its full stop."""
    in_vain: bool = False
    """Whether it is a receive that brought nothing, which one can leave out where much happened."""

    def line(self) -> str:
        """The event with its time."""
        return f"{self.seconds:>9,.3f} s  {self.text}"


@dataclass(frozen=True)
class Account:
    """One run of a scenario: what was asked, with which settings, and what happened."""

    name: str
    title: str
    question: str
    settings: dict[str, object]
    settings_in_words: tuple[tuple[str, str], ...]
    findings: Findings
    happened: tuple[Event, ...]
    seconds: float
    """How long it took, in AWS time."""
    ended: bool
    """Whether nothing was left to do; False where it was cut off because it would have gone on."""
    differs: str = ""
    """What in it is the lab's and could be taken for AWS's."""

    def __repr__(self) -> str:
        return self.text()

    def text(self) -> str:
        """The account for a terminal."""
        width = max((len(name) for name, _ in self.settings_in_words), default=0)
        settings = [f"  {name:<{width}}  {value}" for name, value in self.settings_in_words]
        blocks = [
            f"{self.title}\n{self.question}",
            "\n".join(settings),
            "\n".join(self.story()),
            _text_table(self.findings.columns, self.findings.rows),
            self.findings.conclusion,
            self.duration,
            self.difference,
        ]
        return "\n\n".join(block for block in blocks if block)

    def story(self, most: int = MOST_EVENTS) -> list[str]:
        """What happened, a line each; of more than `most`, the first and the last that brought something."""
        if len(self.happened) <= most:
            return [event.line() for event in self.happened]
        lines = [event.line() for event in self.happened if not event.in_vain]
        first, last = lines[: most // 2], lines[most // 2 :][-(most // 2) :]
        left_out = len(self.happened) - len(first) - len(last)
        return [*first, f"           ... {left_out:,} more ...", *last]

    @property
    def duration(self) -> str:
        """How long it took, and whether it was over then."""
        end = "Then nothing was left to do." if self.ended else "It would go on; the run was ended here."
        return f"AWS time: {duration_text(self.seconds)}. {end}"

    @property
    def difference(self) -> str:
        """What one must not take for AWS's behaviour; empty where there is nothing of the kind."""
        return f"What is different here: {self.differs}" if self.differs else ""

    def frame(self) -> pandas.DataFrame:
        """The table as a pandas DataFrame."""
        import pandas

        return pandas.DataFrame(list(self.findings.rows), columns=list(self.findings.columns))

    def json(self) -> str:
        """The account as JSON: scenario, settings, conclusion, what happened, table, seconds, ended, differs.

        Of more than 1,000 things that happened it has the first 1,000.
        """
        table = [dict(zip(self.findings.columns, row, strict=True)) for row in self.findings.rows]
        content = {
            "scenario": self.name,
            "question": self.question,
            "settings": self.settings,
            "conclusion": self.findings.conclusion,
            "happened": [event._asdict() for event in self.happened[:MOST_IN_JSON]],
            "things_that_happened": len(self.happened),
            "table": table,
            "seconds": self.seconds,
            "ended": self.ended,
            "differs": self.differs,
        }
        return json.dumps(content, indent=2, ensure_ascii=False)

    def answer_html(self) -> str:
        """Table, conclusion, duration and what is different here, for a notebook."""
        difference = f"<p><small>{escape(self.difference)}</small></p>" if self.differs else ""
        return (
            f"{self.table_html()}<p><b>{escape(self.findings.conclusion)}</b></p>"
            f"<p>{escape(self.duration)}</p>{difference}"
        )

    def table_html(self) -> str:
        """The table, for a notebook; empty where there is none yet."""
        if not self.findings.columns:
            return ""
        rows = [[_shown(cell) for cell in row] for row in self.findings.rows]
        return html_table(self.findings.columns, rows, whole="frame()", prose=self.findings.prose)

    def _repr_html_(self) -> str:
        settings = ", ".join(f"{name}: {value}" for name, value in self.settings_in_words)
        return (
            f"<p><b>{escape(self.title)}</b>: {escape(self.question)}</p><p>{escape(settings)}</p>"
            f"{self.answer_html()}"
        )


def counted(number: int, thing: str, things: str = "") -> str:
    """A number with its noun: "1 message", "2 messages"."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def times(number: int) -> str:
    """How often, in words: "once", "twice", "7 times"."""
    return {0: "never", 1: "once", 2: "twice"}.get(number, f"{number:,} times")


def _shown(cell: Cell) -> str:
    return f"{cell:,}" if isinstance(cell, int) else f"{cell:g}" if isinstance(cell, float) else cell


def _text_table(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    if not rows:
        return ""
    lines = [list(columns), *([_shown(cell) for cell in row] for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(columns))]
    numeric = [not isinstance(cell, str) for cell in rows[0]]

    def written(line: Sequence[str]) -> str:
        cells = zip(line, widths, numeric, strict=True)
        return "  ".join(f"{cell:>{width}}" if right else f"{cell:<{width}}" for cell, width, right in cells)

    ruled = [written(lines[0]), "  ".join("-" * width for width in widths), *map(written, lines[1:])]
    return "\n".join(line.rstrip() for line in ruled)
