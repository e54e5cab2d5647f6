"""Reports: what each shows, that nothing in them runs or is worked out, and that they stay the same."""

import base64
import csv
import dataclasses
import hashlib
import io
import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_class import PICTURE, SOME, WEEK, absent, handed_in, large, lost, task

from workbook.grading.reports.overview import overview_of
from workbook.grading.reports.pages import class_page, file_name, learner_page, pictures_in
from workbook.grading.reports.table import BYTE_ORDER_MARK, grades_csv, harmless
from workbook.grading.reports.writing import files_of, write_report
from workbook.grading.results import ClassResult, FileRecord, SubmissionResult, missing

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg onload=alert(3)>{{7*7}}{% raw %}"
ELEMENTS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "main",
        "header",
        "section",
        "div",
        "details",
        "summary",
    ),
    *("h1", "h2", "p", "b", "br", "bdi", "a", "code", "ul", "li", "figure", "img", "span"),
    *("table", "thead", "tbody", "tr", "th", "td", "svg", "circle", "path", "rect"),
}
FLOWS = dataclasses.replace(WEEK, show_flows=True)


class Reader(HTMLParser):
    """The elements and the text of a page."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.words = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())

    @property
    def tags(self):
        return {tag for tag, _ in self.elements}


def rows(result=SOME, assignment=WEEK):
    return list(csv.DictReader(io.StringIO(grades_csv(result, assignment).removeprefix(BYTE_ORDER_MARK))))


def evil_class():
    evil = task("vt-1", 0, tampering=(EVIL,), mistake=EVIL)
    evil = dataclasses.replace(evil, title=EVIL, feedback=(EVIL, f"`{EVIL}`"), picture=EVIL + PICTURE)
    files = (FileRecord(EVIL, "", used=False),)
    tasks = (evil, lost("vt-2", EVIL), absent("dlq-1", EVIL))
    return ClassResult(EVIL, (SubmissionResult(EVIL, tasks, files, (EVIL,)),), (EVIL,))


# ---- the table


def test_the_table_has_a_line_a_learner_with_points_by_task():
    ada, alan, grace, *_ = rows()
    assert (ada["points"], ada["of"], ada["percent"], ada["vt-2"]) == ("18", "18", "100", "7")
    assert (alan["vt-1"], alan["dlq-1"]) == ("2", "ungradable")
    assert (grace["dlq-1"], grace["points"]) == ("missing", "0")


def test_what_could_not_be_judged_makes_the_total_empty_and_not_zero():
    alan = rows()[1]
    assert (alan["state"], alan["points"], alan["percent"], alan["unjudged"]) == ("ungradable", "", "", "7")


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "a,=1",
        "a;=1",
        "a; =1",
        "\0=1",
        "\N{FULLWIDTH EQUALS SIGN}1",
        '=HYPERLINK("http://evil","click")',
        "=cmd|' /C calc'!A0",
    ],
)
def test_no_cell_begins_a_formula(cell):
    made = harmless(cell)
    assert not re.search(r"(^|[,;])[\s\0]*[=+\-@\N{FULLWIDTH EQUALS SIGN}]", made)
    assert not set(made) & set("\t\r\n\0")


@given(st.text(st.sampled_from("=+-@,;\t\r\n\0 '\"ab\uff1d")))
def test_no_text_at_all_begins_a_formula(cell):
    assert not re.search(r"(^|[,;])\s*[=+\-@\uff1d]", harmless(cell))


@pytest.mark.parametrize("cell", ["Ada", "O'Neill", "2.5", "", "week-2, a-b; c=d", "a@b.org"])
def test_other_cells_stay_as_they_are(cell):
    assert harmless(cell) == cell


def test_a_learner_whose_name_is_a_formula_gets_a_quote():
    result = ClassResult("", (handed_in("=1+1", task("vt-1", 4), task("vt-2", 7), task("dlq-1", 7)),))
    assert rows(result)[0]["learner"] == "'=1+1"


# ---- pages


def test_a_learner_reads_what_each_task_earned_and_why():
    text = Reader(learner_page(SOME.submissions[1], WEEK)).text
    assert "Alan Turing" in text
    assert "1.8 of 18 points so far; 7 more are not judged yet" in text
    assert "It was late, so 10 % of the points were taken off." in text
    assert "Partly right: 2 of 4 points" in text
    assert "Each order should be given to one cook. Cake 4 was given out 113 times." in text
    assert "Your code raised an exception." in text
    assert "Could not be judged" in text


def test_a_learner_whose_cell_failed_reads_why_there_is_no_answer():
    reason = "No answer was handed in. Code cell 4 ended with SyntaxError: expected ':' <b>"
    kim = SubmissionResult("kim", tasks=(missing("vt-2", "Cakes of unknown size", 7, reason),))
    assert reason in Reader(learner_page(kim, WEEK)).text


def test_a_learner_does_not_read_what_is_for_the_instructor():
    mallory = Reader(learner_page(SOME.submissions[3], WEEK)).text
    assert "frame" not in mallory
    assert "signal 9" not in Reader(learner_page(SOME.submissions[1], WEEK)).text


def test_a_flow_is_shown_only_if_the_assignment_allows_it():
    alan = SOME.submissions[1]
    assert "img" not in Reader(learner_page(alan, WEEK)).tags
    [picture] = [attrs for tag, attrs in Reader(learner_page(alan, FLOWS)).elements if tag == "img"]
    assert picture["alt"] == "Two flows of messages."


def test_of_a_flow_only_pictures_and_their_descriptions_are_taken_over():
    html = f'<p onclick="x">a</p>{PICTURE}<img src="http://evil/x.png"><img src="data:text/html;base64,PHA+">'
    assert [picture.description for picture in pictures_in(html)] == ["Two flows of messages."]
    assert pictures_in(None) == []


def test_the_class_page_says_how_tasks_went_who_is_stuck_and_what_needs_a_person():
    text = Reader(class_page(SOME, WEEK)).text
    assert "4 of 5 handed something in." in text
    assert "1 waits for a person to look." in text
    assert "The judge's process ended with signal 9 (out of memory)." in text
    assert "It sent a frame that no library sends: a result." in text
    assert "The timeout ends while the cook is still at work." in text
    assert "Grace Hopper : 0 of 11 points in 2 tasks" in text
    assert "Ada Lovelace and Grace Hopper handed in the same file, byte for byte." in text


def test_the_overview_counts_each_learner_once_a_task():
    overview = overview_of(SOME, WEEK)
    assert overview.tasks[0].counts == {"right": 1, "partly": 1, "wrong": 2, "ungradable": 0, "missing": 1}
    assert overview.tasks[0].properties[0] == ("no cake is baked twice", 2, 4)
    assert [(each.mistake, len(each.learners)) for each in overview.mistakes] == [
        ("shorter-than-the-work", 2)
    ]
    assert [name for name, _ in overview.stuck] == ["Alan Turing", "Grace Hopper", "Mallory"]


def test_the_class_page_leads_to_the_pages_that_are_written():
    written = {name for name, _ in files_of(SOME, WEEK)}
    links = {attrs["href"] for tag, attrs in Reader(class_page(SOME, WEEK)).elements if tag == "a"}
    assert links <= written
    assert len(links) == len(SOME.submissions)


# ---- nothing runs


def pages_of(result, assignment=FLOWS):
    return [text for name, text in files_of(result, assignment) if name.endswith(".html")]


@pytest.mark.parametrize("page", pages_of(evil_class()) + pages_of(SOME), ids=lambda page: str(len(page)))
def test_no_page_has_anything_that_runs_loads_or_sends(page):
    reader = Reader(page)
    assert reader.tags <= ELEMENTS
    for _, attrs in reader.elements:
        assert not [name for name in attrs if name.startswith("on") or name in {"style", "srcdoc"}]
        assert attrs.get("src", "data:image/").startswith("data:image/")
        assert attrs.get("href", "learners/").startswith("learners/")
    [policy] = [a["content"] for t, a in reader.elements if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")


def test_the_style_of_a_page_is_the_one_whose_digest_it_names():
    page = class_page(SOME, WEEK)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in page


def test_what_learners_wrote_is_read_as_they_wrote_it():
    [class_html, learner_html] = pages_of(evil_class())
    for page in (class_html, learner_html):
        assert "<script>alert(1)</script><img src=x onerror=alert(2)>" in Reader(page).text
        assert "49" not in Reader(page).text  # no template in a template


@given(st.text(max_size=200))
def test_file_names_of_pages_are_plain_whatever_a_learner_is_called(name):
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]*-[0-9a-f]{8}\.html", file_name(name))


def test_learners_whose_names_differ_in_case_or_accents_have_two_pages():
    assert len({file_name(name) for name in ("ada", "Ada", "Ad\u00e4", "../ada", "")}) == 5


# ---- the whole


def read(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.*")}


def test_the_same_results_are_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_report(tmp_path / name, large(), WEEK)
    assert read(tmp_path / "a") == read(tmp_path / "b")
    assert len(read(tmp_path / "a")) == 203


def test_the_results_can_be_read_back(tmp_path):
    write_report(tmp_path, SOME, WEEK)
    assert ClassResult.from_json(json.loads((tmp_path / "results.json").read_bytes())) == SOME


def test_pages_of_who_is_no_more_there_go_and_files_of_others_stay(tmp_path):
    write_report(tmp_path, SOME, WEEK)
    (tmp_path / "learners" / "my-remarks.html").write_text("<p>mine</p>")
    write_report(tmp_path, dataclasses.replace(SOME, submissions=SOME.submissions[:1]), WEEK)
    left = {path.name for path in (tmp_path / "learners").iterdir()}
    assert left == {file_name("Ada Lovelace"), "my-remarks.html"}


def test_text_that_is_no_text_is_written_all_the_same(tmp_path):
    odd = handed_in("ada", dataclasses.replace(task("vt-1", 4), feedback=("\ud800",)))
    write_report(tmp_path, ClassResult("", (odd,)), WEEK)
    assert (tmp_path / "learners" / file_name("ada")).read_text(encoding="utf-8")


def test_who_handed_in_the_empty_task_is_not_stuck():
    untouched = handed_in("Emmy Noether", task("vt-2", 0, trouble="empty"))
    overview = overview_of(ClassResult(WEEK.title, (untouched,)), WEEK)
    assert overview.stuck == ()


def test_a_file_that_cannot_be_read_takes_one_line_of_the_class_page():
    """It had one for each task."""
    broken = handed_in("ada", lost("vt-1", "It is no JSON."), lost("vt-2", "It is no JSON."), lost("dlq-1"))
    result = ClassResult("Week 2", (broken,))
    found = [(each.exercises, each.reason) for each in overview_of(result, WEEK).ungradable]
    assert found[0] == (("vt-1", "vt-2"), "It is no JSON.")
    assert [exercises for exercises, _ in found] == [("vt-1", "vt-2"), ("dlq-1",)]
    text = Reader(class_page(result, WEEK)).text
    assert text.count("It is no JSON.") == 1
    assert "vt-1, vt-2" in text


def test_the_class_page_says_why_answers_are_missing_once_for_all_who_lack_them():
    lacking = [handed_in(name, task("vt-1", 4), absent("vt-2", "There is no `cook`.")) for name in "ab"]
    other = handed_in("c", task("vt-1", 4), absent("vt-2", "It was deleted."))
    nothing = SubmissionResult("d", (absent("vt-1"), absent("vt-2", "Nothing was handed in.")))
    result = ClassResult("Week 2", (*lacking, other, nothing))
    found = [(each.reason, each.learners) for each in overview_of(result, WEEK).unanswered]
    assert found == [("There is no `cook`.", ("a", "b")), ("It was deleted.", ("c",))]
    text = Reader(class_page(result, WEEK)).text
    assert text.count("There is no cook") == 1
    assert "Nothing was handed in." not in text


def test_a_table_does_nothing_to_a_terminal():
    assert harmless("ada\x1b]0;title\x07\x1b[2J\x9b5m\x7f") == "ada]0;title[2J5m"
