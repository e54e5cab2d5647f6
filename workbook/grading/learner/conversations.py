"""The learner's half of conversations: threads that ask the judge, and wait for its reply.

One thread reads the channel; each conversation that the judge begins has a thread of its own. Only one of
them ever has something to do, since the judge gives the word to one at a time.
"""

from __future__ import annotations

import ctypes
import queue
import threading
from collections.abc import Callable, Mapping
from typing import Any

from workbook.engine.clock import Clock
from workbook.grading.frames import Channel
from workbook.grading.plain import to_plain
from workbook.teaching.trouble import trouble_of

_INSIST_EVERY = 0.01
"""Real seconds between two times that a thread is told to end, for code may catch what tells it."""


class BrokenOff(BaseException):
    """The judge no longer wants what this thread is doing."""


class CannotGoOn(Exception):
    """Something that a graded answer cannot do was asked for; the text says what, and what to do instead."""


class Half(threading.Thread):
    """One conversation: its thread, and what the judge replies to it."""

    def __init__(self, number: int, work: Callable[[], object], conversations: Conversations) -> None:
        super().__init__(daemon=True, name=f"conversation {number}")
        self.number = number
        self.actor = ""
        self._work = work
        self._conversations = conversations
        self._replies: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._broken_off = False
        self._asking = threading.Lock()  # threads that the learner started ask as part of the latest one

    def run(self) -> None:
        """Do what was asked, and say what came of it."""
        self._conversations.here.half = self
        try:
            told: dict[str, Any] = {"done": to_plain(self._work())}
        except BrokenOff:
            told = {"ended": True}
        except BaseException as error:  # noqa: BLE001 - the learner's, whatever it is
            told = {"ended": True} if self._broken_off else {"failed": _told(error)}
        self._conversations.tell({"conversation": self.number, **told})

    def ask(self, frame: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
        """Ask the judge, and wait."""
        by = {"by": self.actor} if self.actor else {}
        with self._asking:
            self._conversations.tell({"conversation": self.number, **frame, **by})
            reply = None if self._broken_off else self._replies.get()
        if reply is None:
            raise BrokenOff
        return reply

    def reply(self, frame: dict[str, Any]) -> None:
        """The judge has replied."""
        self._replies.put(frame)

    def break_off(self) -> None:
        """End, wherever the thread is; it is told again until it has ended."""
        self._broken_off = True
        self._replies.put(None)
        while self.is_alive():
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(self.ident or 0), ctypes.py_object(BrokenOff)
            )
            self.join(_INSIST_EVERY)


class Conversations:
    """All that go on over one channel."""

    def __init__(self, channel: Channel, clock: Clock) -> None:
        self.clock = clock
        self.here = threading.local()
        self.work: dict[str, Callable[[Mapping[str, Any]], object]] = {}
        """What the judge can ask for, by name."""
        self._channel = channel
        self._halves: dict[int, Half] = {}
        self._latest: Half | None = None

    def serve(self) -> None:
        """Do what the judge asks for, until it says that the situation is over."""
        while True:
            frame = self._channel.receive()
            self._note_time(frame)
            what = frame.get("do")
            if what == "end":
                return
            half = self._halves.get(frame["conversation"])
            if what == "break off":
                if half is not None:
                    threading.Thread(target=half.break_off, daemon=True).start()
            elif what is None:
                if half is not None:
                    half.reply(frame)
            else:
                self._begin(frame, self.work[what])

    def ask(self, what: str, **facts: object) -> Any:  # noqa: ANN401 - JSON
        """Ask the judge for something, as part of the conversation that this thread belongs to."""
        half = getattr(self.here, "half", None) or self._latest
        if half is None:
            message = "nothing can be asked before the check has begun"
            raise CannotGoOn(message)
        return half.ask({"ask": what, **facts})

    def tell(self, frame: Mapping[str, Any]) -> None:
        """Send something that needs no reply."""
        self._channel.send(frame)

    def mention(self, what: str, **facts: object) -> None:
        """Tell the judge something as part of the conversation that this thread belongs to."""
        half = getattr(self.here, "half", None) or self._latest
        if half is not None:
            self.tell({"conversation": half.number, "ask": what, **facts})

    @property
    def half(self) -> Half | None:
        """The conversation of this thread."""
        return getattr(self.here, "half", None)

    def _begin(self, frame: Mapping[str, Any], work: Callable[[Mapping[str, Any]], object]) -> None:
        half = Half(frame["conversation"], lambda: work(frame), self)
        self._halves[half.number] = self._latest = half
        half.start()

    def _note_time(self, frame: Mapping[str, Any]) -> None:
        instant = frame.get("instant", 0)
        if instant > self.clock.now:
            self.clock.move_to(instant)


def _told(error: BaseException) -> dict[str, str]:
    if isinstance(error, CannotGoOn):
        return {"kind": "exception", "text": str(error), "traceback": ""}
    trouble = trouble_of(error)
    if trouble is None:
        return {"kind": "exit", "text": "Your code was interrupted.", "traceback": ""}
    return {"kind": trouble.kind, "text": trouble.text, "traceback": trouble.traceback}
