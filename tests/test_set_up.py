"""`scripts/set_up.sh`, which stands behind `make lab` and `make test`."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "scripts" / "set_up.sh"

pytestmark = pytest.mark.skipif(shutil.which("sh") is None, reason="Windows is set up without it")


def set_up(venv, **environment):
    return subprocess.run(
        ["sh", str(SCRIPT), str(venv)],
        env=os.environ | environment, capture_output=True, text=True, check=False, timeout=280,
    )  # fmt: skip


def test_while_another_one_is_at_work_it_stops_and_leaves_everything_alone(tmp_path):
    venv = tmp_path / "my venv"
    lock = tmp_path / "my venv.lock"
    lock.mkdir()
    told = set_up(venv)
    assert told.returncode == 1
    assert f"Another make is setting up {venv}" in told.stderr
    assert f'rmdir "{lock}"' in told.stderr
    assert lock.exists()
    assert not venv.exists()


def test_a_wrong_interpreter_is_named_and_leaves_no_lock_behind(tmp_path):
    told = set_up(tmp_path / "venv", PYTHON="no-such-python")
    assert told.returncode == 1
    assert "PYTHON=no-such-python does not work or is not Python 3.11 to 3.14" in told.stderr
    assert list(tmp_path.iterdir()) == []
