"""What do retries do to a server that is down, and what becomes of what they cannot deliver?"""

from workbook.scenarios import retry_storm


def numbers(account):
    """The numbers of the table, by the beginnings of their names."""
    return {row[0].partition(" (")[0]: row[1] for row in account.findings.rows}


def test_retries_that_end_before_the_server_is_back_save_nothing():
    account = retry_storm.run(orders=20, down_for=90)
    found = numbers(account)
    assert (found["orders delivered"], found["orders lost"]) == (0, 20)
    assert found["tries while the server was down"] == 20 * 4
    assert "nothing came any more" in account.findings.conclusion


def test_a_dead_letter_queue_keeps_what_they_could_not_deliver():
    found = numbers(retry_storm.run(orders=20, down_for=90, dead_letter_queue=True))
    assert (found["orders in the dead-letter queue"], found["orders lost"]) == (20, 0)


def test_retries_that_outlast_the_outage_deliver_all():
    found = numbers(retry_storm.run(orders=20, down_for=90, retries=10))
    assert found["orders delivered"] == 20
    assert found["of which it turned away, as they were too many"] == 0


def test_retries_close_together_come_as_a_storm_that_the_server_turns_away():
    patient = numbers(retry_storm.run(orders=50, per_second=50, down_for=60, retries=100, pause=7))
    hasty = numbers(retry_storm.run(orders=50, per_second=50, down_for=60, retries=100, pause=1))
    assert hasty["tries while the server was down"] > 6 * patient["tries while the server was down"]
    assert hasty["of which it turned away, as they were too many"] > 200
    assert patient["orders delivered"] == hasty["orders delivered"] == 50


def test_every_order_ends_somewhere():
    for settings in ({"retries": 0}, {"retries": 5, "pause": 1, "capacity": 1}, {"dead_letter_queue": True}):
        found = numbers(retry_storm.run(orders=30, down_for=3, **settings))
        ends = ("orders delivered", "orders in the dead-letter queue", "orders lost")
        assert sum(found[end] for end in ends) == 30
