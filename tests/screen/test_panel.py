"""A scenario's panel in a real JupyterLab: pressed, typed into, read, saved."""

import re
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

from workbook.bake import normalised

SCREENSHOTS = Path(__file__).parent / "screenshots"
PANEL = """\
from workbook.scenarios import poison_message
poison_message.panel(run=False)
"""

BUSY = """\
import pathlib
free = pathlib.Path({free!r})
while not free.exists():
    pass
"""


@pytest.fixture(scope="module")
def learner(open_window, jupyterlab):
    window = open_window()
    window.open(jupyterlab.write("panel.ipynb", PANEL, "1 + 1"))
    return window


@pytest.fixture(autouse=True)
def new_panel(learner):
    learner.run(1)


def press(learner, name):
    learner.page.get_by_role("button", name=name, exact=True).click()


def status(learner):
    return learner.page.locator("[role=status]").filter(has_text=re.compile("."))


def test_trigger_step_run_and_reset(learner):
    said = status(learner).first
    press(learner, "Trigger")
    expect(said).to_contain_text("message 6 to parcels")
    press(learner, "Step")
    expect(said).to_contain_text("inspect-parcels")
    press(learner, "Run")
    answer = learner.page.get_by_text("The parcel that ticks was received 3 times")
    expect(answer).to_be_visible()
    expect(learner.page.locator(".wb-live-flow svg.wb-flow")).to_be_visible()
    expect(learner.page.locator(".wb-explorer svg")).to_be_visible()
    learner.hide_notifications()
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        learner.choose_theme(theme)
        learner.page.get_by_text("A poison message", exact=True).evaluate("each => each.scrollIntoView()")
        learner.page.screenshot(path=SCREENSHOTS / f"panel-{theme[11:].lower()}.png")
    press(learner, "Reset")
    expect(said).to_contain_text("as at the beginning")
    expect(answer).to_have_count(0)
    assert learner.requests_elsewhere() == []
    assert learner.complaints == []


def test_it_is_usable_in_a_narrow_window(learner):
    press(learner, "Run")
    expect(learner.page.get_by_text("The parcel that ticks was received")).to_be_visible()
    with learner.window_of(500, sidebar=False):
        learner.page.screenshot(path=SCREENSHOTS / "panel-narrow.png")
        for name in ("Trigger", "Step", "Run", "Reset"):
            box = learner.page.get_by_role("button", name=name, exact=True).bounding_box()
            assert box["x"] + box["width"] <= 500


def test_arrow_keys_move_the_control_and_not_the_notebook(learner):
    box = learner.page.get_by_role("checkbox").first
    box.focus()
    active = learner.page.locator(".jp-Cell.jp-mod-active")
    expect(active).to_have_count(1)
    before = active.get_attribute("data-windowed-list-index")
    cells = learner.page.locator(".jp-Notebook .jp-Cell").count()
    for key in ("ArrowDown", "ArrowUp", "j", "k", "b"):
        learner.page.keyboard.press(key)
    assert active.get_attribute("data-windowed-list-index") == before
    expect(learner.page.locator(".jp-Notebook .jp-Cell")).to_have_count(cells)
    expect(box).to_be_focused()
    learner.page.keyboard.press("Space")
    expect(status(learner).first).to_contain_text("begins anew")


def test_a_value_out_of_range_is_refused_in_the_panel(learner):
    field = learner.page.get_by_label("visibility timeout")
    field.fill("5")
    field.press("Tab")
    press(learner, "Run")
    alert = learner.page.locator("[role=alert]").filter(has_text="visibility_timeout=5")
    expect(alert).to_contain_text("10 to 43,200 s")
    field.fill("30")
    field.press("Tab")
    press(learner, "Run")
    expect(alert).to_have_count(0)
    expect(learner.page.get_by_text("The parcel that ticks was received 3 times")).to_be_visible()


def test_show_the_code_puts_it_into_a_cell_below_that_runs(learner):
    cells = learner.page.locator(".jp-Notebook .jp-CodeCell").count()
    press(learner, "Show the code")
    expect(learner.page.locator(".jp-Notebook .jp-CodeCell")).to_have_count(cells + 1)
    expect(learner.code_cell(2)).to_contain_text("own_lab")
    assert learner.code_cell(2).locator(".jp-OutputArea-output").count() == 0
    learner.run(2)
    assert learner.error(2) == ""
    learner.save()


def test_where_no_cell_can_be_inserted_the_code_is_shown_with_a_button_to_copy_it(learner):
    learner.page.evaluate("() => { window.hidden = window.jupyterapp; delete window.jupyterapp; }")
    press(learner, "Show the code")
    code = learner.page.get_by_label("The code of this scenario")
    expect(code).to_contain_text("def inspect_parcels")
    expect(learner.page.get_by_role("button", name="Copy", exact=True)).to_be_visible()
    press(learner, "Hide the code")
    expect(code).to_be_hidden()
    learner.page.evaluate("() => { window.jupyterapp = window.hidden; }")


def test_a_saved_panel_shows_its_picture_and_account_without_a_kernel(open_window, jupyterlab):
    writer = open_window()
    name = jupyterlab.write("saved_panel.ipynb", PANEL.replace("run=False", ""))
    writer.open(name)
    writer.run(1)
    writer.save()
    nbformat.write(normalised(jupyterlab.read(name)), jupyterlab.folder / "cloned_panel.ipynb")
    reader = open_window()
    reader.open("cloned_panel.ipynb", kernel=False)
    expect(reader.page.locator("img[src^='data:image/svg']").first).to_be_visible()
    expect(reader.page.get_by_text("The parcel that ticks was received 3 times")).to_be_visible()
    expect(reader.page.locator(".jp-OutputArea-output button")).to_have_count(0)


def test_while_the_kernel_is_busy_the_number_typed_last_is_the_one_that_runs(learner, tmp_path):
    free = tmp_path / "free"
    learner.replace(2, BUSY.format(free=str(free)))
    learner.start(2)
    for number in ("4", "6", "7"):  # JupyterLab sends the first, and holds back the others
        learner.page.get_by_label("maxReceiveCount").fill(number)
        learner.page.keyboard.press("Tab")
    press(learner, "Run")
    free.touch()
    expect(learner.page.get_by_text("The parcel that ticks was received 7 times")).to_be_visible()
