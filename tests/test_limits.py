"""The table of AWS's numbers: each has a unit, a source and a date, and code reads it."""

from __future__ import annotations

import datetime

import pytest

from workbook.aws.limits import LIMITS, limit
from workbook.aws.sqs.attributes import QueueSettings


@pytest.mark.parametrize("row", LIMITS.values(), ids=lambda row: row.name)
def test_each_row_says_what_it_is_and_where_it_stands(row):
    service, _, what = row.name.partition(".")
    assert service
    assert what
    assert row.value > 0
    assert row.unit
    assert len(row.source) > 10
    assert isinstance(row.date, datetime.date)


def test_settings_of_a_queue_begin_with_the_defaults_of_the_table():
    settings = QueueSettings()
    assert settings.visibility_timeout == limit("sqs.visibility-timeout.default")
    assert settings.message_retention_period == limit("sqs.retention.default")
    assert settings.maximum_message_size == limit("sqs.message-size")


def test_a_name_that_is_not_in_the_table_is_an_error():
    with pytest.raises(KeyError):
        limit("sqs.colour")
