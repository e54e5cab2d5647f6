"""One process an account: how it is started, asked, and what is said when it ends.

    handle(account, request) ──> a process of this account? ──no──> start one (its journal is replayed)
                                       │ yes
                                       ├──> one request after the other
                                       └──> it ended: who waits is told, and so is the next one

One process each, because there is one lab in a process; and so that no learner can move another's time, read
their trace, fill their memory or stop them. Where the system can fork, processes are forked from one that has
imported everything (multiprocessing's fork server), which costs milliseconds instead of a second.

Frames cross, never objects: what comes from a process in which a learner's code runs is only read.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import multiprocessing.forkserver
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.context import ForkServerContext, SpawnContext
from pathlib import Path
from typing import Protocol, TypeVar

from workbook.served.account_process import FAILED, FRONT_IS_GONE, OUT_OF_MEMORY, Beginning, run
from workbook.served.limits import AccountLimits
from workbook.served.requests import LARGEST_BODY, LARGEST_HEADER, FrameError, HttpRequest, HttpResponse

_LARGEST_FRAME = LARGEST_HEADER + LARGEST_BODY + 64
_STARTS_WITHIN = 10
"""Times `request_seconds` until a process must be ready: a long journal takes a while."""
_ENDS_WITHIN = 10.0
"""Seconds for a process to end in good order, until it is killed."""
Result = TypeVar("Result")

_ACCOUNT = re.compile(r"[0-9]{12}")


class AccountEnded(RuntimeError):
    """The process of an account has ended by itself; the text says why, and what is lost."""

    def __init__(self, account: str, reason: str) -> None:
        super().__init__(
            f"the lab of account {account} ended: {reason}. What it had answered is kept, a request that "
            "it was busy "
            "with is lost; the request after this message goes on with what is kept"
        )
        self.account = account
        self.reason = reason


class TooManyAccounts(RuntimeError):
    """As many accounts have a process as are allowed."""


class AccountProcess(Protocol):
    """A process that holds the lab of one account; methods may wait, and are called from threads."""

    def is_alive(self) -> bool:
        """Whether it runs still."""

    def ask(self, frame: bytes, seconds: float) -> bytes:
        """Send a frame and wait for the answer; `b""` waits for the word that it is ready.

        Raises:
            EOFError: the process ended.
            TimeoutError: no answer came in time.
        """

    def end(self) -> None:
        """Let it end in good order, and kill it if it does not."""

    def kill(self) -> None:
        """End it at once."""

    def reason(self) -> str:
        """Why it ended, in words; only for one that has."""


class ForkedProcess:
    """A process of multiprocessing: forked from one that has everything imported, or spawned."""

    def __init__(self, beginning: Beginning) -> None:
        context = _context()
        self._channel, theirs = context.Pipe()
        their_lifeline, self._lifeline = context.Pipe(duplex=False)
        name = f"account {beginning.account}"
        arguments = (beginning, theirs, their_lifeline)
        self._process = context.Process(target=run, args=arguments, name=name, daemon=True)
        with _few_arenas():
            self._process.start()
        theirs.close()
        their_lifeline.close()

    @property
    def pid(self) -> int | None:
        """The id of the process."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Whether it runs still."""
        return self._process.is_alive()

    def ask(self, frame: bytes, seconds: float) -> bytes:
        """Send a frame and wait for the answer, as `AccountProcess` says."""
        try:
            if frame:
                self._channel.send_bytes(frame)
            answer = self._channel.recv_bytes(_LARGEST_FRAME) if self._channel.poll(seconds) else None
        except OSError as error:  # a broken pipe, or a frame that is larger than any may be
            raise EOFError(str(error)) from error
        if answer is None:
            raise TimeoutError
        return answer

    def end(self) -> None:
        """Let it end in good order, and kill it if it does not."""
        self._channel.close()
        self._process.join(_ENDS_WITHIN)
        self.kill()

    def kill(self) -> None:
        """End it at once."""
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._channel.close()
        self._lifeline.close()

    def reason(self) -> str:
        """Why it ended, in words."""
        self._process.join(_ENDS_WITHIN)
        return reason_of(self._process.exitcode)


def reason_of(exit_status: int | None) -> str:
    """What an exit status says, in words; a negative one is the number of a signal."""
    if exit_status is None:
        return "it answers no more"
    if exit_status < 0:
        name = signal.Signals(-exit_status).name
        return f"it was killed by signal {-exit_status} ({name}), by a person, or by a system without memory"
    return {
        OUT_OF_MEMORY: "it needed more memory than an account may take (memory_bytes)",
        FAILED: "something went wrong in it that should not; its last words are in the server's output",
        FRONT_IS_GONE: "the server ended",
    }.get(exit_status, f"it ended by itself, with status {exit_status}")


Starter = Callable[[Beginning], AccountProcess]
"""Starts the process of an account; returns before it is ready."""


class Accounts:
    """All accounts of a server, each with a process of its own while it is used.

    Args:
        folder: Where journals are kept, one file an account. It exists.
        limits: What each account may use.
        seed: Of labs that begin here.
        region: Their default Region.
        told: Is given a line of text whenever a process ends that was not asked to; it is printed otherwise.
        start: How processes are started.
    """

    def __init__(
        self,
        folder: Path,
        *,
        limits: AccountLimits | None = None,
        seed: int = 0,
        region: str = "us-east-1",
        told: Callable[[str], None] = print,
        start: Starter = ForkedProcess,
    ) -> None:
        self.limits = limits or AccountLimits()
        self._folder = folder
        self._seed = seed
        self._region = region
        self._told = told
        self._start = start
        self._held: dict[str, Holder] = {}
        self._threads = ThreadPoolExecutor(self.limits.accounts + 4, thread_name_prefix="account")

    async def handle(self, account: str, request: HttpRequest) -> HttpResponse:
        """Let the process of an account answer a request; those of one account wait for each other.

        Args:
            account: 12 digits.
            request: A request to AWS, or to the control API.

        Raises:
            AccountEnded: its process has ended before it could answer, or since the last request.
            TooManyAccounts: no more may have a process.
        """
        holder = self._holder(account)
        async with holder.turn:
            holder.last_used = time.monotonic()
            return await self._in_thread(lambda: holder.answer(request))

    async def end_idle(self) -> list[str]:
        """End the processes that nobody has used for `idle_seconds`; which accounts' they were.

        Their journals stay, and the next request goes on with the same lab.
        """
        now = time.monotonic()
        ended = []
        for account, holder in list(self._held.items()):
            if now - holder.last_used >= self.limits.idle_seconds and not holder.turn.locked():
                async with holder.turn:
                    await self._in_thread(holder.end)
                del self._held[account]
                ended.append(account)
                self._told(
                    f"account {account}: nobody used it for {self.limits.idle_seconds} s, so its process "
                    "ended; its "
                    "next request brings the lab back"
                )
        return ended

    async def close(self) -> None:
        """End all processes in good order."""
        await asyncio.gather(*(self._in_thread(holder.end) for holder in self._held.values()))
        self._held.clear()
        self._threads.shutdown()

    def processes(self) -> dict[str, AccountProcess]:
        """The processes that run now, by account."""
        return {
            account: holder.process for account, holder in self._held.items() if holder.process is not None
        }

    def _holder(self, account: str) -> Holder:
        if account in self._held:
            return self._held[account]
        if not _ACCOUNT.fullmatch(account):
            raise ValueError(f"account={account!r}: pass 12 digits, e.g. '123456789012'")
        if len(self._held) >= self.limits.accounts:
            raise TooManyAccounts(
                f"{len(self._held)} accounts are in use, and no more may be (accounts): try again when one "
                "has ended, "
                "or start the server with a higher limit"
            )
        journal = self._folder / f"{account}.jsonl"
        beginning = Beginning(account, journal, self._seed, self._region, self.limits)
        self._held[account] = holder = Holder(beginning, self._start, self._told)
        return holder

    async def _in_thread(self, call: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)


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
            aside = journal.with_suffix(".lost.jsonl")
            journal.replace(aside)
            self._untold = (
                f"{reason}, while its journal was replayed; that is in {aside.name} now, and the lab is empty"
            )
            self._told(f"account {self._beginning.account}: {self._untold}")


def _context() -> ForkServerContext | SpawnContext:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["workbook.served.preload"])
    return context


@contextmanager
def _few_arenas() -> Iterator[None]:
    """Start the fork server with few arenas: glibc sets 64 MB of addresses aside for each thread otherwise.

    That would count as memory, of which an account has a limit, and it has many threads that sleep.
    """
    before = os.environ.get("MALLOC_ARENA_MAX")
    os.environ["MALLOC_ARENA_MAX"] = "2"
    try:
        yield
    finally:
        if before is None:
            del os.environ["MALLOC_ARENA_MAX"]
        else:
            os.environ["MALLOC_ARENA_MAX"] = before
