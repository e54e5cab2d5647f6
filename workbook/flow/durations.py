"""Durations as people say them: "30 s", "4 min", "2 h 5 min"."""

from __future__ import annotations

_UNITS = ((86400, "d"), (3600, "h"), (60, "min"))


def duration_text(seconds: float) -> str:
    """A duration in its two largest units; below a minute in seconds, of which three digits count."""
    if float(f"{seconds:.3g}") < 60:
        return f"{seconds:.3g} s"
    rest, parts = round(seconds), []
    for size, unit in _UNITS:
        if rest >= size:
            parts.append(f"{rest // size} {unit}")
            rest %= size
    if rest:
        parts.append(f"{rest} s")
    return " ".join(parts[:2])
