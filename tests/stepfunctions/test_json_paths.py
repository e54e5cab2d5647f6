"""JSONPath: where a path leads, and what a state says of one that leads nowhere."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.aws.stepfunctions.language import json_paths
from workbook.aws.stepfunctions.language.path_syntax import UnreadablePathError, read

LINES = [
    {"x": {"y": 1}, "keep": True, "n": 5, "s": "p", "v": None},
    {"x": {"y": 2}, "keep": False, "n": 7, "s": "q"},
    {"z": 1},
]
GIVEN = {"a": LINES, "d": {"x": {"a": [1, 2]}}, "l": [1, 2, 3], "p": 1, "q": 2, "b c": {"d e": 3}, "é": 4}


def found(path, data=None):
    return json_paths.follow(read(path), GIVEN if data is None else data)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$", GIVEN),
        ("$.a[0].x", {"y": 1}),
        ("$.a[0].x.y", 1),
        ("$.a[-1].z", 1),
        ("$['b c']['d e']", 3),
        ('$.["b c"].["d e"]', 3),
        ("$.é", 4),
        ("$['p', 'q']", {"p": 1, "q": 2}),
        ("$.a[*].x.y", [1, 2]),
        ("$.a[0,1].n", [5, 7]),
        ("$.a[0:1]", LINES[:1]),
        ("$.a[-1:]", LINES[2:]),
        ("$.a[5:7]", []),
        ("$.d.*", [{"a": [1, 2]}]),
        ("$.d..a", [[1, 2]]),
        ("$.d..a[*]", [1, 2]),
        ("$..y", [1, 2]),
        ("$..nothing", []),
        ("$.nothing[*].x", []),
        ("$.nothing[1:]", []),
        ("$.a[?(@.keep)].n", [5, 7]),
        ("$.a[?(@.v)]", []),
        ("$.a[?(!@.keep)]", [{"z": 1}]),
        ("$.a[?(!@.v)].n", [5, 7]),
        ("$.a[?(@.v == null)].n", [5]),
        ("$.a[?(@.keep == true)].n", [5]),
        ("$.a[?(@.n > 4 && @.n < 6)].n", [5]),
        ("$.a[?(@.n == 5 || (@.n == 7 && @.s == 'q'))].n", [5, 7]),
        ("$.a[?(@.s==p)].n", [5]),
        ('$.a[?(@.s != "p")].n', [7]),
        ("$.a[?(@.s in ['p', 'z'])].n", [5]),
        ("$.a[?(@.s nin ['p', 'z'])].n", [7]),
        ("$.a[?(@.x.y >= 2)].s", ["q"]),
        ("$.a[?(@['s'] < 'q')].n", [5]),
        ("$.a[?(@.n == '5')]", []),
        ("$..[?(@.y == 2)]", [{"y": 2}]),
        ("$.l[?(@ > 2)]", []),
    ],
)
def test_a_path_leads_there(path, expected):
    assert found(path) == expected


@pytest.mark.parametrize(
    ("path", "data", "reason"),
    [
        ("$.b", {}, "No results for path: $['b']"),
        ("$.b.c", {}, "Missing property in path $['b']"),
        ("$.b.c", {"b": [1]}, "Property ['c'] not found in path $['b']"),
        ("$.list.length()", {"list": []}, "Property ['length()'] not found in path $['list']"),
        ("$.b[0]", {"b": []}, "No results for path: $['b'][0]"),
        ("$.b[0]", {"b": {"c": 1}}, 'Filter: [0] can only be applied to arrays. Current context is: {"c":1}'),
        ("$[1:5]", {}, "Filter: [1:5] can only be applied to arrays. Current context is: {}"),
        ("$['a', 'b'].v", {}, "Multi properties can only be used as path leafs: $['a', 'b']"),
    ],
)
def test_why_a_path_leads_nowhere(path, data, reason):
    with pytest.raises(json_paths.NowhereError) as caught:
        found(path, data)
    assert str(caught.value) == reason


@pytest.mark.parametrize(
    "path",
    ["a", "$.a[", "$.a[?(@.b]", "$.a[?(@.s =~ /p/)]", "$.a[?(@.n == $.p)]", "$.a[?()]", "$.a[?(@.n >)]"],
)
def test_what_is_no_path_is_not_read(path):
    with pytest.raises(UnreadablePathError):
        read(path)


def passed(room, value, **fields):
    return room.run({"S": {"Type": "Pass", "End": True, **fields}}, value)


def test_a_function_in_a_path_is_a_name_that_is_not_there(room):
    shown = passed(room, {"Jobs": [0, 1]}, Parameters={"Jobs.$": "$.Jobs.sum()"})
    assert shown["error"] == "States.Runtime"
    assert shown["cause"] == (
        "An error occurred while executing the state 'S' (entered at the event id #2). The JSONPath "
        """'$.Jobs.sum()' specified for the field 'Jobs.$' could not be found in the input '{"Jobs":[0,1]}'"""
    )


@pytest.mark.parametrize("field", ["InputPath", "OutputPath"])
def test_a_field_says_why_its_path_leads_nowhere(room, field):
    shown = passed(room, {}, **{field: "$.order.id"})
    assert shown["cause"] == (
        "An error occurred while executing the state 'S' (entered at the event id #2). "
        "Invalid path '$.order.id' : Missing property in path $['order']"
    )


def test_a_template_with_a_path_needs_an_input(room):
    nothing = {"Type": "Pass", "Result": None, "Next": "S"}
    pick = {"Type": "Pass", "Parameters": {"it.$": "$"}, "End": True}
    shown = room.run({"Nothing": nothing, "S": pick})
    assert shown["error"] == "States.Runtime"
    assert shown["cause"].endswith("Unable to apply Path transformation to null or empty input.")


@pytest.mark.parametrize(
    ("path", "expected"),
    [(r"$.\u00e9", 4), (r"$[\"\u00e9\"]", 4), (r"$.l[?(@.s == \"\u00e9\")].n", [1])],
)
def test_a_path_is_read_as_the_json_of_the_definition_means_it(room, path, expected):
    definition = '{"StartAt":"S","States":{"S":{"Type":"Pass","End":true,"Parameters":{"it.$":"%s"}}}}'
    made = room.machines.create_state_machine(name="m", definition=definition % path, roleArn=room.role)
    execution = room.start(made["stateMachineArn"], {"é": 4, "l": [{"s": "é", "n": 1}]})
    room.lab.run_until_idle()
    assert json.loads(room.describe(execution)["output"]) == {"it": expected}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
STEPS = st.sampled_from(
    [".a", ".b", "[0]", "[-1]", "[*]", ".*", "..a", "[0:2]", "[0,1]", "[?(@.a)]", "..[?(@.b == 1)]"]
)


@given(VALUES, st.lists(STEPS, max_size=5).map(lambda steps: "$" + "".join(steps)))
def test_an_indefinite_path_gives_a_list_and_no_path_changes_the_data(value, text):
    before = json.dumps(value)
    path = read(text)
    try:
        result = json_paths.follow(path, value)
    except json_paths.NowhereError:
        result = []
    assert path.definite or isinstance(result, list)
    assert json.dumps(value) == before
