"""A JupyterLab for one test run, started with the options of `workbook lab`, in a folder of its own.

JupyterLab saves what it opens, and the committed notebooks must stay as they are, so it gets a copy.
Everything that it keeps (settings, layout, which notebooks are trusted) is new as well: each run is the first
one on a fresh computer.
"""

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import nbformat

from workbook import launch
from workbook.bake import bake

NOTEBOOKS = launch.ROOT / "notebooks"
LESSONS = sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # whatever proxy the environment names
STARTS_WITHIN = 300  # seconds; three to six on an idle machine
ANSWERS_WITHIN = 120  # seconds; mostly at once, and after one where a kernel is to end
PORTS_TRIED = 5


@dataclass
class Server:
    """A running JupyterLab: the folder that it shows, its address and its token."""

    folder: Path
    address: str
    token: str

    def page(self, notebook, workspace):
        """The address of a notebook, in a workspace (JupyterLab's word for a saved layout) of its own."""
        return f"{self.address}/lab/workspaces/{workspace}/tree/{notebook}?token={self.token}"

    def ask(self, method, path):
        """Send a request to the server's own API; returns the answer's text."""
        request = urllib.request.Request(f"{self.address}/api/{path}", method=method)
        request.add_header("Authorization", f"token {self.token}")
        with _DIRECT.open(request, timeout=ANSWERS_WITHIN) as answer:
            return answer.read().decode()

    def stop_kernels(self, notebooks):
        """End the kernels of these notebooks; a closed window leaves them running."""
        for session in json.loads(self.ask("GET", "sessions")):
            if session["path"] in notebooks:
                self.ask("DELETE", f"sessions/{session['id']}")

    def has_kernel(self, notebook):
        """Does a kernel run for this notebook, and is a window connected to it?"""
        sessions = json.loads(self.ask("GET", "sessions"))
        return any(session["path"] == notebook and session["kernel"]["connections"] for session in sessions)

    def read(self, notebook):
        """A notebook as JupyterLab saved it."""
        return nbformat.read(self.folder / notebook, as_version=4)

    def write(self, name, *cells):
        """Put a new notebook of these code cells into the folder; returns its name."""
        kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(source) for source in cells], metadata={"kernelspec": kernel}
        )
        nbformat.write(notebook, self.folder / name)
        return name

    def bake(self, notebook):
        """Run a notebook and save it in the form that is committed."""
        bake(self.folder / notebook, timeout=120)

    def trust(self, notebook):
        """Sign a notebook, as JupyterLab does when one was run in it."""
        command = [sys.executable, "-m", "jupyter", "trust", str(self.folder / notebook)]
        subprocess.run(
            command, env=_environment(self.folder.parent, self.token), check=True, capture_output=True
        )

    def copy(self, notebook, name):
        """Put a fresh copy of a committed notebook into the folder; returns its name."""
        shutil.copyfile(NOTEBOOKS / notebook, self.folder / name)
        return name


@contextlib.contextmanager
def running_jupyterlab(place):
    """Start JupyterLab on a copy of the lessons in the folder `place`; in the end stop it and its kernels."""
    folder = place / "notebooks"
    shutil.copytree(NOTEBOOKS, folder, ignore=shutil.ignore_patterns(".*"))
    with contextlib.ExitStack() as stack:
        for _ in range(PORTS_TRIED):
            server = Server(folder, f"http://127.0.0.1:{free_port()}", secrets.token_hex(16))
            process, record = stack.enter_context(_started(server, place))
            if _answers(process, server):
                break
            told = record.read_text(encoding="utf-8")
            assert "already in use" in told, told  # somebody else took the port meanwhile
        yield server


@contextlib.contextmanager
def _started(server, place):
    """The process of a JupyterLab and the file of what it says."""
    record = place / f"jupyterlab-{server.address.rpartition(':')[2]}.log"
    with record.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            _command(server),
            cwd=place,
            env=_environment(place, server.token),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process, record
        finally:
            process.terminate()
            process.wait(timeout=ANSWERS_WITHIN)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _command(server):
    port = int(server.address.rpartition(":")[2])
    options = [
        option
        for option in launch.jupyterlab_arguments(port, browser=False)
        if option.startswith("--") and not option.startswith("--ServerApp.root_dir=")
    ]
    return [sys.executable, "-m", "jupyterlab", *options, f"--ServerApp.root_dir={server.folder}"]


def _environment(place, token):
    # Settings of whoever runs the tests must not play a part.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    folders = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",  # holds the list of trusted notebooks
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    environment |= {name: str(place / folder) for name, folder in folders.items()}
    return environment | {"JUPYTER_TOKEN": token}


def _answers(process, server):
    give_up = time.monotonic() + STARTS_WITHIN
    while process.poll() is None and time.monotonic() < give_up:
        with contextlib.suppress(OSError):
            return bool(server.ask("GET", "status"))
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.1)
    return False
