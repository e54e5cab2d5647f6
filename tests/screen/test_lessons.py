"""Each lesson in a real JupyterLab: opened as it was committed, restarted, run to its end, and looked at."""

import contextlib
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from jupyterlab_process import LESSONS, NOTEBOOKS
from jupyterlab_window import ERROR

from workbook.bake import normalised

SCREENSHOTS = Path(__file__).parent / "screenshots"
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
PLACES = {"top": 0, "middle": 0.5, "end": 1}
WIDE, NARROW = 1280, 700  # pixels; the narrow one is half of a laptop's screen
LOOKS = [("light", WIDE), ("dark", WIDE), ("dark", NARROW)]  # what runs out of a window does so in any theme
HIGHEST_ROW = 90  # pixels: four lines of a table; higher ones cannot be read across


@pytest.fixture(scope="module")
def once(tmp_path_factory, worker_id):
    """Complains where a second process of the run opens the same lesson: that would take twice as long."""

    def once(name):
        if worker_id != "master":
            (tmp_path_factory.getbasetemp().parent / f"{name}.opened").touch(exist_ok=False)

    return once


@pytest.fixture(scope="module", params=LESSONS)
def lesson(request, open_window, once):
    """A window in which the lesson was opened, restarted and run to its end, and saved.

    JupyterLab has never seen the lesson before, so it does not trust it; what it shows then is noted first.
    """
    once(request.param)
    with contextlib.closing(open_window()) as learner:
        learner.name = request.param
        learner.open(request.param, kernel=False)
        learner.first_sight = FirstSight.of(learner)
        learner.wait_for_kernel(request.param)
        begin = time.perf_counter()
        learner.restart_and_run_all()
        learner.seconds = time.perf_counter() - begin
        learner.save()
        yield learner


@pytest.fixture(scope="module")
def looks(lesson):
    """What is wrong with the lesson in each of the looks, all of which had their pictures taken.

    To change the theme takes longer than all the rest, so the window's own comes first.
    """
    lesson.hide_notifications()
    return {
        (theme, width): Look.of(lesson, theme, width)
        for theme, width in sorted(LOOKS, key=lambda look: THEMES[look[0]] != lesson.theme())
    }


@dataclass(frozen=True)
class Look:
    """What runs out of the window, and the rows that are too high to be read across."""

    prose: list
    rows: list
    outputs: list

    @classmethod
    def of(cls, lesson, theme, width):
        lesson.choose_theme(THEMES[theme])
        with lesson.window_of(width, sidebar=width == WIDE):
            lesson.wait_until_drawn()
            for place, share in PLACES.items():
                lesson.scroll_to(share)
                name = f"{lesson.name.removesuffix('.ipynb')}-{theme}-{width}-{place}.png"
                lesson.page.screenshot(path=SCREENSHOTS / name)
            return cls(
                lesson.cut_off(".jp-RenderedMarkdown"),
                lesson.higher_than(HIGHEST_ROW, ".jp-OutputArea-output tr"),
                lesson.cut_off(".jp-OutputArea-output"),
            )


@dataclass(frozen=True)
class FirstSight:
    """What a reader gets to see before any run."""

    outputs: list  # for each code cell, what each of its outputs says
    tables: int
    trusted: bool

    @classmethod
    def of(cls, learner):
        cells = learner.page.locator(".jp-Notebook .jp-CodeCell").count()
        return cls(
            [learner.said_by_outputs(number) for number in range(1, cells + 1)],
            learner.page.locator(".jp-OutputArea-output table").count(),
            not learner.page.get_by_title("not trusted").count(),
        )


def committed_outputs(lesson):
    """The outputs of each code cell."""
    notebook = nbformat.read(NOTEBOOKS / lesson.name, as_version=4)
    return [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]


def test_the_committed_outputs_are_shown_before_any_run(lesson):
    committed, seen = committed_outputs(lesson), lesson.first_sight
    assert not seen.trusted
    assert [len(shown) for shown in seen.outputs] == [len(outputs) for outputs in committed]
    assert all(all(shown) for shown in seen.outputs)
    shown = [output.get("data", {}) for outputs in committed for output in outputs]
    tables = sum(data.get("text/html", "").count("<table") for data in shown)
    tables += sum("|---" in data.get("text/markdown", "").replace(" ", "") for data in shown)
    assert seen.tables == tables > 0


def test_all_cells_run_in_order_and_none_shows_an_error(lesson, record_property):
    record_property("seconds from restart to end", round(lesson.seconds, 1))
    prompts = lesson.prompts()
    assert prompts == [f"[{number}]:" for number in range(1, len(prompts) + 1)]
    assert lesson.page.locator(ERROR).all_text_contents() == []


def test_what_it_shows_is_what_is_committed(lesson):
    committed = nbformat.read(NOTEBOOKS / lesson.name, as_version=4)
    saved = normalised(lesson.server.read(lesson.name))  # as baking keeps it: without the live views
    assert [cell.get("outputs") for cell in saved.cells] == [cell.get("outputs") for cell in committed.cells]


def test_every_output_is_on_the_screen(lesson):
    cells = [cell for cell in lesson.server.read(lesson.name).cells if cell.cell_type == "code"]
    for number, cell in enumerate(cells, start=1):
        shown = lesson.said_by_outputs(number)
        assert len(shown) == len(cell.outputs), f"code cell {number}"
        assert all(shown), f"code cell {number}"


def test_nothing_is_asked_of_another_computer_and_the_console_is_quiet(lesson):
    assert any("/kernels/" in request for request in lesson.requests), "requests are listed"
    assert lesson.requests_elsewhere() == []
    assert lesson.complaints == []


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_it_has_its_pictures_taken(looks, theme, width):
    """For people to look at; what a machine can judge is that nothing runs out of the window."""
    look = looks[theme, width]
    assert look.prose == []
    assert look.rows == []
    if width == WIDE:
        assert look.outputs == []
