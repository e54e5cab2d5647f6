"""What a learner calls: join a room, share something, look at what is shown, leave.

Nothing is sent before `join_room` was called with a name. In each notebook one joins anew; the computer
remembers the room, so that `join_room()` is enough there. After a restart of a kernel, too, nothing is sent
until it is called again.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from workbook.room.diary import Diary, Membership, own_diary, renamed
from workbook.room.exhibits import exhibit_of
from workbook.room.folder import Folder
from workbook.room.marker import require_room
from workbook.room.member import Member
from workbook.room.sent import MOST_SHARED, SentError, name_of
from workbook.room.transport import RoomError, Transport
from workbook.teaching import told

if TYPE_CHECKING:
    from workbook.room.panel import ShownPanel

SENT = """\
Sent, each time that you check an answer in this notebook: the exercise's id, how often you have tried,
whether it is solved, which known mistakes were recognised, and when you tried first and last.
Never sent: your code, what it prints, your quiz, hints that you took, or anything from before you joined.
One thing more is sent only where you call share(...)."""
HOW_TO_LEAVE = "leave_room() ends it, and removes all that was sent."
_member: Member | None = None


class Said(str):
    """Some sentences that a notebook shows as they are, without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def join_room(folder: str | Path | None = None, *, name: str | None = None) -> Said:
    """Let an instructor see how far you are; without a name, only say what that would mean.

    Args:
        folder: the room's folder, as your instructor says it; none for the room that you joined last.
        name: what to be called there. It need not be your real one.

    Raises:
        RoomError: there is no room, or it cannot be written to. You have not joined then.
    """
    diary = _diary()
    before = diary.read()
    transport = Folder(_named(folder, before))
    require_room(transport)
    here = before if before is not None and before.folder == transport.place and not before.left else None
    if name is None and here is None:
        return Said(_offer(transport))
    membership = _membership(here, transport, name)
    if before is not None and here is None:
        leave_room()  # nothing of a learner lies where they are no more
    _begin(Member(diary, transport), membership, here)
    return Said(_welcome(transport, membership))


def leave_room() -> Said:
    """Send nothing more, and remove all that was sent to the room.

    Raises:
        RoomError: something could not be removed; nothing more is sent all the same.
    """
    _stop_hearing()
    diary = _diary()
    membership = diary.read()
    if membership is None:
        return Said("You are in no room.")
    Member(diary, Folder(membership.folder)).leave()
    return Said(f"You have left. What you had sent is removed from {membership.folder}.")


def share(thing: object, title: str = "", **settings: object) -> Said:
    """Let the instructor see one thing: a lab, a scenario, the panel of one, a function, or a text.

    Args:
        thing: of a lab, what happened in it until now, with what its messages say; of a function, its source.
        title: what to call it.
        settings: of a scenario, by name.

    Raises:
        RoomError: you are in no room, it is nothing that can be shared, or it is too much.
    """
    member = _present()
    exhibit = exhibit_of(thing, title, **settings)
    member.share(exhibit)
    return Said(
        f'Shared with the room: "{exhibit.title}". At most {MOST_SHARED} things of yours are kept there. '
        "take_back() removes them."
    )


def take_back() -> Said:
    """Remove all that you shared, and stay in the room.

    Raises:
        RoomError: you are in no room, or something could not be removed.
    """
    number = _present().take_back()
    return Said("Nothing of yours was shared." if not number else "What you shared is removed.")


def shown() -> ShownPanel:
    """What the instructor shows to all; alive in a notebook, where it changes when they show something else.

    Raises:
        RoomError: you are in no room.
    """
    from workbook.room.panel import ShownPanel  # noqa: PLC0415 - needs widgets

    return ShownPanel(_present().transport)


# ---- one room a process


def _diary() -> Diary:
    return own_diary() if _member is None else _member.diary


def _present() -> Member:
    if _member is None or _member.diary.read() is None:
        message = 'You are in no room: join_room("the folder", name="Ada") first.'
        raise RoomError(message)
    return _member


def _begin(member: Member, membership: Membership, before: Membership | None) -> None:
    """Send for the first time; where that fails, all is as it was."""
    global _member  # noqa: PLW0603 - a notebook is in one room
    member.diary.change(lambda _: membership)
    try:
        member.send()
    except RoomError:
        member.diary.change(lambda _: before)
        raise
    _stop_hearing()
    _member = member
    told.add(member.heard)


def _named(folder: str | Path | None, before: Membership | None) -> str | Path:
    """The folder that is given, or else that of the room of before."""
    if folder is not None:
        return folder
    if before is None:
        message = 'Which room? Give the folder that your instructor names: join_room("...", name="Ada")'
        raise RoomError(message)
    return before.folder


def _stop_hearing() -> None:
    if _member is not None:
        told.remove(_member.heard)


def _membership(here: Membership | None, transport: Transport, name: str | None) -> Membership:
    """The one that is there already, perhaps under another name; or a new one."""
    try:
        called = None if name is None else name_of(name)
    except SentError as error:
        message = f"name={name!r}: {error}"
        raise RoomError(message) from error
    if here is None:
        return Membership.new(transport.place, called or "")
    return here if called is None else renamed(here, called)


# ---- what is said


def _offer(transport: Transport) -> str:
    return (
        "You have not joined, and nothing is sent. "
        f'To join: join_room({transport.place!r}, name="Ada")\n{SENT}\n{transport.readers}\n{HOW_TO_LEAVE}'
    )


def _welcome(transport: Transport, membership: Membership) -> str:
    return (
        f'You have joined the room at {transport.place} as "{membership.sent.name}".\n{SENT}\n'
        f"{transport.readers}\nWhat is there of you: {membership.key}.json\n{HOW_TO_LEAVE}"
    )
