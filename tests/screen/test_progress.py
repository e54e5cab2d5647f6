"""The page of progress in a real JupyterLab: read, by keyboard, in light and dark, narrow."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

SCREENSHOTS = Path(__file__).parent / "screenshots"
PAGE = """\
import os, pathlib
file = pathlib.Path("progress.json").resolve()
file.write_text({text!r})
os.environ["WORKBOOK_PROGRESS"] = str(file)
from workbook.teaching import progress
progress()
"""
DONE = {"checks": 2, "passed": True, "passed_on": "2026-11-28", "best": 4, "of": 4, "hints": 1}
DONE["solution_shown"] = False
WRONG = {"topic": "sns", "right": 0, "wrong": 1, "last_right": False, "card": {}}
KNOWN = {"version": 1, "exercises": {"vt-1": DONE}, "questions": {f"sns-{n}": WRONG for n in range(3)}}


@pytest.fixture(scope="module")
def learner(open_window, jupyterlab):
    window = open_window()
    window.open(jupyterlab.write("progress.ipynb", PAGE.format(text=json.dumps(KNOWN)), "1 + 1"))
    return window


@pytest.fixture(autouse=True)
def new_page(learner):
    learner.run(1)


def test_it_says_what_is_done_what_is_next_and_what_is_weak(learner):
    page = learner.page
    expect(page.get_by_text("Exercises done: 1 of")).to_be_visible()
    expect(page.get_by_text("To look at again: sns (0 of 3 right).")).to_be_visible()
    lesson = page.get_by_text("02 Visibility timeout: 1 of")
    lesson.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("4 of 4 points, 2 checks, 1 hint")).to_be_visible()
    learner.hide_notifications()
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        learner.choose_theme(theme)
        lesson.evaluate("each => each.scrollIntoView({block: 'center'})")
        page.screenshot(path=SCREENSHOTS / f"progress-{theme[11:].lower()}.png")
    assert learner.requests_elsewhere() == []
    assert learner.complaints == []


def test_an_exercise_is_forgotten_by_keyboard_alone_after_a_question(learner):
    page = learner.page
    choice = page.get_by_label("Begin anew")
    choice.focus()
    page.keyboard.press("ArrowDown")
    expect(choice).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    said = page.locator("[role=status]").filter(has_text="Forget all checks and hints of vt-1?")
    expect(said).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(
        page.locator("[role=status]").filter(has_text="vt-1 is as if you had never tried it")
    ).to_be_visible()
    expect(page.get_by_text("Exercises done: 0 of")).to_be_visible()


def test_in_a_narrow_window_nothing_is_cut_off(learner):
    with learner.window_of(400, sidebar=False):
        box = learner.page.get_by_role("button", name="Forget", exact=True).bounding_box()
        assert box["x"] + box["width"] <= 400
        learner.page.screenshot(path=SCREENSHOTS / "progress-narrow.png")
