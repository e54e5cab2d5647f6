"""Where an error is: whole messages as EventBridge and SNS gave them.

Recorded in localstack's public test suite: test_events_patterns.snapshot.json (29 November and 5 December
2024) and test_sns_filter_policy.snapshot.json (May 2024).
"""

from __future__ import annotations

import json

import pytest

from workbook.aws.patterns import EventPattern, FilterPolicy, InvalidEventPattern, InvalidFilterPolicy
from workbook.aws.patterns.json_tokens import Kind, Tokens

VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"

EVENTBRIDGE = [
    ('{"int": 42}', '"int" must be an object or an array', 11),
    ('{"string": "my-value"}', '"string" must be an object or an array', 13),
    ('{"resources": []}', "Empty arrays are not allowed", 17),
    ('{"detail": {"equal": [{"NUMERIC": ["=", 5]}]}}', "Unrecognized match type NUMERIC", 36),
    ('{"my_key": [{"EXISTS": true}]}', "Unrecognized match type EXISTS", 28),
    (
        '{"detail": {"c-count": [{"numeric": [">", 0, ">", 0]}]}}',
        "Bad numeric range operator: >",
        49,
    ),
    ('{"detail": {"c-count": [{"numeric": [">", 0, "<"]}]}}', "Value of < must be numeric", 50),
    (
        '{"EventBusArn": [{"wildcard": "arn:aws:events:us-east-1:**:event-bus/*"}]}',
        "Consecutive wildcard characters at pos 26",
        72,
    ),
    ('{"EventBusArn": [{"wildcard": 123}]}', "wildcard match pattern must be a string", 34),
    ('{"EventBusArn": [{"wildcard": ["arn"]}]}', "wildcard match pattern must be a string", 32),
    (
        '{"detail-type": [{"equals-ignore-case": ["ec2 instance state-change notification"]}]}',
        "equals-ignore-case match pattern must be a string",
        42,
    ),
    (
        '{"detail-type": [{"equals-ignore-case": {"prefix": "ec2"}}]}',
        "equals-ignore-case match pattern must be a string",
        42,
    ),
    (
        '{"detail": {"state": [{"anything-but": {"equals-ignore-case": 123}}]}}',
        "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.",
        66,
    ),
    (
        '{"detail": {"FilePath": [{"anything-but": {"wildcard": 123}}]}}',
        "wildcard match pattern must be a string",
        59,
    ),
    (
        '{"detail": {"FileName": [{"anything-but": {"suffix": 123}}]}}',
        "prefix/suffix match pattern must be a string",
        57,
    ),
    (
        '{"detail": {"state": [{"anything-but": {"prefix": 123}}]}}',
        "prefix/suffix match pattern must be a string",
        54,
    ),
    (
        '{"detail": {"FileName": [{"anything-but": {"prefix": {"equals-ignore-case": "file"}}}]}}',
        "Value of anything-but must be an array or single string/number value.",
        55,
    ),
    ('{"time": [{"prefix": ["2022-07-13"]}]}', "prefix match pattern must be a string", 23),
    ('{"time": [{"prefix": 123}]}', "prefix match pattern must be a string", 25),
    ('{"FileName": [{"suffix": 123}]}', "suffix match pattern must be a string", 29),
    ('{"FileName": [{"suffix": [".png"]}]}', "suffix match pattern must be a string", 27),
    (
        '{"detail": {"sourceIPAddress": [{"cidr": ["bad-type"]}]}}',
        "prefix match pattern must be a string",
        43,
    ),
    ('["not", "a", "dict", "but valid json"]', "Filter is not an object", 2),
    (
        "this is valid json but not a dict",
        f"Unrecognized token 'this': was expecting {VALUES}",
        5,
    ),
    (
        '{"not": closed mark"',
        f"Unrecognized token 'closed': was expecting {VALUES}",
        15,
    ),
    (
        "{'bad': 'quotation'}",
        "Unexpected character (''' (code 39)): was expecting double-quote to start field name",
        2,
    ),
]

EVENTBRIDGE_LISTS = [
    (
        '{"detail": {"state": [{"anything-but": {"equals-ignore-case": [123, 456]}}]}}',
        "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.",
        67,
    ),
    (
        '{"detail": {"state": [{"anything-but": {"wildcard": [123, "*/dir/*"]}}]}}',
        "wildcard match pattern must be a string",
        57,
    ),
    (
        '{"detail": {"FileName": [{"anything-but": {"suffix": [123, ".txt"]}}]}}',
        "prefix/suffix match pattern must be a string",
        58,
    ),
    (
        '{"detail": {"state": [{"anything-but": {"prefix": [123, "test"]}}]}}',
        "prefix/suffix match pattern must be a string",
        55,
    ),
]

WITHOUT_PLACE = [
    ('{"ip": [{"cidr": "10.0.0.0"}]}', "Malformed CIDR, one '/' required"),
    ('{"ip": [{"cidr": "10.0.0.0/xx"}]}', "Malformed CIDR, mask bits must be an integer"),
    ('{"ip": [{"cidr": "xx.11.xx/8"}]}', "Nonstandard IP address: xx.11.xx"),
]

SNS = [
    ('{"key":[["value"]]}', "Match value must be String, number, true, false, or null", 10),
    ('{"key":[{"wrong-operator":true}]}', "Unrecognized match type wrong-operator", 31),
    ('{"key":[{"suffix":"value","prefix":"value2"}]}', "Only one key allowed in match expression", 37),
    ('{"key":[{"suffix":100}]}', "suffix match pattern must be a string", 22),
    ('{"key":[{"suffix":null}]}', "suffix match pattern must be a string", 23),
    ('{"key":{"suffix":"value"}}', '"suffix" must be an object or an array', 19),
    ('{"key":[{"suffix":[]}]}', "suffix match pattern must be a string", 20),
    ('{"key":{"not-an-operator":"value"}}', '"not-an-operator" must be an object or an array', 28),
    ('{"key":[{"numeric":[]}]}', "Invalid member in numeric match: ]", 22),
    ('{"key":[{"numeric":["operator"]}]}', "Unrecognized numeric range operator: operator", 32),
    ('{"key":[{"numeric":[1,"<="]}]}', "Invalid member in numeric match: 1", 22),
    ('{"key":[{"numeric":["=","000"]}]}', "Value of equals must be numeric", 26),
    ('{"key":[{"numeric":[">="]}]}', "Value of >= must be numeric", 26),
    ('{"key":[{"numeric":["<",100,">",10]}]}', "Too many elements in numeric expression", 30),
    ('{"key":[{"numeric":[">=",1,">",2]}]}', "Bad numeric range operator: >", 31),
    ('{"key":[{"numeric":[">",3,"<",1]}]}', "Bottom must be less than top", 33),
    ('{"key":[{"numeric":[">",20,"<="]}]}', "Value of <= must be numeric", 33),
    ('{"key":[{"numeric":[">",20,30]}]}', "Bad value in numeric range: 30", 30),
    ('{"key":[{"numeric":[">",20,"test"]}]}', "Bad numeric range operator: test", 34),
    ('{"key":[{"numeric":[">","20","<","30"]}]}', "Value of > must be numeric", 26),
    ('{"key":[{"numeric":[">",20,"<","30"]}]}', "Value of < must be numeric", 33),
    ('{"key":[{"numeric":[">",20,"<",30,"<",50]}]}', "Too many terms in numeric range expression", 36),
    ('{"key":[{"exists":null}]}', "exists match pattern must be either true or false.", 23),
    ('{"key":[{"exists":"no"}]}', "exists match pattern must be either true or false.", 20),
    (
        '{"key":[{"anything-but":{"wrong-operator":null}}]}',
        "Unsupported anything-but pattern: wrong-operator",
        47,
    ),
    ('{"key":[{"anything-but":{"suffix":"test"}}]}', "Unsupported anything-but pattern: suffix", 36),
    ('{"key":[{"anything-but":{"exists":false}}]}', "Unsupported anything-but pattern: exists", 40),
    ('{"key":[{"anything-but":{"prefix":false}}]}', "prefix match pattern must be a string", 40),
]


def place(text: str, column: int) -> str:
    return f'\n at [Source: (String)"{text}"; line: 1, column: {column}]'


def detail_of(text: str) -> str:
    with pytest.raises(InvalidEventPattern) as refused:
        EventPattern(text)
    return refused.value.detail


@pytest.mark.parametrize(("text", "reason", "column"), EVENTBRIDGE)
def test_eventbridge_names_the_place_where_its_parser_stood(text: str, reason: str, column: int) -> None:
    assert detail_of(text) == reason + place(text, column)


@pytest.mark.parametrize(("text", "reason", "column"), EVENTBRIDGE_LISTS)
def test_in_a_list_of_anything_but_the_place_stands_twice(text: str, reason: str, column: int) -> None:
    assert detail_of(text) == reason + 2 * place(text, column)


@pytest.mark.parametrize(("text", "reason"), WITHOUT_PLACE)
def test_a_bad_network_has_no_place(text: str, reason: str) -> None:
    assert detail_of(text) == reason


@pytest.mark.parametrize(("text", "reason", "column"), SNS)
def test_subscribe_names_the_place_in_the_policy_as_sns_writes_it(
    text: str, reason: str, column: int
) -> None:
    """The recorded requests had spaces in their policies; the answers have none."""
    spacious = json.dumps(json.loads(text))
    assert spacious != text
    with pytest.raises(InvalidFilterPolicy) as refused:
        FilterPolicy(spacious)
    assert refused.value.message(subscribing=True) == (
        f"Invalid parameter: Attributes Reason: FilterPolicy: {reason}{place(text, column)}"
    )


def test_set_subscription_attributes_says_it_a_little_shorter() -> None:
    with pytest.raises(InvalidFilterPolicy) as refused:
        FilterPolicy('{"key_a": "value_one"}', "MessageBody")
    assert refused.value.message(subscribing=False) == (
        'Invalid parameter: FilterPolicy: "key_a" must be an object or an array'
        + place('{"key_a":"value_one"}', 11)
    )


def test_the_first_error_in_the_text_is_the_one_that_is_told() -> None:
    assert detail_of('{"a": [{"prefix": 1}], "b": oops').startswith("prefix match pattern must be a string")


def test_lines_are_counted() -> None:
    assert detail_of('{\n  "a": [1],\r\n  "b": 2\n}').endswith("; line: 3, column: 9]")


def test_a_long_pattern_is_quoted_in_part() -> None:
    text = json.dumps({"a": ["x" * 600], "b": 1})
    assert f'{text[:500]}"[truncated {len(text) - 500} chars]; line: 1' in detail_of(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Filter is not an object"),
        ('{"a": [1]', "Unexpected end-of-input: expected close marker for Object"),
        ('{"a": [1', "Unexpected end-of-input: expected close marker for Array"),
        ('{"a: [1]}', "Unexpected end-of-input: was expecting closing quote for a string value"),
        ('{"a" [1]}', "Unexpected character ('[' (code 91)): was expecting a colon to separate field name"),
        ('{"a": [1] "b"', "Unexpected character ('\"' (code 34)): was expecting comma to separate Object"),
        ('{"a": [1 2]}', "Unexpected character ('2' (code 50)): was expecting comma to separate Array"),
        ('{"a": [%]}', "Unexpected character ('%' (code 37)): expected a valid value"),
        ('{"a": [1]} more', "Unexpected character ('m' (code 109))"),
    ],
)
def test_what_is_no_json_is_refused(text: str, reason: str) -> None:
    assert detail_of(text).startswith(reason)


def test_a_number_of_thousands_of_digits_is_read() -> None:
    tokens = Tokens("9" * 5000)
    assert tokens.advance().kind is Kind.NUMBER
    assert tokens.current.value == float("inf")
