"""Starting small programs confined, at each level that this machine has."""

import contextlib
import json
import os
import select
import shutil
import socket
import sys

import pytest

from workbook.confinement import Level, Limits, start
from workbook.confinement.levels import chosen_level

LIMITS = {
    "cpu_seconds": 20,
    "wall_seconds": 60,
    "memory_bytes": 512 * 1024**2,
    "processes": 40,
    "file_bytes": 1024**2,
    "open_files": 64,
    "output_bytes": 10_000,
    "scratch_bytes": 4 * 1024**2,
}
# Runs first in each program: `say(anything)` sends it, `hear()` waits for word or for the end of the channel.
BEGIN = """
import json, os, socket, sys, time
channel = socket.socket(fileno=int(os.environ["WORKBOOK_CHANNEL"]))
say = lambda value: channel.sendall(json.dumps(value).encode() + b"\\n")
hear = lambda: channel.recv(1)
"""

ONE_THAT_HIDES = """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        {before}
        say("hidden")
        while True: time.sleep(60)
    os._exit(0)
os.wait()
"""


def python_at(level):
    """An interpreter that the user of that level can reach; another user cannot look into a home."""
    return shutil.which("python3", path="/usr/bin") if level is Level.USER else sys.executable


def needs(level):
    try:
        chosen_level(level)
    except OSError as error:
        pytest.skip(str(error))
    if python_at(level) is None:
        pytest.skip("this machine has no Python that another user can run")


@contextlib.contextmanager
def running(level, source, *, readable=None, hidden=(), environment=None, **limits):
    """A program in Python that runs, and is ended in the end."""
    confined = start(
        [python_at(level), "-I", "-S", "-c", BEGIN + source],
        readable=readable or {},
        hidden=hidden,
        environment=environment,
        limits=Limits(**{**LIMITS, **limits}),
        level=level,
    )
    confined.channel.settimeout(60)
    try:
        yield confined
    finally:
        confined.kill()


def said(confined):
    """The next thing that the program says; fails with its output where it says nothing more."""
    told = b""
    while not told.endswith(b"\n"):
        part = confined.channel.recv(1)
        assert part, f"{confined.ended()}: {confined.output}"
        told += part
    return json.loads(told)


def how_it_ended(confined):
    """Waits for the end of the channel, which is when all has been ended."""
    with contextlib.suppress(ConnectionError):
        while confined.channel.recv(1 << 16):
            pass
    confined._watcher.join(60)
    return confined.ended()


def answer_of(level, source, **keywords):
    """What a program says, once."""
    with running(level, source, **keywords) as confined:
        return said(confined)


class Lifeline:
    """A connection whose other end a program gets by its channel; it ends when nobody holds that any more."""

    TAKE = "\n_, (lifeline,), _, _ = socket.recv_fds(channel, 1, 1)\nos.set_inheritable(lifeline, True)\n"

    def __init__(self):
        self.ours, theirs = socket.socketpair()
        self.theirs = theirs.detach()

    def give_to(self, channel):
        socket.send_fds(channel, [b"x"], [self.theirs])
        os.close(self.theirs)

    def is_cut(self, within=30):
        return bool(select.select([self.ours], [], [], within)[0])

    def is_answered(self):
        """Whether somebody is there and answers, as only one who lives can."""
        self.ours.settimeout(60)
        try:
            self.ours.sendall(b"?")
            return self.ours.recv(1) == b"!"
        except ConnectionError:
            return False

    def close(self):
        self.ours.close()


@contextlib.contextmanager
def with_lifeline(level, source, **limits):
    """A running program that holds a lifeline, when it has said its first word."""
    lifeline = Lifeline()
    with contextlib.closing(lifeline), running(level, Lifeline.TAKE + source, **limits) as confined:
        lifeline.give_to(confined.channel)
        said(confined)
        yield confined, lifeline
