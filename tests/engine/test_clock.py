"""The clock: whole microseconds, forwards only."""

import datetime

import pytest

from workbook.engine.clock import SECOND, Clock, datetime_of, instant_of, microseconds


def test_a_duration_in_seconds_becomes_whole_microseconds():
    assert microseconds(1.5) == 1_500_000
    assert microseconds(0.1 + 0.2) == 300_000


def test_an_instant_survives_the_way_to_a_datetime_and_back():
    moment = datetime.datetime(2026, 1, 5, 9, 0, 0, 123_457, tzinfo=datetime.UTC)
    assert datetime_of(instant_of(moment)) == moment


def test_a_naive_datetime_is_taken_as_utc():
    naive = datetime.datetime(1970, 1, 1, 0, 0, 1)  # noqa: DTZ001 - a naive one is the point
    assert instant_of(naive) == SECOND


def test_seconds_and_milliseconds_are_views_of_one_integer():
    clock = Clock(1_767_603_600_123_456)
    assert clock.milliseconds == 1_767_603_600_123
    assert clock.seconds == pytest.approx(1_767_603_600.123456)


def test_time_never_goes_back():
    clock = Clock(10)
    with pytest.raises(ValueError, match="cannot go back"):
        clock.move_to(9)
    assert clock.now == 10
