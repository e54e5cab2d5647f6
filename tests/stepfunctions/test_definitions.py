"""What AWS says of definitions, with the codes, texts and places that are recorded, all over the language."""

from __future__ import annotations

import json

import pytest

from workbook.aws.stepfunctions.definition import diagnose

PASS = {"Type": "Pass", "End": True}
QUEUE = {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/work", "MessageBody": "x"}
SEND = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": QUEUE, "End": True}
SCHEMA, TARGET = "SCHEMA_VALIDATION_FAILED", "MISSING_TRANSITION_TARGET"


def found(definition, machine_type="STANDARD"):
    """(code, message, location) of each diagnostic."""
    text = definition if isinstance(definition, str) else json.dumps(definition)
    return [tuple(diagnostic) for diagnostic in diagnose(text, machine_type)]


def machine(states, **more):
    return {"StartAt": next(iter(states)), "States": states, **more}


def a_state(state, **more):
    return machine({"A": state}, **more)


def in_jsonata(**fields):
    return a_state({"Type": "Pass", "End": True, **fields}, QueryLanguage="JSONata")


def a_map(processor=None, **fields):
    inner = {"StartAt": "I", "States": {"I": PASS}}
    return a_state({"Type": "Map", "ItemProcessor": {**inner, **(processor or {})}, "End": True, **fields})


def messages(definition, machine_type="STANDARD"):
    """(message, location) where all are about the schema."""
    diagnostics = found(definition, machine_type)
    assert {code for code, _, _ in diagnostics} <= {SCHEMA}
    return [(message, location) for _, message, location in diagnostics]


# ---- the text


def test_a_text_without_an_object_is_no_definition():
    assert found(" ") == [(SCHEMA, "Definition must be a valid JSON object", None)]


def test_a_text_that_is_no_json_is_told_where_it_ends_to_be():
    source = '[Source: (String)"not a definition"; line: 1, column: 4]'
    said = (
        "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', "
        f"'true' or 'false')\n at {source}"
    )
    assert found("not a definition") == [("INVALID_JSON_DESCRIPTION", said, source)]


def test_a_state_machine_needs_a_start_and_states():
    assert found("{}") == [(SCHEMA, "These fields are required: [States, StartAt]", "/")]
    assert found({"States": {"A": PASS}}) == [(SCHEMA, "These fields are required: [StartAt]", "/")]


def test_what_a_state_machine_may_have_besides():
    assert found(machine({"A": PASS}, Comment="x", Version="1.0", TimeoutSeconds=0)) == []
    assert messages(machine({"A": PASS}, Version="2.0", timeoutSeconds=1)) == [
        ("Field 'timeoutSeconds' is not supported", "/"),
        ("Value should be one of the following: [1.0]", "/Version"),
    ]


def test_a_definition_that_is_too_deep_is_said_to_be_so():
    [(code, _, location)] = found('{"a":' * 100_000)
    assert (code, location) == ("TOO_DEEPLY_NESTED", None)


# ---- transitions


def test_a_loop_has_no_end_and_a_state_beside_it_is_never_reached():
    loop = {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}}
    assert found(machine(loop)) == [("MISSING_END_STATE", "Workflow has no terminal state", None)]
    assert found(machine({**loop, "C": PASS})) == [(TARGET, 'State "C" is not reachable.', "/States/C")]


def test_a_loop_in_a_part_is_accepted():
    loop = {"X": {"Type": "Pass", "Next": "Y"}, "Y": {"Type": "Pass", "Next": "X"}}
    assert found(a_map({"StartAt": "X", "States": loop})) == []


def test_states_that_only_reach_each_other_are_not_reached():
    ring = {"B": {"Type": "Pass", "Next": "C"}, "C": {"Type": "Pass", "Next": "B"}}
    assert [location for _, _, location in found(machine({"A": PASS, **ring}))] == ["/States/B", "/States/C"]


def test_each_transition_is_named_at_its_place():
    states = {
        "A": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.x", "IsNull": True, "Next": "N1"}],
            "Default": "N2",
        },
        "T": {**SEND, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "N3"}]},
    }
    assert [(message, location) for _, message, location in found(machine(states))] == [
        ("Missing 'Next' target: N1", "/States/A/Choices[0]/Next"),
        ("Missing 'Next' target: N2", "/States/A/Default"),
        ("Missing 'Next' target: N3", "/States/T/Catch[0]/Next"),
        ('State "T" is not reachable.', "/States/T"),
    ]


def test_a_branch_cannot_leave_itself_nor_be_entered():
    inside = {"StartAt": "I", "States": {"I": {"Type": "Pass", "Next": "Done"}}}
    states = {"P": {"Type": "Parallel", "Branches": [inside], "Next": "Done"}, "Done": {"Type": "Succeed"}}
    assert found(machine(states)) == [
        (TARGET, "Missing 'Next' target: Done", "/States/P/Branches[0]/States/I/Next")
    ]
    states["P"] = {**states["P"], "Branches": [{**inside, "States": {"I": PASS}}], "Next": "I"}
    assert (TARGET, "Missing 'Next' target: I", "/States/P/Next") in found(machine(states))


def test_a_start_that_there_is_not_reaches_nothing():
    assert found({"StartAt": "Nope", "States": {"A": PASS}}) == [
        (TARGET, "Missing 'Next' target: Nope", "/StartAt"),
        (TARGET, 'State "A" is not reachable.', "/States/A"),
    ]


# ---- fields


@pytest.mark.parametrize("kind", ["Pass", "Wait", "Choice", "Succeed", "Fail", "Map", "Parallel"])
def test_only_a_task_has_a_time_limit(kind):
    message = ("Field 'TimeoutSeconds' is not supported", "/States/A")
    assert message in [
        (said, place) for _, said, place in found(a_state({"Type": kind, "TimeoutSeconds": 5}))
    ]


@pytest.mark.parametrize("kind", ["Pass", "Wait", "Choice", "Succeed", "Fail"])
@pytest.mark.parametrize("field", ["Retry", "Catch"])
def test_only_task_parallel_and_map_try_again(kind, field):
    message = (f"Field '{field}' is not supported", "/States/A")
    assert message in [(said, place) for _, said, place in found(a_state({"Type": kind, field: []}))]


def test_a_state_goes_on_or_ends():
    assert messages(a_state({**PASS, "Next": "A"})) == [
        ("There should only be one of the following fields: [Next, End]", "/States/A")
    ]
    [neither, _] = found(a_state({"Type": "Pass"}))
    assert neither == (
        SCHEMA,
        "This object should have only one of the following fields: [Next, End]",
        "/States/A",
    )


def test_a_wait_has_one_measure_of_time():
    several = "[SecondsPath, Seconds, TimestampPath, Timestamp]"
    wait = {"Type": "Wait", "End": True}
    assert messages(a_state({**wait, "Seconds": 1, "Timestamp": "2026-01-05T09:00:00Z"})) == [
        (f"There should only be one of the following fields: {several}", "/States/A")
    ]
    assert messages(a_state(wait)) == [
        (f"This object should have only one of the following fields: {several}", "/States/A")
    ]
    assert messages(a_state({**wait, "Timestamp": "2026-01-05 09:00"})) == [
        ("String does not match RFC3339 timestamp", "/States/A/Timestamp")
    ]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("TimeoutSeconds", 0, "Minimum value is 1"),
        ("TimeoutSeconds", 100_000_000, "Maximum value is 99999999"),
        ("TimeoutSeconds", "5", "Expected value of type Integer"),
        ("HeartbeatSeconds", 0, "Minimum value is 1"),
    ],
)
def test_numbers_of_a_task(field, value, message):
    assert messages(a_state({**SEND, field: value})) == [(message, f"/States/A/{field}")]


def test_a_heartbeat_is_shorter_than_the_time_limit():
    assert found(a_state({**SEND, "TimeoutSeconds": 60, "HeartbeatSeconds": 59})) == []
    [(_, location)] = messages(a_state({**SEND, "TimeoutSeconds": 60, "HeartbeatSeconds": 60}))
    assert location == "/States/A"


@pytest.mark.parametrize(("one", "other"), [("TimeoutSeconds", 5), ("HeartbeatSeconds", 5)])
def test_a_number_or_a_path_to_it(one, other):
    task = {**SEND, one: other, f"{one}Path": "$.seconds"}
    assert messages(a_state(task)) == [
        (f"There should only be one of the following fields: [{one}, {one}Path]", "/States/A")
    ]


def test_a_failure_has_a_text_or_a_path():
    assert messages(a_state({"Type": "Fail", "Error": "E", "ErrorPath": "$.e"})) == [
        ("There should only be one of the following fields: [Error, ErrorPath]", "/States/A")
    ]
    assert found(a_state({"Type": "Fail", "CausePath": "States.Format('{}', $.e)"})) == []


# ---- names


def test_a_name_of_a_state_is_short_and_used_once():
    long = "This is an exceptionally long state name that I know will fail when I try to deploy to AWS"
    assert found(machine({long: PASS})) == [
        (
            "INVALID_STATE_NAME",
            f"Invalid State name: State '{long}' exceeds the 80-character limit allowed by the service",
            f"/States/{long}",
        )
    ]
    assert found(a_map({"StartAt": "A", "States": {"A": PASS}})) == [
        ("DUPLICATE_STATE_NAME", "Duplicate State name: A", "/States/A/ItemProcessor/States/A")
    ]


def test_a_label_is_short_and_used_once():
    one = a_map(Label="daily")["States"]["A"]
    two = {**one, "ItemProcessor": {"StartAt": "J", "States": {"J": PASS}}}
    assert found(machine({"A": {**one, "End": False, "Next": "B"}, "B": two})) == [
        ("DUPLICATE_LABEL_NAME", "Duplicate Label name: daily", "/States/B/Label")
    ]
    [(code, _, location)] = found(a_map(Label="x" * 41))
    assert (code, location) == ("INVALID_LABEL_NAME", "/States/A/Label")


def test_names_of_variables():
    assert found(a_state({**PASS, "Assign": {"states": 1, "unit-price": 2, "x.$": "$.x", "größe": 1}})) == [
        (
            "RESERVED_VARIABLE_NAME",
            "Cannot assign to reserved variable '$states'.",
            "/States/A/Assign/states",
        ),
        (
            "INVALID_VARIABLE_NAME",
            "Invalid variable name 'unit-price': the variable name contains invalid characters.",
            "/States/A/Assign/unit-price",
        ),
    ]


# ---- JSONPath


@pytest.mark.parametrize("field", ["InputPath", "OutputPath", "ResultPath"])
def test_a_path_begins_with_a_dollar_or_is_null(field):
    assert messages(a_state({**PASS, field: "order"})) == [
        ("Value must be a valid JSONPath.", f"/States/A/{field}")
    ]
    assert found(a_state({**PASS, field: None})) == []


@pytest.mark.parametrize("path", ["$.a[*]", "$..a", "$.a[?(@.b)]", "$.a[0:2]", "$$.Execution.Id"])
def test_a_result_goes_to_one_place(path):
    assert messages(a_state({**PASS, "ResultPath": path})) == [
        ("Value is not a Reference Path", "/States/A/ResultPath")
    ]


@pytest.mark.parametrize(
    "path",
    [
        "$",
        "$.a",
        "$.a.b[0]",
        "$..a",
        "$.a[*].b",
        "$.a[?(@.b > 'x]')]",
        "$.unit-price",
        "$$.Execution.Id",
        "$total.gross",
        "$['a','b']",
        "$.a[-1:]",
        "$.a.length()",
        "$.a['b c'].d",
        "$.ä.ö",
        "$.*",
        "$.a.[0]",
    ],
)
def test_what_is_a_path(path):
    assert found(a_state({**PASS, "InputPath": path})) == []


@pytest.mark.parametrize("path", ["", "a", "$.", "$.a.", "$.a b", "$.a[", "$.a[?(@.b]", "$$$", "$.a['b]"])
def test_what_is_no_path(path):
    assert messages(a_state({**PASS, "InputPath": path})) == [
        ("Value must be a valid JSONPath.", "/States/A/InputPath")
    ]


@pytest.mark.parametrize(
    "value",
    [
        "$.a",
        "$$.Task.Token",
        "$total",
        "States.UUID()",
        "States.Format('{}', $.a['x'], States.UUID())",
        r"States.Format('it\'s {}', $.a)",
        "States.MathAdd($.a, -1)",
        "States.Array(true, null, 1.5)",
    ],
)
def test_a_dynamic_name_has_a_path_or_a_call(value):
    assert found(a_state({**PASS, "Parameters": {"in": [{"x.$": value}]}})) == []


@pytest.mark.parametrize(
    "value",
    [
        "a",
        "States.Nope()",
        "States.Format('it''s')",
        "States.Array(1",
        "States.Array(,)",
        5,
        None,
        "States.Array(" * 11 + "1" + ")" * 11,
    ],
)
def test_a_dynamic_name_with_anything_else(value):
    message = "The value for the field 'x.$' must be a valid JSONPath or a valid intrinsic function call"
    assert messages(a_state({**PASS, "Parameters": {"x.$": value}})) == [(message, "/States/A/Parameters")]


# ---- Choice


def a_choice(*rules, language="JSONPath"):
    states = {"A": {"Type": "Choice", "Choices": list(rules)}, "Z": {"Type": "Succeed"}}
    end = {"Variable": "$.z", "IsNull": True, "Next": "Z"}
    if language == "JSONata":
        end = {"Condition": "{% $states.input.z %}", "Next": "Z"}
    states["A"]["Choices"].append(end)
    return machine(states, QueryLanguage=language)


def test_a_choice_has_rules():
    states = {"A": {"Type": "Choice", "Choices": [], "Default": "Z"}, "Z": {"Type": "Succeed"}}
    assert messages(machine(states)) == [("Value cannot be empty", "/States/A/Choices")]


@pytest.mark.parametrize(
    ("rule", "message", "place"),
    [
        ({"Variable": "$.a", "IsNull": True}, "These fields are required: [Next]", ""),
        (
            {"Variable": "a", "IsNull": True, "Next": "Z"},
            "Value is not a Reference Path: Reference path didn't start with '$'",
            "/Variable",
        ),
        (
            {"Variable": "States.ArrayLength($.a)", "NumericEquals": 0, "Next": "Z"},
            "Value is not a Reference Path: Reference path didn't start with '$'",
            "/Variable",
        ),
        (
            {"And": [{"Variable": "$.a", "IsNull": True, "Next": "Z"}], "Next": "Z"},
            "Field 'Next' is not supported",
            "/And[0]",
        ),
        (
            {"Not": {"Variable": "$.a", "IsNull": 1}, "Next": "Z"},
            "Expected value of type [BOOLEAN]",
            "/Not/IsNull",
        ),
        (
            {"Variable": "$.a", "Not": {"Variable": "$.a", "IsNull": True}, "Next": "Z"},
            "The object must have only one of the following fields, [And, Or, Not, Variable, Condition]",
            "",
        ),
        (
            {"Condition": "{% true %}", "Next": "Z"},
            (
                "The QueryLanguage is set to 'JSONPath', but field 'Condition' is only supported for "
                "the 'JSONata' QueryLanguage"
            ),
            "",
        ),
    ],
)
def test_rules_in_jsonpath(rule, message, place):
    assert messages(a_choice(rule)) == [(message, f"/States/A/Choices[0]{place}")]


@pytest.mark.parametrize("more", [{}, {"IsNull": True, "StringEquals": "x"}])
def test_a_variable_is_compared_once(more):
    [(message, place)] = messages(a_choice({"Variable": "$.a", "Next": "Z", **more}))
    assert "only" in message
    assert "one of the following fields: [StringEquals, " in message
    assert place == "/States/A/Choices[0]"


def test_rules_in_jsonata():
    message = (
        "The QueryLanguage is set to 'JSONata', but field 'Variable' is only supported for the 'JSONPath' "
        "QueryLanguage"
    )
    rule = {"Variable": "$.a", "IsNull": True, "Next": "Z"}
    assert (message, "/States/A/Choices[0]") in messages(a_choice(rule, language="JSONata"))
    assert messages(a_choice({"Next": "Z"}, language="JSONata")) == [
        ("These fields are required: [Condition]", "/States/A/Choices[0]")
    ]


# ---- Retry and Catch


def tried(**fields):
    return a_state({**SEND, **fields})


@pytest.mark.parametrize(
    ("retrier", "message", "place"),
    [
        ({}, "These fields are required: [ErrorEquals]", ""),
        ({"ErrorEquals": []}, "Value cannot be empty", "/ErrorEquals"),
        (
            {"ErrorEquals": ["States.ALL", "States.Timeout"]},
            "States.ALL must appear alone and at end of list",
            "/ErrorEquals",
        ),
        ({"ErrorEquals": ["E"], "MaxAttempts": -1}, "Minimum value is 0", "/MaxAttempts"),
        ({"ErrorEquals": ["E"], "BackoffRate": 0.9}, "Minimum value is 1.0", "/BackoffRate"),
        ({"ErrorEquals": ["E"], "MaxDelaySeconds": 0}, "Minimum value is 1", "/MaxDelaySeconds"),
        (
            {"ErrorEquals": ["E"], "MaxDelaySeconds": 31_622_401},
            "Maximum value is 31622400",
            "/MaxDelaySeconds",
        ),
        (
            {"ErrorEquals": ["E"], "JitterStrategy": "SOME"},
            "Value should be one of the following: [NONE, FULL]",
            "/JitterStrategy",
        ),
        ({"ErrorEquals": ["E"], "Next": "A"}, "Field 'Next' is not supported", ""),
    ],
)
def test_retriers(retrier, message, place):
    assert messages(tried(Retry=[retrier])) == [(message, f"/States/A/Retry[0]{place}")]


def test_a_retrier_may_wait_no_second():
    assert found(tried(Retry=[{"ErrorEquals": ["E"], "IntervalSeconds": 0, "BackoffRate": 1}])) == []


@pytest.mark.parametrize("field", ["Retry", "Catch"])
def test_all_errors_come_last(field):
    rules = [{"ErrorEquals": ["States.ALL"], "Next": "A"}, {"ErrorEquals": ["E"], "Next": "A"}]
    rules = rules if field == "Catch" else [{"ErrorEquals": rule["ErrorEquals"]} for rule in rules]
    assert messages(tried(**{field: rules})) == [
        ("States.ALL must appear alone and at end of list", f"/States/A/{field}[0]/ErrorEquals")
    ]


def test_a_catcher_says_where_to_go():
    assert messages(tried(Catch=[{"ErrorEquals": ["E"]}])) == [
        ("These fields are required: [Next]", "/States/A/Catch[0]")
    ]


# ---- Task


def test_resources_that_express_workflows_do_not_take():
    def task(resource, **fields):
        return a_state({"Type": "Task", "Resource": resource, "End": True, **fields})

    waits = task("arn:aws:states:::sqs:sendMessage.waitForTaskToken", Parameters=QUEUE)
    assert messages(waits, "EXPRESS") == [
        (
            "Express state machine does not support '.waitForTaskToken' service integration ",
            "/States/A/Resource",
        )
    ]
    activity = task("arn:aws:states:us-east-1:123456789012:activity:stamp")
    assert messages(activity, "EXPRESS") == [
        ("Express state machine does not support Activity ARN", "/States/A/Resource")
    ]


def test_a_resource_is_an_arn():
    assert messages(a_state({**SEND, "Resource": "mail"})) == [
        ("Value is not a valid resource ARN", "/States/A/Resource")
    ]


def test_an_integration_needs_parameters():
    task = {name: value for name, value in SEND.items() if name != "Parameters"}
    needed = "is required for resource ARN: arn:aws:states:::sqs:sendMessage"
    assert messages(a_state(task)) == [(f"Parameters field {needed}", "/States/A")]
    assert messages(a_state(task, QueryLanguage="JSONata")) == [(f"Arguments field {needed}", "/States/A")]


def test_credentials_name_a_role():
    assert messages(a_state({**SEND, "Credentials": {}})) == [
        ("The field 'RoleArn' is required but was missing", "/States/A/Credentials")
    ]
    assert found(a_state({**SEND, "Credentials": {"RoleArn.$": "$.role"}})) == []


# ---- Parallel and Map


def test_a_parallel_state_has_branches():
    assert messages(a_state({"Type": "Parallel", "Branches": [], "End": True})) == [
        ("Value cannot be empty", "/States/A/Branches")
    ]
    assert messages(a_state({"Type": "Parallel", "Branches": [{}], "End": True})) == [
        ("These fields are required: [States, StartAt]", "/States/A/Branches[0]")
    ]


def test_a_map_has_one_processor_by_its_new_or_its_old_name():
    inner = {"StartAt": "I", "States": {"I": PASS}}
    assert found(a_state({"Type": "Map", "Iterator": inner, "End": True})) == []
    assert messages(a_state({"Type": "Map", "End": True})) == [
        ("This object should have only one of the following fields: [ItemProcessor, Iterator]", "/States/A")
    ]


@pytest.mark.parametrize(
    ("config", "message", "place"),
    [
        ({"Mode": "DISTRIBUTED"}, "These fields are required: [ExecutionType]", ""),
        (
            {"Mode": "DISTRIBUTED", "ExecutionType": "FAST"},
            "Value should be one of the following: [STANDARD, EXPRESS]",
            "/ExecutionType",
        ),
        ({"Mode": "INLINE", "ExecutionType": "EXPRESS"}, "Field 'ExecutionType' is not supported", ""),
    ],
)
def test_how_a_map_processes(config, message, place):
    where = f"/States/A/ItemProcessor/ProcessorConfig{place}"
    assert messages(a_map({"ProcessorConfig": config})) == [(message, where)]


DISTRIBUTED = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}}


def test_an_express_workflow_distributes_nothing():
    assert found(a_map(DISTRIBUTED)) == []
    message = "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines"
    assert messages(a_map(DISTRIBUTED), "EXPRESS") == [
        (message, "/States/A/ItemProcessor/ProcessorConfig/Mode")
    ]


def test_children_of_type_express_are_bound_as_express_workflows_are():
    waits = {**SEND, "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken"}
    [(_, place)] = messages(a_map({**DISTRIBUTED, "StartAt": "I", "States": {"I": waits}}))
    assert place == "/States/A/ItemProcessor/States/I/Resource"


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("MaxConcurrency", -1, "Minimum value is 0"),
        ("ToleratedFailureCount", -1, "Minimum value is 0"),
        ("ToleratedFailurePercentage", -0.5, "Minimum value is 0.0"),
        ("ToleratedFailurePercentage", 101, "Maximum value is 100.0"),
        ("MaxConcurrencyPath", "$$.Execution.Input.n", "Value is not a Reference Path"),
    ],
)
def test_numbers_of_a_map(field, value, message):
    assert messages(a_map(**{field: value})) == [(message, f"/States/A/{field}")]


def test_items_may_come_from_the_context():
    assert found(a_map(ItemsPath="$$.Execution.Input.items")) == []


def reader(config=None, **fields):
    given = {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key.$": "$.key"}}
    return a_map(DISTRIBUTED, ItemReader={**given, **({"ReaderConfig": config} if config else {}), **fields})


@pytest.mark.parametrize(
    ("config", "message", "place"),
    [
        ({"InputType": "CSV"}, "The field 'CSVHeaderLocation' is required", ""),
        (
            {"InputType": "JSON", "CSVHeaderLocation": "FIRST_ROW"},
            "Field 'CSVHeaderLocation' is not supported",
            "",
        ),
        (
            {"InputType": "CSV", "CSVHeaderLocation": "GIVEN"},
            "These fields are required: [CSVHeaders]",
            "",
        ),
        (
            {"InputType": "XML"},
            "The field 'InputType' should have one of these values: [MANIFEST, JSON, CSV, JSONL, PARQUET]",
            "/InputType",
        ),
        ({"InputType": "JSON", "MaxItems": -1}, "Minimum value is 0", "/MaxItems"),
        ({"InputType": "JSON", "MaxItems": 100_000_001}, "Maximum value is 100000000", "/MaxItems"),
        (
            {"InputType": "JSON", "MaxItems": 1, "MaxItemsPath": "$.n"},
            "There should only be one of the following fields: [MaxItems, MaxItemsPath]",
            "",
        ),
    ],
)
def test_readers_of_items(config, message, place):
    assert messages(reader(config)) == [(message, f"/States/A/ItemReader/ReaderConfig{place}")]


def test_a_reader_reads_an_object_or_lists_objects():
    [(message, place)] = messages(reader(Resource="arn:aws:states:::s3:putObject"))
    assert message.startswith("The field 'Resource' does not match any of the allowed values")
    assert place == "/States/A/ItemReader/Resource"


def test_batches_and_results_of_a_map():
    assert messages(a_map(ItemBatcher={"MaxItemsPerBatch": -1})) == [
        ("Minimum value is 0", "/States/A/ItemBatcher/MaxItemsPerBatch")
    ]
    writer = {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b", "Prefix": "p"}}
    config = {"Transformation": "FLATTEN", "OutputType": "JSONL"}
    assert found(a_map(DISTRIBUTED, ResultWriter={**writer, "WriterConfig": config})) == []
    [(_, place)] = messages(a_map(DISTRIBUTED, ResultWriter={"WriterConfig": {"OutputType": "XML"}}))
    assert place == "/States/A/ResultWriter/WriterConfig/OutputType"


# ---- query languages

OTHER = "The QueryLanguage is set to '{}', but field '{}' is only supported for the '{}' QueryLanguage"


def test_fields_of_the_other_query_language_are_named_at_the_state():
    assert messages(in_jsonata(InputPath="$.a", ResultPath="$.b")) == [
        (OTHER.format("JSONata", "InputPath", "JSONPath"), "/States/A"),
        (OTHER.format("JSONata", "ResultPath", "JSONPath"), "/States/A"),
    ]
    assert messages(a_state({**PASS, "Output": 1})) == [
        (OTHER.format("JSONPath", "Output", "JSONata"), "/States/A")
    ]


def test_a_state_in_a_part_has_the_language_of_the_whole_and_not_of_the_state_around_it():
    inner = {"StartAt": "I", "States": {"I": {**PASS, "Output": {"n": "{% 1 %}"}}}}
    message = OTHER.format("JSONPath", "Output", "JSONata")
    place = "/States/A/ItemProcessor/States/I"
    assert messages(a_map(inner, QueryLanguage="JSONata", Items="{% [1] %}")) == [(message, place)]
    assert found({**a_map(inner), "QueryLanguage": "JSONata"}) == []


def test_a_state_machine_in_jsonata_has_no_states_in_jsonpath():
    message = "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine"
    assert messages(in_jsonata(QueryLanguage="JSONPath", Output=1)) == [(message, "/States/A")]


def test_a_part_says_nothing_of_its_language():
    assert messages(a_map({"QueryLanguage": "JSONata"})) == [
        ("Field 'QueryLanguage' is not supported", "/States/A/ItemProcessor")
    ]


@pytest.mark.parametrize("word", ["jsonata", "jsonpath", "foo"])
def test_a_language_that_there_is_not_counts_as_jsonata(word):
    message = "Value should be one of the following: [JSONPath, JSONata]"
    assert messages(a_state({**PASS, "QueryLanguage": word, "Output": 1})) == [
        (message, "/States/A/QueryLanguage")
    ]
    assert messages(a_state({**PASS, "QueryLanguage": word, "InputPath": "$.a"})) == [
        (OTHER.format("JSONata", "InputPath", "JSONPath"), "/States/A"),
        (message, "/States/A/QueryLanguage"),
    ]


def test_a_language_is_a_text():
    assert messages(a_state(PASS, QueryLanguage=5)) == [("Expected value of type [STRING]", "/QueryLanguage")]


# ---- JSONata


def queried(expression):
    return found(in_jsonata(Output={"v": "{% " + expression + " %}"}))


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("phone", "phone"),
        ("phone[0]", "phone"),
        ("$.phone", "$"),
        ("aaa + bbb", "aaa bbb"),
        ("$map($states.input.a, function($x){ b })", "b"),
        ("$sum(phone)", "phone"),
        ("{'a': b}", "b"),
    ],
)
def test_an_expression_has_no_context_of_its_own(expression, names):
    code, place = "UNSUPPORTED_JSONATA_EXPRESSION", "/States/A/Output/v"
    assert queried(expression) == [
        (code, f"Reference to '{name}' at the top level is not supported.", place) for name in names.split()
    ]


@pytest.mark.parametrize(
    "expression",
    [
        "$states.input.phone",
        "$states.input.items[phone > 3]",
        "$map($states.input.a, function($x){ $x.phone })",
        "$phone",
        "$states.input.{'k': v}",
        "$states.input.a{k: v}",
        "$states.input^(price)",
        "$x.(phone)",
    ],
)
def test_names_with_a_context_are_accepted(expression):
    assert queried(expression) == []


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("a[1,2)", 'Expected "]", got ","'),
        ('"unterminated', "String literal must be terminated by a matching quote"),
        ("1 +", "Unexpected end of expression"),
        ('{"a":}', 'The symbol "}" cannot be used as a unary operator'),
        ("$x :=", "Unexpected end of expression"),
        ('$match("a", /abc', "No terminating / in regular expression"),
        ("$a; $b", 'Syntax error: ";"'),
    ],
)
def test_an_expression_that_cannot_be_read(expression, message):
    assert queried(expression) == [("INVALID_JSONATA_EXPRESSION", message, "/States/A/Output/v")]


def test_the_whole_input_and_the_error_are_not_there_everywhere():
    code, place = "UNSUPPORTED_JSONATA_EXPRESSION", "/States/A/Output/v"
    assert queried("$$") == [(code, "Reference to '$$' is not supported.", place)]
    gone = "Field '$states.errorOutput' does not exist."
    assert queried("$states.errorOutput.Error") == [(code, gone, place)]
    task = {**SEND, "Arguments": QUEUE}
    del task["Parameters"]
    catcher = {"ErrorEquals": ["States.ALL"], "Output": "{% $states.errorOutput.Error %}", "Next": "A"}
    output = {"Output": "{% $states.result %}"}
    assert found(a_state({**task, "Catch": [catcher], **output}, QueryLanguage="JSONata")) == []


def test_expressions_are_found_wherever_they_are_read():
    states = {
        "W": {"Type": "Wait", "Seconds": "{% a %}", "Next": "C"},
        "C": {"Type": "Choice", "Choices": [{"Condition": "{% b = 1 %}", "Next": "M"}]},
        "M": {
            "Type": "Map",
            "Items": "{% c %}",
            "ItemSelector": {"Next": "{% d %}"},
            "ItemBatcher": {"BatchInput": {"Comment": "{% e %}"}},
            "ItemProcessor": {"StartAt": "I", "States": {"I": {**PASS, "Assign": {"x": ["{% f %}"]}}}},
            "Next": "F",
        },
        "F": {"Type": "Fail", "Cause": "{% g %}", "Comment": "{% no %}"},
    }
    assert [place for _, _, place in found(machine(states, QueryLanguage="JSONata"))] == [
        "/States/W/Seconds",
        "/States/C/Choices[0]/Condition",
        "/States/M/Items",
        "/States/M/ItemSelector/Next",
        "/States/M/ItemBatcher/BatchInput/Comment",
        "/States/F/Cause",
        "/States/M/ItemProcessor/States/I/Assign/x[0]",
    ]


def test_an_expression_is_closed():
    assert messages(in_jsonata(Output={"v": "{% 1"})) == [
        ("JSONata string must start with {% and end with %}", "/States/A/Output/v")
    ]


def test_texts_in_jsonpath_are_no_expressions():
    assert found(a_state({**PASS, "Parameters": {"v": "{% phone %}"}})) == []
