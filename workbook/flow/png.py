"""An SVG picture as a PNG file, for slides.

resvg draws it: exact, the same on every run, without a browser. Three things it does not do, and each would
be lost without a word, so they are seen to here:

    fonts         where the machine has none, it leaves text out      refused: `NoFont` says what to install
    var(--name)   it knows no CSS variables, and paints black         replaced by what they fall back to
    HTML in SVG   it leaves `foreignObject` out                       refused

A PNG has no themes: colours are those of the light one, on white unless told otherwise.
"""

from __future__ import annotations

import functools
import re

import resvg_py

LARGEST = 16_384
"""Pixels of a side: more than any screen or slide has, and still some hundred megabytes while it is drawn."""

_FAMILIES = {
    "sans-serif": ("", "DejaVu Sans", "Liberation Sans", "Noto Sans", "Arial", "Helvetica", "Roboto"),
    "monospace": ("", "DejaVu Sans Mono", "Liberation Mono", "Noto Sans Mono", "Courier New", "Menlo"),
}
"""What may stand for the generic names: first what the machine says, then what many machines have."""

_PROBE = '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16">{}</svg>'
_LETTER = '<text x="2" y="13" font-size="14" font-family="{}">M</text>'


class NoFont(RuntimeError):
    """The machine has no font, so no text could be drawn; the text of the error says what to install."""


def png_of(
    svg: str, *, width: int | None = None, scale: float = 2.0, background: str | None = "white"
) -> bytes:
    """Draw an SVG picture as PNG; the same SVG gives the same bytes on the same machine.

    Args:
        svg: The picture, as text.
        width: How wide it is to be, in pixels; the height follows.
        scale: Without a width: how many pixels for each of the picture's own units.
        background: A colour as CSS writes it, or None for a transparent one.

    Raises:
        NoFont: there is text to be drawn, and no font on this machine.
        ValueError: the text is no SVG that can be drawn, or a number or colour cannot be used.
    """
    _check(width, scale)
    drawn = _with_plain_colours(svg)
    if "<foreignObject" in drawn:
        raise ValueError(
            "the SVG has HTML in it (foreignObject), which cannot be drawn here: use text elements"
        )
    has_text = re.search(r"<text[\s>]", drawn) is not None
    try:
        return resvg_py.svg_to_bytes(
            svg_string=drawn,
            width=width,
            zoom=None if width else scale,
            background=background,
            sans_serif_family=_family("sans-serif") if has_text else None,
            monospace_family=_family("monospace") if has_text and "monospace" in drawn else None,
        )
    except ValueError as error:
        message = f"the picture cannot be drawn: {error}"
        raise ValueError(message) from error


def _check(width: int | None, scale: float) -> None:
    if width is not None and not (isinstance(width, int) and 0 < width <= LARGEST):
        message = f"width={width!r}: pass a number of pixels from 1 to {LARGEST}"
        raise ValueError(message)
    if not 0 < scale <= 20:
        message = (
            f"scale={scale!r}: pass how many pixels each unit of the picture gets, more than 0, up to 20"
        )
        raise ValueError(message)


# ---- fonts


@functools.cache  # a failure is not remembered: a font can be installed, and the cell run again
def _family(generic: str) -> str | None:
    """The font that stands for a generic name; None for the one that the machine itself names."""
    without = resvg_py.svg_to_bytes(svg_string=_PROBE.format(""))
    for family in _FAMILIES[generic]:
        letter = _PROBE.format(_LETTER.format(family or generic))
        if resvg_py.svg_to_bytes(svg_string=letter) != without:
            return family or None
    raise NoFont(
        f"this machine has no {generic} font, so the text of the picture could not be drawn. Install one "
        "(Debian and Ubuntu: apt-get install fonts-dejavu-core; Fedora: dnf install dejavu-sans-fonts), or "
        "put a .ttf file into ~/.local/share/fonts, and try again. An SVG needs no font until it is shown."
    )


# ---- colours

_COLOURED = re.compile(
    r"<style\b.*?</style>|\b(?:fill|stroke|color|stop-color|flood-color|style)=\"[^\"]*\"", re.DOTALL
)
"""Where an SVG may name colours; elsewhere "var(" is somebody's text."""


def _with_plain_colours(svg: str) -> str:
    """The SVG with every `var(--name, fallback)` replaced: by what the SVG itself sets, else by the fallback.

    Raises:
        ValueError: a variable is neither set nor has a fallback.
    """
    light = _without_media_queries(svg)
    values = {
        name: value.strip()
        for place in _COLOURED.findall(light)
        for name, value in re.findall(r"(--[\w-]+)\s*:\s*([^;}\"]+)", place)
    }
    return _COLOURED.sub(lambda place: _resolved(place[0], values), light)


def _resolved(place: str, values: dict[str, str]) -> str:
    while (start := place.find("var(")) >= 0:
        first = start + len("var(")
        end = _closing(place, first, "()")
        name, _, fallback = place[first:end].partition(",")
        value = values.get(name.strip()) or fallback.strip()
        if not value:
            message = (
                f"the SVG neither sets {name.strip()} nor has a fallback for it, as in var(--name, #000)"
            )
            raise ValueError(message)
        place = f"{place[:start]}{value}{place[end + 1 :]}"
    return place


def _without_media_queries(svg: str) -> str:
    """A PNG is neither dark nor printed: rules for such cases do not hold."""
    for rule in reversed(list(re.finditer(r"@media[^{]*{", svg))):
        svg = f"{svg[: rule.start()]}{svg[_closing(svg, rule.end(), '{}') + 1 :]}"
    return svg


def _closing(text: str, start: int, brackets: str) -> int:
    """Where the bracket closes that opened before `start`."""
    depth = 1
    for place in range(start, len(text)):
        depth += (text[place] == brackets[0]) - (text[place] == brackets[1])
        if depth == 0:
            return place
    raise ValueError("the SVG has a bracket that does not close")
