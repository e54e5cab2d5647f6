"""Where a text of JSON is within quotes: templates of EventBridge and Pipes ask it of each variable."""

from __future__ import annotations


def quoted_after(text: str, *, quoted: bool) -> bool:
    """Whether one is within quotes behind `text`, if one was (not) before it; an escaped quote counts not."""
    escaped = False
    for character in text:
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
    return quoted
