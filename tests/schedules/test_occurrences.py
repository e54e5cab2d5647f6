"""When a schedule is due."""

from __future__ import annotations

import datetime
import zoneinfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from work import calls_during

from workbook.aws.schedules import is_zone, parse_rule_schedule, parse_schedule, zone_of
from workbook.aws.schedules.cron import Cron
from workbook.engine.clock import SECOND, datetime_of, instant_of

MINUTE = 60 * SECOND


def at(text):
    return instant_of(datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC))


def occurrences(schedule, after, count):
    found = []
    while len(found) < count:
        after = schedule.next_occurrence(after)
        if after is None:
            break
        found.append(datetime_of(after).strftime("%Y-%m-%d %H:%M"))
    return found


def due(expression, after, count=3, zone="UTC"):
    return occurrences(parse_schedule(expression, zone_of(zone)), at(after), count)


class TestRate:
    def test_the_first_time_is_the_start_and_the_next_ones_follow_at_its_pace(self):
        rate = parse_schedule("rate(5 minutes)").starting_at(at("2026-01-05T09:00"))
        assert occurrences(rate, at("2026-01-05T09:00") - 1, 3) == [
            "2026-01-05 09:00",
            "2026-01-05 09:05",
            "2026-01-05 09:10",
        ]

    def test_a_start_in_the_past_is_counted_on(self):
        rate = parse_schedule("rate(2 hours)").starting_at(at("2026-01-05T09:00"))
        assert occurrences(rate, at("2026-03-01T10:30"), 1) == ["2026-03-01 11:00"]

    def test_it_ends_with_the_calendar(self):
        rate = parse_schedule("rate(99999999999 days)").starting_at(at("2026-01-05T09:00"))
        assert rate.next_occurrence(at("2026-01-05T09:00")) is None


class TestOneTime:
    def test_it_is_due_once(self):
        assert due("at(2026-02-03T04:05:06)", "2026-01-01T00:00") == ["2026-02-03 04:05"]

    def test_it_is_a_time_of_its_zone(self):
        assert due("at(2026-07-01T09:00:00)", "2026-01-01T00:00", zone="Asia/Tokyo") == ["2026-07-01 00:00"]


class TestCron:
    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ("0 10 * * ? *", ["2026-01-05 10:00", "2026-01-06 10:00", "2026-01-07 10:00"]),
            ("0/25 9 * * ? *", ["2026-01-05 09:25", "2026-01-05 09:50", "2026-01-06 09:00"]),
            ("1/10 * * * ? *", ["2026-01-05 09:01", "2026-01-05 09:11", "2026-01-05 09:21"]),
            ("0 18 ? * MON-FRI *", ["2026-01-05 18:00", "2026-01-06 18:00", "2026-01-07 18:00"]),
            ("0 18 ? * FRI-MON *", ["2026-01-05 18:00", "2026-01-09 18:00", "2026-01-10 18:00"]),
            ("0/30 20-2 ? * MON *", ["2026-01-05 20:00", "2026-01-05 20:30", "2026-01-05 21:00"]),
            ("0 0 L * ? *", ["2026-01-31 00:00", "2026-02-28 00:00", "2026-03-31 00:00"]),
            ("0 0 L-2 2 ? *", ["2026-02-26 00:00", "2027-02-26 00:00", "2028-02-27 00:00"]),
            ("0 0 LW * ? *", ["2026-01-30 00:00", "2026-02-27 00:00", "2026-03-31 00:00"]),
            ("0 0 1W * ? *", ["2026-02-02 00:00", "2026-03-02 00:00", "2026-04-01 00:00"]),
            ("0 0 15W 2,3,8 ? *", ["2026-02-16 00:00", "2026-03-16 00:00", "2026-08-14 00:00"]),
            ("0 0 31W * ? *", ["2026-01-30 00:00", "2026-03-31 00:00", "2026-05-29 00:00"]),
            ("0 0 ? * L *", ["2026-01-10 00:00", "2026-01-17 00:00", "2026-01-24 00:00"]),
            ("15 10 ? * 6L 2026-2027", ["2026-01-30 10:15", "2026-02-27 10:15", "2026-03-27 10:15"]),
            ("0 0 ? * FRIL *", ["2026-01-30 00:00", "2026-02-27 00:00", "2026-03-27 00:00"]),
            ("0 0 ? * 3#2 *", ["2026-01-13 00:00", "2026-02-10 00:00", "2026-03-10 00:00"]),
            ("0 0 ? * MON#5 *", ["2026-03-30 00:00", "2026-06-29 00:00", "2026-08-31 00:00"]),
            ("0 0 29 2 ? *", ["2028-02-29 00:00", "2032-02-29 00:00", "2036-02-29 00:00"]),
            ("0 0 30 2 ? *", []),
            ("0 0 1 1 ? 2025", []),
            ("0 0 1 1 ? 2199", ["2199-01-01 00:00"]),
            ("0 0 1 1 ? 2500", []),
        ],
    )
    def test_it_is_due_where_its_fields_match(self, fields, expected):
        assert due(f"cron({fields})", "2026-01-05T09:00") == expected

    def test_the_same_expression_is_due_at_other_times_in_other_zones(self):
        assert due("cron(0 9 * * ? *)", "2026-01-05T00:00", 1, "America/New_York") == ["2026-01-05 14:00"]
        assert due("cron(0 9 * * ? *)", "2026-01-05T00:00", 1, "Asia/Kolkata") == ["2026-01-05 03:30"]

    def test_an_hour_that_the_clocks_leave_out_is_left_out(self):
        # New York, 8 March 2026: after 01:59 the clocks show 03:00.
        assert due("cron(30 2 * * ? *)", "2026-03-06T12:00", 3, "America/New_York") == [
            "2026-03-07 07:30",
            "2026-03-09 06:30",
            "2026-03-10 06:30",
        ]

    def test_an_hour_that_the_clocks_show_twice_counts_once(self):
        # New York, 1 November 2026: 01:30 comes at 05:30 and at 06:30 UTC.
        assert due("cron(30 1 * * ? *)", "2026-10-31T12:00", 2, "America/New_York") == [
            "2026-11-01 05:30",
            "2026-11-02 06:30",
        ]

    def test_asked_within_the_repeated_hour_it_goes_on_after_it(self):
        assert due("cron(0/20 * * * ? *)", "2026-11-01T06:10", 2, "America/New_York") == [
            "2026-11-01 07:00",
            "2026-11-01 07:20",
        ]

    def test_a_whole_day_may_be_left_out(self):
        # Samoa had no 30 December 2011.
        assert due("cron(0 12 * * ? *)", "2011-12-29T12:00", 2, "Pacific/Apia") == [
            "2011-12-29 22:00",
            "2011-12-30 22:00",
        ]

    def test_a_rare_date_is_found_without_a_look_at_each_of_62_000_days(self):
        rare = Cron.parse("0 0 29 2 ? 2196")
        assert calls_during(lambda: rare.next_occurrence(at("2026-01-05T09:00"))) < 500


class TestZones:
    def test_names_are_those_of_the_iana_database(self):
        assert is_zone("Europe/Berlin")
        assert not is_zone("Europe/Atlantis")
        assert not is_zone("../../etc/passwd")
        with pytest.raises(LookupError, match="Europe/Atlantis"):
            zone_of("Europe/Atlantis")

    def test_the_system_s_database_is_not_asked(self):
        before = zoneinfo.TZPATH
        zoneinfo.reset_tzpath(to=[])
        try:
            zone_of.cache_clear()
            summer = datetime.datetime(2026, 7, 1, tzinfo=zone_of("Europe/Berlin"))
            assert summer.utcoffset() == datetime.timedelta(hours=2)
        finally:
            zoneinfo.reset_tzpath(to=before)


# ---- against one who looks at every minute

ZONES = ["UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu"]


def numbers(low, high, *, steps=True):
    one = st.integers(low, high).map(str)
    ranges = st.tuples(st.integers(low, high), st.integers(low, high)).map(
        lambda pair: f"{pair[0]}-{pair[1]}"
    )
    stepped = st.tuples(st.integers(low, high), st.integers(1, high)).map(lambda pair: f"{pair[0]}/{pair[1]}")
    several = st.lists(one | ranges, min_size=1, max_size=3).map(",".join)
    return st.just("*") | several | (stepped if steps else several)


day_of_month = numbers(1, 31) | st.just("L") | st.integers(1, 31).map(lambda day: f"{day}W")
day_of_week = (
    numbers(1, 7, steps=False)
    | st.tuples(st.integers(1, 7), st.integers(1, 5)).map(lambda pair: f"{pair[0]}#{pair[1]}")
    | st.integers(1, 7).map(lambda day: f"{day}L")
)
days = st.tuples(day_of_month, st.just("?")) | st.tuples(st.just("?"), day_of_week)
# The days around changes of the clocks, and quiet ones.
starts = st.sampled_from(["2026-03-07", "2026-03-28", "2026-04-04", "2026-10-03", "2026-10-24", "2026-10-31"])


def in_field(text, value, low, high):
    """Whether `value` is meant by a field of numbers; written apart from the code under test."""
    for item in text.split(","):
        base, _, step = item.partition("/")
        if base == "*":
            members = range(low, high + 1)
        elif "-" in base:
            first, last = map(int, base.split("-"))
            around = [*range(first, high + 1), *range(low, last + 1)]
            members = range(first, last + 1) if first <= last else around
        else:
            members = range(int(base), high + 1) if step else [int(base)]
        members = list(members)[:: int(step or 1)]
        if value in members:
            return True
    return False


def on_day(month_field, week_field, day):
    ends = (day + datetime.timedelta(days=1)).month != day.month
    if month_field == "L":
        return ends
    if month_field.endswith("W"):
        return is_nearest(day, int(month_field[:-1]))
    if month_field != "?":
        return in_field(month_field, day.day, 1, 31)
    weekday = day.isoweekday() % 7 + 1
    if "#" in week_field:
        wanted, which = map(int, week_field.split("#"))
        return weekday == wanted and (day.day - 1) // 7 + 1 == which
    if week_field.endswith("L"):
        return weekday == int(week_field[:-1]) and (day + datetime.timedelta(days=7)).month != day.month
    return in_field(week_field, weekday, 1, 7)


def is_nearest(day, wanted):
    try:
        target = day.replace(day=wanted)
    except ValueError:
        return False
    month = [target + datetime.timedelta(days=distance) for distance in (0, -1, 1, -2, 2)]
    weekdays = [each for each in month if each.month == day.month and each.weekday() < 5]
    return day == weekdays[0]


def scan(fields, zone, after, end):
    """The first matching minute after `after` and before `end`, by looking at each."""
    minute, hour, day, month, week, _ = fields
    shown_before = set()
    for instant in range(after - after % MINUTE - 180 * MINUTE, end, MINUTE):
        wall = datetime_of(instant).astimezone(zone).replace(tzinfo=None, fold=0)
        repeated = wall in shown_before
        shown_before.add(wall)
        if (
            instant > after
            and not repeated
            and in_field(minute, wall.minute, 0, 59)
            and in_field(hour, wall.hour, 0, 23)
            and in_field(month, wall.month, 1, 12)
            and on_day(day, week, wall.date())
        ):
            return instant
    return None


@settings(max_examples=60, deadline=None)
@given(
    minute=numbers(0, 59),
    hour=numbers(0, 23),
    days=days,
    month=st.just("*") | numbers(1, 12),
    zone=st.sampled_from(ZONES),
    start=starts,
    offset=st.integers(0, 2 * 24 * 3600 * SECOND),
)
def test_it_finds_what_one_who_looks_at_every_minute_finds(minute, hour, days, month, zone, start, offset):
    fields = (minute, hour, days[0], month, days[1], "*")
    after = at(start) + offset
    end = after + 2 * 24 * 60 * MINUTE
    found = Cron.parse(" ".join(fields), zone_of(zone)).next_occurrence(after)
    within = found if found is not None and found < end else None
    assert within == scan(fields, zone_of(zone), after, end)


@given(after=st.integers(at("2026-01-01T00:00"), at("2027-01-01T00:00")), zone=st.sampled_from(ZONES))
def test_occurrences_only_go_forward(after, zone):
    cron = Cron.parse("0/20 * * * ? *", zone_of(zone))
    first = cron.next_occurrence(after)
    assert first > after
    assert cron.next_occurrence(first) > first


def test_rules_are_in_utc():
    assert occurrences(parse_rule_schedule("cron(0 12 ? * MON *)"), at("2026-01-05T12:00"), 1) == [
        "2026-01-12 12:00"
    ]
