"""The `lab` that a graded answer is called with: what an answer needs of a Lab, by way of the judge."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import boto3

from workbook.functions import deploy_function
from workbook.grading.learner.conversations import CannotGoOn, Conversations
from workbook.grading.learner.kernel import FarKernel
from workbook.grading.plain import to_plain


class FarWorld:
    """Kernel and clock of the lab, as far as they are here."""

    def __init__(self, kernel: FarKernel) -> None:
        self.kernel = kernel
        self.clock = kernel.clock


class FarLab:
    """A Lab whose AWS is in the judge's process."""

    def __init__(self, conversations: Conversations, kernel: FarKernel, account: str) -> None:
        self._conversations = conversations
        self._account = account
        self._programs: dict[str, Callable[..., object]] = {}
        self.world = FarWorld(kernel)

    # ---- as of a Lab

    def client(self, service: str, *, account: str | None = None, **options: Any) -> Any:  # noqa: ANN401 - as boto3.client
        """As `Lab.client`, for the answer's own account."""
        self._refuse_account(account)
        return boto3.client(service, **options)  # type: ignore[call-overload]  # any service

    def resource(self, service: str, *, account: str | None = None, **options: Any) -> Any:  # noqa: ANN401 - as boto3.resource
        """As `Lab.resource`, for the answer's own account."""
        self._refuse_account(account)
        return boto3.resource(service, **options)  # type: ignore[call-overload]  # any service

    def function(self, name: str, handler: Callable[..., object] | str | Path, **options: Any) -> str:  # noqa: ANN401
        """As `Lab.function`."""
        return deploy_function(name, handler, options)

    def program(self, name: str, function: Callable[..., object], *arguments: object) -> None:
        """As `Lab.program`."""
        key = f"program {len(self._programs) + 1}"
        self._programs[key] = function
        self._conversations.ask(
            "program", name=name, function=key, arguments=[to_plain(each) for each in arguments]
        )

    @contextmanager
    def actor(self, name: str) -> Iterator[None]:
        """As `Lab.actor`."""
        half = self._conversations.half
        before = half.actor if half is not None else ""
        try:
            if half is not None:
                half.actor = name
            yield
        finally:
            if half is not None:
                half.actor = before

    @property
    def now(self) -> datetime.datetime:
        """As `Lab.now`."""
        return self.world.clock.datetime()

    def advance(
        self, seconds: float = 0, *, minutes: float = 0, hours: float = 0, days: float = 0
    ) -> datetime.datetime:
        """As `Lab.advance`."""
        total = seconds + 60 * minutes + 3600 * hours + 86400 * days
        if not total >= 0:
            message = f"advance({total} seconds): time goes forwards only"
            raise ValueError(message)
        self._conversations.ask("advance", seconds=total)
        return self.now

    def run_until_idle(self, limit: float = 366 * 86400) -> bool:
        """As `Lab.run_until_idle`."""
        return bool(self._conversations.ask("run until idle", seconds=limit)["value"])

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        message = (
            f"lab.{name} is not there while an answer is graded: the lab belongs to the check. Use boto3, "
            "and lab.function, lab.client, lab.advance or lab.now."
        )
        raise CannotGoOn(message)

    # ---- for this process

    def started(self, key: str) -> Callable[..., object] | None:
        """A function that was started as a program."""
        return self._programs.get(key)

    def _refuse_account(self, account: str | None) -> None:
        if account not in (None, self._account):
            message = (
                f"account={account!r}: a graded answer has one account, {self._account}; leave `account` out"
            )
            raise CannotGoOn(message)
