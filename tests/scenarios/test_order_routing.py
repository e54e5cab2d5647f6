"""Which queue gets which orders, and which orders reach nobody?"""

from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.scenarios import order_routing


def table(account):
    return {row[0]: row[1:] for row in account.findings.rows}


def test_with_filter_policies_each_queue_gets_its_own_orders_only():
    account = order_routing.run(orders=12, misspelt=0)
    assert table(account) == dict.fromkeys(("cold-store", "greenhouse", "seed-room"), (4, 4, 0))
    assert account.findings.conclusion == "Every order reached a queue."


def test_without_them_each_queue_gets_everything_and_spelling_does_not_matter():
    account = order_routing.run(filter_policies=False, orders=12, misspelt=5)
    assert table(account) == dict.fromkeys(("cold-store", "greenhouse", "seed-room"), (12, 4, 8))
    assert "throw away 24 copies" in account.findings.conclusion


def test_a_capital_letter_loses_an_order_and_a_catch_all_finds_it():
    lost = order_routing.run(orders=12, misspelt=2)
    assert [row[1] for row in lost.findings.rows] == [3, 3, 4]
    assert lost.findings.conclusion == "Of 12 orders 2 reached no queue."
    found = order_routing.run(orders=12, misspelt=2, catch_all=True)
    assert table(found)["strays"] == (2, 2, 0)
    assert found.findings.conclusion == "Every order reached a queue."


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 20), st.integers(0, 20))
def test_with_a_catch_all_every_order_is_in_exactly_one_queue(orders, misspelt):
    account = order_routing.run(orders=orders, misspelt=misspelt, catch_all=True)
    assert sum(row[1] for row in account.findings.rows) == orders
    assert account.findings.conclusion == "Every order reached a queue."


def test_before_anything_is_published_there_is_nothing_to_tell():
    assert order_routing.measure(()).conclusion == "Nothing was published yet."
