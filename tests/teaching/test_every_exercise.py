"""Every exercise is sound: its placeholder is wrong, its solution right, its mistakes are known by name.

One exercise: `make test ARGS="tests/teaching/test_every_exercise.py -k dlq-1"`.
"""

import json
from pathlib import Path

import pytest

from workbook.teaching.authors import proof
from workbook.teaching.authors.build import out_of_step
from workbook.teaching.authors.links import broken_links
from workbook.teaching.catalogue import all_exercises
from workbook.teaching.texts import texts_of

ROOT = Path(__file__).resolve().parent.parent.parent
LESSONS = ROOT / "notebooks"
SEEDS = range(20)
NOTEBOOKS = sorted(path.stem for path in (ROOT / "solutions").glob("*.ipynb"))
EXERCISES = [exercise for exercise in all_exercises().values() if exercise.lesson in NOTEBOOKS]
SHORTEST_TELLTALE = 12
"""Characters of a line of a solution that could not stand elsewhere by chance."""


def each_exercise(test):
    return pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)(test)


def each_notebook(test):
    return pytest.mark.parametrize("lesson", NOTEBOOKS)(test)


@each_exercise
def test_it_is_written_as_authors_agreed(exercise):
    assert list(proof.form_problems(exercise, LESSONS)) == []


@each_exercise
def test_its_placeholder_is_wrong(exercise):
    assert list(proof.placeholder_problems(exercise)) == []


@each_exercise
def test_its_solution_is_right_whatever_the_seed(exercise):
    assert list(proof.solution_problems(exercise, SEEDS)) == []


@each_exercise
def test_its_mistakes_are_wrong_each_with_its_own_message(exercise):
    assert list(proof.mistake_problems(exercise)) == []


@each_exercise
def test_nothing_of_its_solution_is_given_to_learners(exercise):
    text = (ROOT / "exercises" / f"{exercise.lesson}.ipynb").read_text(encoding="utf-8")
    cells = json.loads(text)["cells"]
    shown = {line.strip() for cell in cells for line in "".join(cell["source"]).splitlines()}
    written = texts_of(exercise)
    secrets = [written.solution_code, written.explanation, *written.hints]
    lines = {line.strip() for secret in secrets for line in secret.splitlines()}
    telling = {line for line in lines if len(line) >= SHORTEST_TELLTALE} - _lines_of(
        written.placeholder.source or written.given
    )
    assert telling & shown == set()


def _lines_of(source):
    return {line.strip() for line in source.splitlines()}


@pytest.mark.skipif(not NOTEBOOKS, reason="no exercise has been written yet")
def test_what_learners_get_is_in_step_with_the_authors_copies():
    """If this fails: `workbook build`."""
    assert [step.path.as_posix() for step in out_of_step(ROOT)] == []


@each_notebook
def test_what_its_texts_link_to_is_there(lesson):
    assert list(broken_links(ROOT / "solutions" / f"{lesson}.ipynb")) == []
    assert list(broken_links(ROOT / "exercises" / f"{lesson}.ipynb")) == []


@each_notebook
def test_its_lesson_leads_to_it(lesson):
    text = (LESSONS / f"{lesson}.ipynb").read_text(encoding="utf-8")
    assert f"(../exercises/{lesson}.ipynb)" in text
