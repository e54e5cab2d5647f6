"""The learner's process: everything is imported once, and each situation is played in a fork of it.

    python -m workbook.grading.learner            its channel is the file descriptor WORKBOOK_CHANNEL

What a situation leaves behind (names, patches, files that are open) is gone with its fork.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from typing import Any

from workbook.grading.frames import Channel, ChannelClosed

CHANNEL = "WORKBOOK_CHANNEL"


def main() -> None:
    """Do what the judge asks for, until nobody asks any more."""
    channel = Channel(socket.socket(fileno=int(os.environ.pop(CHANNEL))))
    _warm_up()
    channel.send({"ready": True})
    tasks: dict[str, Callable[[Channel, Mapping[str, Any]], None]] = {
        "notebook": _run_notebook,
        "situation": _play_situation,
    }
    while True:
        try:
            frame = channel.receive()
        except ChannelClosed:
            return
        _in_a_fork(lambda asked=frame: tasks[asked["do"]](channel, asked))


def _warm_up() -> None:
    import boto3

    import workbook.grading.learner.notebook
    import workbook.grading.learner.situation  # noqa: F401 - what takes long is done once

    for service in ("sqs", "sns", "lambda"):
        boto3.client(service, region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none")
    boto3.DEFAULT_SESSION = None


def _in_a_fork(task: Callable[[], None]) -> None:
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    status = 1
    try:
        task()
        status = 0
    finally:
        os._exit(status)  # threads that are left are nobody's any more


def _play_situation(channel: Channel, facts: Mapping[str, Any]) -> None:
    from workbook.grading.learner.situation import Situation

    situation = Situation(channel, facts)
    channel.send({"begun": True})
    situation.conversations.serve()


def _run_notebook(channel: Channel, facts: Mapping[str, Any]) -> None:
    from workbook.grading.learner.notebook import run_notebook

    run_notebook(channel, facts)


if __name__ == "__main__":
    main()
