"""What the front keeps of one account: its process, started when it is needed, and what is still to be told.

ask ──> does it run? ──no──> start it; its journal is replayed
│ yes
└──> an answer, or it ended: who waits is told, and so is the next one
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from workbook.served.account_process import Beginning
from workbook.served.forked_process import COULD_NOT_WRITE, AccountProcess, Starter
from workbook.served.requests import FrameError, HttpRequest, HttpResponse

_STARTS_WITHIN = 10
"""Times `request_seconds` until a process must be ready: a long journal takes a while."""


class AccountEnded(RuntimeError):
    """The process of an account has ended by itself; the text says why, and what is lost."""

    def __init__(self, account: str, reason: str) -> None:
        super().__init__(
            f"the lab of account {account} ended: {reason}. What it had answered is kept, a request that it "
            "was busy with is lost; the request after this message goes on with what is kept"
        )
        self.account = account
        self.reason = reason


class Holder:
    """The process of one account: started when it is needed, and told of when it ends.

    Args:
        beginning: What a new process is told.
        start: How it is started.
        told: Is given a line of text when it ends by itself.
    """

    def __init__(self, beginning: Beginning, start: Starter, told: Callable[[str], None]) -> None:
        self.turn = asyncio.Lock()
        """Held by whoever's request is answered."""
        self.asking = 0
        """Requests that are answered, or wait for their turn."""
        self.last_used = time.monotonic()
        self.process: AccountProcess | None = None
        self._beginning = beginning
        self._start = start
        self._told = told
        self._untold: str | None = None
        """Why the last process ended, if the next request must still be told."""

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Ask the process. Raises AccountEnded as `Accounts.handle` says."""
        if self._untold is not None:
            reason, self._untold = self._untold, None
            raise AccountEnded(self._beginning.account, reason)
        if self.process is not None and not self.process.is_alive():
            raise self._ended(self.process.reason())
        if self.process is None:
            self._begin()
        try:
            frame = self._ask(request.frame(), self._beginning.limits.request_seconds)
            return HttpResponse.of_frame(frame)
        except FrameError as error:
            raise self._waited_in_vain(f"it sent what is no answer: {error}") from error

    def end(self) -> None:
        """Let the process end in good order."""
        if self.process is not None:
            self.process.end()
            self.process = None

    def _begin(self) -> None:
        self.process = self._start(self._beginning)
        try:
            self._ask(b"", _STARTS_WITHIN * self._beginning.limits.request_seconds)
        except AccountEnded as error:
            if error.reason != COULD_NOT_WRITE:
                self._put_journal_aside(error.reason)
            raise

    def _ask(self, frame: bytes, seconds: float) -> bytes:
        assert self.process is not None  # noqa: S101 - both callers have started one
        try:
            return self.process.ask(frame, seconds)
        except EOFError as error:
            raise self._waited_in_vain(self.process.reason()) from error
        except TimeoutError as error:
            raise self._waited_in_vain(f"it gave no answer in {seconds:g} s (request_seconds)") from error

    def _waited_in_vain(self, reason: str) -> AccountEnded:
        """For who waits; the next one is told, too."""
        self._untold = reason
        return self._ended(reason)

    def _ended(self, reason: str) -> AccountEnded:
        if self.process is not None:
            self.process.kill()
            self.process = None
        self._told(f"account {self._beginning.account}: {reason}")
        return AccountEnded(self._beginning.account, reason)

    def _put_journal_aside(self, reason: str) -> None:
        """What cannot be replayed must not stop this account for ever."""
        journal = self._beginning.journal
        if journal.exists():
            names = (f".lost{number}.jsonl" for number in ("", *range(2, 10_000)))
            aside = next(path for path in map(journal.with_suffix, names) if not path.exists())
            journal.replace(aside)
            self._untold = (
                f"{reason}, while its journal was replayed; that is in {aside.name} now, and the lab is empty"
            )
            self._told(f"account {self._beginning.account}: {self._untold}")
