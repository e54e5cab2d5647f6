"""What a new user does wrong, and what the screen then says."""

import pytest

MISTAKES = {
    "NameError": ['lab.queue("orders")'],
    "a Lab is open already": ["from workbook import Lab", "lab = Lab(); Lab()"],
    "this Lab is closed": ["lab.close(); lab.advance(1)"],
    "no queue 'missing'": ['lab = Lab(); lab.queue("missing")'],
}
"""What is said, and the cells that bring it about; one goes on where the one before it stopped."""


@pytest.fixture(scope="module")
def learner(open_window, jupyterlab):
    learner = open_window()
    learner.open(jupyterlab.write("mistakes.ipynb", *(cell for cells in MISTAKES.values() for cell in cells)))
    return learner


def test_a_mistake_is_answered_in_words(learner):
    number = 0
    for said, cells in MISTAKES.items():
        for _ in cells:
            number += 1
            learner.run(number)
        assert said in learner.error(number)
