"""One JupyterLab and one browser for each process of the run, and a window for whoever asks for one.

Debian's Chromium, or any other that is installed, is driven by Playwright; no browser is downloaded.

To open a notebook and to run it takes much longer than to look at it. So tests that look at the same one
share it, and all of them run in the same process: see `Sharing`. To load JupyterLab itself takes a processor
five seconds more, so a window that was left tidy is handed on.
"""

import contextlib
import os
import re
import shutil
from pathlib import Path

import pytest
from jupyterlab_process import running_jupyterlab
from jupyterlab_window import Learner
from playwright.sync_api import sync_playwright
from xdist.scheduler import LoadScopeScheduling

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_OPTIONS = [
    "--no-sandbox",  # root has none, and in a container everybody is root
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--no-first-run",
    # Chromium itself would ask for updates and hints.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    # A request to anywhere else is listed, and fails at once.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
DESKTOP = {"width": 1280, "height": 900}


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    if _chromium() is None and not os.environ.get("CI"):
        reason = f"no browser on the PATH (looked for {', '.join(CHROMIUM_NAMES)}): sudo apt install chromium"
        for item in items:
            if item.path.is_relative_to(here) and "browser" in item.fixturenames:
                item.add_marker(pytest.mark.skip(reason=reason))


class Sharing(LoadScopeScheduling):
    """Gives all tests of a lesson, and all others of a module, to one process.

    xdist's own groups (`--dist loadgroup`) are ignored since pytest 9.2 has another name for an item's id:
    each process then opened each lesson again.
    """

    def _split_scope(self, nodeid):
        module, _, test = nodeid.partition("::")
        lesson = re.search(r"\[(\w+\.ipynb)", test)
        return f"{module} {lesson[1]}" if lesson else module


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return Sharing(config, log)


def _chromium():
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@pytest.fixture(scope="session")
def jupyterlab(tmp_path_factory):
    with running_jupyterlab(tmp_path_factory.mktemp("jupyterlab")) as server:
        yield server


@pytest.fixture(scope="session")
def browser():
    path = _chromium()
    assert path, f"CI must have a browser, and none of {CHROMIUM_NAMES} is on the PATH"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def tidy_windows(browser):
    """Pages of JupyterLab in which nothing is open, for the next who needs one."""
    pages = []
    yield pages
    for page in pages:
        page.context.close()


@pytest.fixture(scope="module")
def open_window(jupyterlab, browser, tidy_windows):
    """Opens windows, in which no notebook is open yet; all are closed at the end of the module."""
    windows = []

    def open_window():
        if tidy_windows:
            page = tidy_windows.pop()
        else:
            page = browser.new_context(viewport=DESKTOP, reduced_motion="reduce").new_page()
        windows.append(Learner(page, jupyterlab, tidy_windows))
        return windows[-1]

    yield open_window
    for window in windows:
        window.close()


@pytest.fixture
def learner(open_window):
    with contextlib.closing(open_window()) as learner:
        yield learner
