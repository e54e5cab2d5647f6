"""Whatever a definition is, it gets an answer; and a fault is named at its place."""

from __future__ import annotations

import copy
import json

from hypothesis import given
from hypothesis import strategies as st

from workbook.aws.operations import NotSimulated
from workbook.aws.stepfunctions.definition import diagnose
from workbook.aws.stepfunctions.diagnostics import WARNINGS

QUEUE = {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/work", "MessageBody.$": "$.order"}
RETRY = [{"ErrorEquals": ["E"], "IntervalSeconds": 1, "MaxAttempts": 2, "BackoffRate": 1.5}]
SEND = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": QUEUE, "Retry": RETRY}
ALL = {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Failed"}
EACH = {
    "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
    "StartAt": "Item",
    "States": {"Item": {"Type": "Pass", "Parameters": {"n.$": "$.n"}, "End": True}},
}
READER = {
    "Resource": "arn:aws:states:::s3:getObject",
    "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "MaxItems": 5},
    "Parameters": {"Bucket": "b", "Key.$": "$.key"},
}
BOTH = [{"Variable": "$.a", "IsNull": True}, {"Not": {"Variable": "$.b", "StringEquals": "x"}}]
JSONPATH = {
    "Comment": "every type of state",
    "StartAt": "Begin",
    "TimeoutSeconds": 600,
    "States": {
        "Begin": {
            "Type": "Pass",
            "Result": {"n": 1},
            "ResultPath": "$.n",
            "Assign": {"x.$": "$.n"},
            "Next": "Ask",
        },
        "Ask": {"Type": "Choice", "Choices": [{"And": BOTH, "Next": "Send"}], "Default": "Sleep"},
        "Sleep": {"Type": "Wait", "SecondsPath": "$.s", "Next": "Send"},
        "Send": {**SEND, "TimeoutSeconds": 60, "HeartbeatSeconds": 5, "Catch": [ALL], "Next": "Each"},
        "Each": {
            "Type": "Map",
            "ItemReader": READER,
            "ItemProcessor": EACH,
            "MaxConcurrency": 5,
            "Next": "Both",
        },
        "Both": {
            "Type": "Parallel",
            "Branches": [{"StartAt": "Left", "States": {"Left": {**SEND, "End": True}}}],
            "Next": "Done",
        },
        "Done": {"Type": "Succeed", "OutputPath": "$.order"},
        "Failed": {"Type": "Fail", "ErrorPath": "$.error.Error", "Cause": "It failed"},
    },
}
JSONATA = {
    "QueryLanguage": "JSONata",
    "StartAt": "Ask",
    "States": {
        "Ask": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.a > 1 %}", "Next": "Send"}]},
        "Send": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage",
            "Arguments": {"QueueUrl": "{% $states.input.url %}", "MessageBody": "x"},
            "Assign": {"sent": "{% $states.result %}"},
            "Output": {"all": ["{% $states.input %}", 1]},
            "Next": "Each",
        },
        "Each": {
            "Type": "Map",
            "Items": "{% [1..3] %}",
            "MaxConcurrency": "{% 2 %}",
            "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "Output": 1, "End": True}}},
            "End": True,
        },
    },
}
DEFINITIONS = (JSONPATH, JSONATA)

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.sampled_from(
        ["$.a", "$$.x", "{% $ %}", "{% (", "States.UUID()", "JSONata", "Pass", "Map", "Done", "arn:x"]
    ),
)
NAMES = st.one_of(
    st.text(max_size=4),
    st.sampled_from(
        [
            *(
                "Type",
                "States",
                "StartAt",
                "Next",
                "End",
                "Choices",
                "Catch",
                "Retry",
                "Branches",
                "ItemProcessor",
            ),
            *(
                "ProcessorConfig",
                "ItemReader",
                "Assign",
                "Output",
                "Parameters",
                "QueryLanguage",
                "And",
                "x.$",
            ),
        ]
    ),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


def answered(text, machine_type="STANDARD"):
    """The diagnostics; none where the lab says that it does not simulate a call."""
    try:
        found = diagnose(text, machine_type)
    except NotSimulated:
        return []
    assert all(diagnostic.message and "None" not in diagnostic.message for diagnostic in found)
    assert all(diagnostic.location is None or diagnostic.location[0] in "/[" for diagnostic in found)
    return found


def places(value, place=()):
    """The ways to all that is in a JSON value."""
    yield place
    if isinstance(value, dict):
        for name, item in value.items():
            yield from places(item, (*place, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, (*place, index))


def at(value, place):
    for step in place:
        value = value[step]
    return value


@given(st.text())
def test_any_text_gets_an_answer(text):
    answered(text)


@given(JSON, st.sampled_from(["STANDARD", "EXPRESS"]))
def test_any_json_gets_an_answer(value, machine_type):
    assert isinstance(value, dict) or answered(json.dumps(value), machine_type)
    answered(json.dumps(value), machine_type)


@given(st.sampled_from(DEFINITIONS), st.data(), JSON)
def test_any_change_of_a_definition_gets_an_answer(definition, data, value):
    changed = copy.deepcopy(definition)
    place = data.draw(st.sampled_from([place for place in places(definition) if place]))
    owner = at(changed, place[:-1])
    if data.draw(st.booleans()) and isinstance(owner, dict):
        del owner[place[-1]]
        owner[data.draw(NAMES)] = value
    else:
        owner[place[-1]] = value
    answered(json.dumps(changed))


PIECES = st.sampled_from(
    [*"$a()[]{}:;,1+-*%?&|^.@#/<>=! ", "'x'", "$x", ":=", "~>", "function", "/a/", "**", "and"]
)


@given(st.lists(PIECES, max_size=9))
def test_any_expression_gets_an_answer(pieces):
    state = {"Type": "Pass", "Output": "{% " + "".join(pieces) + " %}", "End": True}
    found = answered(json.dumps({"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": state}}))
    assert {(diagnostic.code[-18:], diagnostic.location) for diagnostic in found} <= {
        ("JSONATA_EXPRESSION", "/States/A/Output")
    }


def test_the_definitions_are_valid():
    assert [diagnose(json.dumps(definition)) for definition in DEFINITIONS] == [[], []]


def shown(place):
    """A way as AWS writes it: /States/Send/Catch[0]/Next."""
    return "".join(f"[{step}]" if isinstance(step, int) else f"/{step}" for step in place)


STATES = [
    (index, place)
    for index, definition in enumerate(DEFINITIONS)
    for place in places(definition)
    if len(place) >= 2 and place[-2] == "States"
]
FAULTS = {
    "a field that there is not": (
        lambda state: state.update(Colour="red"),
        "Field 'Colour' is not supported",
        "",
    ),
    "a comment that is no text": (
        lambda state: state.update(Comment=5),
        "Expected value of type [STRING]",
        "/Comment",
    ),
    "no type": (lambda state: state.pop("Type"), "These fields are required: [Type]", ""),
    "a language that there is not": (
        lambda state: state.update(QueryLanguage="SQL"),
        "Value should be one of the following: [JSONPath, JSONata]",
        "/QueryLanguage",
    ),
    "a transition to nowhere": (
        lambda state: state.update(Next="Nowhere"),
        "Missing 'Next' target: Nowhere",
        "/Next",
    ),
}


@given(st.sampled_from(STATES), st.sampled_from(sorted(FAULTS)))
def test_one_fault_is_named_at_its_place(state, fault):
    index, place = state
    changed = copy.deepcopy(DEFINITIONS[index])
    make, message, field = FAULTS[fault]
    make(at(changed, place))
    found = [(diagnostic.message, diagnostic.location) for diagnostic in answered(json.dumps(changed))]
    assert (message, shown(place) + field) in found


PATHS = [place for place in places(JSONPATH) if str(place[-1:]).endswith("Path',)")]


@given(st.sampled_from(PATHS))
def test_a_path_that_is_none_is_named_at_its_place(place):
    changed = copy.deepcopy(JSONPATH)
    at(changed, place[:-1])[place[-1]] = "no path"
    found = [(diagnostic.message, diagnostic.location) for diagnostic in answered(json.dumps(changed))]
    assert found == [("Value must be a valid JSONPath.", shown(place))]


@given(st.sampled_from(DEFINITIONS), st.data())
def test_the_answer_is_the_same_each_time(definition, data):
    changed = copy.deepcopy(definition)
    place = data.draw(st.sampled_from([place for place in places(definition) if place]))
    at(changed, place[:-1])[place[-1]] = data.draw(SCALARS)
    text = json.dumps(changed)
    assert answered(text) == answered(text)
    assert all(found.severity == "WARNING" for found in answered(text) if found.code in WARNINGS)
