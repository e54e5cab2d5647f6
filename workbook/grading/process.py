"""The judge's end of a learner's process: what is asked of it, and what it asks meanwhile.

    the judge's lab                                        the learner's process
    a task ──{"do": "call", "function": "build"}────────> a thread runs build
      │ <───────{"ask": "aws", "operation": "CreateQueue"}── and waits
      │ makes the call, as this task ──{"value": ...}────> goes on
      │ <───────{"ask": "sleep", "seconds": 40}───────────── and waits
      │ sleeps; other tasks run ──────{"value": null}────> goes on
      │ <───────{"done": ["the cakes that were refused"]}─── ends

A conversation is one thread of control in two processes: while the learner's half runs, the judge's task has
the baton, so that all runs in the same order each time. What is read is data and nothing else: it can ask for
what a learner's code may do, and for nothing more. A frame out of turn is no mistake that the library on the
other side could make, so it is called tampering.
"""

from __future__ import annotations

import contextlib
import itertools
import sys
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from workbook.engine.tasks import Stuck
from workbook.grading.aws_calls import answer_to
from workbook.grading.frames import Channel, ChannelClosed, ChannelError, ChannelSilent
from workbook.grading.patience import Patience, next_frame
from workbook.grading.plain import to_plain
from workbook.grading.untrusted import Tampered, failure_of, seconds_of, shown, value_of
from workbook.teaching.trouble import Troubled, trouble_of
from workbook.teaching.verdict import Trouble

if TYPE_CHECKING:
    from workbook.lab import Lab

BUSY = 5.0
"""Seconds of processor time that an answer may take between two things that it asks for."""
SILENT = 60.0
"""Real seconds for the same, of one that does not even compute."""
_LOOK_EVERY = 0.25
_FAREWELL = 2.0
"""Real seconds for code that is told to end."""
GONE = Trouble(
    "exit",
    "Your code ended the process it was judged in, or had to be ended with it. Return from the function.",
)
MOST_ASKED = 20_000
"""Times that a learner's process may ask for something in one situation; no solution does 1,000 times."""
_TOO_OFTEN = Trouble(
    "busy", "Your code called AWS, or waited, 20,000 times. Look for a loop that does not end."
)
MOST_PROGRAMS = 500
"""Programs that a learner's process may start in one situation; no solution starts 20."""
_TOO_MANY = Trouble("busy", "Your code started 500 programs. Look for a loop that does not end.")
MOST_STUCK = 3
"""Times that code may compute without end in one situation: a handler is called again after each."""
_ENDLESS = trouble_of(Stuck()) or Trouble("busy", "Your code computes without end.")
_TOO_MUCH = Trouble("busy", "Your code sent or printed more than 64 MB. Look for a loop that does not end.")
MOST_COMPUTED = 60.0
"""Seconds of the judge's processor time for the calls of one situation; no solution needs 3."""
_TOO_HEAVY = Trouble(
    "busy", "Your code's calls of AWS took a minute of processor time. Look for a loop that does not end."
)
_FULL = Trouble("busy", "Your code stored more in AWS than a lab has room for.")
BUDGET = 64 * 1024 * 1024
"""Bytes that may come from a learner's process in one situation."""
_ENDS = (GONE, _TOO_MUCH, _TOO_OFTEN, _TOO_MANY, _TOO_HEAVY, _FULL)
"""What ends not only a conversation but the situation."""


class LearnersProcess:
    """A learner's process while one situation is played.

    Args:
        channel: to it.
        lab: the lab of the situation.
        processor_time: tells how many seconds it has computed so far.
    """

    def __init__(self, channel: Channel, lab: Lab, processor_time: Callable[[], float]) -> None:
        self._channel = channel
        self._lab = lab
        self._processor_time = processor_time
        self._over = False
        self._asked = 0
        self._programs = 0
        self._computed = 0.0
        self._stuck = 0
        self._most = channel.received + BUDGET
        self._numbers = itertools.count(1)
        self._ended: set[int] = set()
        self.problem: Exception | None = None
        """What ends the situation, even if a service has taken it for a handler's error."""
        self.listeners: dict[int, Callable[[Mapping[str, Any]], None]] = {}
        """Who takes what an execution environment writes to its log, by the environment's number."""

    def ask(self, what: str, **facts: object) -> Any:  # noqa: ANN401 - whatever the learner's code returned
        """Have something done by the learner's process, on the current task, and give what came of it.

        Raises:
            Troubled: the learner's code failed, is not as it should be, or has ended its process.
            Stuck: it computes without end.
            Tampered: it sent what no library of ours sends.
        """
        # What stops code that spins must not tear this task apart meanwhile: a frame would be lost.
        with self._lab.world.kernel:
            return self._ask(what, facts)

    def _ask(self, what: str, facts: Mapping[str, object]) -> Any:  # noqa: ANN401
        if self.problem is not None:
            raise self.problem
        number = next(self._numbers)
        self._send({"conversation": number, "do": what, **facts})
        try:
            return self._converse(number)
        except Tampered as error:
            self.problem = error
            raise
        except Troubled as error:
            if error.trouble in _ENDS:
                self.problem = error
            raise
        except BaseException:
            self._break_off(number)
            raise
        finally:
            self._ended.add(number)

    def end(self) -> None:
        """The situation is over: the learner's half of it ends, whatever it is doing.

        Raises:
            ChannelError: the process has ended already.
        """
        self._over = True
        self._channel.send({"do": "end"})

    def conclude(self) -> None:
        """The situation is over; raises what the process has done that is no answer."""
        if self.problem is not None:
            raise self.problem

    def tampered(self, text: str) -> Tampered:
        """What is to be raised where it has sent what its library never sends; the situation ends with it."""
        self.problem = Tampered(text)
        return self.problem

    def _converse(self, number: int) -> Any:  # noqa: ANN401
        while True:
            frame = self._next(number)
            if "done" in frame:
                return value_of(frame["done"])
            if "failed" in frame:
                raise failure_of(frame["failed"])
            reply = self._reply_to(frame)
            if reply is not None:
                self._send({"conversation": number, **reply})

    # ---- frames

    def _send(self, frame: Mapping[str, Any]) -> None:
        try:
            self._channel.send({**frame, "instant": self._lab.world.clock.now})
        except (ChannelClosed, ChannelSilent) as error:
            self.problem = Troubled(GONE)
            raise self.problem from error

    def _next(self, number: int) -> dict[str, Any]:
        """The next frame of this conversation; only those that are over may still have something to say."""
        while True:
            frame = self._receive()
            if "gone" in frame:
                raise Troubled(GONE)
            sender = frame.get("conversation")
            if sender == number:
                return frame
            if not isinstance(sender, int) or sender not in self._ended:
                raise Tampered(f"a frame of conversation {shown(sender, 20)}, while {number} has the word")

    def _receive(self) -> dict[str, Any]:
        if self._channel.received > self._most:
            raise Troubled(_TOO_MUCH)
        try:
            return next_frame(self._channel, Patience(self._processor_time, busy=BUSY, silent=SILENT))
        except ChannelSilent:
            self._stuck += 1
            self.problem = Troubled(_ENDLESS) if self._stuck == MOST_STUCK else self.problem
            raise Stuck from None
        except ChannelClosed as error:
            raise Troubled(GONE) from error
        except ChannelError as error:
            raise Tampered(str(error)) from error

    def _break_off(self, number: int) -> None:
        """Tell the learner's half to end; code that does not is left behind, and ends with the process."""
        if self._over:
            return
        with contextlib.suppress(Troubled, ChannelError):
            self._send({"conversation": number, "do": "break off"})
            until = time.monotonic() + _FAREWELL
            while time.monotonic() < until:
                with contextlib.suppress(ChannelSilent):
                    frame = self._channel.receive(_LOOK_EVERY)
                    if "gone" in frame:
                        self.problem = Troubled(GONE)
                        return
                    if frame.get("conversation") == number and "ended" in frame:
                        return

    # ---- what it asks

    def _reply_to(self, frame: Mapping[str, Any]) -> dict[str, Any] | None:
        self._asked += 1
        if self._asked > MOST_ASKED:
            raise Troubled(_TOO_OFTEN)
        asked = frame.get("ask")
        handler = self._handlers.get(asked) if isinstance(asked, str) else None
        if handler is None:
            raise Tampered(f"nobody asks for {shown(asked, 40)!r}")
        by = frame.get("by")
        acting = self._lab.actor(by[:80]) if isinstance(by, str) and by else contextlib.nullcontext()
        with acting:
            return handler(self, frame)

    def _make_call(self, frame: Mapping[str, Any]) -> dict[str, Any]:
        begun = time.thread_time()
        try:
            answer = answer_to(frame, self._lab.world.account)
        except MemoryError as error:
            raise Troubled(_FULL) from error
        self._computed += time.thread_time() - begun
        if self._computed > MOST_COMPUTED:
            raise Troubled(_TOO_HEAVY)
        return answer

    def _sleep(self, frame: Mapping[str, Any]) -> dict[str, Any]:
        self._lab.world.kernel.sleep(seconds_of(frame.get("seconds")))
        return {"value": None}

    def _advance(self, frame: Mapping[str, Any]) -> dict[str, Any]:
        self._lab.advance(seconds_of(frame.get("seconds")))
        return {"value": None}

    def _run_until_idle(self, frame: Mapping[str, Any]) -> dict[str, Any]:
        return {"value": self._lab.run_until_idle(seconds_of(frame.get("seconds")))}

    def _wait(self, _frame: Mapping[str, Any]) -> dict[str, Any]:
        """It waits for what nobody in a single thread could bring: until somebody ends it."""
        with self._lab.world.kernel:
            self._lab.world.kernel.park(waiting_for="something that only another thread could do")
        return {"value": None}

    def _start_program(self, frame: Mapping[str, Any]) -> dict[str, Any]:
        self._programs += 1
        if self._programs > MOST_PROGRAMS:
            raise Troubled(_TOO_MANY)
        name, function = str(frame.get("name"))[:80], str(frame.get("function"))
        arguments = frame.get("arguments")
        self.start(name, function, arguments if isinstance(arguments, list) else [])
        return {"value": None}

    def start(
        self,
        name: str,
        function: str,
        arguments: list[Any],
        fell: Callable[[BaseException], None] | None = None,
    ) -> None:
        """Let a function of the learner's run beside the examiner; `arguments` are plain JSON."""

        def program() -> None:
            try:
                self.ask("call", function=function, arguments=arguments)
            except BaseException as error:
                if fell is not None:
                    fell(error)
                raise

        self._lab.program(name, program)

    def _take_log(self, frame: Mapping[str, Any]) -> None:
        number = frame.get("environment")
        if isinstance(number, int) and number in self.listeners:
            self.listeners[number](frame)

    def _take_print(self, frame: Mapping[str, Any]) -> None:
        sys.stdout.write(str(frame.get("text", "")))  # which the judge keeps the beginning of

    _handlers: Mapping[str, Callable[[LearnersProcess, Mapping[str, Any]], dict[str, Any] | None]] = {
        "aws": _make_call,
        "sleep": _sleep,
        "advance": _advance,
        "run until idle": _run_until_idle,
        "wait": _wait,
        "program": _start_program,
        "log": _take_log,
        "print": _take_print,
    }


def plain_arguments(arguments: tuple[object, ...], lab: Lab) -> list[Any]:
    """What a function is called with, as JSON; the lab is told by its place."""
    return [{"$lab": True} if each is lab else to_plain(each) for each in arguments]
