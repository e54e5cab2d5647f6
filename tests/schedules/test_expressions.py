"""Which texts are schedules: what AWS has been recorded to take and to refuse."""

from __future__ import annotations

import pytest

from workbook.aws.schedules import Cron, InvalidSchedule, OneTime, Rate, parse_rule_schedule, parse_schedule

# Recorded: PutRule answered "Parameter ScheduleExpression is not valid." to each.
REFUSED_BY_RULES = """
rate(10 seconds)|rate(10 years)|rate(1 minutes)|rate(1 hours)|rate(1 days)|rate(10 minute)|rate(10 hour)
rate(10 day)|rate()|rate(10)|rate(10 minutess)|rate(foo minutes)|rate(0 minutes)|rate(-10 minutes)
rate(10 MINUTES)|rate( 10 minutes )| rate(10 minutes)|cron(15 12 ? * -1 *)|cron(*/1 * * * *)
cron(71 8 1 * ? *)|cron(0 24 * * ? *)|cron(0 0 32 * ? *)|cron(0 0 1 13 ? *)|cron(0 0 ? * 8 *)
cron(0 0 1#2 * ? *)|cron(0 0 1 1#2 ? *)|at(2026-01-05T10:00:00)
"""
# Recorded: PutRule took them.
TAKEN_BY_RULES = """
rate(1 minute)|rate(5 minutes)|rate(1 hour)|rate(7 days)|cron(0 10 * * ? *)|cron(15 12 * * ? *)
cron(0 18 ? * MON-FRI *)|cron(0 8 1 * ? *)|cron(0/15 * * * ? *)|cron(0/10 * ? * MON-FRI *)
cron(0/5 8-17 ? * MON-FRI *)|cron(0/30 20-23 ? * MON-FRI *)|cron(0/30 0-2 ? * MON-FRI *)
cron(0/5, 9-18, ?, *, MON-FRI, *)|cron(*/1 * * * ? *)|cron(0 20 * * ? 2500)
"""
# Recorded: CreateSchedule answered "Invalid Schedule Expression ..." to each.
REFUSED_BY_SCHEDULER = """
cron(0 1 * * * *)|cron(7 20 * * NOT *)|cron(INVALID)|cron(0 dummy ? * MON-FRI *)|cron(71 8 1 * ? *)|cron()
rate(10 seconds)|rate(30 seconds)|rate(10 years)|rate()|rate(10)|rate(10 minutess)|rate(foo minutes)
rate(-10 minutes)|rate( 10 minutes )| rate(10 minutes)|at(2021-12-31T23:59:59Z)|at(2021-12-31)
cron(*/30 * * * * ? *)|cron(0 3 * * *)
"""


def expressions(text):
    return [each for line in text.strip("\n").splitlines() for each in line.split("|")]


@pytest.mark.parametrize("text", expressions(REFUSED_BY_RULES))
def test_rules_refuse(text):
    with pytest.raises(InvalidSchedule):
        parse_rule_schedule(text)


@pytest.mark.parametrize("text", expressions(TAKEN_BY_RULES))
def test_rules_take(text):
    assert isinstance(parse_rule_schedule(text), Rate | Cron)


@pytest.mark.parametrize("text", expressions(REFUSED_BY_SCHEDULER))
def test_scheduler_refuses(text):
    with pytest.raises(InvalidSchedule):
        parse_schedule(text)


@pytest.mark.parametrize("text", ["rate(1 minute)", "rate(1 minutes)", "rate(2 minute)", "rate(7 days)"])
def test_scheduler_takes_a_singular_and_a_plural(text):
    assert isinstance(parse_schedule(text), Rate)


def test_scheduler_takes_capitals_a_cron_without_year_and_a_time_without_seconds():
    assert parse_schedule("AT(2026-01-05T10:00)") == parse_schedule("at(2026-01-05T10:00:00)")
    assert isinstance(parse_schedule("CRON(0 10 * * ?)"), Cron)
    with pytest.raises(InvalidSchedule):
        parse_rule_schedule("cron(0 10 * * ?)")


def test_scheduler_takes_a_time_in_the_past():
    assert isinstance(parse_schedule("at(2022-12-31T23:59:59)"), OneTime)


@pytest.mark.parametrize(
    "text",
    [
        "cron(0 0 * * * *)",  # a day of the month and a day of the week
        "cron(0 0 ? * ? *)",  # neither
        "cron(0 0 ? * 3#1,6#3 *)",  # documented: one # expression only
        "cron(0 0 ? * MON#6 *)",
        "cron(0 0 ? * */2 *)",  # the slash is not among the wildcards of this field
        "cron(0/0 * * * ? *)",
        "cron(0/60 * * * ? *)",
        "cron(*-5 * * * ? *)",
        "cron(1,,2 * * * ? *)",
        "cron(0 0 1 * ? 2030-2026)",
        "cron(0 0 L-31 * ? *)",
        "cron(0 0 0W * ? *)",
        "cron(0 0 31 * ? 1969)",
        "cron(٣ 0 1 * ? *)",  # a digit, but not of ASCII
        "cron( 0 0 1 * ? * )",
        "at(2026-02-30T10:00:00)",
        "at(2026-02-03 10:00:00)",
        "rate(0 minutes)",
        "",
        "whenever",
    ],
)
def test_what_is_written_wrongly_is_refused(text):
    with pytest.raises(InvalidSchedule):
        parse_schedule(text)


def test_the_error_says_what_would_be_right():
    with pytest.raises(InvalidSchedule, match="after 1 the unit is written 'minute'"):
        parse_rule_schedule("rate(1 minutes)")
    with pytest.raises(InvalidSchedule, match="hours: '24' is not between 0 and 23"):
        parse_schedule("cron(0 24 * * ? *)")
