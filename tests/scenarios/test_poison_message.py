"""What becomes of a message that no consumer can handle?"""

import pytest

from workbook.scenarios import poison_message


def row_of(account, parcel):
    return next(row for row in account.findings.rows if row[0] == parcel)


@pytest.mark.parametrize("max_receives", [1, 3, 8])
def test_a_dead_letter_queue_takes_it_after_max_receive_count_receives(max_receives):
    account = poison_message.run(max_receives=max_receives)
    assert row_of(account, "a parcel that ticks") == (
        "a parcel that ticks",
        max_receives,
        "in parcels-dead-letters",
    )
    assert account.ended


def test_without_one_it_comes_back_for_ever():
    account = poison_message.run(dead_letter_queue=False, visibility_timeout=60)
    assert row_of(account, "a parcel that ticks") == ("a parcel that ticks", 30, "in parcels")
    assert not account.ended
    assert "comes back 60 s after each receive" in account.findings.conclusion


def test_the_good_parcels_pass_either_way():
    for dead_letter_queue in (True, False):
        account = poison_message.run(dead_letter_queue=dead_letter_queue, good_parcels=7)
        others = [row for row in account.findings.rows if "ticks" not in row[0]]
        assert [(receives, end) for _, receives, end in others] == [(1, "deleted")] * 7


def test_retention_can_end_before_the_last_receive():
    account = poison_message.run(max_receives=1000, visibility_timeout=43_200)
    assert row_of(account, "a parcel that ticks") == ("a parcel that ticks", 8, "expired")
    assert "Now it is expired" in account.findings.conclusion
