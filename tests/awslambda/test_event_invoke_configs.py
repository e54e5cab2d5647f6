"""Put, Update, Get, Delete and ListFunctionEventInvokeConfig(s), as AWS was recorded to answer."""

import datetime

import pytest
from async_system import FOLLOWS_ORDERS
from botocore.config import Config
from botocore.exceptions import ClientError

ARN = "arn:aws:lambda:us-east-1:123456789012:function:f"
NOWHERE = {"OnSuccess": {}, "OnFailure": {}}


@pytest.fixture
def function(deploy, aws_lambda):
    deploy("f", FOLLOWS_ORDERS)
    aws_lambda.publish_version(FunctionName="f")
    aws_lambda.create_alias(FunctionName="f", Name="live", FunctionVersion="1")


def put(aws_lambda, name="f", **parameters):
    return aws_lambda.put_function_event_invoke_config(FunctionName=name, **parameters)


def body(answer):
    return {name: value for name, value in answer.items() if name not in {"ResponseMetadata", "LastModified"}}


def refused(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response


def test_put_answers_with_all_that_is_set(lab, aws_lambda, function):
    answer = put(aws_lambda, MaximumRetryAttempts=2, MaximumEventAgeInSeconds=21_600)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert answer["LastModified"] == lab.now.astimezone(datetime.UTC).replace(microsecond=0)
    assert body(answer) == {
        "FunctionArn": f"{ARN}:$LATEST",
        "MaximumRetryAttempts": 2,
        "MaximumEventAgeInSeconds": 21_600,
        "DestinationConfig": NOWHERE,
    }
    assert body(aws_lambda.get_function_event_invoke_config(FunctionName="f")) == body(answer)


@pytest.mark.parametrize(
    ("name", "qualifier", "shown"),
    [
        ("f", None, "$LATEST"),
        ("f", "$LATEST", "$LATEST"),
        ("f", "1", "1"),
        ("f", "live", "live"),
        ("f:live", None, "live"),
        ("f:live", "live", "live"),
        ("f:1", None, "1"),
        (f"{ARN}:live", None, "live"),
        ("f:$LATEST", "$LATEST", "$LATEST"),
    ],
)
def test_a_qualifier_may_be_in_the_name(aws_lambda, function, name, qualifier, shown):
    given = {} if qualifier is None else {"Qualifier": qualifier}
    assert put(aws_lambda, name, MaximumRetryAttempts=1, **given)["FunctionArn"] == f"{ARN}:{shown}"


def test_put_replaces_everything_and_update_only_what_it_names(aws_lambda, function):
    put(aws_lambda, MaximumRetryAttempts=2, MaximumEventAgeInSeconds=60)
    answer = aws_lambda.update_function_event_invoke_config(FunctionName="f", MaximumRetryAttempts=0)
    assert body(answer) == {
        "FunctionArn": f"{ARN}:$LATEST",
        "MaximumRetryAttempts": 0,
        "MaximumEventAgeInSeconds": 60,
        "DestinationConfig": NOWHERE,
    }
    assert body(put(aws_lambda, MaximumRetryAttempts=0)) == {
        "FunctionArn": f"{ARN}:$LATEST",
        "MaximumRetryAttempts": 0,
        "DestinationConfig": NOWHERE,
    }


def test_an_empty_destination_is_none_and_takes_one_away(lab, aws_lambda, function, sqs, grant):
    grant("sqs:SendMessage")
    queue = "arn:aws:sqs:us-east-1:123456789012:done"
    assert body(put(aws_lambda, DestinationConfig={"OnSuccess": {}}))["DestinationConfig"] == NOWHERE
    put(aws_lambda, DestinationConfig={"OnSuccess": {"Destination": queue}}, MaximumRetryAttempts=1)
    answer = aws_lambda.update_function_event_invoke_config(
        FunctionName="f", DestinationConfig={"OnSuccess": {"Destination": ""}}
    )
    assert answer["DestinationConfig"] == NOWHERE
    assert answer["MaximumRetryAttempts"] == 1


def test_list_shows_all_of_a_function_in_pages(aws_lambda, function):
    assert aws_lambda.list_function_event_invoke_configs(FunctionName="f")["FunctionEventInvokeConfigs"] == []
    for qualifier in ("live", "1", "$LATEST"):
        put(aws_lambda, Qualifier=qualifier, MaximumRetryAttempts=1)
    listed = aws_lambda.list_function_event_invoke_configs(FunctionName="f", MaxItems=2)
    shown = [config["FunctionArn"] for config in listed["FunctionEventInvokeConfigs"]]
    assert shown == [f"{ARN}:$LATEST", f"{ARN}:1"]
    rest = aws_lambda.list_function_event_invoke_configs(FunctionName="f", Marker=listed["NextMarker"])
    assert [config["FunctionArn"] for config in rest["FunctionEventInvokeConfigs"]] == [f"{ARN}:live"]
    assert "NextMarker" not in rest


def test_delete_answers_204_and_only_once(aws_lambda, function):
    put(aws_lambda, MaximumRetryAttempts=1)
    deleted = aws_lambda.delete_function_event_invoke_config(FunctionName="f", Qualifier="$LATEST")
    assert deleted["ResponseMetadata"]["HTTPStatusCode"] == 204
    error = refused(aws_lambda.delete_function_event_invoke_config, FunctionName="f")
    text = f"The function {ARN}:$LATEST doesn't have an EventInvokeConfig"
    assert error["Error"] == {"Code": "ResourceNotFoundException", "Message": text}
    assert error["Message"] == text
    assert error["Type"] == "User"
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_what_was_set_for_an_alias_or_a_version_goes_with_it(aws_lambda, function):
    for qualifier in ("live", "1"):
        put(aws_lambda, Qualifier=qualifier, MaximumRetryAttempts=1)
    aws_lambda.delete_alias(FunctionName="f", Name="live")
    aws_lambda.delete_function(FunctionName="f", Qualifier="1")
    assert aws_lambda.list_function_event_invoke_configs(FunctionName="f")["FunctionEventInvokeConfigs"] == []


@pytest.mark.parametrize("operation", ["get", "delete"])
@pytest.mark.parametrize("reference", ["missing:$LATEST", "f:live", "f:missing"])
def test_what_is_not_set_is_named_with_its_qualifier(aws_lambda, function, operation, reference):
    call = getattr(aws_lambda, f"{operation}_function_event_invoke_config")
    name, _, qualifier = reference.partition(":")
    error = refused(call, FunctionName=name, Qualifier=qualifier)
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{reference}"
    assert error["Error"]["Message"] == f"The function {arn} doesn't have an EventInvokeConfig"


def test_a_function_that_does_not_exist_has_nothing_to_set(aws_lambda, function):
    put_config = aws_lambda.put_function_event_invoke_config
    for call, parameters in (
        (put_config, {"FunctionName": "missing", "MaximumRetryAttempts": 1}),
        (put_config, {"FunctionName": "f", "Qualifier": "missing", "MaximumRetryAttempts": 1}),
        (
            aws_lambda.update_function_event_invoke_config,
            {"FunctionName": "missing", "MaximumRetryAttempts": 1},
        ),
        (aws_lambda.list_function_event_invoke_configs, {"FunctionName": "missing"}),
    ):
        error = refused(call, **parameters)
        assert error["Error"] == {
            "Code": "ResourceNotFoundException",
            "Message": "The function doesn't exist.",
        }
    error = refused(aws_lambda.update_function_event_invoke_config, FunctionName="f", MaximumRetryAttempts=1)
    text = f"The function {ARN}:$LATEST doesn't have an EventInvokeConfig"
    assert error["Error"]["Message"] == text


def test_something_must_be_set_and_that_is_looked_at_first(aws_lambda):
    error = refused(aws_lambda.put_function_event_invoke_config, FunctionName="missing")
    text = "You must specify at least one of error handling or destination setting."
    assert error["Error"] == {"Code": "InvalidParameterValueException", "Message": text}
    assert error["message"] == text


def test_two_qualifiers_must_be_the_same(aws_lambda, function):
    error = refused(
        aws_lambda.put_function_event_invoke_config,
        FunctionName="f:1",
        Qualifier="live",
        MaximumRetryAttempts=1,
    )
    text = "The derived qualifier from the function name does not match the specified qualifier."
    assert error["Error"]["Message"] == text


@pytest.mark.parametrize(
    ("setting", "value", "bound"),
    [
        ("MaximumRetryAttempts", 3, "less than or equal to 2"),
        ("MaximumRetryAttempts", -1, "greater than or equal to 0"),
        ("MaximumEventAgeInSeconds", 59, "greater than or equal to 60"),
        ("MaximumEventAgeInSeconds", 21_601, "less than or equal to 21600"),
    ],
)
def test_la_03_retries_are_0_to_2_and_the_age_60_to_21600_seconds(lab, function, setting, value, bound):
    unchecked = lab.client("lambda", config=Config(parameter_validation=False))
    error = refused(unchecked.put_function_event_invoke_config, FunctionName="f", **{setting: value})
    name = setting[0].lower() + setting[1:]
    assert error["Error"] == {
        "Code": "ValidationException",
        "Message": f"1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: "
        f"Member must have value {bound}",
    }
