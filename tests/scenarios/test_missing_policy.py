"""What becomes of a message for a queue whose policy does not let the topic in?"""

import pytest

from workbook.scenarios import missing_policy


def warehouse(account):
    """What became of each order on its way to the warehouse."""
    return [row[-1] for row in account.findings.rows]


def test_what_came_before_the_policy_is_lost_and_the_policy_brings_nothing_back():
    account = missing_policy.run(orders=5, without_policy=3)
    assert warehouse(account) == ["lost"] * 3 + ["delivered"] * 2
    assert {row[1:3] for row in account.findings.rows} == {("accepted", "delivered")}
    assert "brought back none of the 3 before it" in account.findings.conclusion
    assert account.ended


@pytest.mark.parametrize(("lets_in", "fate"), [(True, "dead-lettered"), (False, "lost")])
def test_a_dead_letter_queue_needs_a_policy_of_its_own(lets_in, fate):
    account = missing_policy.run(
        orders=4, without_policy=2, dead_letter_queue=True, dead_letter_policy=lets_in
    )
    assert warehouse(account) == [fate] * 2 + ["delivered"] * 2


def test_with_the_policy_from_the_beginning_all_arrive():
    account = missing_policy.run(orders=4, without_policy=0)
    assert warehouse(account) == ["delivered"] * 4
    assert "The policy was there from the beginning." in account.findings.conclusion


def test_a_policy_that_never_comes_leaves_the_warehouse_without_an_order():
    account = missing_policy.run(orders=4, without_policy=5)
    assert warehouse(account) == ["lost"] * 4
    assert "no policy to this day" in account.findings.conclusion
