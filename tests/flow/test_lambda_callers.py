"""The table of who calls Lambda: held to the ledger, to the numbers, and to its page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workbook.aws.limits import limit
from workbook.flow.lambda_callers import COLUMNS, lambda_callers

ROOT = Path(__file__).parents[2]


def test_every_row_names_rows_of_the_ledger():
    ledger = (ROOT / "docs" / "fidelity.md").read_text("utf-8")
    known = set(re.findall(r"^\| ([A-Z][A-Z0-9]*-\d+) \|", ledger, re.MULTILINE))
    for row in lambda_callers():
        assert row.shown_by
        assert set(row.shown_by) <= known, row.caller


def test_the_page_shows_the_table():
    page = (ROOT / "docs" / "lambda-callers.md").read_text("utf-8")
    assert lambda_callers().markdown() in page


def test_the_numbers_are_those_by_which_the_lab_runs():
    by_name = {row.caller: row for row in lambda_callers()}
    assert by_name["HTTP API"].time_limit == f"{limit('apigateway.http.timeout') // 1000} s"
    assert by_name["SNS"].retries.startswith(f"Lambda, {limit('lambda.event.retries')} times")
    assert by_name["Invoke, Event"].payload == "1 MB"
    assert by_name["Invoke, RequestResponse"].payload == "6 MB"
    assert by_name["Step Functions, a task"].payload == "256 KB"


def test_a_caller_that_takes_less_than_lambda_is_shown_with_its_own_limit():
    payloads = {row.caller: row.payload for row in lambda_callers()}
    assert payloads["SNS"] == "256 KB, up to 1 MB by the topic's MaximumMessageSize"
    assert payloads["AWS IoT, a topic rule"] == f"{limit('iot.message') // 1024} KB" == "128 KB"
    assert payloads["EventBridge Scheduler"] == f"{limit('scheduler.input') // 1024} KB" == "256 KB"


def test_each_way_has_its_callers():
    table = lambda_callers()
    ways = [table.of(way) for way in ("synchronous", "asynchronous", "polled")]
    assert [row for rows in ways for row in rows] == list(table)
    assert all("Lambda, 2 times" in row.retries for row in table.of("asynchronous"))
    assert not any("Lambda" in row.retries for row in table.of("synchronous"))
    with pytest.raises(ValueError, match="synchronous"):
        table.of("sideways")


def test_it_is_a_frame_a_table_and_prose():
    table = lambda_callers()
    frame = table.frame()
    assert list(frame.columns) == COLUMNS
    assert len(frame) == len(table)
    assert "<table>" in table._repr_html_()
    assert repr(table).startswith("Invoke, RequestResponse (synchronous): nobody but the client; then")
