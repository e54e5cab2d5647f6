"""When does a nightly job run, in the nights around a change of the clocks?"""

import datetime

import pytest

from workbook import Lab
from workbook.scenarios import daylight_saving


def rows(**settings):
    return daylight_saving.run(**settings).findings.rows


def test_a_time_that_the_clocks_leave_out_is_skipped_and_what_counts_hours_is_late_from_then_on():
    assert rows(hour=2, minute=30) == (
        ("Sat 28 Mar", "02:30", "02:30", "02:30"),
        ("Sun 29 Mar", "not at all", "03:30", "03:30"),
        ("Mon 30 Mar", "02:30", "03:30", "03:30"),
        ("Tue 31 Mar", "02:30", "03:30", "03:30"),
    )


def test_a_time_that_they_show_twice_counts_once():
    account = daylight_saving.run(hour=2, minute=30, autumn=True)
    assert [row[1] for row in account.findings.rows] == ["02:30"] * 4
    assert [row[2:] for row in account.findings.rows] == [("02:30",) * 2] * 2 + [("01:30",) * 2] * 2
    assert "cron-in-Oslo 4 times, at 02:30" in account.findings.conclusion


@pytest.mark.parametrize("hour", [1, 3, 12])
def test_other_hours_are_there_every_day(hour):
    assert [row[1] for row in rows(hour=hour, minute=0)] == [f"{hour:02}:00"] * 4


def test_around_midnight_a_day_can_have_two_and_another_none():
    assert ("Sun 25 Oct", "00:30", "00:30, 23:30", "00:30, 23:30") in rows(hour=0, minute=30, autumn=True)
    assert ("Sun 29 Mar", "23:30", "not at all", "not at all") in rows(hour=23, minute=30)


@pytest.mark.parametrize(("start", "first"), [((2027, 6, 1), "Sat 25 Mar"), ((2026, 3, 27), "Sat 28 Mar")])
def test_it_waits_for_the_next_change_wherever_the_lab_begins(start, first):
    with Lab(seed=7, start=datetime.datetime(*start, tzinfo=datetime.UTC)) as lab:
        account = daylight_saving.run(lab)
    assert account.findings.rows[0][0] == first
    assert account.seconds < 5 * 86_400
