"""How soon does an alarm tell of a dead consumer, and how often does it tell for nothing?"""

import functools

import pytest

from workbook.scenarios import queue_alarm


def minutes_of(account, what):
    return [row[0] for row in account.findings.rows if row[1] == what]


@functools.cache
def alarms(**settings):
    """The minutes at which the alarm goes on; a scenario of the same settings is run once."""
    return minutes_of(queue_alarm.run(**settings), "the alarm is ALARM")


def test_a_rush_that_is_worked_off_makes_an_alarm_of_few_periods_and_none_of_many():
    assert [len(alarms(periods=periods)) for periods in (1, 3, 5)] == [2, 2, 1]


def test_each_further_period_tells_of_the_dead_program_a_minute_later():
    last = [alarms(periods=periods)[-1] for periods in (1, 2, 3, 4)]
    assert last == [24, 25, 26, 27]


def test_a_threshold_that_is_never_reached_tells_nobody():
    account = queue_alarm.run(threshold=200)
    assert not minutes_of(account, "the alarm is ALARM")
    assert "nobody was told" in account.findings.conclusion


@pytest.mark.parametrize("threshold", [120, 300])
def test_the_age_of_the_oldest_picture_tells_when_somebody_has_waited_that_long(threshold):
    account = queue_alarm.run(by_age=True, threshold=threshold, periods=1, rush=0)
    (told,) = minutes_of(account, "the alarm is ALARM")
    assert 0 <= told - 20 - threshold / 60 <= 2
    assert "No email for nothing" in account.findings.conclusion


def test_an_alarm_that_is_on_already_tells_nothing_new_when_the_program_ends():
    account = queue_alarm.run(threshold=0, periods=1, rush=200)
    assert len(minutes_of(account, "the alarm is ALARM")) == 1
    assert "none when the program ended" in account.findings.conclusion


def test_before_a_picture_is_taken_there_is_nothing_to_tell():
    assert queue_alarm.measure(()).conclusion == "No pictures were taken yet."
