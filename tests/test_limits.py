"""The table of AWS's numbers: each has a unit, a source and a date, and code reads it."""

from __future__ import annotations

import ast
import datetime
import re
from collections import Counter
from pathlib import Path

import pytest

import workbook
from workbook.aws.limits import LIMITS, ROWS, limit
from workbook.aws.sqs.attributes import QueueSettings

PACKAGE = Path(workbook.__file__).parent


@pytest.mark.parametrize("row", LIMITS.values(), ids=lambda row: row.name)
def test_each_row_says_what_it_is_and_where_it_stands(row):
    service, _, what = row.name.partition(".")
    assert service
    assert what
    assert row.value > 0
    assert row.unit
    assert len(row.source) > 10
    assert isinstance(row.date, datetime.date)


def test_no_two_rows_have_the_same_name():
    counts = Counter(row.name for row in ROWS)
    assert [name for name, count in counts.items() if count > 1] == []


LOOK_UPS = {"limit", "limit_of", "source_of"}


def asked_for(tree):
    """A pattern for the name in each `limit(...)`; what an f-string fills in may be anything."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in LOOK_UPS:
            name = node.args[0]
            if isinstance(name, ast.Name):
                continue  # handed on from a caller, which names it
            parts = name.values if isinstance(name, ast.JoinedStr) else [name]
            yield "".join(re.escape(part.value) if isinstance(part, ast.Constant) else ".+" for part in parts)


@pytest.fixture(scope="module")
def names_in_code():
    """A pattern for each name that the code looks up."""
    sources = [path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")]
    return {pattern for source in sources for pattern in asked_for(ast.parse(source))}


def test_each_row_is_read_by_the_code(names_in_code):
    assert [name for name in LIMITS if not any(re.fullmatch(each, name) for each in names_in_code)] == []


def test_what_the_code_reads_is_in_the_table(names_in_code):
    assert [each for each in names_in_code if not any(re.fullmatch(each, name) for name in LIMITS)] == []


def test_settings_of_a_queue_begin_with_the_defaults_of_the_table():
    settings = QueueSettings()
    assert settings.visibility_timeout == limit("sqs.visibility-timeout.default")
    assert settings.message_retention_period == limit("sqs.retention.default")
    assert settings.maximum_message_size == limit("sqs.message-size")


def test_a_name_that_is_not_in_the_table_is_an_error():
    with pytest.raises(KeyError):
        limit("sqs.colour")
