"""Tables in HTML, as the views of a lab show themselves in a notebook.

Aligned left, because they hold words. And never longer than a person reads: a notebook that holds a table of
ten thousand rows does not open any more. What is left out is said, and what shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

MOST_ROWS = 60
"""Rows that are shown; of more, as many from the beginning as from the end."""

# Cells are not broken into lines, apart from those of a column that holds prose, and there not into a word a
# line: in a narrow window it is easier to scroll a table sideways than to read rows as high as a paragraph.
_SHORT = 'style="text-align:left;white-space:nowrap"'
_PROSE = 'style="text-align:left;min-width:17em"'


def html_table(head: Sequence[str], rows: Sequence[Sequence[str]], *, whole: str, prose: str = "") -> str:
    """A table whose columns are called `head`; `whole` is the call that gives all its rows.

    `prose` is the name of the column whose cells may take several lines, if there is one.
    """
    styles = [_PROSE if name == prose else _SHORT for name in head]
    if len(rows) <= MOST_ROWS:
        lines = [_line("td", row, styles) for row in rows]
    else:
        half = MOST_ROWS // 2
        note = f"... {len(rows) - 2 * half:,} more; {whole} has them all"
        between = f'<tr><td colspan="{len(head)}" {_SHORT}>{escape(note)}</td></tr>'
        first, last = rows[:half], rows[-half:]
        lines = [_line("td", row, styles) for row in first]
        lines += [between, *(_line("td", row, styles) for row in last)]
    return f"<table><thead>{_line('th', head, styles)}</thead><tbody>{''.join(lines)}</tbody></table>"


def _line(kind: str, cells: Sequence[str], styles: Sequence[str]) -> str:
    written = [f"<{kind} {style}>{escape(cell)}</{kind}>" for cell, style in zip(cells, styles, strict=True)]
    return f"<tr>{''.join(written)}</tr>"
