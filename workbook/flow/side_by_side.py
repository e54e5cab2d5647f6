"""Several pictures in one, each under its name and above what is to be said about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from workbook.flow.lettering import FAMILY, width_of
from workbook.flow.palette import INK, PAGE, PALE
from workbook.flow.svg import clean

_MARGIN, _GAP, _LINE, _SIZE = 16.0, 16.0, 17.0, 12.0
_HEAD = 52.0
"""The verdict on all of them, and the names."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One of the pictures."""

    name: str
    svg: str
    said: str

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the picture."""
        match = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', self.svg)
        if match is None:
            message = "a panel's picture is an SVG with a viewBox from 0,0"
            raise ValueError(message)
        return float(match[1]), float(match[2])


def beside(panels: Sequence[Panel], verdict: str, label: str) -> str:
    """The panels in a row."""
    parts: list[str] = []
    left, high = _MARGIN, 0.0
    for panel in panels:
        wide, tall = _width(panel), panel.size[1]
        parts.append(_panel(panel, left, _HEAD, wide))
        left += wide + _GAP
        high = max(high, tall + _LINE * len(_wrapped(panel.said, wide)))
    width = max(left - _GAP + _MARGIN, width_of(verdict, _SIZE + 1, bold=True) + 2 * _MARGIN)
    return _whole(parts, verdict, label, width, _HEAD + high + _MARGIN)


def stacked(panels: Sequence[Panel], verdict: str, label: str) -> str:
    """The panels one above the other."""
    parts: list[str] = []
    top, width = _HEAD, width_of(verdict, _SIZE + 1, bold=True) + 2 * _MARGIN
    for panel in panels:
        wide = _width(panel)
        parts.append(_panel(panel, _MARGIN, top, wide))
        top += panel.size[1] + _LINE * (len(_wrapped(panel.said, wide)) + 1) + _GAP
        width = max(width, wide + 2 * _MARGIN)
    return _whole(parts, verdict, label, width, top)


def _width(panel: Panel) -> float:
    return max(280.0, panel.size[0])


def _whole(parts: Sequence[str], verdict: str, label: str, width: float, height: float) -> str:
    size = f'width="{width:g}" height="{height:g}"'
    start = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="wb-comparison" viewBox="0 0 {width:g} {height:g}" '
        f'{size} role="img" font-family="{FAMILY}" aria-label="{clean(label)}">'
    )
    page = f'<rect class="wb-page" {size} rx="8" fill="{PAGE.light}"/>'
    said = _text("wb-verdict", verdict, _MARGIN, 24, _SIZE + 1, INK.light, bold=True)
    return "\n".join([start, page, said, *parts, "</svg>"])


def _panel(panel: Panel, left: float, top: float, wide: float) -> str:
    tall = panel.size[1]
    picture = panel.svg.replace("<svg ", f'<svg x="{left:g}" y="{top:g}" ', 1)
    lines = [
        _text("wb-said", line, left + _MARGIN, top + tall + 4 + row * _LINE, _SIZE, INK.light)
        for row, line in enumerate(_wrapped(panel.said, wide))
    ]
    name = _text("wb-name", panel.name, left + _MARGIN, top - 6, _SIZE, PALE.light, bold=True)
    place = f'x="{left:g}" y="{top - 20:g}" width="{wide:g}" height="{tall + 24 + _LINE * len(lines):g}"'
    stroke = f'fill="none" stroke="{PALE.light}" stroke-width="0.8"'
    frame = f'<rect class="wb-frame" {place} rx="8" {stroke}/>'
    return "\n".join([name, picture, *lines, frame])


def _text(kind: str, text: str, x: float, y: float, size: float, colour: str, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    place = f'x="{x:g}" y="{y:g}" font-size="{size:g}"{weight} fill="{colour}"'
    return f'<text class="{kind}" {place}>{clean(text)}</text>'


def _wrapped(text: str, width: float) -> list[str]:
    """A text in lines that fit; a word that is too long has a line of its own."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, _SIZE) <= 0.92 * (width - 2 * _MARGIN):
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
