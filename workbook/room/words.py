"""Texts that somebody else wrote, made harmless to show: short, and without signs that change other text.

Escaping for HTML is the business of whoever makes HTML. Here goes what no escaping helps against: control
characters, marks that turn the direction of what stands beside them, and a name of a thousand letters.
"""

from __future__ import annotations

import unicodedata

_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Unicode's categories: controls, invisible formats (directions are among them), what is no letter."""
MORE = "…"


def one_line(text: object, most: int) -> str:
    """A text as one line of at most `most` letters; spaces and ends of lines become one space each."""
    words = " ".join(str(text)[: 10 * most].split())
    return _cut(_visible(words).strip(), most)


def lines(text: object, most: int) -> str:
    """A text of several lines, at most `most` letters in all."""
    kept = str(text)[: 2 * most].replace("\r\n", "\n").replace("\t", "    ")
    return _cut("\n".join(map(_visible, kept.split("\n"))).strip("\n"), most)


def _visible(text: str) -> str:
    hidden = {letter for letter in set(text) if unicodedata.category(letter) in _DROPPED}
    return "".join(" " if letter.isspace() else letter for letter in text if letter not in hidden)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + MORE
