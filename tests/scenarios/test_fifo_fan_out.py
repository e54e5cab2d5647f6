"""In which order, and how often, does what a FIFO topic publishes arrive in each kind of queue?"""

import pytest

from workbook.scenarios import fifo_fan_out

STRICT = ("price-board.fifo", "cashier.fifo")


def outcome(account):
    """Received, again and late, by queue."""
    return {row[0]: row[1:4] for row in account.findings.rows}


def test_under_chance_only_the_standard_queue_repeats_and_reorders():
    found = outcome(fifo_fan_out.run(lots=2, bids=25, published_twice=0, duplicates=30, reordering=30))
    assert found["newspaper"][1] > 5
    assert found["newspaper"][2] > 5
    assert [found[queue] for queue in STRICT] == [(50, 0, 0)] * 2


def test_what_is_published_twice_the_topic_drops_for_all_of_them():
    account = fifo_fan_out.run(published_twice=4, duplicates=0, reordering=0)
    assert set(outcome(account).values()) == {(16, 0, 0)}
    assert "The topic dropped 4 bids that it had already." in account.findings.conclusion


@pytest.mark.parametrize("seed", range(5))
def test_every_bid_arrives_in_every_queue_whatever_the_chance(seed):
    found = outcome(fifo_fan_out.run(seed=seed, duplicates=100, reordering=50))
    assert found["newspaper"][0] - found["newspaper"][1] == 16
    assert [found[queue] for queue in STRICT] == [(16, 0, 0)] * 2


def test_order_is_kept_lot_by_lot_and_not_over_all():
    account = fifo_fan_out.run(lots=3, bids=3, published_twice=0)
    [order] = {row[4] for row in account.findings.rows if row[0] == "cashier.fifo"}
    for lot in "ABC":
        assert [bid for bid in order.split() if bid[0] == lot] == [f"{lot}1", f"{lot}2", f"{lot}3"]
