"""A `workbook serve` as a process of its own, for as long as something is done with it."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import psutil

_READY = "Ctrl-C ends it"
_SECONDS_TO_END = 60.0


@dataclass(frozen=True)
class RunningServer:
    """A server that runs; `said` is what it printed until it was ready."""

    process: subprocess.Popen[str]
    said: str

    @property
    def port(self) -> int:
        """Its port on 127.0.0.1."""
        found = re.search(r"simulated at http://127\.0\.0\.1:(\d+)", self.said)
        if found is None:
            message = f"the server did not begin:\n{self.said}"
            raise RuntimeError(message)
        return int(found[1])

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def lab(self) -> psutil.Process:
        """The process of its one lab: the youngest below it, as the others help to start it."""
        below = psutil.Process(self.process.pid).children(recursive=True)
        return max(below, key=lambda process: process.create_time())


@contextlib.contextmanager
def serving(*words: str) -> Iterator[RunningServer]:
    """A server with these words on its command line, at a free port."""
    command = [sys.executable, "-m", "workbook", "serve", "--port", "0", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:  # noqa: S603 - our own module
        try:
            yield RunningServer(process, _first_words(process))
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(_SECONDS_TO_END)
            finally:
                process.kill()


def _first_words(process: subprocess.Popen[str]) -> str:
    said = ""
    for line in process.stdout or ():
        said += line
        if _READY in line:
            break
    return said
