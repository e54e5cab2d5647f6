"""What does it do to the others, and to its own messages, when one subscriber of a topic fails?"""

import pytest

from workbook.scenarios import fan_out


def row_of(account, subscriber):
    return next(row for row in account.findings.rows if row[0] == subscriber)


@pytest.mark.parametrize("queue_before", [True, False])
@pytest.mark.parametrize("minutes", [1, 30])
def test_the_others_have_every_notice_at_the_first_try_whatever_the_third_does(queue_before, minutes):
    account = fan_out.run(queue_before=queue_before, minutes=minutes, notices=4)
    for name in ("boards", "buses"):
        assert row_of(account, name) == (name, 4, 0, 4, "0.0 s")
    assert "had every notice at once" in account.findings.conclusion


@pytest.mark.parametrize(("minutes", "sent", "tries"), [(1, 1, 2), (2, 1, 3), (3, 1, 3), (4, 0, 3)])
def test_a_function_that_is_subscribed_gets_two_further_tries_in_three_minutes(minutes, sent, tries):
    account = fan_out.run(queue_before=False, minutes=minutes, notices=1)
    assert row_of(account, "send-texts")[1:4] == (sent, 1 - sent, tries)


def test_with_a_queue_of_its_own_it_is_tried_until_the_phone_company_answers():
    account = fan_out.run(queue_before=True, minutes=60, notices=2)
    name, sent, lost, tries, last = row_of(account, "send-texts")
    assert (name, sent, lost) == ("send-texts", 2, 0)
    assert tries > 2 * 60
    assert 3600 < float(last.removesuffix(" s").replace(",", "")) < 3700
    assert "came back to the function's own queue" in account.findings.conclusion
    assert account.ended


def test_before_anything_is_published_there_is_nothing_to_tell():
    assert fan_out.measure((), queue_before=True).conclusion == "Nothing was published yet."
