"""In which order, and how often, does each kind of queue deliver the same messages?"""

import pytest

from workbook.scenarios import standard_and_fifo


def outcome(account):
    """Received, again and late, by queue."""
    return {row[0]: row[1:4] for row in account.findings.rows}


def test_under_chance_a_standard_queue_repeats_and_reorders_and_a_fifo_queue_does_neither():
    found = outcome(standard_and_fifo.run(messages=50, duplicates=30, reordering=30, sent_twice=0))
    assert found["steps"][1] > 5
    assert found["steps"][2] > 5
    assert found["steps.fifo"] == (50, 0, 0)


def test_without_chance_both_deliver_each_step_once_and_in_order():
    found = outcome(standard_and_fifo.run(duplicates=0, reordering=0, sent_twice=0))
    assert found == {"steps": (20, 0, 0), "steps.fifo": (20, 0, 0)}


def test_what_a_producer_sends_twice_only_a_fifo_queue_drops():
    account = standard_and_fifo.run(duplicates=0, reordering=0, sent_twice=3)
    assert outcome(account) == {"steps": (23, 3, 0), "steps.fifo": (20, 0, 0)}
    assert "accepted 3 messages that it had already, and dropped them" in account.findings.conclusion


@pytest.mark.parametrize("seed", range(5))
def test_every_step_arrives_at_least_once_whatever_the_chance(seed):
    found = outcome(standard_and_fifo.run(seed=seed, duplicates=100, reordering=50))
    assert found["steps"][0] - found["steps"][1] == 20
    assert found["steps.fifo"] == (20, 0, 0)
