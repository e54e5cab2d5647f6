"""Parameters are held against the limits of AWS's service model, and AWS's words say what is wrong."""

from __future__ import annotations

import pytest

from workbook.aws.constraints import constraint_errors

TARGET = {"Arn": "arn:aws:sqs:us-east-1:123456789012:q", "RoleArn": "arn:aws:iam::123456789012:role/r"}
GOOD = {
    "Name": "daily",
    "ScheduleExpression": "rate(1 hour)",
    "FlexibleTimeWindow": {"Mode": "OFF"},
    "Target": TARGET,
}


def errors(**parameters):
    return constraint_errors("scheduler", "CreateSchedule", {**GOOD, **parameters})


def test_what_the_model_allows_passes():
    assert errors() is None
    assert errors(Description=None) is None


LONG_TAG = {"EcsParameters": {"TaskDefinitionArn": "t", "Tags": [{"k" * 129: "v"}]}}
NO_WINDOW = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 0}


@pytest.mark.parametrize(
    ("parameters", "value", "path", "demand"),
    [
        ({"Name": "n" * 65}, "n" * 65, "name", "have length less than or equal to 64"),
        ({"Description": "d" * 513}, "d" * 513, "description", "have length less than or equal to 512"),
        ({"Name": "a b"}, "a b", "name", "satisfy regular expression pattern: [0-9a-zA-Z-_.]+"),
        ({"State": "ON"}, "ON", "state", "satisfy enum value set: [ENABLED, DISABLED]"),
        (
            {"FlexibleTimeWindow": NO_WINDOW},
            "0",
            "flexibleTimeWindow.maximumWindowInMinutes",
            "have value greater than or equal to 1",
        ),
        (
            {"Target": {**TARGET, **LONG_TAG}},
            "k" * 129,
            "target.ecsParameters.tags.1.member.key",
            "have length less than or equal to 128",
        ),
    ],
)
def test_what_it_does_not_allow_is_named_with_its_path(parameters, value, path, demand):
    text = f"Value '{value}' at '{path}' failed to satisfy constraint: Member must {demand}"
    assert errors(**parameters) == f"1 validation error detected: {text}"


def test_all_that_is_wrong_is_in_one_text():
    found = errors(State="ON", Name="a b")
    assert found.startswith("2 validation errors detected: Value 'a b' at 'name'")
    assert "; Value 'ON' at 'state'" in found


def test_an_operation_without_parameters_has_no_limits():
    assert constraint_errors("sts", "GetCallerIdentity", {}) is None
