"""`workbook room FOLDER`: what an instructor does with a room, outside of a notebook.

workbook room /mnt/workshop           the page, in JupyterLab
workbook room /mnt/workshop --text    the same in words, once, for a terminal
workbook room /mnt/workshop --empty   after the workshop: remove all that was sent

The folder is named to the notebook by an environment variable, so the notebook itself stays as it is.
"""

from __future__ import annotations

import os
from pathlib import Path

from workbook.room.face import overview_text
from workbook.room.folder import Folder
from workbook.room.marker import require_room
from workbook.room.opening import VARIABLE
from workbook.room.room import Room
from workbook.room.transport import RoomError

__all__ = ["NOTEBOOK", "RoomError", "empty", "opened", "text"]

NOTEBOOK = Path("notebooks", "instructor", "room.ipynb")


def opened(folder: Path) -> str:
    """Make a folder a room, name it to notebooks that this process starts, and say how learners join.

    Raises:
        RoomError: the folder cannot be used.
    """
    room = _new(folder)
    os.environ[VARIABLE] = room.transport.place
    return (
        f"The room is {room.transport.place}. Learners join it in a notebook:\n"
        f"  from workbook.room import join_room\n  join_room({room.transport.place!r})\n"
        "This says what would be sent, and sends nothing. With name=..., they join."
    )


def text(folder: Path) -> str:
    """The room in words.

    Raises:
        RoomError: the folder cannot be used.
    """
    room = _present(folder)
    return overview_text(room.look(), room.transport.place)


def empty(folder: Path) -> str:
    """Remove all that was sent to the room.

    Raises:
        RoomError: something could not be removed.
    """
    removed = _present(folder).empty()
    return f"{removed} {'file' if removed == 1 else 'files'} removed. Learners who are still in send again."


def _new(folder: Path) -> Room:
    path = folder.expanduser()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"{path} cannot be made a room: {(error.strerror or str(error)).lower()}."
        raise RoomError(message) from error
    return Room(Folder(path))


def _present(folder: Path) -> Room:
    transport = Folder(folder)
    require_room(transport)
    return Room(transport)
