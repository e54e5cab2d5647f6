"""A server for the tests of this folder: `workbook serve`, as anybody starts it."""

import re
import subprocess
import sys

import pytest


@pytest.fixture(scope="session")
def endpoint():
    """The URL of a server that runs."""
    command = [sys.executable, "-m", "workbook", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            greeting = server.stdout.readline()
            yield re.search(r"http://\S+", greeting)[0]
        finally:
            server.terminate()
            server.communicate()
