"""The sign by which a folder is a room: without it, a slip of the pen would make one anywhere."""

from __future__ import annotations

import json

from workbook.room.transport import RoomError, Transport

KEY = "room"
VERSION = 1
_MOST_BYTES = 2_000


def open_room(transport: Transport) -> None:
    """Make the place a room, if it is none yet.

    Raises:
        RoomError: it cannot be reached, or is a room of a newer workbook.
    """
    if transport.get(KEY, _MOST_BYTES) is None:
        transport.put(KEY, json.dumps({"version": VERSION, "what": "a room of the workbook"}) + "\n")
    require_room(transport)


def require_room(transport: Transport) -> None:
    """Make sure that the place is a room.

    Raises:
        RoomError: it is none, or one of another version.
    """
    received = transport.get(KEY, _MOST_BYTES)
    if received is None:
        message = (
            f"There is no room at {transport.place}. Learners ask their instructor for the folder; "
            "instructors open a room in it with: workbook room FOLDER"
        )
        raise RoomError(message)
    version = _version(received.text)
    if version != VERSION:
        message = (
            f"The room at {transport.place} is of version {version or 'unknown'}, and this workbook knows "
            f"{VERSION}: let all in the room use the same workbook."
        )
        raise RoomError(message)


def _version(text: str) -> int:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return 0
    version = value.get("version") if isinstance(value, dict) else None
    return version if type(version) is int else 0
