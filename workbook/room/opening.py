"""`room.page()`: how an instructor opens a room in a notebook."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbook.room.page import RoomPage

VARIABLE = "WORKBOOK_ROOM"
"""The environment variable that names the room's folder; `workbook room FOLDER` sets it."""


def page(folder: str | Path | None = None, *, tries: int = 5, minutes: int = 12) -> RoomPage:
    """The page of a room: who is where, who is stuck, what is common, and what is shown to all.

    Args:
        folder: the room's folder, which is there already; without one, that of `WORKBOOK_ROOM`.
        tries: at one exercise, from which on somebody counts as stuck.
        minutes: since the first try, from which on somebody who tried twice counts as stuck.

    Raises:
        RoomError: the folder cannot be used.
    """
    from workbook.room.folder import Folder  # noqa: PLC0415 - only for those who look
    from workbook.room.overview import Patience  # noqa: PLC0415 - as above
    from workbook.room.page import RoomPage  # noqa: PLC0415 - needs widgets
    from workbook.room.room import Room  # noqa: PLC0415 - as above

    named = folder or os.environ.get(VARIABLE)
    return RoomPage(Room(Folder(named), patience=Patience(tries, minutes)) if named else None)
