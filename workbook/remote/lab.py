"""`Lab(endpoint="http://...")`: the front door of a lab that a server holds.

    lab = Lab(endpoint="http://127.0.0.1:4566")     # a lab of `workbook serve`
    sqs = boto3.client("sqs")                        # goes there, too
    lab.advance(minutes=5)
    lab.flow(follow=True)                            # whoever uses that lab, from whatever language

Time and calls go over the network; flows, sequences, charts and sums are made here, of the trace. What cannot
be had from afar, such as a server played by a function of the notebook, is refused by name.
"""

from __future__ import annotations

import datetime
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import quote

from workbook.aws.environment import access_key_of
from workbook.engine.clock import datetime_of
from workbook.engine.patches import Patches
from workbook.engine.seeds import Chaos
from workbook.engine.trace import Trace
from workbook.engine.world import START
from workbook.lab import Lab
from workbook.lab_arguments import LabError, check_name, check_numbers, checked_arguments
from workbook.queue_view import QueueView
from workbook.remote import surroundings
from workbook.remote.connection import Connection
from workbook.remote.queue import FetchedQueue
from workbook.remote.trace import FetchedTrace

if TYPE_CHECKING:
    from workbook.engine.world import World
    from workbook.flow.flow import Flow, Message, Only, Since

_REFUSED = {
    "program": "run a program of its own, with any SDK, against the server",
    "worker": "workers of Auto Scaling groups are functions of the notebook",
    "endpoint": "a server at a URL is a function of the notebook",
    "http": "what answers at URLs lives in the server",
    "mailbox": "letters lie in the server",
    "outage": "outages are ordered where the lab is",
    "job": "how long jobs take is said where the lab is",
    "pattern_tester": "patterns are tested where the lab is",
    "world": "kernel and clock are in the server",
    "give_way": "a lab that others use gives way to nobody",
}
_LOOKS_EVERY = 0.5
"""Real seconds between two questions for news, while a picture follows."""
_YEAR = 366 * 86400


class RemoteLab(Lab):
    """A lab that a server holds; made by `Lab(endpoint=...)`, which says what its arguments mean."""

    def __init__(
        self,
        *,
        endpoint: str | None = None,
        access_key: str | None = None,
        seed: int | None = None,
        region: str = "us-east-1",
        account: str = "123456789012",
        start: datetime.datetime | None = None,
        chaos: Chaos | None = None,
    ) -> None:
        for name, value in (("start", start), ("chaos", chaos)):
            if value is not None:
                self._refuse(f"Lab(endpoint=..., {name}=...)", "a served lab has none of its own")
        checked = checked_arguments(seed or 0, region, account, START, None)
        self._connection = Connection(str(endpoint), access_key or access_key_of(checked["account"]))
        self._fetched = FetchedTrace(self._connection)
        self._following: threading.Thread | None = None
        self._over = threading.Event()
        self._begin(lambda: _Distant(self._connection, region, seed, self._over))

    def __getattribute__(self, name: str) -> Any:  # noqa: ANN401 - as of any attribute
        if name in _REFUSED:
            self._refuse(f"lab.{name}", _REFUSED[name])
        return super().__getattribute__(name)

    @staticmethod
    def _refuse(what: str, why: str) -> NoReturn:
        message = (
            f"{what} cannot be had from a lab that a server holds: {why}. Make a lab in this process: Lab()"
        )
        raise LabError(message)

    # ---- plain boto3

    def client(self, service: str, *, account: str | None = None, **options: Any) -> Any:  # noqa: ANN401 - as boto3.client
        """Make a boto3 client that asks the server, exactly as `boto3.client(service, **options)` does."""
        self._own_account(account)
        return super().client(service, **options)

    def resource(self, service: str, *, account: str | None = None, **options: Any) -> Any:  # noqa: ANN401 - as boto3.resource
        """Make a boto3 resource that asks the server, as `boto3.resource(service, **options)` does."""
        self._own_account(account)
        return super().resource(service, **options)

    def _own_account(self, account: str | None) -> None:
        if account is not None:
            self._refuse(f"account={account!r}", "each account of a server is a lab of its own")

    @contextmanager
    def actor(self, name: str) -> Iterator[None]:
        """Say who makes the calls inside, as `Lab.actor` does."""
        self._ensure_open()
        check_name("actor", name)
        token = surroundings.actor.set(quote(name))
        try:
            yield
        finally:
            surroundings.actor.reset(token)

    @property
    def chaos(self) -> Chaos:
        """The chance that standard queues duplicate, reorder or miss messages; a served lab has none."""
        return Chaos()

    @chaos.setter
    def chaos(self, chaos: Chaos) -> None:
        self._refuse(f"lab.chaos = {chaos!r}", "chance is set where the lab is")

    def queue(self, name: str) -> QueueView:
        """What is in a queue, visible or not: what no consumer of AWS can see.

        Raises:
            TypeError: `name` is no text.
            LookupError: there is no such queue; the text lists those there are.
        """
        self._ensure_open()
        check_name("queue", name)
        return QueueView(FetchedQueue(self._connection, name))

    # ---- time

    @property
    def now(self) -> datetime.datetime:
        """What time it is in the lab, as an aware UTC datetime."""
        self._ensure_open()
        return datetime_of(self._connection.get("/time")["microseconds"])

    def advance(
        self, seconds: float = 0, *, minutes: float = 0, hours: float = 0, days: float = 0
    ) -> datetime.datetime:
        """Let time pass, and everything that is due in it happen; returns the time then.

        Raises:
            TypeError: a duration is no number.
            LabError: the server refuses; the sum is negative, say.
        """
        self._ensure_open()
        check_numbers(seconds=seconds, minutes=minutes, hours=hours, days=days)
        total = seconds + 60 * minutes + 3600 * hours + 86400 * days
        return datetime_of(self._connection.post("/time/advance", seconds=total)["microseconds"])

    def run_until_idle(self, limit: float = _YEAR) -> bool:
        """Let time pass until nothing is left to do, at most `limit` seconds; True when all is done.

        Raises:
            TypeError: `limit` is no number.
            LabError: the server refuses.
        """
        self._ensure_open()
        check_numbers(limit=limit)
        return bool(self._connection.post("/time/run-until-idle", limit=limit)["idle"])

    # ---- what happened

    @property
    def trace(self) -> Trace:
        """Everything that happened, in order, as far as the server keeps it."""
        if not self._closed:
            self._fetched.fetch()
        return self._fetched

    @property
    def _instant(self) -> int:
        return self._fetched.now

    def flow(
        self,
        *,
        of: Message | None = None,
        since: Since | None = None,
        only: Only | None = None,
        follow: bool = False,
    ) -> Flow:
        """The picture of all that happened so far, as `Lab.flow` makes it.

        With `follow=True` it goes on with whatever is done in that lab, by whom and from where it may be.
        """
        flow = super().flow(of=of, since=since, only=only, follow=follow)
        if follow:
            self._follow()
        return flow

    def _follow(self) -> None:
        if self._following is None or not self._following.is_alive():
            self._following = threading.Thread(target=self._look, name="follows a lab", daemon=True)
            self._following.start()

    def _look(self) -> None:
        """Ask for news as long as a picture wants them, until the lab is closed."""
        while not self._over.wait(_LOOKS_EVERY):
            if not self._fetched.observers.methods:  # not shown yet, or not any more
                continue
            try:
                if self._fetched.fetch():
                    self._fetched.observers.tell()
            except LabError:  # the server may be there again later; who asks it meanwhile is told
                continue

    # ---- beginning and end

    def reset(self) -> None:
        """Start again: no resources, no trace, the first instant, the same seed. Clients stay usable."""
        self._ensure_open()
        self._connection.post("/reset")
        self._fetched.fetch()
        self._fetched.observers.tell()

    def __repr__(self) -> str:
        if self._closed:
            return "<Lab: closed>"
        try:
            hops = len(self.trace)
        except LabError as error:  # a name alone in a cell, or a debugger's list of names, raises nothing
            return f"<Lab at {self._connection.endpoint}: {error}>"
        time = f"{datetime_of(self._instant):%Y-%m-%d %H:%M:%S} UTC"
        return f"<Lab at {self._connection.endpoint}: {time}, {hops} hops>"

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self).strip('<>'))}</p>"


class _Distant:
    """What a Lab holds open in the place of a simulation: a way to one."""

    def __init__(self, connection: Connection, region: str, seed: int | None, over: threading.Event) -> None:
        account = connection.get("/health")["account"]
        if seed is not None:  # before anything is changed here: what the server refuses leaves no lab open
            connection.post("/reset", seed=seed)
        self._over = over
        self._patches = Patches()
        surroundings.install(self._patches, connection, region=region, account=account)

    @property
    def world(self) -> World:
        message = "kernel and clock of a served lab are in the server"
        raise LabError(message)

    def renew(self, world: World) -> None:
        """A served lab is renewed by its server."""
        raise LabError(f"{world}: a served lab has its world in the server")

    def close(self) -> None:
        """Go away; the lab stays as it is."""
        self._over.set()
        self._patches.undo_all()
