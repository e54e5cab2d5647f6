"""What a scenario found out, for a terminal, a notebook, a program."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from workbook.engine.tables import html_table
from workbook.flow.durations import duration_text

if TYPE_CHECKING:
    import pandas

Cell = str | int | float


@dataclass(frozen=True)
class Findings:
    """The answer to a scenario's question, as the trace gives it."""

    conclusion: str
    """One or two sentences."""
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Account:
    """One run of a scenario: what was asked, with which settings, and what happened."""

    name: str
    title: str
    question: str
    settings: dict[str, object]
    settings_in_words: tuple[tuple[str, str], ...]
    findings: Findings
    seconds: float
    """How long it took, in AWS time."""
    ended: bool
    """Whether nothing was left to do; False where it was cut off because it would have gone on."""

    def __repr__(self) -> str:
        return self.text()

    def text(self) -> str:
        """The account for a terminal."""
        width = max((len(name) for name, _ in self.settings_in_words), default=0)
        settings = [f"  {name:<{width}}  {value}" for name, value in self.settings_in_words]
        blocks = [
            f"{self.title}\n{self.question}",
            "\n".join(settings),
            _text_table(self.findings.columns, self.findings.rows),
            self.findings.conclusion,
            self.duration,
        ]
        return "\n\n".join(block for block in blocks if block)

    @property
    def duration(self) -> str:
        """How long it took, and whether it was over then."""
        end = "Then nothing was left to do." if self.ended else "It would go on; the run was ended here."
        return f"AWS time: {duration_text(self.seconds)}. {end}"

    def frame(self) -> pandas.DataFrame:
        """The table as a pandas DataFrame."""
        import pandas

        return pandas.DataFrame(list(self.findings.rows), columns=list(self.findings.columns))

    def json(self) -> str:
        """The account as JSON: scenario, settings, conclusion, table, seconds of AWS time, ended."""
        table = [dict(zip(self.findings.columns, row, strict=True)) for row in self.findings.rows]
        content = {
            "scenario": self.name,
            "question": self.question,
            "settings": self.settings,
            "conclusion": self.findings.conclusion,
            "table": table,
            "seconds": self.seconds,
            "ended": self.ended,
        }
        return json.dumps(content, indent=2, ensure_ascii=False)

    def _repr_html_(self) -> str:
        settings = ", ".join(f"{name}: {value}" for name, value in self.settings_in_words)
        rows = [[_shown(cell) for cell in row] for row in self.findings.rows]
        table = html_table(self.findings.columns, rows, whole="frame()")
        return (
            f"<p><b>{escape(self.title)}</b>: {escape(self.question)}</p><p>{escape(settings)}</p>{table}"
            f"<p>{escape(self.findings.conclusion)}</p><p>{escape(self.duration)}</p>"
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
