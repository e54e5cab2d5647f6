"""What an answer prints. A flood of it is counted and not kept."""

from __future__ import annotations

import io

MOST = 2_000
"""Characters that are kept; a banner shows hardly more."""


def cut(text: str) -> str:
    """A text that people can read: of a longer one, its beginning and how much is left out."""
    return text if len(text) <= MOST else f"{text[:MOST]}\n... and {len(text) - MOST:,} more characters"


class Printed(io.TextIOBase):
    """A text stream that keeps its beginning."""

    def __init__(self) -> None:
        super().__init__()
        self._kept = ""
        self._left_out = 0

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, text: str) -> int:
        """Keep as much of `text` as there is room for."""
        room = MOST - len(self._kept)
        self._kept += text[:room]
        self._left_out += len(text[room:])
        return len(text)

    @property
    def text(self) -> str:
        """What was printed, and how much of it is left out."""
        if not self._left_out:
            return self._kept
        return f"{self._kept}\n... and {self._left_out:,} more characters"
