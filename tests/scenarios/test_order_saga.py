"""What is left behind when a step of an order fails, and who undoes it?"""

import pytest

from workbook.scenarios import SettingError, order_saga


def numbers(account):
    """The numbers of the table, by their names."""
    return dict(account.findings.rows)


def test_what_was_done_is_undone_when_a_later_step_fails():
    found = numbers(order_saga.run(orders=6, declined=2, islands=1, down_for=0))
    assert found["executions that succeeded"] == 3
    assert found["executions that ended as OrderCancelled"] == 3
    assert (found["goods reserved for nobody"], found["payments for nothing"]) == (0, 0)


def test_without_compensations_goods_stay_reserved_and_payments_taken():
    account = order_saga.run(orders=6, declined=2, islands=1, down_for=0, compensate=False)
    found = numbers(account)
    assert found["executions that ended in their first error"] == 3
    assert (found["goods reserved for nobody"], found["payments for nothing"]) == (3, 1)
    assert "1 customer paid for nothing" in account.findings.conclusion


def test_a_bank_that_is_back_in_time_costs_retries_and_no_order():
    found = numbers(order_saga.run(orders=4, declined=0, islands=0, down_for=5, retries=3))
    assert found["executions that succeeded"] == 4
    assert found["tries to charge a card"] == 4 * 4  # at once, and after 1, 2 and 4 seconds
    assert found["state transitions that are billed"] == 4 * (3 + 3)


def test_a_bank_that_is_away_for_longer_than_the_retries_cancels_all_orders():
    found = numbers(order_saga.run(orders=4, declined=0, islands=0, down_for=20, retries=3))
    assert found["executions that ended as OrderCancelled"] == 4
    assert found["goods reserved for nobody"] == 0


def test_a_declined_card_is_not_tried_again():
    found = numbers(order_saga.run(orders=3, declined=3, islands=0, down_for=0, retries=12))
    assert found["tries to charge a card"] == 3


def test_more_bad_orders_than_orders_are_refused():
    with pytest.raises(SettingError, match="more than orders=2"):
        order_saga.run(orders=2, declined=2, islands=1)
