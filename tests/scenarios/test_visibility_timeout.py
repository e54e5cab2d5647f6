"""How often is an order worked on, when the work takes longer than the visibility timeout?"""

from workbook.scenarios import visibility_timeout


def cakes(account):
    return len(account.findings.rows)


def test_a_timeout_shorter_than_the_work_has_the_work_done_twice():
    account = visibility_timeout.run(visibility_timeout=30, work=40)
    assert account.findings.rows == (
        ("cook 1", "0 s", "40 s", "left the message: it was received again"),
        ("cook 2", "30 s", "70 s", "deleted the message"),
    )
    assert "1 order sent, 2 cakes baked" in account.findings.conclusion


def test_a_timeout_longer_than_the_work_has_it_done_once():
    account = visibility_timeout.run(visibility_timeout=41, work=40)
    assert cakes(account) == 1
    assert "deleted in time" in account.findings.conclusion


def test_each_further_cook_takes_the_order_again_while_it_is_not_deleted():
    assert cakes(visibility_timeout.run(visibility_timeout=30, work=100, cooks=3)) == 3


def test_a_cook_who_asks_for_more_time_keeps_the_order():
    account = visibility_timeout.run(visibility_timeout=30, work=100, cooks=3, heartbeat=True)
    assert cakes(account) == 1
    assert "asked for more time" in account.findings.conclusion


def test_a_single_cook_does_not_notice_that_the_order_came_back():
    account = visibility_timeout.run(visibility_timeout=30, work=40, cooks=1)
    assert cakes(account) == 1
    assert "nobody else was there to take it" in account.findings.conclusion


def test_with_a_timeout_of_0_nothing_is_ever_hidden():
    assert cakes(visibility_timeout.run(visibility_timeout=0, cooks=4)) == 4
