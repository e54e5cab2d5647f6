"""How many requests does it take to wait for a few messages, and how long do these wait?"""

from workbook.scenarios import polling


def counts(account):
    """Requests, requests in vain, messages and mean wait: of short polls, and of long ones."""
    return [row[1:] for row in account.findings.rows]


def test_long_polls_take_a_fraction_of_the_requests():
    short, long = counts(polling.run(minutes=10, messages=5, pause=1, wait_time=20))
    assert short[0] > 10 * long[0]
    assert short[1] > 10 * long[1]
    assert short[2] == long[2] == 5


def test_a_long_poll_answers_the_instant_a_message_arrives():
    short, long = counts(polling.run(pause=60, wait_time=20))
    assert long[3] == 0
    assert short[3] > 1


def test_on_an_empty_queue_every_request_is_in_vain():
    short, long = counts(polling.run(messages=0, minutes=10, pause=60, wait_time=20))
    assert short[:3] == (10, 10, 0)
    assert long[:3] == (30, 30, 0)


def test_short_polls_may_miss_messages_and_then_find_them_later():
    sure, _ = counts(polling.run(messages=20, missed_polls=0))
    unsure, long = counts(polling.run(messages=20, missed_polls=80))
    assert unsure[2] == long[2] == 20
    assert unsure[3] > sure[3]
    assert long[3] == 0
