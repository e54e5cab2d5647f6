"""A workshop: thirty processes check real answers, while the instructor looks on."""

import os
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import class_of_learners as workshop
import pytest

from workbook.room.folder import Folder
from workbook.room.room import Room
from workbook.teaching.catalogue import all_exercises

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="thirty processes are forked")


def expected(learner):
    """What the room should say of a learner: for each exercise tries, solved, mistakes."""
    given = {}
    for exercise, answer in workshop.answers_of(learner):
        tries, _, mistakes = given.get(exercise, (0, False, {}))
        right = answer == workshop.RIGHT
        given[exercise] = (tries + 1, right, mistakes if right else {**mistakes, answer: 1})
    return given


@pytest.fixture(scope="module")
def looks(tmp_path_factory):
    """What the instructor saw, look after look, until all were done."""
    folder, diaries = tmp_path_factory.mktemp("shared"), tmp_path_factory.mktemp("diaries")
    room = Room(Folder(folder))
    command = [sys.executable, Path(workshop.__file__), folder, diaries]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    seen = []
    while process.poll() is None:
        seen.append(room.look())
        try:
            process.wait(timeout=0.1)
        except subprocess.TimeoutExpired:
            continue
    assert process.returncode == 0, process.stderr.read()
    process.stderr.close()
    return [*seen, room.look()]


def test_each_of_thirty_is_where_they_are(looks):
    known = list(all_exercises())
    for number, learner in enumerate(looks[-1].learners):
        assert learner.name == workshop.name_of(number)
        found = {
            cell.exercise: (cell.tried.tries, cell.tried.solved, dict(cell.tried.mistakes))
            for cell in learner.cells
            if cell.tried.tries
        }
        assert found == expected(number)
        assert [cell.exercise for cell in learner.cells] == known
    assert len(looks[-1].learners) == workshop.LEARNERS


def test_common_mistakes_are_those_that_were_made(looks):
    made = Counter(
        answer for n in range(workshop.LEARNERS) for answer in workshop.answers_of(n)
        if answer[1] != workshop.RIGHT
    )  # fmt: skip
    assert {(one.exercise, one.id): one.learners for one in looks[-1].common} == made
    assert looks[-1].common[0].learners == max(made.values())


def test_while_they_write_nothing_is_half_read_and_nothing_goes_back(looks):
    assert [look.problems for look in looks if look.problems] == []
    tries = [
        {(one.key, cell.exercise): cell.tried.tries for one in look.learners for cell in one.cells}
        for look in looks
    ]
    for earlier, later in pairwise(tries):
        assert all(later[place] >= number for place, number in earlier.items())
