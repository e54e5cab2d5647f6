"""The pattern tester in a real JupyterLab: typed into, read, narrow, by keyboard."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

SCREENSHOTS = Path(__file__).parent / "screenshots"
TESTER = """\
from workbook import Lab
if "lab" in globals():
    lab.close()
lab = Lab(seed=7)
event = {"id": "1", "account": "123456789012", "source": "fridges", "region": "us-east-1",
         "time": "2026-01-05T09:00:00Z", "detail-type": "Temperature Read",
         "detail": {"fridge": 3, "ward": "surgery", "celsius": "11.0"}}
lab.pattern_tester({"source": ["fridges"], "detail": {"celsius": [{"numeric": [">", 8]}]}}, event)
"""
DECIDED = 'detail.celsius is a number above 8: found "11.0"'


@pytest.fixture(scope="module")
def learner(open_window, jupyterlab):
    window = open_window()
    window.open(jupyterlab.write("pattern_tester.ipynb", TESTER, "1 + 1"))
    return window


@pytest.fixture(autouse=True)
def new_tester(learner):
    learner.run(1)


def field(learner, number):
    return learner.page.locator(".workbook-json textarea").nth(number)


def said(learner):
    return learner.page.locator("[role=status]").filter(has_text="match").first


def test_the_answer_follows_what_is_typed(learner):
    expect(said(learner)).to_contain_text(f"decided by: {DECIDED}")
    event = field(learner, 1)
    event.fill(event.input_value().replace('"11.0"', "11.0"))
    expect(said(learner)).to_contain_text("✓ matches")
    learner.hide_notifications()
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        learner.choose_theme(theme)
        field(learner, 0).evaluate("each => each.scrollIntoView()")
        learner.page.screenshot(path=SCREENSHOTS / f"pattern-tester-{theme[11:].lower()}.png")
    field(learner, 0).fill('{"source": "fridges"}')
    expect(learner.page.get_by_text("InvalidEventPatternException")).to_be_visible()
    assert learner.requests_elsewhere() == []
    assert learner.complaints == []


def test_in_a_narrow_window_the_fields_stand_one_below_the_other(learner):
    with learner.window_of(400, sidebar=False):
        boxes = [field(learner, number).bounding_box() for number in (0, 1)]
        assert all(box["x"] + box["width"] <= 400 for box in boxes)
        assert boxes[1]["y"] >= boxes[0]["y"] + boxes[0]["height"]
        learner.page.screenshot(path=SCREENSHOTS / "pattern-tester-narrow.png")


def test_arrow_keys_move_in_the_field_and_not_in_the_notebook(learner):
    pattern = field(learner, 0)
    pattern.focus()
    for _ in range(30):
        learner.page.keyboard.press("ArrowDown")
    expect(pattern).to_be_focused()
