"""What a new user does wrong, and what the screen then says."""

import pytest


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (['lab.queue("orders")'], "NameError"),
        (["from workbook import Lab", "lab = Lab(); Lab()"], "a Lab is open already"),
        (["from workbook import Lab", "lab = Lab(); lab.close(); lab.advance(1)"], "this Lab is closed"),
        (["from workbook import Lab", 'lab = Lab(); lab.queue("missing")'], "no queue 'missing'"),
    ],
)
def test_a_mistake_is_answered_in_words(learner, jupyterlab, cells, said):
    learner.open(jupyterlab.write(f"mistake-{abs(hash(said))}.ipynb", *cells))
    for number in range(1, len(cells) + 1):
        learner.run(number)
    assert said in learner.error(len(cells))
