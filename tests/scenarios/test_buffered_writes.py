"""What becomes of a burst of orders when the database is slow?"""

from workbook.scenarios import buffered_writes


def numbers(account):
    return dict(account.findings.rows)


def test_written_directly_most_of_a_burst_is_refused():
    found = numbers(buffered_writes.run(queue_between=False))
    assert found["refused"] > 50
    assert found["written to the database"] == found["taken"] == 100 - found["refused"]


def test_through_a_queue_all_are_taken_at_once_and_written_in_time():
    found = numbers(buffered_writes.run(queue_between=True))
    assert found["refused"] == 0
    assert found["written to the database"] == found["taken"] == 100
    assert found["seconds that a customer waited, mean"] < 0.1
    assert found["seconds until the last write"] >= 100 * 2 / 5


def test_the_database_never_has_more_to_do_than_it_has_connections():
    for queue_between in (True, False):
        for connections in (2, 7):
            found = numbers(buffered_writes.run(queue_between=queue_between, connections=connections))
            assert found["writes at a time, at most"] == connections


def test_where_customers_come_slowly_nobody_needs_the_queue():
    found = numbers(buffered_writes.run(queue_between=False, customers=20, seconds=60))
    assert found["refused"] == 0
    assert found["seconds that a customer waited, mean"] >= 2
