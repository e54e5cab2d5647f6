"""The pages of a report in a real browser: light, dark, wide, narrow, on paper; and nothing in them runs."""

import dataclasses
from pathlib import Path

import pytest
from made_up_class import PICTURE, SOME, WEEK, large, lost, task

from workbook.grading.reports.pages import file_name
from workbook.grading.reports.writing import write_report
from workbook.grading.results import ClassResult, FileRecord, SubmissionResult

SCREENSHOTS = Path(__file__).parent / "screenshots"
ATTACK = "<script>window.attacked=1</script><img src=x onerror=window.attacked=1><a href='javascript:1'>x</a>"
SHOWN = dataclasses.replace(WEEK, show_flows=True)
WIDTHS = (1280, 390)


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    write_report(folder / "some", SOME, SHOWN)
    write_report(folder / "large", large(), WEEK)
    write_report(folder / "one", dataclasses.replace(SOME, submissions=SOME.submissions[:1]), WEEK)
    wicked = dataclasses.replace(
        task("vt-1", 2), feedback=(ATTACK,), picture=ATTACK + PICTURE, mistake=ATTACK
    )
    tasks = (wicked, lost("vt-2", ATTACK), dataclasses.replace(lost("dlq-1"), tampering=(ATTACK,)))
    submission = SubmissionResult(ATTACK, tasks, (FileRecord(ATTACK, "", used=True),), (ATTACK,))
    write_report(folder / "wicked", ClassResult(ATTACK, (submission,), (ATTACK,)), SHOWN)
    return folder


@pytest.fixture
def opened(browser):
    """Opens a page; whatever the browser has to say about it is collected."""
    contexts = []

    def opened(path, *, width=1280, scheme="light"):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.said = []
        page.on("console", lambda message: page.said.append(message.text))
        page.on(
            "request", lambda request: page.said.append(request.url) if request.url != path.as_uri() else None
        )
        page.goto(path.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()


def is_within(page):
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def background(page):
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["class.html", f"learners/{file_name('Alan Turing')}"])
def test_a_page_is_read_in_light_and_dark_wide_and_narrow(reports, opened, name, scheme, width):
    page = opened(reports / "some" / name, width=width, scheme=scheme)
    assert is_within(page)
    assert background(page) == {"light": "rgb(255, 255, 255)", "dark": "rgb(22, 22, 22)"}[scheme]
    assert [url for url in page.said if not url.startswith("data:image/")] == []
    SCREENSHOTS.mkdir(exist_ok=True)
    kind = "class" if name == "class.html" else "learner"
    page.screenshot(path=SCREENSHOTS / f"grading-{kind}-{scheme}-{width}.png", full_page=True)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("name", "learners"), [("large", 200), ("one", 1)])
def test_a_class_of_one_and_of_two_hundred_fits(reports, opened, name, learners, width):
    page = opened(reports / name / "class.html", width=width)
    assert is_within(page)
    assert page.get_by_role("table").last.get_by_role("row").count() == learners + 1


def test_what_learners_wrote_runs_nowhere(reports, opened):
    for path in sorted((reports / "wicked").rglob("*.html")):
        page = opened(path)
        assert page.evaluate("window.attacked") is None
        assert page.locator("script, [onerror], a[href^='javascript']").count() == 0
        assert page.get_by_text("<script>window.attacked=1</script>").first.is_visible()


def test_the_policy_would_stop_what_slipped_through(reports, opened, tmp_path):
    text = (reports / "some" / "class.html").read_text(encoding="utf-8")
    slipped = (
        "<script>window.attacked=1</script><img src='http://127.0.0.1:9/x'><p style='position:fixed'>x</p>"
    )
    path = tmp_path / "slipped.html"
    path.write_text(text.replace("<main>", f"<main>{slipped}"), encoding="utf-8")
    page = opened(path)
    assert page.evaluate("window.attacked") is None
    assert len([said for said in page.said if "Content Security Policy" in said]) >= 3


def test_a_wide_table_is_scrolled_by_keys(reports, opened):
    page = opened(reports / "some" / "class.html", width=390)
    region = page.get_by_role("region", name="All learners")
    region.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("element => element.scrollLeft > 0", arg=region.element_handle())


def test_a_page_is_printed_on_paper(reports, opened):
    page = opened(reports / "some" / "class.html", scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert background(page) == "rgb(255, 255, 255)"
    assert page.pdf().startswith(b"%PDF")
