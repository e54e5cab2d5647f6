"""`make lab`: a real JupyterLab on this computer only, behind a token, asking nothing of the network."""

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from workbook import cli, launch

ROOT = Path(__file__).resolve().parent.parent
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # whatever proxy the environment names
STARTS_WITHIN = 300  # seconds; it takes three to six on an idle machine
ENDS_WITHIN = 120  # seconds
PORTS_TRIED = 5


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_it_answers(process, port):
    """JupyterLab prints its address a moment before it listens; its end is the end of waiting, too."""
    while process.poll() is None:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except ConnectionRefusedError:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.05)
    return None


@pytest.fixture(scope="module")
def jupyterlab(tmp_path_factory):
    """The port and what JupyterLab printed until its address was there."""
    folder = tmp_path_factory.mktemp("jupyter")
    for _ in range(PORTS_TRIED):
        port = free_port()
        process = started(folder, port)
        printed = told_until_it_answers(process, port)
        if process.poll() is None or "already in use" not in printed:  # somebody else took it meanwhile
            break
    yield port, printed
    process.terminate()
    process.communicate(timeout=ENDS_WITHIN)


def started(folder, port):
    # Settings of whoever runs the tests (a password, say) must not play a part.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    environment |= {"JUPYTER_CONFIG_DIR": str(folder), "JUPYTER_RUNTIME_DIR": str(folder / "run")}
    return subprocess.Popen(
        [sys.executable, "-m", "workbook", "lab", "--no-browser", "--port", str(port)],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )


def told_until_it_answers(process, port):
    """What a JupyterLab prints until its address, or its end."""
    watchdog = threading.Timer(STARTS_WITHIN, process.kill)
    watchdog.start()
    printed = []
    for line in process.stdout:
        printed.append(line)
        if "?token=" in line:
            break
    wait_until_it_answers(process, port)
    watchdog.cancel()
    return "".join(printed)


def answer(address):
    try:
        with DIRECT.open(address, timeout=30) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


def address_with_token(printed):
    return re.search(r"http://\S+\?token=\w+", printed).group()


def test_it_prints_the_address_with_the_token_on_loopback_at_the_port_asked_for(jupyterlab):
    port, printed = jupyterlab
    assert f"http://127.0.0.1:{port}/" in address_with_token(printed)


def test_the_address_leads_to_the_first_lesson(jupyterlab):
    _port, printed = jupyterlab
    if (ROOT / launch.FIRST_LESSON).is_file():
        assert "/lab/tree/notebooks/00_start_here.ipynb?token=" in address_with_token(printed)
    status, page = answer(address_with_token(printed))
    assert status == 200
    assert "jupyter-config-data" in page


def test_nobody_gets_in_without_the_token(jupyterlab):
    port, printed = jupyterlab
    token = address_with_token(printed).rpartition("=")[2]
    assert answer(f"http://127.0.0.1:{port}/api/contents")[0] == 403
    assert answer(f"http://127.0.0.1:{port}/api/contents?token=wrong")[0] == 403
    assert answer(f"http://127.0.0.1:{port}/api/contents?token={token}")[0] == 200


def test_its_folder_is_the_workbook_wherever_it_was_started(jupyterlab):
    port, printed = jupyterlab
    token = address_with_token(printed).rpartition("=")[2]
    _status, listing = answer(f"http://127.0.0.1:{port}/api/contents?token={token}")
    assert "pyproject.toml" in {entry["name"] for entry in json.loads(listing)["content"]}


def test_it_neither_asks_for_news_nor_lists_packages_from_the_network(jupyterlab):
    _port, printed = jupyterlab
    _status, page = answer(address_with_token(printed))
    settings = json.loads(
        re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', page, re.DOTALL).group(1)
    )
    assert settings["news"] == {"disabled": True}
    assert "Extension Manager is 'readonly'" in printed


def test_nobody_is_asked_whether_news_are_wanted(jupyterlab):
    port, printed = jupyterlab
    token = address_with_token(printed).rpartition("=")[2]
    settings = "lab/api/settings/@jupyterlab/apputils-extension:notification"
    _status, text = answer(f"http://127.0.0.1:{port}/{settings}?token={token}")
    defaults = json.loads(text)["schema"]["properties"]
    assert defaults["fetchNews"]["default"] == "false"
    assert defaults["checkForUpdates"]["default"] is False


def test_a_taken_port_is_named_with_the_command_that_takes_another(jupyterlab, capsys):
    port, _printed = jupyterlab
    assert cli.main(["lab", "--no-browser", f"--port={port}"]) == 1
    assert f"Port {port} is taken" in (said := capsys.readouterr().err)
    assert f"PORT={port + 1} make lab" in said


@pytest.mark.parametrize("wrong", ["http", "70000", "-1", "0"])
def test_a_port_that_is_none_is_refused_in_one_line(capsys, wrong):
    with pytest.raises(SystemExit):
        cli.main(["lab", f"--port={wrong}"])
    assert f"'{wrong}' is no port: give a number from 1024 to 65535" in capsys.readouterr().err


def test_a_port_taken_in_the_last_moment_is_an_error_and_not_silently_another_port():
    arguments = launch.jupyterlab_arguments(8899)
    assert "--ServerApp.port=8899" in arguments
    assert "--ServerApp.port_retries=0" in arguments


def test_without_a_port_the_first_free_one_is_taken():
    assert not [argument for argument in launch.jupyterlab_arguments() if "ServerApp.port" in argument]


@pytest.mark.parametrize(("user", "expected"), [(0, True), (1000, False)])
def test_it_starts_in_a_container_too_where_everybody_is_root(monkeypatch, user, expected):
    monkeypatch.setattr(launch.os, "geteuid", lambda: user, raising=False)
    assert ("--ServerApp.allow_root=True" in launch.jupyterlab_arguments()) is expected
