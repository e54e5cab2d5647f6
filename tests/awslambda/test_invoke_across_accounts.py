"""Invoke of another account's function: its resource-based policy decides; LA-36."""

import json

import pytest
from botocore.exceptions import ClientError

OTHER = "222222222222"
SILENT = "because no resource-based policy allows the lambda:InvokeFunction action"
ECHO = "def handler(event, context):\n    return event"


@pytest.fixture
def arn(deploy, aws_lambda):
    deploy("f", ECHO)
    return aws_lambda.get_function_configuration(FunctionName="f")["FunctionArn"]


@pytest.fixture
def theirs(lab):
    return lab.client("lambda", account=OTHER)


def allow(aws_lambda, principal, **parameters):
    aws_lambda.add_permission(
        FunctionName="f", StatementId="s", Action="lambda:InvokeFunction", Principal=principal, **parameters
    )


def refusal(client, arn, **parameters):
    with pytest.raises(ClientError) as caught:
        client.invoke(FunctionName=arn, **parameters)
    return caught.value.response["Error"]


def test_la_36_without_a_policy_nobody_of_another_account_may_invoke(lab, arn, theirs):
    assert refusal(theirs, arn) == {
        "Code": "AccessDeniedException",
        "Message": f"User: arn:aws:iam::{OTHER}:user/learner is not authorized to perform: "
        f"lambda:InvokeFunction on resource: {arn} {SILENT}",
    }
    assert "invoke" not in {hop.kind for hop in lab.trace}


@pytest.mark.parametrize("principal", [OTHER, f"arn:aws:iam::{OTHER}:user/learner", "*"])
def test_la_36_whom_the_policy_names_may_invoke(aws_lambda, arn, theirs, principal):
    allow(aws_lambda, principal)
    answer = theirs.invoke(FunctionName=arn, Payload=json.dumps({"cakes": 3}))
    assert json.loads(answer["Payload"].read()) == {"cakes": 3}


def test_an_account_and_a_name_are_enough(aws_lambda, arn, theirs):
    allow(aws_lambda, OTHER)
    assert theirs.invoke(FunctionName=arn.partition("us-east-1:")[2])["StatusCode"] == 200


def test_a_policy_for_somebody_else_lets_nobody_else_in(aws_lambda, arn, theirs):
    allow(aws_lambda, "333333333333")
    assert refusal(theirs, arn)["Code"] == "AccessDeniedException"


def test_permission_for_the_function_is_none_for_its_alias(aws_lambda, arn, theirs):
    version = aws_lambda.publish_version(FunctionName="f")["Version"]
    aws_lambda.create_alias(FunctionName="f", Name="PROD", FunctionVersion=version)
    allow(aws_lambda, OTHER)
    assert refusal(theirs, f"{arn}:PROD")["Code"] == "AccessDeniedException"
    assert refusal(theirs, arn, Qualifier="PROD")["Code"] == "AccessDeniedException"


def test_permission_by_a_function_url_is_none_for_invoke(aws_lambda, arn, theirs):
    allow(aws_lambda, OTHER, InvokedViaFunctionUrl=True)
    assert refusal(theirs, arn)["Code"] == "AccessDeniedException"


def test_an_event_is_run_in_the_account_that_has_the_function(lab, aws_lambda, arn, theirs):
    allow(aws_lambda, OTHER)
    assert theirs.invoke(FunctionName=arn, InvocationType="Event")["StatusCode"] == 202
    lab.run_until_idle()
    assert [hop.resource for hop in lab.trace if hop.kind == "invoke"] == [arn]


def test_who_is_not_let_does_not_learn_what_there_is(arn, theirs):
    error = refusal(theirs, arn.replace(":f", ":g"))
    assert error["Code"] == "AccessDeniedException"
    assert error["Message"].endswith(
        "because no resource-based policy allows the lambda:InvokeFunction action"
    )


def test_other_operations_do_not_reach_another_account(arn, theirs):
    with pytest.raises(ClientError) as caught:
        theirs.get_function(FunctionName=arn)
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
