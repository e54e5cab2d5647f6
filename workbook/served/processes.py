"""One process an account, and all accounts of a server.

One process each, because there is one lab in a process; and so that no learner can move another's time, read
their trace, fill their memory or stop them. Requests of one account wait for each other, and for no others.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from workbook.served.account_process import Beginning
from workbook.served.forked_process import AccountProcess, ForkedProcess, Starter, reason_of
from workbook.served.holder import AccountEnded, Holder
from workbook.served.limits import AccountLimits
from workbook.served.requests import HttpRequest, HttpResponse

__all__ = [
    "AccountEnded",
    "AccountProcess",
    "Accounts",
    "ForkedProcess",
    "Starter",
    "TooManyAccounts",
    "reason_of",
]

Result = TypeVar("Result")

_ACCOUNT = re.compile(r"[0-9]{12}")


class TooManyAccounts(RuntimeError):
    """As many accounts have a process as are allowed."""


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
        self._closed = False
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
        holder.asking += 1
        try:
            async with holder.turn:
                if self._closed:
                    raise AccountEnded(account, "the server ended")
                holder.last_used = time.monotonic()
                return await self._in_thread(lambda: holder.answer(request))
        finally:
            holder.asking -= 1

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
                if not holder.asking:  # who came meanwhile starts a process of this holder, and of no second
                    del self._held[account]
                ended.append(account)
                self._told(
                    f"account {account}: nobody used it for {self.limits.idle_seconds} s, so its process "
                    "ended; its next request brings the lab back"
                )
        return ended

    async def close(self) -> None:
        """End all processes in good order; a request that waits still begins none anew."""
        self._closed = True
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
                "has ended, or start the server with a higher limit"
            )
        journal = self._folder / f"{account}.jsonl"
        beginning = Beginning(account, journal, self._seed, self._region, self.limits)
        self._held[account] = holder = Holder(beginning, self._start, self._told)
        return holder

    async def _in_thread(self, call: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)
