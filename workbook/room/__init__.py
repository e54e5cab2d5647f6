"""A room: an instructor sees how far everybody is, of those learners who agreed to it.

    from workbook.room import join_room, leave_room, share, shown

    join_room("/mnt/workshop", name="Ada")   # says what will be sent; without a name, nothing is
    shown()                                  # what the instructor shows to all
    share(lab)                               # one run, because you want to; take_back() removes it
    leave_room()                             # ends it, and removes what was sent

    from workbook import room
    room.page("/mnt/workshop")               # the instructor's page

docs/room.md says in plain words what is sent, and who can read it.
"""

from __future__ import annotations

import importlib

_PLACES = {
    "join_room": "joining",
    "leave_room": "joining",
    "page": "opening",
    "share": "joining",
    "shown": "joining",
    "take_back": "joining",
}
__all__ = ["join_room", "leave_room", "page", "share", "shown", "take_back"]


def __getattr__(name: str) -> object:
    if name in _PLACES:
        return getattr(importlib.import_module(f"{__name__}.{_PLACES[name]}"), name)
    message = f"module {__name__!r} has no attribute {name!r}; it offers {', '.join(__all__)}"
    raise AttributeError(message)
