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
    parts = (
        ".*" if part == "*" else "." if part == "?" else re.escape(part)
        for part in re.split(r"([*?])", pattern)
    )
    return re.compile("".join(parts), re.DOTALL)
