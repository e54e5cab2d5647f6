"""The file of progress: nothing that was noted down is ever lost, and nothing stops a learner."""

import json
import subprocess
import sys
import threading
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.teaching import progress
from workbook.teaching.progress.place import progress_file
from workbook.teaching.progress.progress_book import ProgressBook
from workbook.teaching.progress.records import ExerciseRecord, QuestionRecord, RecordError, Records
from workbook.teaching.progress.store import ProgressError, ProgressWarning, Store


@pytest.fixture
def path(tmp_path):
    return tmp_path / "progress.json"


@pytest.fixture
def book(path):
    return ProgressBook(Store(path), today=lambda: "2026-11-28")


def verdict(*, exercise="dlq-1", passed=True, points=4, of=4, error=None):
    return {"exercise": exercise, "passed": passed, "points": points, "of": of, "error": error}


WRONG = {"passed": False, "points": 1}


class TestNotingDown:
    def test_a_check_is_remembered_by_another_process_too(self, book, path):
        book.record_check(verdict())
        assert ProgressBook(Store(path)).exercise("dlq-1") == ExerciseRecord(
            checks=1, passed=True, passed_on="2026-11-28", best=4, of=4
        )

    def test_what_was_passed_stays_passed_and_the_best_points_count(self, book):
        book.record_check(verdict())
        book.record_check(verdict(**WRONG))
        assert book.exercise("dlq-1").passed
        assert (book.exercise("dlq-1").best, book.exercise("dlq-1").checks) == (4, 2)

    def test_the_day_is_that_of_the_first_right_answer(self, path):
        days = iter(["2026-11-28", "2026-12-01"])
        book = ProgressBook(Store(path), today=lambda: next(days))
        for each in (verdict(**WRONG), verdict(), verdict(**WRONG)):
            book.record_check(each)
        assert book.exercise("dlq-1").passed_on == "2026-11-28"

    @pytest.mark.parametrize("kind", ["empty", "form"])
    def test_a_placeholder_is_no_answer_nor_is_what_was_not_asked_for(self, book, path, kind):
        book.record_check(verdict(**WRONG, error={"kind": kind, "text": "write it"}))
        assert not path.exists()

    def test_an_answer_that_fails_with_an_exception_is_one(self, book):
        book.record_check(verdict(**WRONG, error={"kind": "exception", "text": "NameError"}))
        assert book.exercise("dlq-1").is_begun

    def test_of_hints_the_furthest_is_remembered(self, book):
        for number in (1, 2, 1):
            book.record_hint("dlq-1", number)
        assert book.exercise("dlq-1").hints == 2

    def test_a_solution_that_is_read_afterwards_is_no_help(self, book):
        book.record_check(verdict())
        book.record_solution("dlq-1")
        assert not book.exercise("dlq-1").solution_shown
        book.record_solution("dlq-2")
        assert book.exercise("dlq-2").solution_shown

    def test_answers_of_the_quiz_are_counted_and_the_scheduler_gets_its_card_back(self, book):
        book.record_answer("sqs-1", False, "sqs", card={"due": "2026-11-29"})
        book.record_answer("sqs-1", True, "sqs")
        assert book.question("sqs-1") == QuestionRecord("sqs", 1, 1, True, {"due": "2026-11-29"})
        assert list(book.questions()) == ["sqs-1"]

    def test_without_a_store_nothing_is_kept_and_nothing_fails(self):
        book = ProgressBook(None)
        book.record_check(verdict())
        assert not book.is_kept
        assert book.exercise("dlq-1") == ExerciseRecord()
        assert book.reset("dlq-1") is False


class TestPlace:
    def test_it_is_where_the_system_keeps_data_of_programs(self, monkeypatch):
        monkeypatch.delenv("WORKBOOK_PROGRESS", raising=False)
        assert progress_file().parts[-2:] == ("workbook", "progress.json")

    def test_the_environment_can_name_another(self, monkeypatch, path):
        monkeypatch.setenv("WORKBOOK_PROGRESS", str(path))
        assert progress.book().store.path == path

    def test_and_can_switch_it_off(self, monkeypatch):
        monkeypatch.setenv("WORKBOOK_PROGRESS", "off")
        assert not progress.book().is_kept


UNREADABLE = {
    "half a file": '{"version": 1, "exerc',
    "no JSON": "hello",
    "nothing": "",
    "another thing": "[1, 2]",
    "no version": '{"exercises": {}, "questions": {}}',
    "an older form": '{"version": 0}',
    "a record without its fields": '{"version": 1, "questions": {}, "exercises": {"a": {"checks": 1}}}',
}


class TestUnreadableFile:
    @pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE)
    def test_it_is_kept_under_another_name_which_is_said(self, book, path, text):
        path.write_text(text, encoding="utf-8")
        with pytest.warns(ProgressWarning, match=r"is kept as progress\.unreadable-1\.json"):
            book.record_check(verdict())
        assert path.with_name("progress.unreadable-1.json").read_text(encoding="utf-8") == text
        assert book.exercise("dlq-1").passed

    def test_bytes_that_are_no_text_are_kept_too(self, book, path):
        path.write_bytes(b"\xff\xfe\x00")
        with pytest.warns(ProgressWarning, match="it is no text"):
            book.records()
        assert path.with_name("progress.unreadable-1.json").read_bytes() == b"\xff\xfe\x00"

    def test_a_second_one_does_not_take_the_place_of_the_first(self, book, path):
        for text in ("one", "two"):
            path.write_text(text, encoding="utf-8")
            with pytest.warns(ProgressWarning):
                book.records()
        kept = [path.with_name(f"progress.unreadable-{number}.json") for number in (1, 2)]
        assert [each.read_text(encoding="utf-8") for each in kept] == ["one", "two"]

    def test_one_of_a_newer_workbook_stays_where_it_is(self, book, path):
        newer = '{"version": 2, "everything": "else"}'
        path.write_text(newer, encoding="utf-8")
        with pytest.raises(ProgressError, match="written by a newer workbook"):
            book.records()
        with pytest.warns(ProgressWarning, match="Your progress is not noted down"):
            book.record_check(verdict())
        assert path.read_text(encoding="utf-8") == newer

    def test_where_nothing_can_be_written_the_learner_goes_on(self, tmp_path):
        (tmp_path / "file").touch()
        book = ProgressBook(Store(tmp_path / "file" / "progress.json"))
        with pytest.warns(ProgressWarning, match="WORKBOOK_PROGRESS can name another file"):
            book.record_check(verdict())


class TestTwoAtOnce:
    def test_threads_lose_nothing(self, path):
        def note(number):
            for _ in range(5):
                ProgressBook(Store(path)).record_check(verdict(exercise=f"e-{number}"))

        threads = [threading.Thread(target=note, args=[number]) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        records = Store(path).read().exercises
        assert {name: record.checks for name, record in records.items()} == {f"e-{n}": 5 for n in range(4)}

    def test_processes_lose_nothing(self, path):
        code = (
            "import sys, pathlib\n"
            "from workbook.teaching.progress.progress_book import ProgressBook\n"
            "from workbook.teaching.progress.store import Store\n"
            "book = ProgressBook(Store(pathlib.Path(sys.argv[1])))\n"
            "for _ in range(20): book.record_answer('sqs-1', True, 'sqs')\n"
        )
        processes = [subprocess.Popen([sys.executable, "-c", code, str(path)]) for _ in range(2)]
        assert [process.wait() for process in processes] == [0, 0]
        assert Store(path).read().questions["sqs-1"].right == 40

    def test_an_error_in_the_middle_leaves_the_file_as_it_was(self, book, path, monkeypatch):
        book.record_check(verdict())
        before = path.read_bytes()
        monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError("the disk is full")))
        with pytest.warns(ProgressWarning, match="the disk is full"):
            book.record_check(verdict(exercise="other-1"))
        assert path.read_bytes() == before


class TestReset:
    def test_one_exercise_is_forgotten_and_the_others_are_not(self, book):
        book.record_check(verdict())
        book.record_check(verdict(exercise="dlq-2"))
        assert book.reset("dlq-1")
        assert list(book.records().exercises) == ["dlq-2"]
        assert not book.reset("dlq-1")


class TestExportAndImport:
    def test_what_one_computer_exports_another_one_imports(self, book, tmp_path):
        book.record_check(verdict())
        book.record_answer("sqs-1", True, "sqs")
        book.export_to(tmp_path / "mine.json")
        other = ProgressBook(Store(tmp_path / "other" / "progress.json"))
        other.record_check(verdict(exercise="dlq-2"))
        assert set(other.import_from(tmp_path / "mine.json").exercises) == {"dlq-1", "dlq-2"}
        assert other.question("sqs-1").right == 1

    def test_an_export_overwrites_nothing(self, book, tmp_path):
        (tmp_path / "thesis.json").write_text("years of work", encoding="utf-8")
        with pytest.raises(ProgressError, match="exists already and is left as it is"):
            book.export_to(tmp_path / "thesis.json")
        assert (tmp_path / "thesis.json").read_text(encoding="utf-8") == "years of work"

    @pytest.mark.parametrize("text", [*UNREADABLE.values(), '{"version": 2}'])
    def test_what_is_no_export_is_refused_and_changes_nothing(self, book, tmp_path, path, text):
        book.record_check(verdict())
        before = path.read_bytes()
        (tmp_path / "other.json").write_text(text, encoding="utf-8")
        with pytest.raises(ProgressError, match=r"other\.json cannot be imported"):
            book.import_from(tmp_path / "other.json")
        assert path.read_bytes() == before
        assert (tmp_path / "other.json").read_text(encoding="utf-8") == text


NUMBERS = st.integers(min_value=0, max_value=9)
EXERCISES = st.builds(
    ExerciseRecord,
    checks=NUMBERS, passed=st.booleans(), passed_on=st.sampled_from(["", "2026-11-28", "2026-12-01"]),
    best=NUMBERS, of=NUMBERS, hints=NUMBERS, solution_shown=st.booleans(),
)  # fmt: skip
QUESTIONS = st.builds(
    QuestionRecord,
    topic=st.sampled_from(["sqs", "sns"]),
    right=NUMBERS,
    wrong=NUMBERS,
    last_right=st.booleans(),
)
RECORDS = st.builds(
    Records,
    exercises=st.dictionaries(st.sampled_from(["a-1", "b-1", "c-1"]), EXERCISES),
    questions=st.dictionaries(st.sampled_from(["q-1", "q-2"]), QUESTIONS),
)


class TestMerging:
    @given(RECORDS)
    def test_with_itself_changes_nothing(self, records):
        assert records.merged_with(records) == records

    @given(RECORDS, RECORDS)
    def test_it_does_not_matter_who_imports_whom(self, ours, theirs):
        assert ours.merged_with(theirs) == theirs.merged_with(ours)

    @given(RECORDS, RECORDS, RECORDS)
    def test_nor_in_which_order(self, one, two, three):
        assert one.merged_with(two).merged_with(three) == one.merged_with(two.merged_with(three))

    @given(RECORDS, RECORDS)
    def test_nothing_that_was_reached_is_lost(self, ours, theirs):
        merged = ours.merged_with(theirs)
        for each in (ours, theirs):
            for name, record in each.exercises.items():
                assert merged.exercises[name].passed >= record.passed
                assert merged.exercises[name].best >= record.best
            for name, question in each.questions.items():
                assert merged.questions[name].answers >= question.answers

    @given(RECORDS)
    def test_what_is_written_is_read_again(self, records):
        assert Records.from_json(json.loads(json.dumps(records.as_json()))) == records


@pytest.mark.parametrize(
    ("field", "value"), [("checks", -1), ("checks", True), ("passed", 1), ("best", "4"), ("passed_on", None)]
)
def test_a_field_of_the_wrong_kind_is_named(field, value):
    record = {**Records({"dlq-1": ExerciseRecord()}).as_json()["exercises"]["dlq-1"], field: value}
    with pytest.raises(RecordError, match=rf"exercises\.dlq-1\.{field} is"):
        Records.from_json({"version": 1, "exercises": {"dlq-1": record}, "questions": {}})


def test_nothing_is_warned_of_where_all_is_well(book):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        book.record_check(verdict())
        book.records()
