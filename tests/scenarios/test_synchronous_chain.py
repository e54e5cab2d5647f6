"""What does a queue between two services change in response time and availability?"""

import math

import pytest

from workbook.scenarios import synchronous_chain

SURE = {"shop_failures": 0, "billing_failures": 0, "queue_failures": 0}


def numbers(account):
    return dict(account.findings.rows)


def within_chance(share, expected, requests):
    """Whether a share of so many requests is as one would expect, give or take three standard deviations."""
    return abs(share - expected) <= 3 * math.sqrt(expected * (1 - expected) / requests)


def test_of_a_synchronous_chain_both_parts_must_be_there():
    account = synchronous_chain.run(queue_between=False, requests=400)
    share = numbers(account)["availability as customers see it (%)"] / 100
    assert within_chance(share, 0.99 * 0.95, 400)
    assert "99 % x 95 % = 94.05 %" in account.findings.conclusion


def test_with_a_queue_the_queue_multiplies_in():
    account = synchronous_chain.run(queue_between=True, requests=400, queue_failures=200)
    share = numbers(account)["availability as customers see it (%)"] / 100
    assert within_chance(share, 0.99 * 0.8, 400)
    assert "99 % x 80 % = 79.2 %" in account.findings.conclusion


def test_accepted_is_not_done_and_yet_all_that_was_accepted_is_done_in_the_end():
    found = numbers(synchronous_chain.run(queue_between=True, requests=200, billing_failures=300))
    assert found["billed when the last request came"] < found["requests accepted"]
    assert found["billed in the end"] == found["requests accepted"]


def test_the_answer_takes_the_time_of_both_or_of_the_shop_alone():
    synchronous = numbers(synchronous_chain.run(queue_between=False, requests=50))
    asynchronous = numbers(synchronous_chain.run(queue_between=True, requests=50))
    assert synchronous["mean time to the answer (s)"] > 0.02 > asynchronous["mean time to the answer (s)"]


@pytest.fixture(scope="module")
def overload():
    """1,000 requests a second, and billing can do 500: with and without a queue."""
    settings = {"requests": 600, "per_second": 1_000, "billing_places": 10, **SURE}
    return [numbers(synchronous_chain.run(queue_between=between, **settings)) for between in (False, True)]


def test_a_synchronous_chain_is_as_fast_as_its_slower_part(overload):
    found, _ = overload
    assert 150 < found["requests answered"] <= 310
    assert found["refused because billing was busy"] == 600 - found["requests answered"]


def test_a_queue_takes_all_and_leaves_a_backlog_that_is_worked_off_afterwards(overload):
    _, found = overload
    assert found["requests accepted"] == 600
    assert found["billed when the last request came"] <= 310
    assert found["billed in the end"] == 600
    assert found["last one billed after, retries included (s)"] > 1.1


def test_half_of_the_backlog_is_billed_long_before_the_last_retry():
    found = numbers(synchronous_chain.run(queue_between=True, requests=200, per_second=1_000))
    assert 0.2 < found["half of them billed after (s)"] < 2
    assert found["last one billed after, retries included (s)"] > 180


def test_twice_as_much_as_billing_can_do_is_refused_by_half_from_the_first_request_on():
    found = numbers(synchronous_chain.run(requests=200, per_second=1_000, **SURE))
    assert 0.45 < found["requests answered"] / 200 < 0.6


def test_what_warms_up_is_no_request():
    found = numbers(synchronous_chain.run(requests=20, **SURE))
    assert found["requests"] == found["billed in the end"] == 20


def test_a_surplus_that_lasts_grows_a_backlog_that_grows_with_it():
    backlogs = []
    for requests in (100, 200):
        found = numbers(
            synchronous_chain.run(
                queue_between=True, requests=requests, per_second=200, billing_places=2, **SURE
            )
        )
        backlogs.append(found["requests accepted"] - found["billed when the last request came"])
    assert backlogs[1] > 1.7 * backlogs[0]
