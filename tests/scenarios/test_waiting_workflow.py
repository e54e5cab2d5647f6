"""What does a workflow cost that asks again and again, and how late is one that waits once?"""

from workbook.scenarios import waiting_workflow


def rows(**settings):
    """Status, delay, looks and transitions: of the workflow that asks, and of the one that waits."""
    return [row[1:] for row in waiting_workflow.run(**settings).findings.rows]


def test_who_asks_knows_sooner_and_who_waits_needs_four_transitions():
    asks, waits = rows(pause=60, deadline=24, pays_after=565)
    assert asks == ("SUCCEEDED", "35 min", 11, 11 + 11 + 10 + 1)
    assert waits == ("SUCCEEDED", "14 h 35 min", 1, 4)


def test_a_longer_wait_costs_nothing_and_a_shorter_pause_does():
    asks, waits = rows(pause=60, deadline=24)
    more, longer = rows(pause=30, deadline=168)
    assert more[3] > asks[3]
    assert longer[3] == waits[3] == 4


def test_who_pays_after_the_deadline_is_too_late_for_the_one_that_looks_once():
    asks, waits = rows(deadline=24, pays_after=25 * 60 + 30)
    assert asks[:2] == ("SUCCEEDED", "30 min")
    assert waits == ("FAILED", "", 1, 4)


def test_who_asks_each_minute_comes_to_the_end_of_the_history_in_two_days():
    account = waiting_workflow.run(pause=1, deadline=1, pays_after=48 * 60)
    asks, _ = (row[1:] for row in account.findings.rows)
    assert asks[:2] == ("FAILED", "")
    assert "the desk was never told; waiting" in account.findings.conclusion
