"""JupyterLab as the workbook wants it: on this computer only, with a token, and without the network.

The options stand here rather than in the Makefile so that `workbook lab` is the same on every system, in a
virtual environment and in conda.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIRST_LESSON = Path("notebooks", "00_start_here.ipynb")

# Defaults of ours for JupyterLab's settings; whoever chooses otherwise in its settings editor gets that.
SETTINGS = Path(__file__).resolve().parent / "jupyterlab_settings"

# The extension manager would list packages from the network. `news_url` alone keeps the news away, but a note
# over the first lesson would still ask whether they are wanted; the settings answer it.
_NO_NETWORK = (
    "--LabApp.extension_manager=readonly",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
    f"--LabApp.app_settings_dir={SETTINGS}",
)

# A scenario's button "Show the code" puts it into a new cell, which JupyterLab has no official way for.
_CODE_INTO_CELLS = "--LabApp.expose_app_in_browser=True"


def open_lab(port: int | None = None, *, browser: bool = True, notebook: Path = FIRST_LESSON) -> int:
    """Run JupyterLab in the foreground until it is stopped (Ctrl-C twice); its address is printed.

    Args:
        port: the port on 127.0.0.1. If it is taken, JupyterLab says so and stops. Without a number, the first
            free one from 8888 is used.
        browser: open the lesson in a browser, where there is one.
        notebook: what is opened, from the workbook's folder on.

    Returns:
        The exit code of JupyterLab.
    """
    from jupyterlab.labapp import LabApp  # noqa: PLC0415 - slow to import, and only needed here

    exit_code = LabApp.launch_instance(jupyterlab_arguments(port, browser=browser, notebook=notebook))
    return int(exit_code or 0)


def jupyterlab_arguments(
    port: int | None = None, *, browser: bool = True, notebook: Path = FIRST_LESSON
) -> list[str]:
    """Return the command line for JupyterLab; parameters as for open_lab."""
    arguments = ["--ServerApp.ip=127.0.0.1", f"--ServerApp.root_dir={ROOT}", *_NO_NETWORK, _CODE_INTO_CELLS]
    if _is_root():
        # In a container everybody is root, and there JupyterLab would refuse to start.
        arguments.append("--ServerApp.allow_root=True")
    if port is not None:
        # Without this a taken port would silently become the next one, and a bookmark would lead nowhere.
        arguments += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    if not browser:
        arguments.append("--no-browser")
    if (ROOT / notebook).is_file():
        # Not as the file to open: that would lead a browser there, but not who follows the printed address.
        arguments.append(f"--LabApp.default_url=/lab/tree/{notebook.as_posix()}")
    return arguments


def is_taken(port: int) -> bool:
    """Does somebody listen on this port of 127.0.0.1 already?"""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
