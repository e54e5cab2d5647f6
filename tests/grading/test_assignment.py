"""An assignment file: what is said in it, and what is refused so that no mistyped word passes unseen."""

import datetime
from fractions import Fraction

import pytest

from workbook.grading.assignment import Assignment, AssignmentError, LatePolicy, of_exercises, read_assignment
from workbook.grading.results import GRADED, MISSING, UNGRADABLE, SubmissionResult, TaskResult
from workbook.grading.scores import score_of, shown

DAY = 86400


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "week3.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_file_says_all_that_matters(file, tmp_path):
    (tmp_path / "hidden.py").write_text("")
    assignment = read_assignment(
        file("""
            title = "Week 3"
            exercises = ["dlq-1", "vt-1"]
            deadline = 2026-12-04T18:00:00
            time_zone = "Europe/Berlin"
            hidden = "hidden.py"
            show_flows = true
            [weights]
            dlq-1 = 2
            vt-1 = 0.1
            [late]
            grace_minutes = 10
            percent_a_day = 25
            days_at_most = 3
        """)
    )
    assert (assignment.title, assignment.exercises) == ("Week 3", ("dlq-1", "vt-1"))
    assert assignment.deadline.astimezone(datetime.UTC).isoformat() == "2026-12-04T17:00:00+00:00"
    assert assignment.weights == {"dlq-1": 2, "vt-1": Fraction(1, 10)}  # 0.1, to the last digit
    assert assignment.late == LatePolicy(grace_minutes=10, percent_a_day=25, days_at_most=3)
    assert assignment.hidden == tmp_path / "hidden.py"
    assert assignment.show_flows


def test_only_the_exercises_must_be_named(file):
    assignment = read_assignment(file('exercises = ["vt-1"]'))
    assert assignment == Assignment(title="week3", exercises=("vt-1",))
    assert not assignment.show_flows


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("exercises = [", "cannot be read as TOML"),
        ("", "exercises should be a list of ids"),
        ("exercises = []", "exercises should be a list of ids"),
        ('exercises = ["vt-1", "vt-1"]', "names vt-1 more than once"),
        ('exercises = ["vt-99"]', "there is no exercise 'vt-99'; there are"),
        ('exercises = ["vt-1"]\ndeadlin = 1', "an assignment has no 'deadlin'; it may have title"),
        ('exercises = ["vt-1"]\ntitle = 3', "title is 3; it should be a text"),
        ('exercises = ["vt-1"]\nshow_flows = "no"', "show_flows is 'no'; it should be true or false"),
        ('exercises = ["vt-1"]\ndeadline = "tomorrow"', "write it as 2026-12-04T18:00:00, without quotes"),
        ('exercises = ["vt-1"]\ndeadline = 2026-12-04', "write it as 2026-12-04T18:00:00"),
        ('exercises = ["vt-1"]\ndeadline = 2026-12-04T18:00:00', "deadline says no time zone"),
        ('exercises = ["vt-1"]\ntime_zone = "UTC"', "time_zone is given without a deadline"),
        (
            'exercises = ["vt-1"]\ndeadline = 2026-12-04T18:00:00Z\ntime_zone = "UTC"',
            "leave time_zone out, or the offset",
        ),
        (
            'exercises = ["vt-1"]\ndeadline = 2026-12-04T18:00:00\ntime_zone = "Mars/North"',
            "time_zone is 'Mars/North'; give a name like Europe/Berlin",
        ),
        (
            'exercises = ["vt-1"]\ndeadline = 2026-12-04T18:00:00\ntime_zone = "../../etc/passwd"',
            "give a name like Europe/Berlin",
        ),
        (
            'exercises = ["vt-1"]\ndeadline = 2026-03-29T02:30:00\ntime_zone = "Europe/Berlin"',
            "does not exist in Europe/Berlin",
        ),
        ('exercises = ["vt-1"]\n[weights]\nvt-2 = 1', "weights names vt-2, which is none of its exercises"),
        ('exercises = ["vt-1"]\n[weights]\nvt-1 = -1', "it should be a number from 0 to 1000"),
        ('exercises = ["vt-1"]\n[weights]\nvt-1 = nan', "it should be a number from 0 to 1000"),
        ('exercises = ["vt-1"]\n[weights]\nvt-1 = true', "it should be a number from 0 to 1000"),
        ('exercises = ["vt-1"]\n[late]\npercent_a_day = 10', "there is no deadline"),
        (
            'exercises = ["vt-1"]\ndeadline = 2026-12-04T18:00:00Z\n[late]\npercent_a_day = 200',
            "late.percent_a_day is 200; it should be a whole number, 0 to 100",
        ),
        ('exercises = ["vt-1"]\nhidden = "nowhere.py"', "there is no such file beside the assignment"),
    ],
)
def test_what_is_wrong_is_named_with_the_file(file, text, said):
    path = file(text)
    with pytest.raises(AssignmentError) as raised:
        read_assignment(path)
    assert said in str(raised.value)
    assert "week3.toml" in str(raised.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(AssignmentError, match=r"nowhere.toml cannot be read"):
        read_assignment(tmp_path / "nowhere.toml")


def test_a_deadline_in_the_hour_that_comes_twice_is_the_later_one(file):
    text = 'exercises = ["vt-1"]\ndeadline = 2026-10-25T02:30:00\ntime_zone = "Europe/Berlin"'
    assert read_assignment(file(text)).deadline.utcoffset() == datetime.timedelta(hours=1)


def test_without_a_file_all_that_was_found_is_asked_for_in_the_order_of_the_lessons():
    assert of_exercises({"dlq-1", "vt-1", "made-up"}).exercises == ("vt-1", "dlq-1")


def test_nothing_found_is_an_error_that_says_what_to_do():
    with pytest.raises(AssignmentError, match="give it with --assignment"):
        of_exercises(set())


@pytest.mark.parametrize(
    ("seconds", "off"), [(0, 0), (1, 10), (DAY, 10), (DAY + 1, 20), (3 * DAY, 30), (3 * DAY + 1, 100)]
)
def test_each_day_that_has_begun_costs_and_the_last_ends_it(seconds, off):
    assert LatePolicy(percent_a_day=10, days_at_most=3).percent_off(seconds) == off


def test_within_the_grace_nobody_is_late_and_after_it_all_counts():
    policy = LatePolicy(grace_minutes=10)
    assert [policy.counted(seconds) for seconds in (-5, 600, 600.5)] == [0, 0, 601]


def test_a_score_weighs_takes_off_and_leaves_open_what_nobody_judged():
    submission = SubmissionResult(
        "ada",
        (
            TaskResult("vt-1", "", GRADED, of=4, points=4),
            TaskResult("vt-2", "", UNGRADABLE, of=6, reason="It crashed."),
            TaskResult("dlq-1", "", MISSING, of=7, reason="It was deleted."),
        ),
        late_seconds=1,
    )
    assignment = Assignment(
        "", ("vt-1", "vt-2", "dlq-1"), {"vt-1": Fraction(2)}, late=LatePolicy(percent_a_day=10)
    )
    score = score_of(submission, assignment)
    assert (score.earned, score.of, score.unjudged, score.percent_off) == (Fraction(36, 5), 21, 6, 10)
    assert score.percent is None  # not 34: the ungradable task is not wrong


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("4", "4"),
        ("5/2", "2.5"),
        ("1/3", "0.33"),
        ("2/3", "0.67"),
        ("1/200", "0.01"),
        ("100", "100"),
        ("10", "10"),
    ],
)
def test_numbers_have_two_places_at_most(number, text):
    assert shown(Fraction(number)) == text
