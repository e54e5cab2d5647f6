"""Input transformers: what a template becomes, inside quotes and outside."""

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.aws.eventbridge.events import Event
from workbook.aws.eventbridge.json_paths import NOTHING, json_path
from workbook.aws.eventbridge.transformers import InputTransformer, InvalidResult

NOON = 1_767_614_400_000_000
RULE_ARN = "arn:aws:events:us-east-1:123456789012:rule/shop/watch"
DETAIL = {
    "instance": "i-0123456789",
    "status": "RUNNING",
    "count": 3,
    "ratio": 0.5,
    "on": True,
    "off": None,
    "box": {"a": "x", "b": [1, "two"]},
    "single": ["HIGH"],
    "many": ["ACTIVE", "INACTIVE"],
    "speech": 'say "hi"',
    "lines": "one\ntwo",
}
EVENT = Event(
    id="6a7e8feb-b491-4cf7-a9f1-bf3703467718",
    source="orders",
    detail_type="Order Placed",
    account="123456789012",
    region="us-east-1",
    time=NOON,
    detail=DETAIL,
    ingested=NOON + 5_000_000,
    resources=("arn:aws:s3:::cakes",),
)
PATHS = {name: f"$.detail.{name}" for name in DETAIL} | {
    "missing": "$.detail.nothing",
    "kind": "$.detail-type",
}


def filled(template, paths=PATHS):
    return InputTransformer(template, paths).fill(EVENT, RULE_ARN, "watch")


@pytest.mark.parametrize(
    ("template", "result"),
    [
        # the examples of the User Guide
        ('"instance <instance> is in <status>"', '"instance i-0123456789 is in RUNNING"'),
        (r'"instance \"<instance>\" is in <status>"', r'"instance \"i-0123456789\" is in RUNNING"'),
        (
            '{"instance" : <instance>, "status": <status>}',
            '{"instance" : "i-0123456789", "status": "RUNNING"}',
        ),
        (
            '{"instance": <instance>, "status": "<status>"}',
            '{"instance": "i-0123456789", "status": "RUNNING"}',
        ),
        (
            '{"state": [9, <status>, true], "Transformed": "Yes"}',
            '{"state": [9, "RUNNING", true], "Transformed": "Yes"}',
        ),
        # every kind of value, outside quotes: its JSON
        ('{"v": <count>}', '{"v": 3}'),
        ('{"v": <ratio>}', '{"v": 0.5}'),
        ('{"v": <on>}', '{"v": true}'),
        ('{"v": <off>}', '{"v": null}'),
        ('{"v": <box>}', '{"v": {"a":"x","b":[1,"two"]}}'),
        ('{"v": <many>}', '{"v": ["ACTIVE","INACTIVE"]}'),
        ('{"v": <speech>}', r'{"v": "say \"hi\""}'),
        ('{"v": <lines>}', r'{"v": "one\ntwo"}'),
        ("<box>", '{"a":"x","b":[1,"two"]}'),
        ("<instance>", '"i-0123456789"'),
        # inside quotes of a JSON template
        ('{"path": "users/<instance>/<count>/<on>"}', '{"path": "users/i-0123456789/3/true"}'),
        ('{"path": "<status>/<status>"}', '{"path": "RUNNING/RUNNING"}'),
        # quoted text: objects and arrays lose their quotes
        ('"it has <box>"', '"it has {a:x,b:[1,two]}"'),
        ('"<single> single, <many> many"', '"[HIGH] single, [ACTIVE,INACTIVE] many"'),
        ('"{[/<status>"', '"{[/RUNNING"'),
        ('"first <status>"\n"second <count>"', '"first RUNNING"\n"second 3"'),
        # what is not there
        ('{"v": <missing>}', '{"v": ""}'),
        ('{"v": "a<missing>b"}', '{"v": "ab"}'),
        ('"info <missing>"', '"info "'),
        # names with dashes in paths
        ('"<kind>"', '"Order Placed"'),
        # predefined variables
        ('{"a": <aws.events.rule-arn>}', f'{{"a": "{RULE_ARN}"}}'),
        ('"<aws.events.rule-name> <aws.events.event.ingestion-time>"', '"watch 2026-01-05T12:00:05Z"'),
        ("<aws.events.event.json>", EVENT.text),
    ],
)
def test_a_filled_template(template, result):
    assert filled(template) == result


def test_the_event_without_detail_is_as_aws_shows_it():
    assert json.loads(filled("<aws.events.event>")) == {
        "id": EVENT.id,
        "account": "123456789012",
        "detailType": "Order Placed",
        "time": "2026-01-05T12:00:00Z",
        "source": "orders",
        "region": "us-east-1",
        "resources": ["arn:aws:s3:::cakes"],
        "version": "0",
    }


@pytest.mark.parametrize(
    "template",
    [
        '{"v": "<box>"}',
        '{"v": "users/<box>", "b": <box>}',
        '{"v": "<single>"}',
        '{"v": "<speech>"}',
        '{"v": "<lines>"}',
    ],
)
def test_json_in_quotes_of_a_json_template_makes_no_json(template):
    with pytest.raises(InvalidResult, match="not valid JSON"):
        filled(template)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$", {"a": {"b-c": [{"d": 1}, {"d": 2}], "e/f": "g"}, "n": None}),
        ("$.a.b-c[1].d", 2),
        ("$.a.b-c[*].d", [1, 2]),
        ("$.a.b-c[0]", {"d": 1}),
        ("$.a.e/f", "g"),
        ("$.a.*", [[{"d": 1}, {"d": 2}], "g"]),
        ("$.n", None),
        ("$.a.b-c[2].d", NOTHING),
        ("$.x", NOTHING),
        ("$.n.x", NOTHING),
        ("$['a']", NOTHING),
        ("a.b", NOTHING),
        ("$.a.b-c[?(@.d)]", NOTHING),
    ],
)
def test_a_path_of_the_syntax_that_eventbridge_knows(path, found):
    assert json_path(path).find({"a": {"b-c": [{"d": 1}, {"d": 2}], "e/f": "g"}, "n": None}) == found


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(value=json_values)
def test_outside_quotes_every_value_comes_through_as_it_is(value):
    event = dataclasses.replace(EVENT, detail={"value": value})
    transformer = InputTransformer('{"before": "<x>", "value": <v>}', {"v": "$.detail.value", "x": "$.id"})
    result = json.loads(transformer.fill(event, RULE_ARN, "watch"))
    assert result == {"before": EVENT.id, "value": value}


@given(value=json_values, template=st.text(alphabet='<>v"{}:, \\ab', max_size=20))
def test_a_template_of_any_text_fills_or_makes_no_json_and_nothing_else(value, template):
    event = dataclasses.replace(EVENT, detail={"value": value})
    transformer = InputTransformer(template, {"v": "$.detail.value"})
    try:
        filled_template = transformer.fill(event, RULE_ARN, "watch")
    except InvalidResult:
        assert transformer.is_json
    else:
        assert not transformer.is_json or json.loads(filled_template) is not NOTHING


@given(path=st.text(alphabet="$.[]*0a-/'", max_size=12), document=json_values)
def test_a_path_of_any_text_finds_something_or_nothing(path, document):
    json_path(path).find(document)
