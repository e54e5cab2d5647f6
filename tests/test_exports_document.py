"""docs/exports.md says what the exports are: its example, lists and table of spans are held to the code."""

import json
import re
from pathlib import Path

from workbook.engine import exports
from workbook.flow.conventions import SCHEMA_URL, kind_of_span, name_of
from workbook.flow.spans import spans_of

PAGE = (Path(__file__).parents[1] / "docs" / "exports.md").read_text("utf-8")


def test_the_example_is_what_is_written(lab, sqs):
    sqs.create_queue(QueueName="orders")
    example = json.loads(re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)[1])
    written = json.loads(lab.trace.json())
    assert example["version"] == written["version"]
    assert example["hops"][0] == written["hops"][0]


def test_every_member_of_a_hop_is_explained(lab, sqs):
    sqs.create_queue(QueueName="orders")
    explained = {
        name
        for row in re.findall(r"^\| (`.*?) \| .* \| .* \|$", PAGE, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    }
    assert set(json.loads(lab.trace.json())["hops"][0]) <= explained


def test_every_ending_is_listed(lab):
    assert set(re.findall(r"^\| `(\.[\w.]+)` \|", PAGE, re.MULTILINE)) == set(exports._WRITERS)


def test_the_conventions_version_is_named():
    assert f"version {SCHEMA_URL.rpartition('/')[2]}" in PAGE


def test_the_table_of_spans_is_what_is_written(lab, sqs):
    url = sqs.create_queue(QueueName="orders", Attributes={"MessageRetentionPeriod": "60"})["QueueUrl"]
    lab.function("resize", "def handler(event, context):\n    return 1")
    lab.client("lambda").create_event_source_mapping(
        FunctionName="resize", EventSourceArn="arn:aws:sqs:us-east-1:123456789012:orders"
    )
    sqs.send_message(QueueUrl=url, MessageBody="tea", DelaySeconds=1)
    sqs.send_message(QueueUrl=url, MessageBody="cake", DelaySeconds=300)
    lab.advance(minutes=10)
    rows = re.findall(r"^\| .* \| `([\w. ]+)` \| ([A-Z]+) \|$", PAGE, re.MULTILINE)
    spans = {(name_of(span), kind_of_span(span.hop).name) for span in spans_of(lab.trace)}
    last = ("expire orders", "INTERNAL")
    assert {*rows, ("resize", "SERVER"), last} <= spans
