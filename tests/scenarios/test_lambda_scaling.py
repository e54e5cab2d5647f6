"""How fast does Lambda get through a burst, and how many invocations run at a time?"""

import re

import pytest

from workbook.engine.hop import Hop
from workbook.scenarios import lambda_scaling
from workbook.scenarios.framework.concurrency import most_at_a_time, running_at


def peak(account):
    return int(re.search(r"at most ([\d,]+) at a time", account.findings.conclusion)[1].replace(",", ""))


def at_a_time(account):
    return [row[2] for row in account.findings.rows]


def test_it_begins_with_5_at_a_time_and_adds_up_to_300_a_minute():
    account = lambda_scaling.run(messages=3_000)
    assert account.findings.rows[0][2] == 5
    growing = [row for row in account.findings.rows if row[1] > 1_000]
    for seconds, _, running in growing:
        assert running <= 5 + 300 / 60 * seconds + 1
    assert peak(account) > 50


@pytest.mark.parametrize("maximum", [2, 20])
def test_maximum_concurrency_is_a_ceiling(maximum):
    account = lambda_scaling.run(messages=1_000, maximum_concurrency=maximum)
    assert peak(account) == maximum
    assert account.ended


def test_a_burst_of_10_000_is_done_to_the_last_message():
    account = lambda_scaling.run()
    assert "10,000 messages took" in account.findings.conclusion
    assert account.findings.rows[-1][1:] == (0, 0)


def test_smaller_batches_take_more_invocations():
    few, many = (lambda_scaling.run(messages=200, batch_size=size) for size in (10, 1))
    assert "20 invocations" in few.findings.conclusion
    assert "200 invocations" in many.findings.conclusion


def run_of(begin, end):
    return Hop(1, begin, "invoke", "f", None, (), "ok", 0, {"ended_at": end})


def test_an_invocation_that_begins_when_another_ends_is_not_beside_it():
    assert most_at_a_time([run_of(0, 5), run_of(5, 9)]) == 1
    assert most_at_a_time([run_of(0, 6), run_of(5, 9), run_of(5, 7)]) == 3
    assert most_at_a_time([]) == 0
    assert running_at([run_of(0, 6), run_of(5, 9)], 6) == 1
