"""A room in a real JupyterLab: the instructor's page, and a learner's notebook beside it."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from workbook.room.folder import Folder
from workbook.room.room import Room
from workbook.room.sent import Sent, Tried
from workbook.teaching.catalogue import all_exercises

SCREENSHOTS = Path(__file__).parent / "screenshots"
PAGE = "from workbook import room\nroom.page({folder!r})"
JOIN = """\
import os, pathlib
os.environ["WORKBOOK_PROGRESS"] = str(pathlib.Path("learner.json").resolve())
from workbook.room import join_room, shown
join_room({folder!r}, name="Zoe <b onclick=alert(1)>")
"""
RUN = """\
from workbook import Lab
from workbook.room import share
with Lab(seed=7) as lab:
    url = lab.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    lab.client("sqs").send_message(QueueUrl=url, MessageBody="<img src=x onerror=window.attacked=1>")
    share(lab, "one order <img src=x onerror=window.attacked=1>")
"""
CHECK = 'from workbook.teaching import check\ncheck("vt-1", {"visibility_timeout": 40})'
NAMES = ("Ada", "Bo", "Chidi", "Dilek", "Emeka", "Fatima", "Goran", "Hana", "Ines", "Jun")


def tried_by(learner, now):
    """What one of a crowd has done: the first exercises solved, and somewhere in the middle of the next."""
    done = learner % 7 + 2
    tried = {}
    for place, (id_, exercise) in enumerate(list(all_exercises().items())[: done + 1]):
        minutes = (done - place) * 6
        mistakes = {exercise.mistakes[0].name: 1} if (learner + place) % 3 == 0 else {}
        tries = 6 if place == done and learner % 5 == 0 else 1 + (learner + place) % 3
        first, last = now - minutes * 60 - 240, now - minutes * 60
        tried[id_] = Tried(tries, solved=place < done, mistakes=mistakes, first=first, last=last)
    return tried


def crowd(folder, learners=30):
    """Thirty people in the middle of a morning."""
    now = 1_800_000_000
    for number in range(learners):
        name = f"{NAMES[number % 10]} {'ABC'[number // 10]}."
        Folder(folder).put(f"learner-{number:016x}", Sent(name, now, tried_by(number, now)).text())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("shared")
    Room(Folder(path))
    crowd(path)
    (path / "learner-00000000000000ff.json").write_text('{"version": 1, "na')
    return path


@pytest.fixture(scope="module")
def instructor(open_window, jupyterlab, folder):
    window = open_window()
    window.open(jupyterlab.write("room_page.ipynb", PAGE.format(folder=str(folder)), "1 + 1"))
    window.hide_notifications()
    window.run(1)
    return window


@pytest.fixture(scope="module")
def learner(open_window, jupyterlab, folder):
    window = open_window()
    window.open(
        jupyterlab.write("room_learner.ipynb", JOIN.format(folder=str(folder)), RUN, CHECK, "shown()")
    )
    window.hide_notifications()
    return window


def cell(window, words):
    return window.page.get_by_role("gridcell", name=re.compile(f"^{re.escape(words)}"))


def test_it_shows_thirty_learners_by_words_and_shapes_in_light_and_dark(instructor):
    page = instructor.page
    expect(page.get_by_text("30 learners, 145 exercises solved, 6 stuck.")).to_be_visible()
    grid = page.get_by_role("grid", name="Who is at which exercise")
    expect(grid.get_by_role("row")).to_have_count(31)
    expect(grid.get_by_role("columnheader").filter(has_text="dlq-1")).to_have_count(1)
    expect(cell(instructor, "Ada A., vt-1: 6 tries, not solved, stuck")).to_have_text("▲ 6")
    expect(page.get_by_text("learner-00000000000000ff.json is left out: it is no JSON")).to_be_visible()
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        instructor.choose_theme(theme)
        page.get_by_text("30 learners,").evaluate("each => each.scrollIntoView()")
        page.screenshot(path=SCREENSHOTS / f"room-{theme[11:].lower()}.png")
        page.get_by_text("Common mistakes").evaluate("each => each.scrollIntoView()")
        page.screenshot(path=SCREENSHOTS / f"room-{theme[11:].lower()}-lists.png")
    assert instructor.complaints == []


def test_the_grid_is_read_by_keyboard_and_the_focus_stays_while_others_work(instructor, folder):
    page = instructor.page
    place = page.locator(".wb-room-cell[tabindex='0']")
    expect(place).to_have_count(1)
    place.focus()
    page.keyboard.press("Home")
    page.keyboard.press("PageUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    focused = page.locator(".wb-room-cell:focus")
    detail = page.locator(".wb-room-detail")
    expect(detail).to_have_text(focused.get_attribute("aria-label"))
    expect(detail).to_contain_text("Ada B., vt-1: ")
    tried = {**tried_by(10, 1_800_000_000), "vt-1": Tried(9, first=1_800_000_000, last=1_800_000_000)}
    Folder(folder).put(f"learner-{10:016x}", Sent("Ada B.", 1_800_000_000, tried).text())
    expect(detail).to_have_text("Ada B., vt-1: 9 tries, not solved, stuck")
    expect(focused).to_have_text("▲ 9")
    page.screenshot(path=SCREENSHOTS / "room-focus.png")


def test_all_exercises_can_be_seen_and_in_a_narrow_window_nothing_is_cut_off(instructor):
    page = instructor.page
    box = page.get_by_label("all exercises, also those that nobody has begun")
    box.check()
    expect(page.get_by_role("columnheader")).to_have_count(len(all_exercises()) + 3)
    box.uncheck()
    with instructor.window_of(400, sidebar=False):
        for name in ("Refresh", "Show the scenario to all", "Remove all that was sent"):
            place = page.get_by_role("button", name=name, exact=True).bounding_box()
            assert place["x"] + place["width"] <= 400, name
        page.get_by_text("30 learners,").evaluate("each => each.scrollIntoView()")
        page.screenshot(path=SCREENSHOTS / "room-narrow.png")
        assert page.locator(".wb-room").evaluate("each => each.scrollWidth <= each.clientWidth + 1")


def test_a_learner_joins_checks_and_shares_and_the_instructor_sees_it(instructor, learner):
    said = learner.run(1)
    assert "You have joined the room at" in said
    assert "Never sent: your code" in said
    learner.run(2)
    learner.run(3)
    page = instructor.page
    row = page.get_by_role("row").filter(has_text="Zoe <b onclick=alert(1)>")
    expect(row).to_have_count(1)
    expect(cell(instructor, "Zoe <b onclick=alert(1)>, vt-1: 1 try, not solved")).to_have_text("… 1")
    button = page.get_by_role("button", name=re.compile("^Look: one order"))
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".wb-live-flow svg.wb-flow")).to_be_visible()
    page.locator(".wb-live-flow").evaluate("each => each.scrollIntoView({block: 'center'})")
    page.screenshot(path=SCREENSHOTS / "room-shared-run.png")
    assert page.evaluate("window.attacked") is None
    page.get_by_role("button", name="Close", exact=True).click()


def test_what_is_shown_to_all_comes_to_the_learner_by_itself(instructor, learner):
    learner.run(4)
    expect(learner.page.get_by_text("Your instructor shows nothing now.")).to_be_visible()
    page = instructor.page
    page.get_by_label("Scenario", exact=True).select_option(label="A poison message (poison-message)")
    page.get_by_label("maxReceiveCount").fill("5")
    page.get_by_role("button", name="Show the scenario to all").click()
    expect(page.locator("[role=status]").filter(has_text="All see now: A poison message.")).to_be_visible()
    page.get_by_text("Show to all", exact=True).evaluate("each => each.scrollIntoView()")
    page.screenshot(path=SCREENSHOTS / "room-show.png")
    expect(learner.page.get_by_text("Your instructor shows: A poison message")).to_be_visible()
    learner.page.screenshot(path=SCREENSHOTS / "room-shown.png")
    learner.page.get_by_role("button", name="Open it here").click()
    expect(learner.page.get_by_label("maxReceiveCount")).to_have_value("5")
    for window in (instructor, learner):
        assert window.requests_elsewhere() == []
        assert window.complaints == []
        assert window.page.evaluate("window.attacked") is None


def test_nobody_is_named_in_a_notebook_that_is_saved(instructor, jupyterlab):
    instructor.save()
    saved = json.dumps(jupyterlab.read("room_page.ipynb"))
    assert "Ada" not in saved
    assert "Nothing of it is saved with the notebook" in saved
