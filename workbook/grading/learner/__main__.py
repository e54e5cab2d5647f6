"""The learner's process: everything is imported once, and each situation is played in a fork of it.

    python -m workbook.grading.learner            its channel is the file descriptor WORKBOOK_CHANNEL

What a situation leaves behind (names, patches, files that are open) is gone with its fork.
"""

from __future__ import annotations

import functools
import os
import socket
from collections.abc import Callable, Mapping
from typing import Any

import boto3

from workbook.grading.frames import Channel, ChannelClosed
from workbook.grading.learner.notebook import run_notebook
from workbook.grading.learner.situation import play_situation

CHANNEL = "WORKBOOK_CHANNEL"


_OVER = 77
"""The exit code of a fork that came to its end; with any other, the judge waits for nobody."""
_TASKS: Mapping[str, Callable[[Channel, Mapping[str, Any]], None]] = {
    "notebook": run_notebook,
    "situation": play_situation,
}


def main() -> None:
    """Do what the judge asks for, until nobody asks any more."""
    channel = Channel(socket.socket(fileno=int(os.environ.pop(CHANNEL))))
    _warm_up()
    channel.send({"ready": True})
    while True:
        try:
            frame = channel.receive()
        except ChannelClosed:
            return
        if _in_a_fork(functools.partial(_TASKS[frame["do"]], channel, frame)) != _OVER:
            channel.send({"gone": True})


def _warm_up() -> None:
    """Have boto3 read what it reads once a process."""
    nobody = {"aws_access_key_id": "nobody", "aws_secret_access_key": "nobody"}
    for service in ("sqs", "sns", "lambda"):
        boto3.client(service, region_name="us-east-1", **nobody)  # type: ignore[call-overload]  # any service
    boto3.DEFAULT_SESSION = None


def _in_a_fork(task: Callable[[], None]) -> int:
    """Do it in a copy of this process; the copy's exit code."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = 1
    try:
        task()
        status = _OVER
    finally:
        os._exit(status)  # threads that are left are nobody's any more


if __name__ == "__main__":
    main()
