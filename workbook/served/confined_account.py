"""The process of an account under confinement: it sees nothing of the computer but the package, and a socket.

    front                                          this process
      | first: its beginning, and its journal  ->  |
      |  <-  an answer to that, when it is ready   |
      | a request  ->                              |  Account, with a journal in a folder that ends with it
      |  <-  the response                          |
      |  <-  what the journal has more             |

Handlers in here are code of strangers, so there is no file outside that could be written: the journal's new
lines cross as bytes, and the front keeps them without reading them.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any

from workbook.confinement import CHANNEL
from workbook.served.account_process import OUT_OF_MEMORY
from workbook.served.limits import AccountLimits
from workbook.served.requests import HttpRequest, HttpResponse, read_frame

APPENDED, REPLACED, UNCHANGED = 200, 205, 204
"""Statuses of the frame about a journal: its body comes behind what there is, or in its place, or is none."""


class JournalChanges:
    """What a journal in a file has more than when it was last looked at."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = (0, 0)

    def next(self) -> HttpResponse:
        """The changes since the last look."""
        if not self._path.exists():  # given up, as it had grown too long
            changed, self._seen = self._seen != (0, 0), (0, 0)
            return HttpResponse(REPLACED if changed else UNCHANGED)
        status = self._path.stat()
        inode, read = self._seen
        begun_anew = status.st_ino != inode or status.st_size < read
        with self._path.open("rb") as journal:
            journal.seek(0 if begun_anew else read)
            lines = journal.read()
        self._seen = status.st_ino, len(lines) + (0 if begun_anew else read)
        if begun_anew:
            return HttpResponse(REPLACED, body=lines)
        return HttpResponse(APPENDED, body=lines) if lines else HttpResponse(UNCHANGED)


def main() -> None:
    """Answer requests until the front wants no more."""
    channel = socket.socket(fileno=int(os.environ[CHANNEL]))
    first = read_frame(channel.recv)
    if first is None:
        return
    told = HttpRequest.of_frame(first)
    journal = Path(tempfile.mkdtemp()) / "journal.jsonl"
    if told.body:
        journal.write_bytes(told.body)
    _serve(channel, json.loads(told.query), journal)


def _serve(channel: socket.socket, told: dict[str, Any], journal: Path) -> None:
    from workbook.served.account import Account  # noqa: PLC0415 - the front imports this module, and no AWS
    from workbook.served.aws_requests import answer_aws  # noqa: PLC0415 - as above

    account = Account(
        told["account"],
        answer=answer_aws,
        journal=journal,
        seed=told["seed"],
        region=told["region"],
        limits=AccountLimits(**told["limits"]),
    )
    changes = JournalChanges(journal)
    channel.sendall(HttpResponse(200).frame() + changes.next().frame())
    while frame := read_frame(channel.recv):
        response = account.handle(HttpRequest.of_frame(frame))
        channel.sendall(response.frame() + changes.next().frame())
    account.close()
    channel.sendall(changes.next().frame())


if __name__ == "__main__":
    try:
        main()
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    sys.stdout.flush()
    os._exit(0)  # not by way of threads that sleep in learners' code
