"""What becomes of a workflow that waits for a person who does not answer?"""

from workbook.scenarios import unanswered_approval


def numbers(account):
    """The numbers of the table, by their names."""
    return dict(account.findings.rows)


def test_without_a_time_limit_the_executions_wait_on():
    account = unanswered_approval.run(timeout=None)
    assert numbers(account)["still waiting"] == 3
    assert "up to a year" in account.findings.conclusion


def test_a_time_limit_reminds_and_then_leaves_it_to_the_manager():
    account = unanswered_approval.run(requests=3, timeout=60, reminders=2)
    found = numbers(account)
    assert (found["left to the manager"], found["still waiting"]) == (3, 0)
    assert found["task tokens given out"] == 3 * (1 + 2)
    assert 3 * 3600 <= account.seconds < 3 * 3600 + 60


def test_an_approver_who_is_fast_enough_answers_all():
    found = numbers(unanswered_approval.run(requests=3, timeout=60, at_work=True, minutes=10))
    assert (found["approved"], found["task tokens given out"], found["answers that came too late"]) == (
        3,
        3,
        0,
    )


def test_an_approver_who_is_too_slow_answers_in_vain():
    found = numbers(unanswered_approval.run(requests=3, timeout=60, reminders=1, at_work=True, minutes=50))
    assert (found["approved"], found["left to the manager"]) == (1, 2)
    assert found["answers that came too late"] == found["task tokens given out"] - 1


def test_every_request_ends_somewhere():
    for settings in ({"reminders": 0}, {"timeout": None, "at_work": True}, {"at_work": True, "minutes": 0}):
        found = numbers(unanswered_approval.run(requests=4, **settings))
        assert found["approved"] + found["left to the manager"] + found["still waiting"] == 4
