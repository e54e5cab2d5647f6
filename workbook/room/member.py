"""A learner who joined: notes each verdict, and sends the room what they agreed to send.

Whatever the room's folder does, a check goes on. To send is the work of a thread of its own; if it is not
done after a moment, the notebook goes on and says so. What is noted meanwhile is sent by the same thread when
the folder answers; after an error, by the next check.
"""

from __future__ import annotations

import dataclasses
import threading
import time
import warnings
from collections.abc import Callable

from workbook.room.diary import Diary, Membership
from workbook.room.exhibits import Exhibit
from workbook.room.sent import MOST_SHARED, Shared
from workbook.room.transport import RoomError, Transport
from workbook.teaching.verdict import Verdict

PATIENCE = 2.0
"""Real seconds that a check waits for the room; a folder answers in a few milliseconds."""
LATE = "The room's folder does not answer. Your check is not affected; the next one sends it again."


class RoomWarning(UserWarning):
    """Something could not be sent; what the learner does goes on."""


class Member:
    """One learner in one room.

    Args:
        diary: what their computer remembers.
        transport: what carries the room.
        now: real seconds since the Unix epoch.
        patience: real seconds that a check waits for the room.
    """

    def __init__(
        self,
        diary: Diary,
        transport: Transport,
        now: Callable[[], float] = time.time,
        patience: float = PATIENCE,
    ) -> None:
        self.diary = diary
        self.transport = transport
        self._now = now
        self._patience = patience
        self._errand: threading.Thread | None = None
        self._asking = threading.Lock()
        self._is_asked = False
        """Whether something is known that was not sent yet."""
        self._is_sending = False
        self._problem = ""

    # ---- checks

    def heard(self, verdict: Verdict) -> None:
        """Note a verdict and send what is known now. Never raises: it warns."""
        try:
            if self._noted(verdict) is not None:
                self._send_soon()
        except RoomError as error:
            _warn(str(error))

    def _noted(self, verdict: Verdict) -> Membership | None:
        def noted(membership: Membership | None) -> Membership | None:
            if membership is None or membership.left:
                return membership
            return dataclasses.replace(membership, sent=membership.sent.after(verdict, int(self._now())))

        return self.diary.change(noted)

    def _send_soon(self) -> None:
        """Send, and wait a moment for it; where an earlier sending hangs, its thread does it afterwards."""
        with self._asking:
            self._is_asked = True
            if not self._is_sending:
                self._problem, self._is_sending = "", True
                self._errand = threading.Thread(target=self._send_all, daemon=True)
                self._errand.start()
        assert self._errand is not None  # noqa: S101 - the first one has started it
        self._errand.join(self._patience)
        problem = LATE if self._errand.is_alive() else self._problem
        if problem:
            _warn(problem)

    def _send_all(self) -> None:
        while self._take_up():
            try:
                self.send()
            except RoomError as error:
                self._problem = f"{error} Your check is not affected; the next one sends it again."

    def _take_up(self) -> bool:
        """Whether there is something to send; if not, who notes something next has to begin a thread anew."""
        with self._asking:
            self._is_sending, self._is_asked = self._is_asked, False
            return self._is_sending

    def send(self) -> None:
        """Send all that is known now.

        Raises:
            RoomError: the room cannot be reached.
        """
        with self.diary.sending():
            membership = self.diary.read()  # again: another notebook may have noted something, or left
            if membership is not None and not membership.left:
                sent = dataclasses.replace(membership.sent, written=int(self._now()))
                self.transport.put(membership.key, sent.text())

    # ---- sharing

    def share(self, exhibit: Exhibit) -> None:
        """Put one thing into the room; of more than `MOST_SHARED`, the oldest goes.

        Raises:
            RoomError: the room cannot be reached, or its learner has left it.
        """
        with self.diary.sending():
            membership = self._present()
            shared = membership.sent.shared
            number = _free_number(shared)
            self.transport.put(membership.share_key(number), exhibit.file())
            kept = tuple(each for each in shared if each.number != number)
            self._know((*kept, Shared(number, exhibit.title)))
        self.send()

    def take_back(self) -> int:
        """Remove all that was shared; how many things that were.

        Raises:
            RoomError: the room cannot be reached, or its learner has left it.
        """
        with self.diary.sending():
            membership = self._present()
            for number in range(MOST_SHARED):
                self.transport.remove(membership.share_key(number))
            self._know(())
        self.send()
        return len(membership.sent.shared)

    def _present(self) -> Membership:
        membership = self.diary.read()
        if membership is None or membership.left:
            message = 'You are in no room: join_room("the folder", name="Ada") first.'
            raise RoomError(message)
        return membership

    def _know(self, shared: tuple[Shared, ...]) -> None:
        def known(membership: Membership | None) -> Membership | None:
            if membership is None:
                return None
            return dataclasses.replace(membership, sent=dataclasses.replace(membership.sent, shared=shared))

        self.diary.change(known)

    # ---- leaving

    def leave(self) -> None:
        """Send nothing more, and remove all that was sent.

        Raises:
            RoomError: something could not be removed; nothing more is sent all the same.
        """
        self.diary.change(lambda membership: membership and dataclasses.replace(membership, left=True))
        with self.diary.sending():
            membership = self.diary.read()
            if membership is not None:
                keys = [membership.share_key(number) for number in range(MOST_SHARED)]
                for key in (*keys, membership.key):
                    self.transport.remove(key)
            self.diary.change(lambda _: None)


def _free_number(shared: tuple[Shared, ...]) -> int:
    """The number for a new thing: a free one, or that of the oldest."""
    used = [each.number for each in shared]
    return next((number for number in range(MOST_SHARED) if number not in used), used[0] if used else 0)


def _warn(message: str) -> None:
    warnings.warn(message, RoomWarning, stacklevel=4)
