"""Many submissions, judged: each in a process of its own, whatever one does, and the same each time."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from handing_in import LESSON_3, answered, notebook

from workbook.grading.assignment import Assignment
from workbook.grading.request import GradingRequest
from workbook.grading.results import GRADED, MISSING, UNGRADABLE
from workbook.grading.running import judging_process
from workbook.grading.running.grading import Terms, grade
from workbook.grading.running.judging import Judging, NoJudge
from workbook.grading.running.kept import Kept, key_of
from workbook.grading.running.outcomes import Outcome, failed
from workbook.grading.running.workers import LocalWorkers
from workbook.grading.submissions import collect
from workbook.grading.submissions.owners import Learner

WEEK = Assignment("Week 2", ("vt-1", "vt-2"))
TERMS = Terms(secret="s3cret", wall_seconds=60)
STAND_IN = "stand_in_judge:grade_notebook"


@pytest.fixture(autouse=True)
def judges_find_the_stand_in(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))


@pytest.fixture
def kept(tmp_path):
    return Kept(tmp_path / "judged")


def graded(box, kept, *, terms=TERMS, judge=STAND_IN, workers=None, **options):
    collected = collect(box.path, WEEK)
    return grade(collected, WEEK, terms, workers or LocalWorkers(2, judge), kept, **options)


def first_tasks(result):
    return {each.learner: each.tasks[0] for each in result.submissions}


class NoWorkers:
    """Who must not be asked."""

    def outcomes(self, requests):
        raise AssertionError(f"{len(requests)} were to be judged again")


class Counting:
    """Counts what is judged."""

    def __init__(self):
        self.judged = []

    def outcomes(self, requests):
        for key, outcome in LocalWorkers(2, STAND_IN).outcomes(requests):
            self.judged.append(key)
            yield key, outcome


def test_each_submission_gets_the_results_of_its_own_answer(box, kept):
    for number in range(6):
        box.put(f"learner{number}.ipynb", answered("right" if number % 2 else f"wrong {number}"))
    result = graded(box, kept)
    assert [each.tasks[1].points for each in result.submissions] == [0, 7, 0, 7, 0, 7]
    assert [each.tasks[1].feedback[0] for each in result.submissions][::2] == [
        "wrong 0",
        "wrong 2",
        "wrong 4",
    ]


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        ("crash", "The judge's process was ended by SIGSEGV."),
        ("killed", "The judge's process was ended by SIGKILL, perhaps because memory ran out."),
        ("exit", "The judge's process ended with exit code 3 and without a result."),
        ("sys.exit", "The judge failed: SystemExit: 0"),
        ("raise", "The judge failed: ValueError: out of\ncakes"),
        ("eat memory", "The judge failed: MemoryError: "),
    ],
)
def test_one_whose_judge_fails_is_ungradable_with_the_reason_and_stops_nobody(box, kept, deed, said):
    box.put("ada.ipynb", answered("right"))
    box.put("bob.ipynb", answered(deed))
    box.put("cleo.ipynb", answered("right."))
    tasks = first_tasks(graded(box, kept, workers=LocalWorkers(1, STAND_IN)))
    assert (tasks["bob"].state, tasks["bob"].points, tasks["bob"].reason) == (UNGRADABLE, None, said)
    assert [tasks[name].state for name in ("ada", "cleo")] == [GRADED, GRADED]


def test_one_that_takes_too_long_is_stopped_and_ungradable(box, kept):
    box.put("ada.ipynb", answered("hang"))
    tasks = first_tasks(graded(box, kept, terms=Terms("s", wall_seconds=1)))
    assert tasks["ada"].state == UNGRADABLE
    assert tasks["ada"].reason == "It was not judged within 1 seconds, and was stopped."


def test_who_is_judged_after_one_that_took_too_long_is_judged_as_ever():
    judging = Judging(STAND_IN)
    try:
        for answer, seconds, of in (("hang", 1, 0), ("right", 60, 1)):
            request = GradingRequest((("02.ipynb", _text(answer)),), ("vt-1",), "s", wall_seconds=seconds)
            assert len(judging.outcome_of(request).tasks) == of
    finally:
        judging.close()


def stand_ins():
    """The processes of stand-in judges that are there."""
    return {each.pid for each in psutil.process_iter(["cmdline"]) if STAND_IN in (each.info["cmdline"] or [])}


def test_nothing_that_a_judge_started_outlives_it_and_nothing_is_waited_for(box, kept):
    before = stand_ins()
    box.put("ada.ipynb", answered("leave"))
    assert first_tasks(graded(box, kept))["ada"].state == GRADED
    assert stand_ins() <= before


def test_a_copy_ends_with_the_process_that_made_it_even_if_that_is_killed(tmp_path, monkeypatch):
    monkeypatch.setenv("STAND_IN_MARK", str(tmp_path / "hangs"))
    os.mkfifo(tmp_path / "hangs")
    request = GradingRequest((("02.ipynb", _text("tell and hang")),), ("vt-1",), "s", wall_seconds=60)
    judging = Judging(STAND_IN)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(judging.outcome_of, request)
        (tmp_path / "hangs").read_bytes()  # until the copy has opened it
        [copy] = psutil.Process(judging._process.pid).children()
        judging._process.kill()
        assert "ended from outside" in waiting.result().failure
    gone, alive = psutil.wait_procs([copy], timeout=10)
    assert (gone, alive) == ([copy], [])


def test_a_copy_whose_maker_ended_before_it_could_say_so_ends_too():
    process = os.fork()
    if process == 0:
        judging_process._end_with(parent=1_000_000_000)
        os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0


def test_what_is_being_judged_ends_when_nobody_waits_any_more(tmp_path, monkeypatch):
    monkeypatch.setenv("STAND_IN_MARK", str(tmp_path / "hangs"))
    os.mkfifo(tmp_path / "hangs")
    request = GradingRequest((("02.ipynb", _text("tell and hang")),), ("vt-1",), "s", wall_seconds=60)
    judging = Judging(STAND_IN)
    before = stand_ins()
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(judging.outcome_of, request)
        (tmp_path / "hangs").read_bytes()
        judging.close()
        assert waiting.result().failure
    assert stand_ins() <= before


def test_what_a_judge_prints_is_no_result(box, kept):
    box.put("ada.ipynb", answered("print"))
    assert first_tasks(graded(box, kept))["ada"].feedback == ("print",)


@pytest.mark.parametrize(
    ("judge", "said"),
    [
        ("stand_in_judge:answers_something_else", "The judge answered for dlq-1."),
        ("stand_in_judge:answers_no_results", "ended with exit code 0 and without a result"),
    ],
)
def test_a_judge_that_answers_something_else_grades_nobody(box, kept, judge, said):
    box.put("ada.ipynb")
    assert said in first_tasks(graded(box, kept, judge=judge))["ada"].reason


@pytest.mark.parametrize("judge", ["no_such_module:judge", "stand_in_judge:no_such_function"])
def test_a_judge_that_cannot_be_loaded_is_an_error_for_the_whole_class(box, kept, judge):
    box.put("ada.ipynb")
    with pytest.raises(NoJudge, match="The judge cannot be loaded"):
        graded(box, kept, judge=judge)


def test_where_there_is_no_fork_that_is_said(box, kept, monkeypatch):
    box.put("ada.ipynb")
    monkeypatch.delattr("os.fork")
    with pytest.raises(NoJudge, match="on Windows, run it in WSL"):
        graded(box, kept)


def test_a_judging_process_that_is_ended_from_outside_gives_way_to_another():
    request = GradingRequest((("02.ipynb", _text("right")),), ("vt-1",), "s", wall_seconds=60)
    judging = Judging(STAND_IN)
    try:
        assert judging.outcome_of(request).tasks
        judging._process.kill()
        judging._process.wait()
        assert "ended from outside" in judging.outcome_of(request).failure
        assert judging.outcome_of(request).tasks
    finally:
        judging.close()


def _text(source):
    return json.dumps(answered(source))


# ---- what is not judged at all


def test_nothing_handed_in_is_missing_and_unreadable_is_ungradable(box, kept, tmp_path):
    box.put("ada.ipynb", "{")
    box.put("bob.ipynb", notebook(LESSON_3))
    collected = collect(box.path, WEEK, roster=[Learner("zoe")])
    result = grade(collected, WEEK, TERMS, NoWorkers(), kept)
    tasks = first_tasks(result)
    assert (tasks["ada"].state, tasks["bob"].state, tasks["zoe"].state) == (UNGRADABLE, MISSING, MISSING)
    assert "ada.ipynb: It is no JSON" in tasks["ada"].reason
    assert tasks["bob"].reason == "No notebook with this task was handed in."
    assert tasks["zoe"].reason == "Nothing was handed in."
    assert [each.state for each in result.submissions] == [UNGRADABLE, MISSING, MISSING]


def test_an_answer_that_is_not_found_may_stand_in_what_could_not_be_read(box, kept):
    box.put("ada/02_visibility_timeout.ipynb", answered("no answer"))
    box.put("ada/rest.ipynb", "{")
    task = first_tasks(graded(box, kept))["ada"]
    assert task.state == UNGRADABLE
    assert "ada/rest.ipynb: It is no JSON" in task.reason


# ---- the same each time, and not twice


def test_graded_twice_by_one_or_by_three_at_once_it_is_the_same(box, tmp_path):
    for number in range(7):
        box.put(f"learner{number}.ipynb", answered(f"wrong {number}"))
    one, three = (
        graded(box, Kept(tmp_path / str(jobs)), workers=LocalWorkers(jobs, STAND_IN)) for jobs in (1, 3)
    )
    assert one == three


def test_what_is_kept_is_not_judged_again(box, kept):
    for name in ("ada", "bob"):
        box.put(f"{name}.ipynb", answered(name))
    first = graded(box, kept)
    assert graded(box, kept, workers=NoWorkers(), resume=True) == first


def test_without_resume_all_is_judged_again(box, kept):
    box.put("ada.ipynb")
    graded(box, kept)
    counting = Counting()
    graded(box, kept, workers=counting)
    assert len(counting.judged) == 1


def test_only_what_has_changed_is_judged_again(box, kept):
    for name in ("ada", "bob"):
        box.put(f"{name}.ipynb", answered(name))
    graded(box, kept)
    box.put("bob.ipynb", answered("right"))
    counting = Counting()
    result = graded(box, kept, workers=counting, resume=True)
    assert len(counting.judged) == 1
    assert first_tasks(result)["bob"].points == 4


def test_what_could_not_be_judged_is_tried_again(box, kept):
    box.put("ada.ipynb", answered("raise"))
    graded(box, kept)
    counting = Counting()
    graded(box, kept, workers=counting, resume=True)
    assert len(counting.judged) == 1


def test_the_same_answers_of_two_learners_are_judged_once(box, kept):
    for name in ("ada", "bob"):
        box.put(f"{name}.ipynb", answered("right"))
    counting = Counting()
    result = graded(box, kept, workers=counting)
    assert len(counting.judged) == 1
    assert [each.tasks[1].points for each in result.submissions] == [7, 7]


@pytest.mark.parametrize(
    "spoilt", ["", "{", "null", '{"tasks": [], "failure": ""}', '{"tasks": 3, "failure": ""}']
)
def test_a_kept_outcome_that_was_spoilt_is_judged_again(box, kept, tmp_path, spoilt):
    box.put("ada.ipynb")
    first = graded(box, kept)
    [file] = (tmp_path / "judged").iterdir()
    file.write_text(spoilt)
    assert graded(box, kept, resume=True) == first


def test_a_run_that_is_stopped_keeps_what_is_done(box, kept, tmp_path):
    for number in range(4):
        box.put(f"learner{number}.ipynb", answered(f"wrong {number}"))

    before = stand_ins()

    def stop_after_two(count, of):
        if count == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        graded(box, kept, done=stop_after_two)
    counting = Counting()
    graded(box, kept, workers=counting, resume=True)
    assert len(counting.judged) == 2
    assert stand_ins() <= before


def test_progress_is_told_from_none_to_all(box, kept):
    for name in ("ada", "bob"):
        box.put(f"{name}.ipynb", answered(name))
    told = []
    graded(box, kept, done=lambda count, of: told.append((count, of)))
    assert told == [(0, 2), (1, 2), (2, 2)]


def test_a_key_changes_with_all_that_decides(tmp_path):
    hidden = tmp_path / "hidden.py"
    hidden.write_text("1")
    request = GradingRequest((("a", "b"),), ("vt-1",), "s", hidden=str(hidden))
    keys = {key_of(request), key_of(request, course="another")}
    hidden.write_text("2")
    keys |= {key_of(request), key_of(GradingRequest((("a", "b"),), ("vt-1",), "t", hidden=str(hidden)))}
    assert len(keys) == 4


def test_a_failure_crosses_as_it_is():
    assert Outcome.from_line(failed("two\nlines").as_line()) == failed("two\nlines")


def test_a_thousand_judgements_start_in_no_time(box, kept):
    """A copy of a process that has all loaded costs milliseconds of processor time, not a second."""
    request = GradingRequest((("02.ipynb", _text("right")),), ("vt-1",), "s", wall_seconds=60)
    judging = Judging(STAND_IN)
    try:
        judging.outcome_of(request)
        before = _cpu(judging)
        for _ in range(20):
            assert judging.outcome_of(request).tasks
        assert _cpu(judging) - before < 20 * 0.1
    finally:
        judging.close()


def _cpu(judging):
    times = psutil.Process(judging._process.pid).cpu_times()
    return times.user + times.system + times.children_user + times.children_system
