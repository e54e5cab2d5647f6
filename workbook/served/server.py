"""A server from its beginning to its end: `workbook serve`.

It listens on this computer only, unless told otherwise. Then it wants a token, and the processes of accounts,
in which learners' code runs, are confined, unless all learners are said to be trusted.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from workbook.confinement import Level, highest_level
from workbook.engine.sealing import is_loopback
from workbook.served.confined_process import ConfinedProcess
from workbook.served.front import Front
from workbook.served.keys import Keys
from workbook.served.limits import AccountLimits
from workbook.served.listening import listen
from workbook.served.processes import Accounts, ForkedProcess, Starter
from workbook.served.state import State

PORT = 4566
"""The port unless another is named: that of the simulators that many tools know."""
_SHORTEST_TOKEN = 16
_LOOKS_FOR_IDLE = 10.0
"""Seconds between two looks for processes that nobody uses."""
_CARRIED_THROUGH_WITHIN = 30.0
"""Real seconds for requests that came before the end."""


class ServeError(ValueError):
    """A server cannot begin like this; the text says what to change."""


@dataclass(frozen=True)
class Settings:
    """What `workbook serve` was told."""

    host: str = "127.0.0.1"
    port: int = PORT
    token_file: Path | None = None
    state: Path | None = None
    seed: int = 0
    limits: AccountLimits = field(default_factory=AccountLimits)
    unconfined: bool = False
    confined: bool = False

    def token(self) -> str | None:
        """The server's token.

        Raises:
            ServeError: there is none where one is needed, it cannot be read, or it is too short.
        """
        if self.token_file is None:
            if is_loopback(self.host):
                return None
            raise ServeError(
                f"--host {self.host}: others can reach this address, so a token is needed. Write one into a "
                "file, e.g. python -c 'import secrets; print(secrets.token_urlsafe())' > token, and add "
                "--token-file token"
            )
        try:
            token = self.token_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ServeError(f"--token-file {self.token_file}: it cannot be read: {error}") from error
        if len(token) < _SHORTEST_TOKEN:
            raise ServeError(
                f"--token-file {self.token_file}: the token has {len(token)} characters; it needs "
                f"{_SHORTEST_TOKEN} or more, so that nobody guesses it"
            )
        return token

    def starter(self) -> Starter:
        """How the processes of accounts are started.

        Raises:
            ServeError: code of others would run here, and this machine cannot confine it.
        """
        if not self.confined and (self.unconfined or is_loopback(self.host)):
            return ForkedProcess
        try:
            level = highest_level()
        except OSError as error:
            raise ServeError(f"{error}. If you trust all who get a key, say --unconfined") from error
        if level is Level.NAMESPACES:
            return ConfinedProcess
        raise ServeError(
            f"--host {self.host}: whoever gets a key can run Lambda functions here, and what this machine "
            f"has for them is {level.words}. Install bubblewrap (Debian, Ubuntu: sudo apt install "
            "bubblewrap) and allow user namespaces; or, if you trust all who get a key, say --unconfined"
        )


def serve(settings: Settings, told: Callable[[str], None] = print) -> int:
    """Run a server until it is told to end (Ctrl-C, or SIGTERM); the exit code.

    Raises:
        ServeError: it cannot begin like this.
        StateError: its folder cannot be used.
    """
    token = settings.token()
    start = settings.starter()
    with _state_of(settings) as state:
        keys_file = None if settings.state is None else state.keys
        for line in state.begin():
            told(line)
        keys = Keys(issued_only=token is not None, file=keys_file)
        for account in state.accounts():
            keys.know(account)
        accounts = functools.partial(
            Accounts, state.folder, limits=settings.limits, seed=settings.seed, told=told, start=start
        )
        asyncio.run(_run(settings, accounts, keys, token, told))
        state.end()
    return 0


@contextlib.contextmanager
def _state_of(settings: Settings) -> Iterator[State]:
    if settings.state is not None:
        yield State(settings.state)
        return
    with tempfile.TemporaryDirectory(prefix="workbook-serve-") as folder:
        yield State(Path(folder))


async def _run(
    settings: Settings,
    open_accounts: Callable[[], Accounts],
    keys: Keys,
    token: str | None,
    told: Callable[[str], None],
) -> None:
    accounts = open_accounts()
    front = Front(accounts, keys, settings.limits, token)
    try:
        server, port = listen(front, settings.host, settings.port)
    except OSError as error:
        raise ServeError(
            f"{settings.host}:{settings.port} cannot be listened on: {error.strerror}"
        ) from error
    told(_greeting(settings.host, port, with_token=token is not None))
    idle = asyncio.ensure_future(_end_idle(accounts))
    told_to_end = _told_to_end()
    await told_to_end.get()
    told(
        f"Ending: what is being answered has {_CARRIED_THROUGH_WITHIN:.0f} s to be carried through. "
        "Ctrl-C once more ends them, too."
    )
    server.stop()
    idle.cancel()
    await _carry_through(front, told_to_end)
    await server.close_all_connections()
    await accounts.close()


async def _carry_through(front: Front, told_to_end: asyncio.Queue[None]) -> None:
    """Wait until all that was asked is answered, it takes too long, or somebody is told to end once more."""
    both = [
        asyncio.ensure_future(front.end(_CARRIED_THROUGH_WITHIN)),
        asyncio.ensure_future(told_to_end.get()),
    ]
    await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    for each in both:
        each.cancel()


async def _end_idle(accounts: Accounts) -> None:
    while True:
        await asyncio.sleep(_LOOKS_FOR_IDLE)
        await accounts.end_idle()


def _told_to_end() -> asyncio.Queue[None]:
    """Gets one more each time that somebody says so, by Ctrl-C or SIGTERM."""
    told: asyncio.Queue[None] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        if sys.platform == "win32":  # its event loop takes no signals
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(told.put_nowait, None))
        else:
            loop.add_signal_handler(number, told.put_nowait, None)
    return told


def _greeting(host: str, port: int, *, with_token: bool) -> str:
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    key = "A_KEY_FROM_/workbook/v1/keys" if with_token else "AKIA123456789012LABX"
    return (
        f"AWS is simulated at {url}\n"
        "  export AWS_ENDPOINT_URL=" + url + "\n"
        f"  export AWS_ACCESS_KEY_ID={key} AWS_SECRET_ACCESS_KEY=any AWS_DEFAULT_REGION=us-east-1\n"
        "Each access key is an account of its own, with its own time: docs/serve.md. Ctrl-C ends it."
    )
