"""Takes the README's picture: the poisoned order's history, in the lesson on the visibility timeout.

python tests/screen/take_picture.py
"""

import tempfile
from pathlib import Path

from jupyterlab_process import running_jupyterlab
from jupyterlab_window import Learner
from playwright.sync_api import sync_playwright

from conftest import CHROMIUM_OPTIONS, _chromium

PICTURE = Path(__file__).resolve().parents[2] / "docs" / "images" / "lesson.png"
LESSON = "02_visibility_timeout.ipynb"
FIRST_SHOWN = "lab.sequence(of=poison)"  # the code cell at the top of the picture has this text
SIZE = {"width": 1200, "height": 960}


def take_picture():
    with (
        tempfile.TemporaryDirectory() as folder,
        running_jupyterlab(Path(folder)) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=_chromium(), args=CHROMIUM_OPTIONS)
        learner = Learner(browser.new_context(viewport=SIZE).new_page(), server)
        learner.open(LESSON)
        learner.restart_and_run_all()
        learner.hide_notifications()
        learner.show_sidebar(False)
        first = learner.page.locator(".jp-CodeCell").filter(has_text=FIRST_SHOWN).first
        for _turn in range(2):  # cells above take their real height as they come into sight
            first.evaluate("cell => cell.scrollIntoView(true)")
            learner.wait_until_drawn()
        learner.page.mouse.move(0, 0)  # a row under the mouse would be marked
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        learner.page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    take_picture()
