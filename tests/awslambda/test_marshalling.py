"""What a handler can return: more than Python's own json takes, as AWS's runtime encodes it."""

from __future__ import annotations

import pytest

RETURN = (
    "from decimal import Decimal\nfrom collections import namedtuple\nPoint = namedtuple('Point', 'x y')\n"
)


def payload_of(aws_lambda, name="f"):
    answer = aws_lambda.invoke(FunctionName=name)
    return answer["Payload"].read(), answer.get("FunctionError")


@pytest.mark.parametrize(
    ("returned", "payload"),
    [
        ("b'abc'", b"abc"),
        (r"b'\x89PNG'", b"\x89PNG"),
        ("{'body': b'caf\\xc3\\xa9', b'key': 1}", '{"body": "café", "key": 1}'.encode()),
        ("Point(1, 2)", b'{"x": 1, "y": 2}'),
        ("[Point(1, [Point(3, 4)])]", b'[{"x": 1, "y": [{"x": 3, "y": 4}]}]'),
        ("(1, (2, 3))", b"[1, [2, 3]]"),
        ("[Decimal('1'), Decimal('1.0'), Decimal('2.5'), Decimal('1E+2')]", b"[1, 1.0, 2.5, 100.0]"),
        ("[float('nan'), Decimal('nan'), float('inf')]", b"[NaN, NaN, Infinity]"),
        ("{1: 'one', None: 'none', True: 'yes'}", b'{"1": "yes", "null": "none"}'),
    ],
)
def test_a_handler_can_return_what_the_runtime_encodes(aws_lambda, deploy, returned, payload):
    deploy("f", f"{RETURN}def handler(event, context):\n    return {returned}")
    assert payload_of(aws_lambda) == (payload, None)


@pytest.mark.parametrize(
    ("runtime", "payload"),
    [("python3.11", rb'"caf\u00e9"'), ("python3.12", '"café"'.encode()), ("python3.14", '"café"'.encode())],
)
def test_runtimes_before_3_12_escape_what_is_not_ascii(aws_lambda, deploy, runtime, payload):
    deploy("f", "def handler(event, context):\n    return 'café'", Runtime=runtime)
    assert payload_of(aws_lambda) == (payload, None)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (r"return [b'\x89']", "'utf-8' codec can't decode byte 0x89 in position 0: invalid start byte"),
        ("return {(1, 2): 3}", "keys must be str, int, float, bool or None, not tuple"),
        ("a = []\n    a.append(a)\n    return a", "Circular reference detected"),
        ("yield 1", "Object of type generator is not JSON serializable"),
        ("return {1, 2}", "Object of type set is not JSON serializable"),
    ],
)
def test_what_cannot_be_encoded_is_a_marshal_error(deploy, invoke, body, message):
    deploy("f", f"def handler(event, context):\n    {body}")
    value = invoke("f").value
    assert value["errorType"] == "Runtime.MarshalError"
    assert value["errorMessage"] == f"Unable to marshal response: {message}"


@pytest.mark.parametrize(
    "body",
    [
        r"return '\ud800'",
        r"raise ValueError('\ud800')",
        "class Odd(Exception):\n        def __str__(self): raise ValueError\n    raise Odd",
    ],
)
def test_what_the_runtime_cannot_send_ends_its_process(deploy, invoke, body):
    deploy("f", f"def handler(event, context):\n    {body}")
    result = invoke("f")
    assert result.value["errorType"] == "Runtime.ExitError"
    assert result.value["errorMessage"].endswith("Error: Runtime exited with error: exit status 1")


def test_half_a_surrogate_pair_cannot_be_printed(deploy, invoke):
    deploy("f", "def handler(event, context):\n    print('\\ud800')")
    assert invoke("f").value["errorType"] == "UnicodeEncodeError"
