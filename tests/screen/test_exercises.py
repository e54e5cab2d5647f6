"""Exercises in a real JupyterLab: a verdict with its hints, and the panels of those that need no code."""

from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

from workbook.bake import normalised

SCREENSHOTS = Path(__file__).parent / "screenshots"
TEACHING = Path(__file__).parents[1] / "teaching"
# The examiner's process does not know the exercises of the tests, so the kernel judges them itself.
ODD_SHOP = f"""\
import sys
sys.path.insert(0, {str(TEACHING)!r})
import odd_shop
from workbook.teaching import answer_panel, arrange, catalogue, check, checking, choose, mark, marking
from workbook.teaching import help_buttons, hints
checking.waiting = marking.waiting = odd_shop.HereAndNow([])
help_buttons.texts_of = hints.texts_of = lambda exercise: odd_shop.TEXTS
for module in (catalogue, checking, answer_panel, help_buttons):
    module.find_exercise = odd_shop.EXERCISES.__getitem__
"""
CHECK = 'from workbook.teaching import check\ncheck("vt-1", {"visibility_timeout": 30})'
SHOP_CHECK = 'check("odd-order", ["receive", "send", "delete"])'
PANELS = ('choose("odd-set")', 'arrange("odd-order")', 'mark("odd-mark")')


@pytest.fixture(scope="module")
def learner(open_window, jupyterlab):
    window = open_window()
    window.open(jupyterlab.write("exercises.ipynb", ODD_SHOP, *PANELS))
    window.run(1)
    return window


def press(cell, name):
    cell.get_by_role("button", name=name, exact=True).click()


def in_cell(learner, number):
    return learner.code_cell(number)


def take_pictures(learner, number, name):
    """In light and dark, wide and narrow; nothing may be cut off."""
    learner.hide_notifications()
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        learner.choose_theme(theme)
        for width in (1280, 400):
            with learner.window_of(width, sidebar=False):
                learner.code_cell(number).evaluate("cell => cell.scrollIntoView()")
                learner.wait_until_drawn()
                learner.page.screenshot(path=SCREENSHOTS / f"{name}-{theme[11:].lower()}-{width}.png")


def test_a_verdict_comes_from_a_process_of_its_own(open_window, jupyterlab):
    learner = open_window()
    learner.open(jupyterlab.write("verdict.ipynb", CHECK))
    learner.run(1)
    output = learner.code_cell(1)
    expect(output).to_contain_text("Not yet: 2 of 4 points")
    expect(output).to_contain_text("Each order is given to one cook.")
    take_pictures(learner, 1, "verdict")
    assert learner.requests_elsewhere() == []
    assert learner.complaints == []


def test_hints_come_one_at_a_time_and_the_solution_on_request(learner):
    learner.run(2)
    cell = in_cell(learner, 2)
    press(cell, "Check")
    press(cell, "Hint 1 of 3")
    expect(cell.get_by_text("Hint 1 of 3.", exact=True)).to_be_visible()
    expect(cell.get_by_text("Hint 2 of 3.", exact=True)).to_have_count(0)
    press(cell, "Hint 2 of 3")
    expect(cell.get_by_text("Hint 2 of 3.", exact=True)).to_be_visible()
    press(cell, "Show the solution")
    expect(cell.locator(".jp-RenderedMarkdown pre")).to_contain_text('check("odd-set"')
    take_pictures(learner, 2, "hints")
    press(cell, "Hide the solution")
    expect(cell.locator(".jp-RenderedMarkdown pre")).to_have_count(0)


def test_settings_are_chosen_and_checked(learner):
    learner.run(2)
    cell = in_cell(learner, 2)
    press(cell, "Check")
    expect(cell).to_contain_text("Not yet: 0 of 2 points")
    cell.get_by_label("long polling").check()
    cell.get_by_label("as many as it takes").uncheck()
    expect(cell.locator(".noUi-target:not([disabled])")).to_have_count(1)  # the kernel has let it go
    for workers in ("2", "3"):
        cell.get_by_role("slider").press("ArrowRight")
        expect(cell.locator(".widget-readout")).to_have_text(workers)
    expect(cell).to_contain_text("Not checked yet.")
    press(cell, "Check")
    expect(cell).to_contain_text("Right: 2 of 2 points")
    take_pictures(learner, 2, "choose")


def test_lines_are_arranged_with_the_keyboard_and_the_focus_stays(learner):
    learner.run(3)
    cell = in_cell(learner, 3)
    up = cell.get_by_role("button", name="Move up: A worker receives")
    up.focus()
    learner.page.keyboard.press("Enter")
    lines = cell.get_by_role("listitem")
    expect(lines.first).to_contain_text("A worker receives")
    expect(cell.get_by_text("A worker receives: now 1 of 3")).to_be_visible()
    expect(up).to_be_disabled()
    expect(cell.get_by_role("button", name="Move down: A worker receives")).to_be_focused()
    learner.page.keyboard.press("Space")
    expect(lines.first).to_contain_text("The shop sends")
    press(cell, "Check")
    expect(cell).to_contain_text("Right: 2 of 2 points")
    take_pictures(learner, 3, "arrange")


def test_lines_are_arranged_with_the_mouse(learner):
    learner.run(3)
    lines = in_cell(learner, 3).get_by_role("listitem")
    lines.nth(2).drag_to(lines.nth(0))
    expect(lines.first).to_contain_text("The worker deletes")


def test_the_broken_part_is_marked_by_arrow_keys_and_the_notebook_stays_where_it_is(learner):
    learner.run(4)
    cell = in_cell(learner, 4)
    expect(cell.locator(".wb-live-flow svg.wb-flow")).to_be_visible()
    choices = cell.get_by_role("radio")
    choices.nth(1).check()
    choices.nth(1).press("ArrowUp")
    expect(choices.first).to_be_checked()
    press(cell, "Check")
    expect(cell).to_contain_text("Right: 2 of 2 points")
    take_pictures(learner, 4, "mark")
    assert learner.complaints == []


def test_a_saved_exercise_shows_its_faces_without_a_kernel_and_no_buttons(open_window, jupyterlab):
    writer = open_window()
    name = jupyterlab.write("saved_exercises.ipynb", ODD_SHOP, *PANELS, SHOP_CHECK)
    writer.open(name)
    writer.restart_and_run_all()
    writer.save()
    nbformat.write(normalised(jupyterlab.read(name)), jupyterlab.folder / "cloned_exercises.ipynb")
    reader = open_window()
    reader.open("cloned_exercises.ipynb", kernel=False)
    page = reader.page
    for words in ("many as it takes", "A worker receives", "Which one has to be mended", "Not yet: 0 of 2"):
        expect(page.get_by_text(words).first).to_be_visible()
    expect(page.locator("img[src^='data:image/svg']").first).to_be_visible()
    expect(page.locator(".jp-OutputArea-output button")).to_have_count(0)
    reader.code_cell(5).evaluate("cell => cell.scrollIntoView()")
    page.screenshot(path=SCREENSHOTS / "saved-verdict.png")
