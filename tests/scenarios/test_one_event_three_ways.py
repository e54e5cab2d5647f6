"""What becomes of the same events behind a queue, a topic and a bus, while nobody can work?"""

import pytest

from workbook.aws.limits import LIMITS
from workbook.scenarios import one_event_three_ways as scenario
from workbook.scenarios.one_event_three_ways import TARGETS_OF_A_RULE


def rows_of(**settings):
    return {row[0]: row[1:] for row in scenario.run(**settings).findings.rows}


def test_a_queue_is_shared_and_a_topic_and_a_bus_make_a_copy_for_each_department():
    rows = rows_of(departments=7, minutes=0, events=3)
    assert {way: row[:4] for way, row in rows.items()} == {
        "queue": (3, 3, 0, 3),
        "topic": (21, 21, 0, 21),
        "bus": (21, 21, 0, 21),
    }


def test_functions_that_fail_for_ten_minutes_lose_what_topic_and_bus_hand_them_and_the_queue_keeps_it():
    account = scenario.run(minutes=10, departments=2, events=2)
    rows = {row[0]: row[1:] for row in account.findings.rows}
    assert rows["queue"][1:3] == (2, 0)
    assert rows["topic"][1:] == rows["bus"][1:] == (0, 4, 12, "never")
    assert "the topic lost 4 of 4 and the bus lost 4 of 4" in account.findings.conclusion
    assert account.ended


@pytest.mark.parametrize(("minutes", "lost"), [(2, 0), (4, 3)])
def test_lambda_s_two_retries_bridge_three_minutes(minutes, lost):
    rows = rows_of(minutes=minutes, events=1)
    assert rows["topic"][2] == rows["bus"][2] == lost


def test_with_a_queue_before_each_function_nothing_is_lost():
    rows = rows_of(queue_before=True, minutes=20, departments=2, events=1)
    assert [(row[1], row[2]) for row in rows.values()] == [(1, 0), (2, 0), (2, 0)]


def test_before_an_event_is_said_there_is_nothing_to_tell():
    assert scenario.measure((), departments=3).conclusion == "No room is free yet."


def test_a_rule_of_its_has_as_many_targets_as_aws_lets_it_have():
    assert LIMITS["eventbridge.targets"].value == TARGETS_OF_A_RULE
