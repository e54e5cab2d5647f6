"""Names of objects: prefixes with expressions, patterns of dates, what AWS refuses."""

from __future__ import annotations

import datetime
import random
import re

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from workbook.aws.firehose.patterns import BadPattern, UnknownField, check_pattern, written
from workbook.aws.firehose.prefixes import check_prefixes, evaluated

UTC = datetime.UTC
MOMENT = datetime.datetime(2018, 8, 7, 15, 4, 9, 120_000, tzinfo=UTC)
ERRORS = "bad/!{firehose:error-output-type}/"


# ---- what AWS's guide shows


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        (None, "2018/08/07/15/"),
        ("", "2018/08/07/15/"),
        ("logs", "logs2018/08/07/15/"),
        ("logs/", "logs/2018/08/07/15/"),
        ("!{timestamp:yyyy/MM/dd}", "2018/08/07"),
        ("year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/", "year=2018/month=08/day=07/"),
        ("!{timestamp:'year='yyyy'/month='MM'/day='dd'/hour='HH}/", "year=2018/month=08/day=07/hour=15/"),
    ],
)
def test_a_prefix_without_a_timestamp_gets_the_hour_and_another_is_as_it_says(prefix, expected):
    check_prefixes(prefix, ERRORS)
    assert evaluated(prefix, MOMENT, random.Random(1)) == expected


def test_a_random_string_has_eleven_characters_and_each_is_another():
    name = evaluated("!{firehose:random-string}|!{firehose:random-string}|", MOMENT, random.Random(1))
    first, second, hour = name.split("|")
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{2}", first)
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{2}", second)
    assert first != second
    assert hour == "2018/08/07/15/"


@pytest.mark.parametrize(
    ("prefix", "errors", "text"),
    [
        (
            "a/!{timestamp:yyyy}/",
            None,
            "ErrorOutputPrefix cannot be null or empty when Prefix contains expressions",
        ),
        (
            "a/!{timestamp:yyyy}/",
            "",
            "ErrorOutputPrefix cannot be null or empty when Prefix contains expressions",
        ),
        (
            None,
            "bad/!{timestamp:yyyy}/",
            "ErrorOutputPrefix must contain at least one occurrence of !{firehose:error-output-type}",
        ),
        (ERRORS, ERRORS, "Prefix must not contain any occurrence of !{firehose:error-output-type}"),
        ("a/!{timestamp", ERRORS, "Invalid expression usage"),
        ("a/!{yyyy}/", ERRORS, "Invalid expression usage"),
        ("!{time:yyyy}/", ERRORS, "Namespace to the left of colon (time) is an invalid keyword!"),
        (
            "!{firehose:random}/",
            ERRORS,
            "Invalid conversion character used in the value of the expression in Prefix",
        ),
        (
            None,
            f"{ERRORS}!{{timestamp:bb}}",
            "Invalid conversion character used in the value of the expression in ErrorOutputPrefix",
        ),
        (
            None,
            f"{ERRORS}!{{partitionKeyFromQuery:customer}}",
            "Dynamic Partitioning Namespaces can't be part of an error prefix expression",
        ),
        ("x" * 513, None, "Length of evaluated prefix cannot be greater than 512"),
        (None, "x" * 513, "Length of evaluated ErrorOutputPrefix cannot be greater than 512"),
    ],
)
def test_what_is_no_prefix_is_refused_in_aws_s_words(hose, prefix, errors, text):
    given = {"Prefix": prefix, "ErrorOutputPrefix": errors}
    options = {name: value for name, value in given.items() if value is not None}
    with pytest.raises(ClientError) as caught:
        hose.create(**options)
    error = caught.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("InvalidArgumentException", text)


def test_an_error_prefix_alone_needs_no_expressions():
    check_prefixes(None, "bad/")
    check_prefixes("plain/", None)


# ---- in a bucket


def test_the_name_has_stream_version_the_oldest_record_s_time_and_a_uuid(lab, hose):
    hose.create()
    hose.put("first")
    lab.advance(seconds=40)
    hose.put("second")
    lab.run_until_idle()
    [key] = hose.keys()
    uuid = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    assert re.fullmatch(f"2026/01/05/09/clicks-1-2026-01-05-09-00-3[0-9]-{uuid}", key)


@pytest.mark.parametrize(
    ("options", "ending"),
    [
        ({"CompressionFormat": "GZIP"}, ".gz"),
        ({"CompressionFormat": "GZIP", "FileExtension": ".json.gz"}, ".json.gz"),
        ({"FileExtension": ".json"}, ".json"),
    ],
)
def test_an_object_ends_with_the_extension_of_its_compression_or_with_its_own(lab, hose, options, ending):
    hose.create(**options)
    hose.put("hello")
    lab.run_until_idle()
    [key] = hose.keys()
    assert re.search(r"-[0-9a-f]{12}(\..*)?$", key)[1] == ending
    assert hose.text(key) == "hello"


def test_a_time_zone_holds_for_prefix_and_name(lab, hose):
    hose.create(CustomTimeZone="Asia/Tokyo")
    hose.put("hello")
    lab.run_until_idle()
    [key] = hose.keys()
    assert key.startswith("2026/01/05/18/clicks-1-2026-01-05-18-00-")


# ---- patterns


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("yyyy-MM-dd'T'HH:mm:ss.SSS", "2018-08-07T15:04:09.120"),
        ("yy M d h a", "18 8 7 3 PM"),
        ("MMM MMMM MMMMM", "Aug August A"),
        ("E EEEE", "Tue Tuesday"),
        ("D DDD k K", "219 219 15 3"),
        ("HH'h'mm''ss", "15h04'09"),
        ("'it''s 'y", "it's 2018"),
        ("uuuu_LL", "2018_08"),
    ],
)
def test_a_pattern_is_written_as_java_does(pattern, expected):
    check_pattern(pattern)
    assert written(pattern, MOMENT) == expected


@pytest.mark.parametrize("pattern", ["'open", "yyyy'", "R", "yyyy/T/dd", "b"])
def test_what_is_no_pattern_is_refused(pattern):
    with pytest.raises(BadPattern):
        check_pattern(pattern)


@pytest.mark.parametrize("pattern", ["YYYY", "G", "ww", "VV"])
def test_fields_that_only_java_knows_are_refused_by_name(pattern):
    with pytest.raises(UnknownField, match=pattern):
        check_pattern(pattern)


@given(st.datetimes(timezones=st.just(UTC), min_value=MOMENT.replace(year=1000, tzinfo=None)))
def test_a_date_that_was_written_can_be_read_again(moment):
    text = written("yyyy-MM-dd HH:mm:ss.SSSSSS", moment)
    assert datetime.datetime.fromisoformat(text).replace(tzinfo=UTC) == moment


@given(st.text(alphabet="yMdHms/-:' ", max_size=20))
def test_a_pattern_without_an_open_quote_is_always_written(pattern):
    if pattern.count("'") % 2:
        with pytest.raises(BadPattern):
            check_pattern(pattern)
    else:
        check_pattern(pattern)
        assert written(pattern, MOMENT).count("/") == pattern.count("/")
