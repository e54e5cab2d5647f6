"""What is different on a Mac and on Windows, tried here with what they do not have taken away."""

import subprocess
import sys
from pathlib import Path

import pytest
from confining import ONE_THAT_HIDES, how_it_ended, running, said, with_lifeline

from workbook.confinement import Level, command, highest_level, levels, tree

NO_WINDOWS = """
import sys
sys.modules["fcntl"] = None
from workbook import confinement
sys.platform = "win32"
try:
    confinement.start(["true"], readable={}, limits=None)
except OSError as error:
    print(error)
"""


@pytest.fixture
def mac(monkeypatch):
    """No setpriv, no /proc, no limit on the addresses of a process."""
    monkeypatch.setattr(levels.sys, "platform", "darwin")
    monkeypatch.setattr(levels.shutil, "which", lambda _: None)
    monkeypatch.setattr(levels, "_other_users_run", lambda _: False)
    monkeypatch.setattr(command, "_SHELL", command._SHELL.replace("ulimit -v {memory}", "ulimit -y {memory}"))
    monkeypatch.setattr(tree, "Path", lambda name: Path("/no/such/folder", name.lstrip("/")))
    levels._is_there.cache_clear()
    yield Level.PROCESS
    levels._is_there.cache_clear()


def test_a_mac_confines_at_the_lowest_level(mac):
    assert highest_level() is mac


def test_there_a_program_runs_and_is_heard(mac):
    with running(mac, "say('here')") as confined:
        assert said(confined) == "here"
        assert how_it_ended(confined) == "it ended by itself, with exit code 0"


def test_there_memory_is_looked_at_though_the_kernel_does_not_limit_it(mac):
    source = "taken = b'x' * (300 * 1024**2); say('taken'); hear()"
    with running(mac, source, memory_bytes=150 * 1024**2) as confined:
        assert "held more than 150 MB" in how_it_ended(confined)


def test_there_one_that_has_left_its_parent_and_its_session_is_ended(mac):
    with with_lifeline(mac, ONE_THAT_HIDES.format(before="") + "hear()") as (confined, lifeline):
        confined.kill()
        assert lifeline.is_cut()


def test_windows_is_refused_by_name_and_not_by_a_module_that_it_does_not_have():
    done = subprocess.run([sys.executable, "-c", NO_WINDOWS], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("programs cannot be confined on Windows: use Linux")
