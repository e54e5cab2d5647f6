"""The AWS CLI and the JavaScript SDK, installed once for all tests, or a reason why they are not here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / ".clients"


def installed(client):
    """Install "aws" or "javascript", if it is not there; its folder.

    Where npm or the network are missing, the tests that need it are skipped and say so; in CI they fail.
    """
    if shutil.which("sh") is None:
        pytest.skip("scripts/install_clients.sh needs sh, which Windows lacks")
    if client == "javascript" and shutil.which("node") is None:
        _missing("node is not on the PATH (Debian, Ubuntu: sudo apt install nodejs npm)")
    FOLDER.mkdir(exist_ok=True)
    with FileLock(FOLDER / "lock"):
        command = ["sh", "scripts/install_clients.sh", client, str(FOLDER), sys.executable]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=280)
    if done.returncode:
        _missing(f"`make clients` could not install it: {done.stderr.strip()[-500:]}")
    return FOLDER / client


def _missing(reason):
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
