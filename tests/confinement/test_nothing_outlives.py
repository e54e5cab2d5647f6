"""When a program is ended, or ends, or its caller is killed, nothing of it goes on."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from confining import BEGIN, LIMITS, ONE_THAT_HIDES, Lifeline, python_at, with_lifeline

from workbook.confinement import Level
from workbook.confinement.confined import Confined

IGNORES_SIGNALS = """
import signal
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
"""
FORKS_ALL_THE_TIME = """
say("begun")
end = time.monotonic() + 30
while time.monotonic() < end:
    try:
        if os.fork(): os._exit(0)
        os.setsid()
    except OSError: pass
"""
SHEDS_ITS_ENVIRONMENT = """
program = "import os; os.write(%d, b'1' + b'\\\\n'); os.read(%d, 1); os.write(%d, b'!')" % (
            channel.fileno(), lifeline, lifeline)
        os.set_inheritable(channel.fileno(), True)
        os.execve(sys.executable, [sys.executable, "-I", "-S", "-c", program], {})
"""


def test_one_that_forks(level):
    with with_lifeline(level, "os.fork(); say(1); hear()") as (confined, lifeline):
        confined.kill()
        assert lifeline.is_cut()


def test_one_that_ignores_signals(level):
    with with_lifeline(level, IGNORES_SIGNALS + "os.fork(); say(1)\nwhile True: time.sleep(60)") as (
        confined,
        lifeline,
    ):
        confined.kill()
        assert lifeline.is_cut()


def test_one_that_has_left_its_parent_and_its_session(level):
    with with_lifeline(level, ONE_THAT_HIDES.format(before="") + "hear()") as (confined, lifeline):
        confined.kill()
        assert lifeline.is_cut()


def test_one_whose_first_process_has_ended(level):
    """Nobody has to call kill."""
    with with_lifeline(level, ONE_THAT_HIDES.format(before="")) as (_, lifeline):
        assert lifeline.is_cut()


def test_one_that_forks_all_the_time(level):
    if level is Level.PROCESS:
        pytest.skip("a process that is faster than we look can escape: see below")
    with with_lifeline(level, FORKS_ALL_THE_TIME) as (confined, lifeline):
        confined.kill()
        assert lifeline.is_cut()


def test_one_that_has_shed_its_environment_as_well(level, monkeypatch):
    source = ONE_THAT_HIDES.format(before=SHEDS_ITS_ENVIRONMENT.strip()) + "hear()"
    if level is Level.PROCESS:  # docs/confinement.md says so: it is found only if it was seen before
        monkeypatch.setattr(Confined, "_look", lambda _: None)
    with with_lifeline(level, source) as (confined, lifeline):
        confined.kill()
        assert lifeline.is_answered() is (level is Level.PROCESS)
        assert lifeline.is_cut()


CALLER = """
import os, socket, sys
from workbook.confinement import Level, Limits, start
confined = start([{python!r}, "-I", "-S", "-c", {source!r}], readable={{}}, limits=Limits(**{limits!r}),
                 level=Level[{level!r}])
socket.send_fds(confined.channel, [b"x"], [{lifeline}])
os.close({lifeline})
confined.channel.recv(10)
print("started", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def temporary():
    """For the folders of a caller that cannot remove them any more; every user can enter it."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        yield folder


def test_a_caller_that_is_killed_takes_it_along(level, temporary):
    lifeline = Lifeline()
    source = BEGIN + Lifeline.TAKE + "say(1)\nwhile True: time.sleep(60)"
    script = CALLER.format(
        python=python_at(level), source=source, limits=LIMITS, level=level.name, lifeline=lifeline.theirs
    )
    caller = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=[lifeline.theirs],
        cwd=Path(__file__).resolve().parents[2], env={**os.environ, "TMPDIR": temporary},
    )  # fmt: skip
    os.close(lifeline.theirs)
    with contextlib.closing(lifeline), caller:
        assert caller.stdout.readline() == b"started\n"
        assert not lifeline.is_cut(within=0)
        caller.send_signal(signal.SIGKILL)
        assert lifeline.is_cut()
