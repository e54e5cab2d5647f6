"""Whom does a message that nobody can handle hold up in a FIFO queue?"""

from workbook.scenarios import fifo_group_blocked


def done(account):
    return {group: finished for group, _, finished, _ in account.findings.rows}


def test_it_holds_up_its_own_group_and_no_other():
    account = fifo_group_blocked.run(customers=3, orders=4)
    assert done(account) == {"customer-1": 1, "customer-2": 4, "customer-3": 4}
    assert "Behind it in its group 2 orders had to wait" in account.findings.conclusion
    assert "8 of 8 orders are done" in account.findings.conclusion


def test_a_dead_letter_queue_frees_the_group():
    account = fifo_group_blocked.run(customers=3, orders=4, dead_letter_queue=True, max_receives=2)
    assert done(account) == {"customer-1": 3, "customer-2": 4, "customer-3": 4}
    assert "received twice and is now in counter-dead-letters.fifo" in account.findings.conclusion
    assert "went on without it" in account.findings.conclusion


def test_it_comes_back_after_each_visibility_timeout():
    account = fifo_group_blocked.run(visibility_timeout=60)
    assert "received 5 times" in account.findings.conclusion


def test_the_last_order_of_a_group_holds_up_nobody():
    account = fifo_group_blocked.run(orders=1)
    assert done(account) == {"customer-1": 0, "customer-2": 1, "customer-3": 1}
    assert "Nothing is behind it" in account.findings.conclusion


def test_more_clerks_do_not_help_the_blocked_group():
    assert done(fifo_group_blocked.run(clerks=10))["customer-1"] == 1
