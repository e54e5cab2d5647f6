"""The wildcards of policies: ``*`` for any characters, ``?`` for one, everything else for itself."""

from __future__ import annotations

import functools
import re


def matches_wildcard(pattern: str, text: str) -> bool:
    """Whether the whole of ``text`` has the form of ``pattern`` (case matters)."""
    if "*" not in pattern and "?" not in pattern:
        return pattern == text
    return _compiled(pattern).fullmatch(text) is not None


@functools.lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    """What lies between two stars is taken where it comes first and never tried again (atomic groups).

    Without that, a pattern of many stars would keep the process busy for longer than anybody lives.
    """
    first, *others = pattern.split("*")
    if not others:
        return re.compile(_literal(first), re.DOTALL)
    middle = "".join(f"(?>.*?{_literal(part)})" for part in others[:-1] if part)
    return re.compile(f"{_literal(first)}{middle}.*{_literal(others[-1])}", re.DOTALL)


def _literal(part: str) -> str:
    return ".".join(re.escape(piece) for piece in part.split("?"))
