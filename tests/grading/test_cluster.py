"""The same over Dask: the same results as on one machine, also when a worker dies in the middle."""

import sys
from pathlib import Path

import pytest
from distributed import LocalCluster
from handing_in import answered

from workbook.grading.assignment import Assignment
from workbook.grading.results import GRADED, UNGRADABLE
from workbook.grading.running import cluster as of_dask
from workbook.grading.running.cluster import ClusterWorkers
from workbook.grading.running.grading import Terms, grade
from workbook.grading.running.judging import NoJudge
from workbook.grading.running.kept import Kept
from workbook.grading.running.standing import standing_here
from workbook.grading.running.workers import LocalWorkers
from workbook.grading.submissions import collect

WEEK = Assignment("Week 2", ("vt-1", "vt-2"))
TERMS = Terms(secret="s3cret", wall_seconds=60)
STAND_IN = "stand_in_judge:grade_notebook"
HERE = str(Path(__file__).parent)


@pytest.fixture
def cluster(monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHONPATH", HERE)
    monkeypatch.setenv("STAND_IN_MARK", str(tmp_path / "a-worker-was-killed"))
    with LocalCluster(
        n_workers=3,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        local_directory=str(tmp_path / "dask"),
    ) as started:
        yield started


def graded(box, folder, workers):
    return grade(collect(box.path, WEEK), WEEK, TERMS, workers, Kept(folder))


def test_a_worker_that_is_killed_in_the_middle_changes_nothing(box, cluster, tmp_path):
    for number in range(8):
        box.put(f"learner{number}.ipynb", answered("kill the worker" if number == 3 else f"wrong {number}"))
    result = graded(box, tmp_path / "cluster", ClusterWorkers(cluster.scheduler_address, STAND_IN))
    assert (tmp_path / "a-worker-was-killed").exists()
    assert {task.state for each in result.submissions for task in each.tasks} == {GRADED}
    assert result == graded(box, tmp_path / "local", LocalWorkers(2, STAND_IN))


def test_what_fails_on_a_worker_is_ungradable_and_stops_nobody(box, cluster, tmp_path):
    box.put("ada.ipynb", answered("crash"))
    box.put("bob.ipynb", answered("right"))
    result = graded(box, tmp_path / "cluster", ClusterWorkers(cluster.scheduler_address, STAND_IN))
    assert [each.state for each in result.submissions] == [UNGRADABLE, GRADED]
    assert result.submissions[0].tasks[0].reason == "The judge's process was ended by SIGSEGV."


def test_each_worker_says_how_well_it_confines_what_learners_wrote(cluster):
    found = ClusterWorkers(cluster.scheduler_address, STAND_IN).standings()
    assert set(found.values()) == {standing_here()}
    assert len(found) == 3


def test_workers_with_another_workbook_are_refused(box, cluster, tmp_path, monkeypatch):
    box.put("ada.ipynb")
    monkeypatch.setattr(of_dask, "course_digest", lambda: "another")
    monkeypatch.setattr(of_dask, "_digest_there", lambda: "theirs")
    with pytest.raises(NoJudge, match="have another version of the workbook"):
        graded(box, tmp_path, ClusterWorkers(cluster.scheduler_address, STAND_IN))


def test_a_scheduler_that_is_not_there_is_named(box, tmp_path, monkeypatch):
    box.put("ada.ipynb")
    monkeypatch.setattr(of_dask, "PATIENCE", "1s")
    with pytest.raises(NoJudge, match="There is no Dask scheduler at tcp"):
        graded(box, tmp_path, ClusterWorkers("tcp://127.0.0.1:9", STAND_IN))


def test_without_dask_the_way_to_it_is_said(box, tmp_path, monkeypatch):
    box.put("ada.ipynb")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(NoJudge, match="--scheduler needs Dask, which is not installed"):
        graded(box, tmp_path, ClusterWorkers("tcp://127.0.0.1:9", STAND_IN))
