"""What a learner is told about their progress: in a notebook, in a saved one, in a terminal."""

import json
from html.parser import HTMLParser

import pytest

from workbook.cli import main
from workbook.teaching import progress
from workbook.teaching.asked import Code
from workbook.teaching.contract import Exercise, Property, held
from workbook.teaching.progress import command, page
from workbook.teaching.progress.face import NOTHING_KEPT, progress_html, progress_text
from workbook.teaching.progress.page import ProgressPage
from workbook.teaching.progress.progress_book import ProgressBook
from workbook.teaching.progress.records import ExerciseRecord, QuestionRecord, Records
from workbook.teaching.progress.store import Store
from workbook.teaching.progress.summary import FEWEST, Topic, summary_of

PASSED = ExerciseRecord(checks=2, passed=True, passed_on="2026-11-28", best=4, of=4, hints=1)
BEGUN = ExerciseRecord(checks=3, best=1, of=4)


def exercise(name, lesson, topic="sqs"):
    it_holds = Property(name="it holds", points=4, judge=lambda run: held())
    return Exercise(
        id=name, title=f"Title of {name}", lesson=lesson, level=2, topic=topic, asks=Code("build(lab)"),
        situations=(), properties=(it_holds,),
    )  # fmt: skip


EXERCISES = {
    each.id: each
    for each in (
        exercise("q-1", "01_queues"),
        exercise("q-2", "01_queues"),
        exercise("sns-1", "10_topics_and_fan_out", "sns"),
    )
}


def summary(exercises=None, **questions):
    return summary_of(EXERCISES.values(), Records(exercises or {}, questions))


def question(topic, *, right):
    return QuestionRecord(topic, right=int(right), wrong=int(not right), last_right=right)


class TestSummary:
    def test_next_is_the_first_exercise_that_is_not_done_begun_or_not(self):
        assert summary().next.exercise.id == "q-1"
        assert summary({"q-1": PASSED, "sns-1": PASSED, "q-2": BEGUN}).next.exercise.id == "q-2"
        assert summary(dict.fromkeys(EXERCISES, PASSED)).next is None

    def test_a_topic_is_weak_if_fewer_than_seven_in_ten_are_right_now(self):
        questions = {f"s{n}": question("sns", right=n > 0) for n in range(3)}
        assert summary(**questions).weak == (Topic("sns", right=2, tried=3),)
        questions["s3"] = question("sns", right=True)
        assert summary(**questions).weak == ()

    def test_of_too_little_nothing_is_said(self):
        wrong = {f"s{n}": question("sns", right=False) for n in range(FEWEST - 1)}
        assert summary(**wrong).weak == ()

    def test_a_question_that_was_wrong_once_and_is_right_now_is_right(self):
        learnt = QuestionRecord("sns", right=1, wrong=5, last_right=True)
        assert summary(a=learnt, b=learnt, c=learnt).weak == ()

    def test_an_exercise_that_took_its_solution_is_not_known_yet(self):
        helped = ExerciseRecord(checks=1, passed=True, best=4, of=4, solution_shown=True)
        [topic] = summary({"q-1": helped, "q-2": PASSED}).topics
        assert (topic.right, topic.tried) == (1, 2)

    def test_records_of_exercises_that_are_no_more_do_no_harm(self):
        assert summary({"gone-1": PASSED}).done == 0


def test_in_words():
    text = progress_text(
        summary({"q-1": PASSED, "q-2": BEGUN}, **{f"s{n}": question("sns", right=False) for n in range(3)})
    )
    assert text.splitlines() == [
        "Exercises done: 1 of 3.",
        "Questions answered: 3, 0 of them right the last time.",
        "Next: q-2, Title of q-2 (01 Queues).",
        "To look at again: sns (0 of 3 right).",
        "",
        "01 Queues",
        "  ✓ q-1  Title of q-1: done (4 of 4 points, 2 checks, 1 hint)",
        "  … q-2  Title of q-2: begun (1 of 4 points, 3 checks)",
        "",
        "10 Topics and fan out",
        "  ○ sns-1  Title of sns-1: not begun",
    ]


class Balanced(HTMLParser):
    """Reads HTML, and keeps the texts and the links that it holds."""

    VOID = frozenset({"br", "img", "input"})

    def __init__(self, html):
        super().__init__()
        self.open, self.texts, self.links = [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)
        self.links += [value for name, value in attrs if name == "href"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


class TestHtml:
    def test_it_says_in_words_what_the_bar_shows_and_links_to_what_is_next(self):
        html = progress_html(summary({"q-1": PASSED}), lambda lesson: f"../exercises/{lesson}.ipynb")
        read = Balanced(html)
        assert read.open == []
        assert "Exercises done: 1 of 3." in read.texts
        assert "01 Queues: 1 of 2 done" in read.texts
        assert read.links[0] == "../exercises/01_queues.ipynb"
        assert 'aria-label="Exercises done"' in html

    def test_titles_are_text_and_no_markup(self, monkeypatch):
        monkeypatch.setitem(EXERCISES, "q-1", exercise("<b>", "01_queues"))
        assert "<b>: Title of <b>" in Balanced(progress_html(summary(), lambda _: "")).texts


@pytest.fixture
def book(tmp_path):
    return ProgressBook(Store(tmp_path / "progress.json"))


@pytest.fixture
def three_exercises(monkeypatch):
    monkeypatch.setattr(page, "all_exercises", lambda: EXERCISES)
    monkeypatch.setattr(command, "all_exercises", lambda: EXERCISES)


def check(book, name, *, passed=True):
    book.record_check({"exercise": name, "passed": passed, "points": 4 * passed, "of": 4, "error": None})


@pytest.mark.usefixtures("three_exercises")
class TestPage:
    def test_it_reads_again_what_other_notebooks_have_noted_down(self, book):
        shown = ProgressPage(book)
        check(book, "q-1")
        assert "0 of 3" in shown.page.value
        shown.refresh.click()
        assert "1 of 3" in shown.page.value

    def test_forgetting_an_exercise_asks_first(self, book):
        check(book, "q-1")
        shown = ProgressPage(book)
        shown.choice.value = "q-1"
        shown.forget.click()
        assert "Forget all checks and hints of q-1?" in shown.said.value
        assert shown.sure.layout.display == ""
        shown.keep.click()
        assert book.exercise("q-1").passed
        shown.forget.click()
        shown.sure.click()
        assert not book.exercise("q-1").passed
        assert "0 of 3" in shown.page.value
        assert shown.sure.layout.display == "none"

    def test_forgetting_without_a_choice_says_to_choose(self, book):
        shown = ProgressPage(book)
        shown.forget.click()
        assert "Choose an exercise first" in shown.said.value

    def test_what_stands_in_the_file_and_cannot_be_read_is_said_on_the_page(self, book):
        book.store.path.write_text('{"version": 9}', encoding="utf-8")
        assert "written by a newer workbook" in ProgressPage(book).page.value

    def test_links_lead_to_the_learners_copies_and_without_them_to_the_exercises(self, book, tmp_path):
        notebooks = tmp_path / "notebooks"
        for folder in ("notebooks", "exercises"):
            (tmp_path / folder).mkdir()
        (tmp_path / "exercises" / "01_queues.ipynb").touch()
        assert "../exercises/01_queues.ipynb" in ProgressPage(book, notebooks).page.value
        (tmp_path / "my-exercises").mkdir()
        (tmp_path / "my-exercises" / "01_queues.ipynb").touch()
        assert "../my-exercises/01_queues.ipynb" in ProgressPage(book, notebooks).page.value

    def test_a_saved_notebook_shows_it_without_a_kernel(self, book):
        check(book, "q-1")
        bundle = ProgressPage(book)._repr_mimebundle_()
        assert "1 of 3" in bundle["text/html"]
        assert bundle["text/plain"].startswith("Exercises done: 1 of 3.")

    def test_where_nothing_is_kept_it_is_the_same_for_everybody(self):
        assert repr(progress()) == NOTHING_KEPT
        assert NOTHING_KEPT in progress()._repr_mimebundle_()["text/html"]


@pytest.mark.usefixtures("three_exercises")
class TestCommand:
    @pytest.fixture(autouse=True)
    def kept(self, book, monkeypatch):
        monkeypatch.setenv("WORKBOOK_PROGRESS", str(book.store.path))

    def test_it_says_how_it_stands_and_where_that_is_kept(self, book, capsys):
        check(book, "q-1")
        assert main(["progress"]) == 0
        said = capsys.readouterr().out
        assert said.startswith("Exercises done: 1 of 3.")
        assert f"Kept in {book.store.path}" in said

    def test_programs_read_it_as_json(self, book, capsys):
        check(book, "q-1")
        assert main(["progress", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["exercises"]["q-1"]["passed"]

    def test_one_exercise_can_be_forgotten(self, book, capsys):
        check(book, "q-1")
        assert main(["progress", "--reset", "q-1"]) == 0
        assert "as if never tried" in capsys.readouterr().out
        assert main(["progress", "--reset", "q-1"]) == 1
        assert "exercises that were tried: none yet" in capsys.readouterr().err

    def test_it_goes_to_another_computer_and_back(self, book, tmp_path, capsys):
        check(book, "q-1")
        assert main(["progress", "--export", str(tmp_path / "mine.json")]) == 0
        book.reset("q-1")
        assert main(["progress", "--import", str(tmp_path / "mine.json")]) == 0
        assert "1 exercises" not in capsys.readouterr().out
        assert book.exercise("q-1").passed

    def test_a_file_that_is_not_there_is_named(self, tmp_path, capsys):
        assert main(["progress", "--import", str(tmp_path / "none.json")]) == 1
        assert "none.json cannot be imported" in capsys.readouterr().err

    def test_switched_off_it_says_so(self, monkeypatch, capsys):
        monkeypatch.setenv("WORKBOOK_PROGRESS", "off")
        assert main(["progress"]) == 0
        assert "WORKBOOK_PROGRESS is off" in capsys.readouterr().out
