"""Resource policies and tags; texts are those of recorded answers of AWS."""

import json

import pytest
from botocore.exceptions import ClientError

ARN = "arn:aws:lambda:us-east-1:123456789012:function:f"
SOURCE = "def handler(event, context):\n    pass"
S3 = {
    "FunctionName": "f",
    "StatementId": "s3",
    "Action": "lambda:InvokeFunction",
    "Principal": "s3.amazonaws.com",
}


def error_of(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]


@pytest.fixture(autouse=True)
def function(deploy):
    deploy("f", SOURCE)


def test_a_permission_is_a_statement_of_the_policy(aws_lambda):
    added = aws_lambda.add_permission(**S3, SourceArn="arn:aws:s3:::bucket", SourceAccount="123456789012")
    statement = {
        "Sid": "s3",
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": ARN,
        "Condition": {
            "StringEquals": {"AWS:SourceAccount": "123456789012"},
            "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::bucket"},
        },
    }
    assert json.loads(added["Statement"]) == statement
    assert added["ResponseMetadata"]["HTTPStatusCode"] == 201
    policy = json.loads(aws_lambda.get_policy(FunctionName="f")["Policy"])
    assert policy == {"Version": "2012-10-17", "Id": "default", "Statement": [statement]}


def test_principals_are_services_accounts_or_everybody(aws_lambda):
    principals = {"a": "123456789012", "b": "*", "c": "arn:aws:iam::123456789012:role/r"}
    for statement_id, principal in principals.items():
        aws_lambda.add_permission(**{**S3, "StatementId": statement_id, "Principal": principal})
    policy = json.loads(aws_lambda.get_policy(FunctionName="f")["Policy"])
    assert [statement["Principal"] for statement in policy["Statement"]] == [
        {"AWS": "arn:aws:iam::123456789012:root"},
        "*",
        {"AWS": "arn:aws:iam::123456789012:role/r"},
    ]


def test_a_statement_can_be_removed(aws_lambda):
    aws_lambda.add_permission(**S3)
    aws_lambda.add_permission(**{**S3, "StatementId": "second"})
    missing = error_of(aws_lambda.remove_permission, FunctionName="f", StatementId="other")
    assert missing["Message"] == "Statement other is not found in resource policy."
    answer = aws_lambda.remove_permission(FunctionName="f", StatementId="s3")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    aws_lambda.remove_permission(FunctionName="f", StatementId="second")
    gone = error_of(aws_lambda.get_policy, FunctionName="f")
    assert gone == {
        "Code": "ResourceNotFoundException",
        "Message": "The resource you requested does not exist.",
    }


def test_versions_and_aliases_have_policies_of_their_own(aws_lambda):
    aws_lambda.publish_version(FunctionName="f")
    aws_lambda.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    for qualifier in ("1", "live"):
        added = aws_lambda.add_permission(**S3, Qualifier=qualifier)
        assert json.loads(added["Statement"])["Resource"] == f"{ARN}:{qualifier}"
    assert error_of(aws_lambda.get_policy, FunctionName="f")["Code"] == "ResourceNotFoundException"
    assert aws_lambda.get_policy(FunctionName="f", Qualifier="live")["RevisionId"]


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (
            {"StatementId": "example.com"},
            "ValidationException",
            (
                "1 validation error detected: Value 'example.com' at 'statementId' failed to satisfy "
                "constraint: "
                "Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)"
            ),
        ),
        (
            {"Qualifier": "$LATEST"},
            "InvalidParameterValueException",
            "We currently do not support adding policies for $LATEST.",
        ),
        (
            {"Principal": "invalid.nonaws.com"},
            "InvalidParameterValueException",
            "The provided principal was invalid. Please check the principal and try again.",
        ),
        (
            {"FunctionName": "g"},
            "ResourceNotFoundException",
            "Function not found: arn:aws:lambda:us-east-1:123456789012:function:g",
        ),
        ({"Qualifier": "42"}, "ResourceNotFoundException", f"Function not found: {ARN}:42"),
        ({"Qualifier": "no-alias"}, "ResourceNotFoundException", f"Cannot find alias arn: {ARN}:no-alias"),
        (
            {"FunctionName": "f:1", "Qualifier": "2"},
            "InvalidParameterValueException",
            "The derived qualifier from the function name does not match the specified qualifier.",
        ),
    ],
)
def test_a_wrong_permission_is_refused_in_the_words_of_aws(aws_lambda, options, code, message):
    assert error_of(aws_lambda.add_permission, **{**S3, **options}) == {"Code": code, "Message": message}


def test_a_statement_id_is_taken_once(aws_lambda):
    aws_lambda.add_permission(**S3)
    assert error_of(aws_lambda.add_permission, **S3) == {
        "Code": "ResourceConflictException",
        "Message": "The statement id (s3) provided already exists. "
        "Please provide a new statement id, or remove the existing statement.",
    }


def test_removing_from_nothing_is_refused(aws_lambda):
    error = error_of(aws_lambda.remove_permission, FunctionName="f", StatementId="s3")
    assert error["Message"] == "No policy is associated with the given resource."
    error = error_of(aws_lambda.remove_permission, FunctionName="g", StatementId="s3")
    assert error["Message"] == "No policy found for: arn:aws:lambda:us-east-1:123456789012:function:g"


def test_tags_come_and_go(aws_lambda):
    assert aws_lambda.list_tags(Resource=ARN)["Tags"] == {}
    answer = aws_lambda.tag_resource(Resource=ARN, Tags={"a": "1", "b": "2"})
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    aws_lambda.tag_resource(Resource=ARN, Tags={"b": "3"})
    assert aws_lambda.list_tags(Resource=ARN)["Tags"] == {"a": "1", "b": "3"}
    assert aws_lambda.get_function(FunctionName="f")["Tags"] == {"a": "1", "b": "3"}
    aws_lambda.untag_resource(Resource=ARN, TagKeys=["b", "not-there"])
    assert aws_lambda.list_tags(Resource=ARN)["Tags"] == {"a": "1"}


def test_wrong_tags_are_refused_in_the_words_of_aws(aws_lambda):
    many = {f"key{number}": "v" for number in range(51)}
    assert error_of(aws_lambda.tag_resource, Resource=ARN, Tags=many)["Message"] == (
        "Number of tags exceeds resource tag limit."
    )
    assert error_of(aws_lambda.tag_resource, Resource=f"{ARN}:1", Tags={"a": "1"})["Message"] == (
        "Tags on function aliases and versions are not supported. Please specify a function ARN."
    )
    assert error_of(aws_lambda.tag_resource, Resource=f"{ARN}-none", Tags={"a": "1"})["Message"] == (
        f"Function not found: {ARN}-none"
    )
    assert error_of(aws_lambda.tag_resource, Resource=ARN, Tags={})["Message"] == (
        "An error occurred and the request cannot be processed."
    )
    assert error_of(aws_lambda.list_tags, Resource="arn:aws:something")["Code"] == "ValidationException"
